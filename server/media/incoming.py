"""What a member sends: a track is a microphone or a camera, a stream one SSRC of it (one simulcast layer).

A stream keeps what receiver reports, repair and forwarding need; it never looks inside a frame.
"""

from typing import TYPE_CHECKING

from server.media import rtcp
from server.media.clocks import MemberClock, signed32
from server.media.history import History
from server.media.keyframes import Throttle
from server.media.lost import Missing

if TYPE_CHECKING:
    from server.media.outgoing import Out

AUDIO_HISTORY = 256
VIDEO_HISTORY = 512
GOING_S = 0.15
OFF_S = 0.4
STOOD_STILL_S = 0.2
_NO_REPORT_LAG_S = 0.010
"A packet is taken to be captured this long before it comes, until a sender report tells."


class Track:
    """A microphone or camera of one leg."""

    __slots__ = ("clock", "clock_rate", "keyframes", "kind", "leg", "order", "outs", "streams")

    def __init__(self, leg: str, kind: str, clock: MemberClock, order: tuple[str, ...]) -> None:
        self.leg = leg
        self.kind = kind
        self.clock = clock
        self.clock_rate = 48000 if kind == "audio" else 90000
        self.order = order or ("",)
        "Layer names, lowest first."
        self.streams: dict[str, Stream] = {}
        self.outs: list[Out] = []
        self.keyframes = Throttle()

    def active(self, now: float) -> list["Stream"]:
        """Layers that are sent, lowest first: something came of them in the last second.

        While another layer goes on, a shorter silence tells that one was switched off.
        """
        found = [self.streams[rid] for rid in self.order if rid in self.streams]
        going = any(now - stream.last_at < GOING_S for stream in found)
        pause_s = OFF_S if going else 1.0
        return [stream for stream in found if now - stream.last_at < pause_s]


class Stream:
    """One SSRC of a track."""

    __slots__ = (
        "arrived",
        "base",
        "cycles",
        "expected_before",
        "height",
        "highest",
        "history",
        "jitter",
        "kind",
        "last_at",
        "last_report",
        "loud",
        "missing",
        "octets",
        "octets_before",
        "outs",
        "outs_plain",
        "packets",
        "picture",
        "rate_bps",
        "received_before",
        "report",
        "report_at",
        "rid",
        "rtx_ssrc",
        "ssrc",
        "timestamp",
        "tl0",
        "track",
        "transit",
        "waiting",
    )

    def __init__(self, track: Track, rid: str, ssrc: int, sequence: int) -> None:
        self.track = track
        self.kind = track.kind
        self.rid = rid
        self.ssrc = ssrc
        self.rtx_ssrc: int | None = None
        self.history = History(AUDIO_HISTORY if track.kind == "audio" else VIDEO_HISTORY)
        self.missing = Missing()
        self.outs: list[Out] = []
        "Subscribers with transport-wide numbers: the hot list."
        self.outs_plain: list[Out] = []
        "Subscribers without."
        self.waiting: list[Out] = []
        "Subscribers that join at the next key frame (video) or packet (audio)."
        self.highest = sequence - 1 & 0xFFFF
        self.base = sequence
        self.cycles = 0
        self.timestamp = 0
        self.picture = 0
        self.tl0 = 0
        self.packets = 0
        self.octets = 0
        self.arrived = 0
        self.last_at = 0.0
        self.loud = 0
        self.height = 0
        "Of the picture, from its last key frame."
        self.rate_bps = 0.0
        self.octets_before = 0
        self.transit = 0.0
        self.jitter = 0.0
        self.report: rtcp.SenderInfo | None = None
        self.report_at = 0.0
        self.last_report = 0.0
        self.expected_before = 0
        self.received_before = 0

    def captured_s(self, timestamp: int, now: float) -> float:
        """When a packet with this RTP timestamp was captured, in our seconds; `now` is when it came."""
        if self.report is not None:
            at = self.track.clock.ours(self.report.ntp)
            if at is not None:
                return at + signed32(timestamp - self.report.rtp) / self.track.clock_rate
        return now - _NO_REPORT_LAG_S

    def stood_still(self, timestamp: int, now: float) -> bool:
        """True when its timestamps did not go on with the clock since its last packet.

        Some browsers count no time while a microphone is off.
        """
        if not self.packets:
            return False
        counted = signed32(timestamp - self.timestamp) / self.track.clock_rate
        return abs(now - self.last_at - counted) > STOOD_STILL_S

    def measure(self, elapsed_s: float) -> None:
        """Updates the bitrate; called about each half second."""
        octets = self.octets + 44 * self.packets
        rate = (octets - self.octets_before) * 8 / elapsed_s
        self.octets_before = octets
        self.rate_bps = rate if not self.rate_bps else self.rate_bps * 0.6 + rate * 0.4

    def report_block(self, now: float) -> rtcp.Report:
        """Reception since the last call, for a receiver report (RFC 3550 section 6.4.1)."""
        highest = self.cycles << 16 | self.highest
        expected = highest - self.base + 1
        expected_now, received_now = expected - self.expected_before, self.arrived - self.received_before
        self.expected_before, self.received_before = expected, self.arrived
        lost_now = max(0, expected_now - received_now)
        fraction = min(255, (lost_now << 8) // expected_now) if expected_now > 0 else 0
        last_sr, delay = 0, 0
        if self.report is not None:
            last_sr = self.report.ntp >> 16 & 0xFFFFFFFF
            delay = int((now - self.report_at) * 65536) & 0xFFFFFFFF
        lost = expected - self.arrived
        jitter = int(self.jitter) & 0xFFFFFFFF
        return rtcp.Report(self.ssrc, fraction, lost, highest & 0xFFFFFFFF, jitter, last_sr, delay)
