"""One stream that a peer receives: every packet is checked (numbering, timestamps, picture id, origin,
checksum), gaps are asked for again, and what was seen is counted for receiver reports and for the figures."""

from __future__ import annotations

import itertools
import time
import zlib
from array import array
from dataclasses import dataclass, field, fields

from tests.peers import rtcp, stamp

SILENCE = b"\xf8\xff\xfe"
GIVE_UP = 1.0
RETRY = 0.06
MOST_WANTED = 250
"""Missing packets of one stream worth asking for, as browsers have such a limit; that many fit one NACK even
when no two of them are neighbours (4 bytes each)."""
BUCKET_NS = 1 << 14
LATENCY = array("L", [0]) * (1 << 16)


@dataclass(slots=True)
class Tally:
    """Counts of one peer's receiving since the last reset."""

    packets: int = 0
    frames: int = 0
    repaired: int = 0
    repairs: int = 0
    repeats: int = 0
    lost: int = 0
    dropped: int = 0
    blanks: int = 0
    spoilt: int = 0
    strangers: int = 0
    misplaced: int = 0
    mistimed: int = 0
    mispictured: int = 0
    misnumbered: int = 0
    unauthentic: int = 0
    nacks: int = 0
    plis: int = 0
    twcc_sent: int = 0
    twcc_got: int = 0
    rr_got: int = 0
    sr_got: int = 0
    nack_got: int = 0
    pli_got: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))
        return self

    def clear(self) -> None:
        """Count from zero."""
        for item in fields(self):
            setattr(self, item.name, 0)

    def faults(self) -> dict[str, int]:
        """Every count that must be zero whatever the network did."""
        names = ("spoilt", "strangers", "misplaced", "mistimed", "mispictured", "misnumbered", "unauthentic")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@dataclass(slots=True)
class Gap:
    """A missing sequence number: since when, and when it was last asked for."""

    since: float
    asked: float = 0.0


_mark = stamp.WHOLE.unpack_from
_crc = zlib.crc32


@dataclass(slots=True, eq=False)
class Incoming:
    """What arrives under one SSRC. `slot` is the place it is shown at; `origins` are the peers that may
    speak there."""

    ssrc: int
    kind: str
    slot: int
    payload: int
    tally: Tally
    repairable: bool = True
    origins: set[int] = field(default_factory=set)
    origin: int = -1
    stream: int = -1
    expected: int = -1
    cycles: int = 0
    base: int = 0
    got: int = 0
    timestamp: int = 0
    picture: int = -1
    frame_ts: int = -1
    offset: int = -1
    gaps: dict[int, Gap] = field(default_factory=dict)
    began: bool = False
    first_at: float = 0.0
    last_ns: int = 0
    key_at: float = 0.0
    sr_middle: int = 0
    sr_at: float = 0.0
    reported: tuple[int, int] = (0, 0)
    video: bool = False
    packets: int = 0
    frames: int = 0

    def __post_init__(self) -> None:
        self.video = self.kind == "video"

    @property
    def last_at(self) -> float:
        """When the last packet came, seconds of CLOCK_MONOTONIC; 0 before the first."""
        return self.last_ns / 1e9

    def swift(
        self, view: memoryview, start: int, end: int, sequence: int, second: int, timestamp: int, now: int
    ) -> bool:
        """All of `take` for the common packet: next in order, from the same origin, with nothing wrong.

        False when it is any other, and nothing was noted then. This is where a load process spends its time.
        """
        if sequence != self.expected or second & 0x7F != self.payload or end - start < 30:
            return False
        magic, origin, source, _, _, _, ticks, sent, checksum = _mark(view, end - 26)
        if magic != 0xA51E or origin != self.origin or source != self.stream:
            return False
        if (timestamp - ticks) & 0xFFFFFFFF != self.offset:
            return False
        tally = self.tally
        if self.video:
            if view[start + 1] != 0x80 or view[start] & 0xE7 != 0x80:
                return False
            picture = (view[start + 2] & 0x7F) << 8 | view[start + 3]
            if timestamp == self.frame_ts:
                if picture != self.picture or _crc(view[start + 4 : end - 4]) != checksum:
                    return False
            else:
                if (picture - self.picture) & 0x7FFF != 1 or _crc(view[start + 4 : end - 4]) != checksum:
                    return False
                self.frame_ts, self.picture = timestamp, picture
                self.frames += 1
                tally.frames += 1
        elif _crc(view[start : end - 4]) != checksum:
            return False
        self.expected = sequence = (sequence + 1) & 0xFFFF
        if not sequence:
            self.cycles += 1
        self.got += 1
        self.packets += 1
        self.last_ns = now
        tally.packets += 1
        bucket = (now - sent) >> 14
        LATENCY[bucket if bucket < 65535 else 65535] += 1
        return True

    def take(
        self,
        view: memoryview,
        start: int,
        end: int,
        sequence: int,
        second: int,
        timestamp: int,
        now: int,
        repair: bool,
    ) -> None:
        """Check one decrypted packet whose payload is view[start:end]; `now` in ns of CLOCK_MONOTONIC."""
        tally = self.tally
        if second & 0x7F != self.payload and not repair:
            tally.misnumbered += 1
        expected = self.expected
        if sequence == expected:
            fresh = 1
        elif expected < 0:
            self._begin(sequence, now)
            fresh = 1
        else:
            fresh = self._place(sequence, expected, now / 1e9, repair)
            if not fresh:
                tally.repeats += 1
                return
        if fresh == 1:
            self.expected = (sequence + 1) & 0xFFFF
            if not self.expected:
                self.cycles += 1
        self.got += 1
        self.last_ns = now
        if repair or fresh == 3:
            tally.repaired += 1
        else:
            tally.packets += 1
            self.packets += 1
        if start == end:
            return
        body = start
        if self.video:
            body = self._descriptor(view, start, end, timestamp, fresh == 1)
        mark = stamp.read(view, body, end)
        if mark is None:
            self._unmarked(view, body, end)
        else:
            self._marked(mark, timestamp, now, repair or fresh > 1)

    def _begin(self, sequence: int, now: int) -> None:
        self.began, self.base = True, sequence
        self.first_at = now / 1e9

    def _place(self, sequence: int, expected: int, now: float, repair: bool) -> int:
        """1 for a packet after a gap, 2 for one that fills a gap unasked, 3 asked for, 0 for a repetition."""
        ahead = (sequence - expected) & 0xFFFF
        if ahead < 0x8000:
            if ahead > 2000:
                self.tally.misnumbered += 1
                self.gaps.clear()
                return 1
            for n in range(ahead):
                self.gaps[(expected + n) & 0xFFFF] = Gap(now)
            if sequence < expected:
                self.cycles += 1
            return 1
        gap = self.gaps.pop(sequence, None)
        return 0 if gap is None else 3 if gap.asked else 2

    def _descriptor(self, view: memoryview, start: int, end: int, timestamp: int, ordered: bool) -> int:
        """Where the VP8 payload begins (RFC 7741 4.2); checks the picture id of packets that come in
        order."""
        first = view[start]
        at = start + 1
        if first & 0x80 and end - start > 4:
            flags = view[at]
            at += 1
            if flags & 0x80:
                picture = view[at]
                at += 1
                if picture & 0x80:
                    picture = (picture & 0x7F) << 8 | view[at]
                    at += 1
                if ordered:
                    self._picture(picture, timestamp)
            at += (flags >> 6 & 1) + (1 if flags & 0x30 else 0)
        if first & 0x10 and at < end and not view[at] & 1 and not first & 7:
            self.key_at = time.monotonic()
        return at

    def _picture(self, picture: int, timestamp: int) -> None:
        if timestamp != self.frame_ts:
            step = (picture - self.picture) & 0x7FFF
            if self.picture >= 0 and step != 1 and not (self.gaps and step <= len(self.gaps) + 1):
                self.tally.mispictured += 1
            self.frame_ts, self.picture = timestamp, picture
            self.frames += 1
            self.tally.frames += 1
        elif picture != self.picture:
            self.tally.mispictured += 1

    def _unmarked(self, view: memoryview, body: int, end: int) -> None:
        if stamp.is_known(view[body:end]):
            return
        if (self.kind == "audio" and view[body:end] == SILENCE) or (
            self.kind == "video" and end - body < 120
        ):
            self.tally.blanks += 1
        else:
            self.tally.spoilt += 1

    def _marked(self, mark: tuple[int, ...], timestamp: int, now: int, late: bool) -> None:
        origin, stream, sent = mark[1], mark[2], mark[7]
        tally = self.tally
        if origin != self.origin or stream != self.stream:
            if self.origins and origin not in self.origins:
                tally.misplaced += 1
            if late and self.origin >= 0:
                return
            self.origin, self.stream = origin, stream
            self.offset = (timestamp - mark[6]) & 0xFFFFFFFF
        elif (timestamp - mark[6]) & 0xFFFFFFFF != self.offset:
            tally.mistimed += 1
            self.offset = (timestamp - mark[6]) & 0xFFFFFFFF
        if not late:
            bucket = (now - sent) // BUCKET_NS
            LATENCY[bucket if bucket < 65535 else 65535] += 1

    def wanted(self, now: float) -> list[int]:
        """The sequence numbers to ask for now, at most MOST_WANTED; what is missing for too long, and the
        oldest of more than that, count as lost."""
        ask = []
        surplus = len(self.gaps) - MOST_WANTED
        for sequence in list(itertools.islice(self.gaps, max(0, surplus))):
            del self.gaps[sequence]
            self.tally.lost += 1
        for sequence, gap in list(self.gaps.items()):
            if now - gap.since > GIVE_UP:
                del self.gaps[sequence]
                self.tally.lost += 1
            elif now - gap.asked >= RETRY:
                gap.asked = now
                ask.append(sequence)
        return ask if self.repairable else []

    def highest(self) -> int:
        """The extended highest sequence number."""
        return self.cycles << 16 | (self.expected - 1) & 0xFFFF if self.expected else (self.cycles << 16) - 1

    def block(self, now: float) -> bytes:
        """The report block on this stream since the last one."""
        highest = self.highest()
        expected = highest - self.base + 1
        before = self.reported
        self.reported = (expected, self.got)
        due, came = expected - before[0], self.got - before[1]
        fraction = 0 if due <= 0 or came >= due else (due - came) * 256 // due
        delay = int((now - self.sr_at) * 65536) if self.sr_middle else 0
        return rtcp.block(
            self.ssrc, min(255, fraction), expected - self.got, highest, 0, self.sr_middle, delay
        )
