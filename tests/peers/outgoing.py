"""One encoding that a peer sends: numbering, header extensions, the stamp, history for NACK answers, sender
reports."""

from __future__ import annotations

import random
import struct
import time
from dataclasses import dataclass

from tests.peers import rtcp, sdp, stamp
from tests.peers.clips import Clip, Frame

HISTORY = 1024
HEADER = struct.Struct("!BBHIIHHBBHBH")
_first = struct.Struct("!BBHII")


@dataclass(frozen=True, kw_only=True)
class Names:
    """How the packets of an encoding are marked: section id, simulcast rid, payload types, origin number."""

    mid: int
    ssrc: int
    rtx: int | None
    origin: int
    stream: int = 0
    rid: str = ""
    payload: int = sdp.OPUS
    repair: int | None = None
    twcc: bool = True


class Outgoing:
    """Makes the plaintext RTP packets of one encoding of `clip`; the leg encrypts and sends them."""

    def __init__(self, clip: Clip, names: Names, dice: random.Random) -> None:
        self.clip, self.names = clip, names
        self.sequence = dice.randrange(1 << 15)
        self.repair_sequence = dice.randrange(1 << 15)
        self.base = self.timestamp = dice.randrange(1 << 32)
        self.picture, self.tl0 = dice.randrange(1 << 15), dice.randrange(256)
        self.index = 0
        self.packets = self.octets = self.frames = self.keys = self.answered = 0
        self.key_wanted = True
        self.history: list[tuple[int, bytes]] = [(-1, b"")] * HISTORY
        self.last_frame = 0.0
        self._words = Extension(names, names.rid, sdp.RID)

    def request_key(self) -> None:
        """Begin with a key frame next time."""
        self.key_wanted = True

    def next_frame(self, transport: int) -> list[bytes]:
        """The packets of the next frame; `transport` numbers the first for transport-wide feedback. The
        stamp's time is now."""
        clip = self.clip
        if self.key_wanted:
            self.index = clip.key_after(self.index)
            self.key_wanted = False
        frame = clip.frames[self.index]
        self.index = (self.index + 1) % len(clip.frames)
        self.keys += frame.key
        self.last_frame = time.time()
        last = len(frame.parts) - 1
        made = [
            self._packet(part, n == 0, n == last, frame, transport + n) for n, part in enumerate(frame.parts)
        ]
        self.frames += 1
        self.timestamp = (self.timestamp + frame.ticks) & 0xFFFFFFFF
        self.picture = (self.picture + 1) & 0x7FFF
        self.tl0 = (self.tl0 + 1) & 0xFF
        return made

    def _packet(self, part: bytes, first: bool, last: bool, frame: Frame, transport: int) -> bytes:
        names = self.names
        sequence = self.sequence
        marked = names.payload if not last or self.clip.kind == "audio" else names.payload | 0x80
        head = _first.pack(0x90, marked, sequence, self.timestamp, names.ssrc) + self._words(transport)
        if self.clip.kind == "video":
            head += self._descriptor(first)
        if last or frame.roomy:
            mark = (
                names.origin,
                names.stream,
                frame.key,
                self.picture,
                sequence,
                self.timestamp,
                time.monotonic_ns(),
            )
            part = stamp.seal(part, mark)
        packet = head + part
        self.history[sequence % HISTORY] = (sequence, packet)
        self.sequence = (sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(part)
        return packet

    def _descriptor(self, first: bool) -> bytes:
        """RFC 7741 4.2; with simulcast also TL0PICIDX and the layer index, as browsers write it then."""
        begin = 0x90 if first else 0x80
        if not self.names.rid:
            return struct.pack("!BBH", begin, 0x80, 0x8000 | self.picture)
        return struct.pack("!BBHBB", begin, 0xE0, 0x8000 | self.picture, self.tl0, 0)

    def again(self, sequence: int, transport: int) -> bytes | None:
        """The answer to a NACK for `sequence`: RTX (RFC 4588) where agreed, otherwise the packet itself."""
        kept, packet = self.history[sequence % HISTORY]
        if kept != sequence:
            return None
        self.answered += 1
        names = self.names
        at = 16 + 4 * struct.unpack_from("!H", packet, 14)[0]
        if names.rtx is None or names.repair is None:
            return packet[:12] + self._words(transport) + packet[at:]
        marked = names.repair | packet[1] & 0x80
        head = _first.pack(
            0x90, marked, self.repair_sequence, struct.unpack_from("!I", packet, 4)[0], names.rtx
        )
        self.repair_sequence = (self.repair_sequence + 1) & 0xFFFF
        words = Extension(names, names.rid, sdp.RRID)(transport)
        return head + words + packet[2:4] + packet[at:]

    def report(self, shift: float = 0.0) -> bytes:
        """An SR for now; `shift` seconds is how wrong this peer's wall clock is."""
        now = time.time()
        rate = 48000 if self.clip.kind == "audio" else 90000
        ahead = int((now - self.last_frame) * rate) if self.last_frame else 0
        ticks = self.clip.frames[self.index].ticks
        timestamp = self.timestamp - ticks + min(ahead, rate)
        return rtcp.sender_report(
            self.names.ssrc, now + rtcp.NTP_EPOCH + shift, timestamp, self.packets, self.octets
        )


class Extension:
    """The one-byte extension block (RFC 8285) of an encoding: constant but for the send time and transport
    number."""

    def __init__(self, names: Names, rid: str, rid_name: int) -> None:
        mid = str(names.mid).encode()
        tail = bytes([sdp.MID << 4 | len(mid) - 1]) + mid
        if rid:
            tail += bytes([rid_name << 4 | len(rid) - 1]) + rid.encode()
        if names.payload == sdp.OPUS:
            tail += bytes([sdp.LEVEL << 4, 0x80 | 30])
        size = 4 + (3 if names.twcc else 0) + len(tail)
        self.tail = tail + bytes(-size % 4)
        self.head = b"\xbe\xde" + struct.pack("!H", (size + 3) // 4) + bytes([sdp.ABS_SEND << 4 | 2])
        self.twcc = names.twcc

    def __call__(self, transport: int) -> bytes:
        at = (time.monotonic_ns() << 18) // 1_000_000_000 & 0xFFFFFF
        number = struct.pack("!BH", sdp.TWCC << 4 | 1, transport & 0xFFFF) if self.twcc else b""
        return self.head + at.to_bytes(3, "big") + number + self.tail
