"""A hostile member: packets that are authentic and wrong, through its own connection into the real engine.

RTP and RTCP are read behind SRTP, so their mutants are made of the plaintext of real packets, then
protected and sent like any other. Two other members sit in the same room and check everything that is
forwarded to them.
"""

from __future__ import annotations

import asyncio
import random
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from pylibsrtp import Error

from tests.fuzz.mutate import mutants
from tests.fuzz.parsers import Outcome
from tests.peers import clips, dtls, rtcp, sdp
from tests.peers.company import Company, until
from tests.peers.direct import Stage
from tests.peers.leg import OUT
from tests.peers.outgoing import Names, Outgoing
from tests.peers.replay import Replay

AT_ONCE = 24
SSRCS = 6


@dataclass
class Scene:
    """The hostile member, two others, and the engine's counts of what it could not digest."""

    stage: Stage
    company: Company
    hostile: Replay
    others: list[Replay]

    @classmethod
    async def open(cls, stage: Stage, company: Company) -> Scene:
        """Three members who see each other, all sending."""
        hostile = await company.join(profile=sdp.Profile(rids=("q", "h", "f")))
        others = [await company.join(), await company.join()]
        company.seat()
        company.send()
        await until(lambda: all(peer.leg.tally.packets > 60 for peer in company.peers), 10)
        hostile.mic(False)
        hostile.camera(False)
        return cls(stage, company, hostile, others)

    def failures(self) -> int:
        """Datagrams at which the engine met an error that is no refusal."""
        return int(self.stage.engine.plane.counted["failed"])  # type: ignore[attr-defined]

    async def run_rtp(self, count: int, seed: int) -> Outcome:
        """So many mutants of RTP packets."""
        return await self._run(_rtp_samples(self.hostile), count, seed, self._rtp, _first_rtp)

    async def run_rtcp(self, count: int, seed: int) -> Outcome:
        """So many mutants of RTCP packets."""
        return await self._run(_rtcp_samples(self.hostile), count, seed, self._rtcp, _first_rtcp)

    async def _run(
        self,
        samples: tuple[bytes, ...],
        count: int,
        seed: int,
        send: Callable[[bytes, random.Random], None],
        first_check: Callable[[bytes], bool],
    ) -> Outcome:
        outcome, dice, before = Outcome(), random.Random(seed), self.failures()
        for number, data in enumerate(mutants(samples, count, seed), 1):
            mutant = bytes(data[:1400])
            outcome.inputs += 1
            outcome.past_first_check += first_check(mutant)
            send(mutant, dice)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        outcome.crashes = ["see the log of the engine"] * (self.failures() - before)
        outcome.accepted = outcome.inputs
        return outcome

    def _rtp(self, data: bytes, dice: random.Random) -> None:
        """Protect and send; what libsrtp itself refuses goes out as it is."""
        leg = self.hostile.leg
        if len(data) >= 12 and dice.random() < 0.995:
            number = self.hostile.microphone.sequence = (self.hostile.microphone.sequence + 1) & 0xFFFF
            ssrc = leg.ssrcs[dice.randrange(len(leg.ssrcs))] if dice.random() < 0.8 else dice.randrange(SSRCS)
            data = data[:2] + struct.pack("!H", number) + data[4:8] + struct.pack("!I", ssrc) + data[12:]
        OUT.view[: len(data)] = data
        OUT.length[0] = len(data)
        assert leg._tx is not None
        if dtls.protect(leg._tx.context, OUT.cdata, OUT.length):
            leg._write(data)
        else:
            leg._write(OUT.view[: OUT.length[0]])

    def _rtcp(self, data: bytes, dice: random.Random) -> None:
        """Protect and send; what libsrtp itself refuses goes out as it is. Few names of senders: libsrtp
        looks each one up in a list that only grows."""
        leg = self.hostile.leg
        assert leg._tx is not None
        if len(data) >= 8 and dice.random() < 0.999:
            data = data[:4] + struct.pack("!I", leg.ssrcs[dice.randrange(len(leg.ssrcs))]) + data[8:]
        try:
            leg._write(leg._tx.protect_rtcp(data))
        except (Error, ValueError):
            leg._write(data)

    async def others_are_well(self) -> None:
        """Asserts that the others go on getting each other's packets, whole."""
        first, second = self.others
        before = [s.packets for s in (self._between(first, second), self._between(second, first))]
        await until(
            lambda: (
                self._between(first, second).packets > before[0] + 30
                and self._between(second, first).packets > before[1] + 30
            ),
            10,
        )
        for viewer, speaker in ((first, second), (second, first)):
            assert self._between(viewer, speaker).origin == speaker.origin
            assert viewer.leg.tally.unauthentic == 0

    def _between(self, viewer: Replay, speaker: Replay):  # type: ignore[no-untyped-def]
        slot = [p for p in self.company.peers if p is not viewer].index(speaker)
        return viewer.leg.slots[slot, "audio"]


def _rtp_samples(hostile: Replay) -> tuple[bytes, ...]:
    """Plaintext packets as this member sends them: sound, three layers, their retransmissions, padding."""
    made: list[bytes] = []
    dice = random.Random(5)
    leg = hostile.leg
    for stream in (hostile.microphone, *hostile.cameras):
        for clip in (stream.clip, clips.recorded_video() if stream.clip.kind == "video" else stream.clip):
            names = stream.names
            twin = Outgoing(clip, Names(**{**vars(names), "ssrc": names.ssrc}), dice)
            packets = [p for _ in range(3) for p in twin.next_frame(leg.transport)]
            made += packets
            again = twin.again(struct.unpack_from("!H", packets[0], 2)[0], leg.transport)
            made += [again] if again else []
    made.append(made[0][:12] + made[0][12:24] + bytes(200) + b"\xc8")
    made[-1] = bytes([made[-1][0] | 0x20]) + made[-1][1:]
    return tuple(made)


def _rtcp_samples(hostile: Replay) -> tuple[bytes, ...]:
    """What this member's feedback looks like, about streams that exist."""
    leg = hostile.leg
    own = leg.ssrcs[0]
    media = [s for s in leg.incoming.values() if s.began]
    arrivals = [(n, n * 7_000_000 + (n % 9) * 900_000) for n in range(100, 190) if n % 5]
    made = [
        hostile.microphone.report() + rtcp.sdes(own, "peer"),
        rtcp.receiver_report(own, [s.block(time.monotonic()) for s in media]),
        rtcp.transport_feedback(own, media[0].ssrc, 1, arrivals),
        rtcp.transport_feedback(own, media[0].ssrc, 2, [(n, n * 7_000_000) for n in range(190, 260)]),
        rtcp.part(rtcp.PSFB, rtcp.FIR, struct.pack("!IIII", own, 0, media[-1].ssrc, 1 << 24)),
        rtcp.part(rtcp.PSFB, rtcp.REMB, struct.pack("!II4sII", own, 0, b"REMB", 0x011BD090, media[0].ssrc)),
        rtcp.part(rtcp.BYE, 1, struct.pack("!I", own)),
    ]
    for stream in media:
        made += [rtcp.nack(own, stream.ssrc, [stream.expected - 3 & 0xFFFF, stream.expected - 1 & 0xFFFF])]
        made += [rtcp.pli(own, stream.ssrc)]
    made.append(b"".join(made[:4]))
    return tuple(made)


def _first_rtp(data: bytes) -> bool:
    if len(data) < 12 or data[0] >> 6 != 2:
        return False
    at = 12 + 4 * (data[0] & 15)
    if data[0] & 16:
        if len(data) < at + 4:
            return False
        at += 4 + 4 * struct.unpack_from("!H", data, at + 2)[0]
    return len(data) >= at


def _first_rtcp(data: bytes) -> bool:
    return len(data) >= 8 and data[0] >> 6 == 2 and len(data) >= 4 + 4 * struct.unpack_from("!H", data, 2)[0]
