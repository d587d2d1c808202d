"""The parsers of input from the network that are plain functions: STUN, SDP, signalling frames.

Each target knows valid samples, how to mend a mutant so that it gets past outer checks (length fields,
checksums), what the first length check is, and which errors are a refusal; anything else that is raised is
a crash.
"""

from __future__ import annotations

import json
import random
import struct
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server.media import answer, sdp, stun
from server.rooms import protocol
from tests.fuzz.mutate import mutants
from tests.fuzz.samples import SIGNALLING
from tests.peers import sdp as peer_sdp
from tests.peers import stun as peer_stun

CAPTURES = Path(__file__).parents[1] / "server" / "media" / "captures"
PASSWORD = "a password of some length"


@dataclass
class Outcome:
    """What became of the mutants."""

    inputs: int = 0
    past_first_check: int = 0
    accepted: int = 0
    crashes: list[str] = field(default_factory=list)

    @property
    def share_past(self) -> float:
        """Share that passed the first length check."""
        return self.past_first_check / self.inputs if self.inputs else 0.0


@dataclass(frozen=True)
class Target:
    """One parser."""

    name: str
    samples: tuple[bytes, ...]
    read: Callable[[bytes], object]
    first_check: Callable[[bytes], bool]
    refusals: tuple[type[Exception], ...]
    mend: Callable[[bytearray, random.Random], bytes]


def run(target: Target, count: int, seed: int) -> Outcome:
    """Give `count` mutants to a parser."""
    outcome = Outcome()
    for data in _mended(target, count, seed):
        outcome.inputs += 1
        outcome.past_first_check += target.first_check(data)
        try:
            target.read(data)
            outcome.accepted += 1
        except target.refusals:
            continue
        except Exception:  # whatever it is, it is the finding
            outcome.crashes.append(f"{data.hex()}\n{traceback.format_exc(limit=-2)}")
            if len(outcome.crashes) > 20:
                break
    return outcome


def _mended(target: Target, count: int, seed: int) -> Iterator[bytes]:
    dice = random.Random(f"{target.name}/{seed}")
    for data in mutants(target.samples, count, seed):
        yield target.mend(data, dice) if dice.random() < 0.6 else bytes(data)


# STUN


def _stun_samples() -> tuple[bytes, ...]:
    def check(nominate: bool) -> bytes:
        return peer_stun.request(bytes(12), "serverufrag:client", PASSWORD, tie=77, nominate=nominate)

    long_name = peer_stun.request(b"b" * 12, "s" * 200 + ":" + "c" * 200, PASSWORD, tie=1)
    bare = peer_stun.build(peer_stun.REQUEST, b"d" * 12, [], None)
    reply = peer_stun.success(b"c" * 12, ("192.0.2.1", 4000), PASSWORD)
    wrong = peer_stun.build(peer_stun.ERROR, b"e" * 12, [(peer_stun.ERROR_CODE, b"\0\0\4\1no")], PASSWORD)
    return check(True), check(False), long_name, bare, reply, wrong


def _mend_stun(data: bytearray, dice: random.Random) -> bytes:
    """A right length field, often a right fingerprint."""
    if len(data) < 28:
        return bytes(data)
    del data[len(data) - len(data) % 4 :]
    data[2:4] = struct.pack("!H", (len(data) - 20) & 0xFFFF)
    if dice.random() < 0.7:
        tail = data[-8:-4]
        if tail == b"\x80\x28\x00\x04":
            data[-4:] = struct.pack("!I", peer_stun.checksum(bytes(data[:-8])))
    return bytes(data)


def _read_stun(data: bytes) -> None:
    message = stun.parse(data)
    stun.verify(data, message, PASSWORD.encode())
    stun.success(message, ("2001:db8::1", 5), PASSWORD.encode())


def _first_stun(data: bytes) -> bool:
    return len(data) >= 20 and struct.unpack_from("!H", data, 2)[0] == len(data) - 20


# SDP


def _sdp_samples() -> tuple[bytes, ...]:
    local = peer_sdp.Local(
        ufrag="abcd",
        password="p" * 24,
        fingerprint="AB:" * 31 + "CD",
        audio=1,
        video=(2, 3, 4),
        rtx=(5, 6, 7),
    )
    profiles = (
        peer_sdp.Profile(slots=2),
        peer_sdp.Profile(slots=1, rids=("q", "h", "f")),
        peer_sdp.Profile(slots=1, rtx=False, twcc=False, remb=True),
    )
    made = tuple(peer_sdp.offer(profile, local).encode() for profile in profiles)
    return made + tuple(_few_sections(path.read_bytes()) for path in sorted(CAPTURES.glob("*.sdp")))


def _few_sections(data: bytes) -> bytes:
    """A captured offer cut to its first four sections, so that changes hit every kind of line."""
    parts = data.split(b"m=")
    return b"m=".join(parts[:5])


def _read_sdp(data: bytes) -> None:
    plan = answer.plan(sdp.parse(data.decode("utf-8", "replace")))
    sources = {section.mid: answer.Source(1, 2) for section in plan.slots()}
    answer.write(plan, answer.Transport("u", "p", "AA", ()), sources, 1)


def _mend_sdp(data: bytearray, _: random.Random) -> bytes:
    return b"v=0" + bytes(data[3:])


def _first_sdp(data: bytes) -> bool:
    return data.startswith(b"v=0") and len(data) <= 120_000 and b"m=" in data


# Signalling


def _mend_json(data: bytearray, dice: random.Random) -> bytes:
    """Another value, field or type inside JSON that is still JSON."""
    message = dict(dice.choice(SIGNALLING))
    for _ in range(dice.randrange(1, 4)):
        name = dice.choice([*message, "extra"])
        message[name] = dice.choice(_VALUES)(data, dice)
    return json.dumps(message).encode()


_VALUES: tuple[Callable[[bytearray, random.Random], object], ...] = (
    lambda data, dice: data.decode("latin-1")[: dice.randrange(200)],
    lambda data, dice: dice.choice((None, True, False, 0, -1, 1.5, 1e308, 10**400, "", [], {}, [[[]]])),
    lambda data, dice: dice.choice((0, 1, 11, 12, 2**31, 2**63, -(2**63), 10**12 + 1)),
    lambda data, dice: "x" * dice.choice((1, 16, 128, 200, 201, 500, 501, 3000)),
    lambda data, dice: [dice.choice(("a", 1, None, "m1"))] * dice.randrange(20),
    lambda data, dice: {str(dice.randrange(-2, 20)): dice.choice((0, 360, 4321, "x", None))},
    lambda data, dice: dice.choice(("\ud800", "\0", "\u202e", "é" * 60, "{", "mic", "camera", "m1")),
)


def _read_frame(data: bytes) -> None:
    protocol.parse(data.decode("utf-8", "surrogatepass"))


def _first_frame(data: bytes) -> bool:
    if len(data) > protocol.MAX_FRAME_BYTES:
        return False
    try:
        return isinstance(json.loads(data), dict)
    except ValueError:
        return False


STUN = Target("STUN", _stun_samples(), _read_stun, _first_stun, (ValueError,), _mend_stun)
SDP = Target("SDP", _sdp_samples(), _read_sdp, _first_sdp, (ValueError,), _mend_sdp)
FRAMES = Target(
    "signalling",
    tuple(json.dumps(message).encode() for message in SIGNALLING),
    _read_frame,
    _first_frame,
    (protocol.ProtocolError, UnicodeDecodeError),
    _mend_json,
)
