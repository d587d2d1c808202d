"""The hot loop: one incoming packet to all who watch it, and single packets for repair, blanks and probes.

A canonical packet is laid out once per incoming packet, 24 bytes of header and then the payload:

     0  V=2 X=1            1  marker, payload type     2  sequence      4  timestamp     8  SSRC
    12  0xBEDE, 2 words   16  transport-cc (id, 2)    19  level or orientation (id, 1)  21  padding

Per subscriber only bytes 1 to 19 and the two picture numbers of VP8 differ; they are written over a copy in a
buffer that lives as long as the process, which is then encrypted in place and sent. Nothing is allocated,
awaited or logged. A subscriber without transport-wide numbers gets abs-send-time in their place.
"""

import socket
from struct import Struct
from typing import TYPE_CHECKING

from server.media.incoming import Stream
from server.media.rtc_backend import Scratch, copy_into, srtp_protect

if TYPE_CHECKING:
    from server.media.history import Kept
    from server.media.ice import Address
    from server.media.incoming import Track
    from server.media.leg import Leg
    from server.media.outgoing import Blank, Out, Segment
    from server.media.plane import Plane

HEADER_BYTES = 24
SENT = 4096
"Sent packets remembered per leg for transport-wide feedback; a power of two."

_BEDE = 0xBEDE0002
_pack_wide = Struct(">BHIIIBHB").pack_into
_pack_abs = Struct(">BHIIIBHBBB").pack_into
_pack_picture = Struct(">HB").pack_into
_pack_number = Struct(">H").pack_into

PREFIX = tuple(bytes((0x90,)) + bytes(19) + bytes((value, 0, 0, 0)) for value in range(256))
"Header templates by value of the level or orientation extension."

_scratch = Scratch()
_data, _view, _pointer, _length = _scratch.data, _scratch.view, _scratch.pointer, _scratch.length


class Count:
    """What was sent to one leg with transport-wide numbers."""

    __slots__ = ("drops", "number", "sent")

    def __init__(self) -> None:
        self.number = 0
        "The last one used."
        self.sent = [0.0] * SENT
        "When each was sent, by its number modulo SENT."
        self.drops = 0
        "Packets that the socket did not take."


class Pure:
    """The fan-out in Python alone. A compiled one has the same methods."""

    def __init__(self) -> None:
        self.fan_out = fan_out

    def new_count(self) -> Count:
        """For a new leg."""
        return Count()

    def new_outs(self) -> "list[Out]":
        """For a new stream: the list of its subscribers."""
        return []

    def new_stream(self, track: "Track", rid: str, ssrc: int, sequence: int) -> Stream:
        """What a leg begins to send."""
        return Stream(track, rid, ssrc, sequence)

    def new_sender(self) -> None:
        """Nothing is known of a leg beside itself."""

    def new_addresses(self) -> "dict[Address, Leg]":
        """Whose datagrams come from where: nobody's yet."""
        return {}

    def reader(self, plane: "Plane", sock: socket.socket) -> None:
        """The port reads its socket itself."""

    def on_receiving(self, leg: "Leg") -> None:
        """What the leg sends, or the keys to open it, are others now."""

    def gather(self, leg: "Leg") -> None:
        """All that is noted of a leg stands in it already."""

    def on_sending(self, leg: "Leg") -> None:
        """The leg's keys or path are others now."""


def fan_out(
    outs: "list[Out]",
    packet: bytes,
    marker: bool,
    sequence: int,
    timestamp: int,
    picture_at: int,
    picture: int,
    tl0: int,
    has_value: int,
    now: float,
) -> None:
    """Sends a canonical packet to subscribers with transport-wide numbers.

    `picture_at` is the offset of the VP8 picture id in the packet, negative when no TL0PICIDX follows it, 0
    when there is none; `has_value` is 1 when the packet carries a level or orientation. A full socket drops
    the packet: the subscriber asks again.
    """
    size = len(packet)
    for out in outs:
        leg = out.leg
        counted = leg.count
        counted.number = number = (counted.number + 1) & 0xFFFF
        copy_into(_pointer, packet, size)
        _pack_wide(
            _data,
            1,
            out.marked if marker else out.plain,
            (sequence + out.sequences) & 0xFFFF,
            (timestamp + out.timestamps) & 0xFFFFFFFF,
            out.ssrc,
            _BEDE,
            out.wide_byte,
            number,
            out.level_byte * has_value,
        )
        if picture_at > 0:
            _pack_picture(
                _data, picture_at, (picture + out.pictures) & 0x7FFF | 0x8000, (tl0 + out.tl0s) & 0xFF
            )
        elif picture_at:
            _pack_number(_data, -picture_at, (picture + out.pictures) & 0x7FFF | 0x8000)
        _length[0] = size
        if srtp_protect(out.seal, _pointer, _length):
            counted.drops += 1
            continue
        counted.sent[number & 4095] = now
        try:
            leg.send_to(_view[: size + leg.overhead], leg.address)
        except OSError:
            counted.drops += 1


def fan_out_plain(
    outs: "list[Out]",
    packet: bytes,
    marker: bool,
    sequence: int,
    timestamp: int,
    picture_at: int,
    picture: int,
    tl0: int,
    has_value: int,
    now: float,
) -> None:
    """As `fan_out`, for subscribers without transport-wide numbers."""
    for out in outs:
        _one(out, packet, marker, sequence + out.sequences, timestamp + out.timestamps, has_value, now)
        if picture_at:
            _picture(picture_at, picture + out.pictures, tl0 + out.tl0s)
        _seal_and_send(out, len(packet))


def send_late(out: "Out", kept: "Kept", segment: "Segment", now: float) -> None:
    """Sends one kept packet once more or late, on the SSRC of the slot."""
    sequence, packet, timestamp, picture_at, marker = kept
    _one(out, packet, marker, sequence + segment.offset, timestamp + segment.timestamps, 0, now)
    if picture_at:
        _mend_picture(packet, picture_at, segment)
    _seal_and_send(out, len(packet))


def send_repair(out: "Out", kept: "Kept", segment: "Segment", now: float) -> int:
    """Sends one kept packet in an RTX packet (RFC 4588 section 4); returns its size in bytes."""
    sequence, packet, timestamp, picture_at, marker = kept
    size = len(packet) + 2
    _one(out, packet, marker, 0, timestamp + segment.timestamps, 0, now)
    if picture_at:
        _mend_picture(packet, picture_at, segment)
    _data[HEADER_BYTES + 2 : size] = _data[HEADER_BYTES : size - 2]
    _pack_number(_data, HEADER_BYTES, sequence + segment.offset & 0xFFFF)
    _as_rtx(out, marker)
    _seal_and_send(out, size)
    return size


def send_padding(out: "Out", size: int, timestamp: int, now: float) -> None:
    """Sends padding of `size` bytes (at most 255) on the RTX SSRC, to probe for room."""
    _one(out, PREFIX[0], False, 0, timestamp, 0, now)
    _data[HEADER_BYTES : HEADER_BYTES + size] = bytes(size - 1) + bytes((size,))
    _data[0] = 0xB0
    _as_rtx(out, False)
    _seal_and_send(out, HEADER_BYTES + size)


def send_blank(out: "Out", blank: "Blank", now: float) -> None:
    """Sends a packet that the server made itself."""
    packet = PREFIX[0] + blank.payload
    _one(out, packet, blank.marker, blank.sequence, blank.timestamp, 0, now)
    out.packets += 1
    out.octets += len(blank.payload)
    _seal_and_send(out, len(packet))


def send_first(
    out: "Out",
    packet: bytes,
    marker: bool,
    sequence: int,
    timestamp: int,
    picture_at: int,
    picture: int,
    tl0: int,
    has_value: int,
    now: float,
) -> None:
    """The first packet after a change of source; of sound it carries the marker (RFC 3551 section 4.1)."""
    loop = fan_out if out.wide else fan_out_plain
    first = marker or out.kind == "audio"
    loop([out], packet, first, sequence, timestamp, picture_at, picture, tl0, has_value, now)


def _one(
    out: "Out", packet: bytes, marker: bool, sequence: int, timestamp: int, has_value: int, now: float
) -> None:
    """Writes a packet with the header of one subscriber into the buffer."""
    leg = out.leg
    copy_into(_pointer, packet, len(packet))
    kind = out.marked if marker else out.plain
    level, value = out.level_byte * has_value, packet[20] if has_value else 0
    if out.wide:
        counted = leg.count
        counted.number = number = (counted.number + 1) & 0xFFFF
        counted.sent[number & 4095] = now
        _pack_wide(
            _data,
            1,
            kind,
            sequence & 0xFFFF,
            timestamp & 0xFFFFFFFF,
            out.ssrc,
            _BEDE,
            out.wide_byte,
            number,
            level,
        )
        _data[20] = value
        return
    stamp = int(now * 262144) & 0xFFFFFF if out.wide_byte else 0  # 6.18 fixed point seconds
    _pack_abs(
        _data, 1, kind, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, out.ssrc, _BEDE, out.wide_byte, stamp >> 8,
        stamp & 0xFF, level, value,
    )  # fmt: skip


def _as_rtx(out: "Out", marker: bool) -> None:
    assert out.rtx_ssrc is not None
    assert out.rtx_type is not None
    out.rtx_sequence = out.rtx_sequence + 1 & 0xFFFF
    _data[1] = out.rtx_type | 0x80 if marker else out.rtx_type
    _pack_number(_data, 2, out.rtx_sequence)
    _data[8:12] = out.rtx_ssrc.to_bytes(4, "big")


def _picture(at: int, picture: int, tl0: int) -> None:
    _pack_number(_data, abs(at), picture & 0x7FFF | 0x8000)
    if at > 0:
        _data[at + 2] = tl0 & 0xFF


def _mend_picture(packet: bytes, at: int, segment: "Segment") -> None:
    place = abs(at)
    picture = (packet[place] << 8 | packet[place + 1]) + segment.pictures
    _picture(at, picture, packet[place + 2] + segment.tl0s if at > 0 else 0)


def _seal_and_send(out: "Out", size: int) -> None:
    leg = out.leg
    _length[0] = size
    if srtp_protect(out.seal, _pointer, _length):
        leg.count.drops += 1
        return
    try:
        leg.send_to(_view[: _length[0]], leg.address)
    except OSError:
        leg.count.drops += 1
