"""What a subscriber receives in one slot section: one SSRC that lives as long as the connection.

People and layers change behind it. The receiver sees one unbroken stream: sequence numbers and picture ids
go on, timestamps follow one clock. `Segment`s remember which incoming packet became which number, for
repair; they are dropped when the slot is freed, so a late request never fetches packets of the person who
sat there before.
"""

import random
from typing import TYPE_CHECKING, Any, NamedTuple

from server.media import vp8
from server.media.answer import ABS_TIME, LEVEL, ORIENTATION, TRANSPORT_CC, Accepted
from server.media.clocks import signed32
from server.media.keyframes import Patience

if TYPE_CHECKING:
    from server.media.incoming import Stream, Track
    from server.media.leg import Leg
    from server.media.rtc_backend import SlotSeal

MAX_SEGMENTS = 16
SILENCE = bytes((0xF8, 0xFF, 0xFE))
"An Opus packet of 20 ms of silence (RFC 6716: CELT, full band, mono, nothing coded)."
SILENCES = 5
BLACKS = 2
_AUDIO_STEP = 960
_VIDEO_STEP = 3000
"Smallest advance of the timestamp at a change of source: one packet of 20 ms, one frame at 30/s."


class Segment(NamedTuple):
    """Outgoing numbers from `first` on are numbers of `stream` plus `offset`."""

    first: int
    stream: "Stream"
    offset: int
    timestamps: int
    pictures: int
    tl0s: int


class Blank(NamedTuple):
    """One packet that the server makes itself."""

    payload: bytes
    sequence: int
    timestamp: int
    marker: bool


class Out:
    """One slot section of a subscriber."""

    __slots__ = (
        "blanks",
        "first_in",
        "height",
        "kind",
        "last_picture",
        "last_sequence",
        "last_timestamp",
        "last_tl0",
        "leg",
        "level",
        "level_byte",
        "marked",
        "octets",
        "octets_from",
        "origin",
        "packets",
        "packets_from",
        "patience",
        "paused",
        "pictures",
        "plain",
        "priority",
        "repaired",
        "rtx_sequence",
        "rtx_ssrc",
        "rtx_type",
        "seal",
        "sealing",
        "segments",
        "sequences",
        "slot",
        "ssrc",
        "stream",
        "timestamps",
        "tl0s",
        "track",
        "waits_on",
        "wide",
        "wide_byte",
    )

    def __init__(self, leg: "Leg", section: Accepted, ssrc: int, rtx_ssrc: int | None) -> None:
        assert section.slot is not None
        self.leg = leg
        self.kind = section.kind
        self.slot = section.slot
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.plain = section.payload_type
        self.marked = section.payload_type | 0x80
        self.rtx_type = section.rtx_type
        self.rtx_sequence = random.getrandbits(14)
        self.wide = TRANSPORT_CC in section.extensions
        if self.wide:
            self.wide_byte = section.extensions[TRANSPORT_CC] << 4 | 1
        else:
            self.wide_byte = section.extensions[ABS_TIME] << 4 | 2 if ABS_TIME in section.extensions else 0
        level = section.extensions.get(LEVEL if section.kind == "audio" else ORIENTATION)
        self.level_byte = level << 4 if level is not None else 0
        self.priority = 0
        self.level = 1
        "Layer to follow, of those that are sent."
        self.height: int | None = None
        "Shown height in device pixels, 0 when hidden, None when the client did not say."
        self.paused = False
        "True while the path is too narrow for this video."
        self.patience = Patience()
        self.track: Track | None = None
        self.stream: Stream | None = None
        "Forwarded now."
        self.waits_on: Stream | None = None
        "Forwarded from its next key frame on."
        self.segments: list[Segment] = []
        self.sealing: SlotSeal | None = None
        self.seal: Any = None
        "What closes packets of this section, from the first one on."
        self.first_in = 0
        self.sequences = self.timestamps = self.pictures = self.tl0s = 0
        self.origin = random.getrandbits(32)
        # Small numbers at the start, so that the SRTP rollover counter of the receiver starts at zero with
        # ours.
        self.last_sequence = random.getrandbits(14)
        self.last_timestamp: int | None = None
        self.last_picture = random.getrandbits(15)
        self.last_tl0 = random.getrandbits(8)
        self.packets = self.octets = 0
        self.packets_from = self.octets_from = 0
        self.blanks: list[Blank] = []
        self.repaired: dict[int, float] = {}
        "When a packet was last repeated, by its number."

    def would_do_with(self, stream: "Stream") -> bool:
        """True when nothing is shown and a key frame of this layer is better than to wait for the wanted one.

        A camera that was just switched on often sends its lowest layer alone for a while. A higher layer than
        wanted would cost the subscriber more than was decided.
        """
        if self.stream is not None or self.waits_on is None:
            return False
        order = stream.track.order
        return order.index(stream.rid) < order.index(self.waits_on.rid)

    def attach(
        self,
        stream: "Stream",
        sequence: int,
        timestamp: int,
        picture: int,
        tl0: int,
        now: float,
        *,
        still_waits: bool = False,
    ) -> None:
        """Continues with a stream whose packet with these numbers comes first.

        `still_waits` keeps waiting for another one.
        """
        self.detach()
        if self.sealing is None:
            self.sealing = self.leg.slot_seal()
            self.seal = self.sealing.context
        self.blanks.clear()
        if not still_waits:
            self.stop_waiting()
        self.stream = stream
        self.first_in = sequence
        self.sequences = self.last_sequence + 1 - sequence & 0xFFFF
        self.timestamps = self._timestamp(stream, timestamp, now) - timestamp & 0xFFFFFFFF
        self.pictures = self.last_picture + 1 - picture & 0x7FFF
        self.tl0s = self.last_tl0 + 1 - tl0 & 0xFF
        self.packets_from, self.octets_from = stream.packets, stream.octets
        first = self.last_sequence + 1 & 0xFFFF
        self.segments.append(
            Segment(first, stream, self.sequences, self.timestamps, self.pictures, self.tl0s)
        )
        del self.segments[:-MAX_SEGMENTS]
        (stream.outs if self.wide else stream.outs_plain).append(self)

    def detach(self) -> None:
        """Stops forwarding and remembers where the numbers stand."""
        stream = self.stream
        if stream is None:
            return
        (stream.outs if self.wide else stream.outs_plain).remove(self)
        self.stream = None
        self.last_sequence = stream.highest + self.sequences & 0xFFFF
        self.last_timestamp = stream.timestamp + self.timestamps & 0xFFFFFFFF
        self.last_picture = stream.picture + self.pictures & 0x7FFF
        self.last_tl0 = stream.tl0 + self.tl0s & 0xFF
        self.packets += stream.packets - self.packets_from
        self.octets += stream.octets - self.octets_from

    def release(self) -> None:
        """Frees the slot: nothing more of this source.

        No repair of it, and blanks to wipe what is still shown.
        """
        shown = bool(self.segments)
        self.stop_waiting()
        self.detach()
        self.segments.clear()
        if self.track is not None:
            self.track.outs.remove(self)
            self.track = None
        self.paused = False
        if shown:
            self._blank()

    def wait_on(self, stream: "Stream") -> None:
        """Switches to this stream at its next key frame or packet."""
        if self.waits_on is not stream:
            self.stop_waiting()
            self.waits_on = stream
            stream.waiting.append(self)

    def stop_waiting(self) -> None:
        """Stays with what is forwarded now."""
        if self.waits_on is not None:
            self.waits_on.waiting.remove(self)
            self.waits_on = None

    def segment(self, sequence: int) -> Segment | None:
        """Where the packet with this outgoing number came from."""
        for segment in reversed(self.segments):
            if sequence - segment.first & 0xFFFF < 0x8000:
                return segment
        return None

    def totals(self) -> tuple[int, int]:
        """(packets, payload octets) sent since the start, without repeats."""
        if self.stream is None:
            return self.packets, self.octets
        return (
            self.packets + self.stream.packets - self.packets_from,
            self.octets + self.stream.octets - self.octets_from,
        )

    def _timestamp(self, stream: "Stream", timestamp: int, now: float) -> int:
        rate = stream.track.clock_rate
        wanted = self.origin + int(stream.captured_s(timestamp, now) * rate) & 0xFFFFFFFF
        if self.last_timestamp is None:
            return wanted
        step = _AUDIO_STEP if self.kind == "audio" else _VIDEO_STEP
        if signed32(wanted - self.last_timestamp) < step:
            return self.last_timestamp + step & 0xFFFFFFFF
        return wanted

    def _blank(self) -> None:
        step = _AUDIO_STEP if self.kind == "audio" else _VIDEO_STEP
        for _ in range(SILENCES if self.kind == "audio" else BLACKS):
            self.last_sequence = self.last_sequence + 1 & 0xFFFF
            self.last_timestamp = (self.last_timestamp or 0) + step & 0xFFFFFFFF
            payload = SILENCE
            if self.kind == "video":
                self.last_picture = self.last_picture + 1 & 0x7FFF
                self.last_tl0 = self.last_tl0 + 1 & 0xFF
                payload = vp8.black_packet(self.last_picture, self.last_tl0)
            self.blanks.append(Blank(payload, self.last_sequence, self.last_timestamp, self.kind == "video"))
