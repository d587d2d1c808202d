"""The VP8 payload descriptor (RFC 7741 section 4.2), and a black picture to leave behind in a freed slot."""

Descriptor = tuple[bool, int, int, int]
"""(starts a key frame, offset of the 15-bit picture id from the payload's start, picture id, TL0PICIDX).

The offset is 0 when there is no 15-bit picture id, and negative when no TL0PICIDX stands right behind it.
A tuple, because one is made for every video packet.
"""

BLACK_FRAME = bytes.fromhex("1002009d012a100010000047088585889984880202000c0d6000feffab5080")
"""A 16x16 black key frame, without descriptor."""


def black_packet(picture: int, tl0: int) -> bytes:
    """The RTP payload of a black key frame with a full descriptor."""
    return bytes((0x90, 0xC0, 0x80 | picture >> 8 & 0x7F, picture & 0xFF, tl0 & 0xFF)) + BLACK_FRAME


def parse(payload: bytes | bytearray | memoryview, start: int, end: int) -> Descriptor:
    """The descriptor of the payload in [start, end), in a buffer that reaches at least six bytes further.

    Raises ValueError when it is cut.
    """
    first = payload[start]
    at = start + 1
    picture_at = picture = tl0 = 0
    if first & 0x80:
        flags = payload[at]
        at += 1
        if flags & 0x80:
            if payload[at] & 0x80:
                picture_at = start - at
                picture = (payload[at] & 0x7F) << 8 | payload[at + 1]
                at += 1
            at += 1
        if flags & 0x40:
            if picture_at:
                picture_at = -picture_at
                tl0 = payload[at]
            at += 1
        if flags & 0x30:
            at += 1
    if at >= end:
        raise ValueError("VP8 payload descriptor is cut")
    return (first & 0x17) == 0x10 and not payload[at] & 0x01, picture_at, picture, tl0


def height(payload: bytes | bytearray, start: int, end: int) -> int:
    """The height of the picture in the first packet of a key frame (RFC 6386 section 9.1).

    0 when it is not there.
    """
    code = payload.find(b"\x9d\x01\x2a", start, min(end, start + 16))
    return (payload[code + 5] | payload[code + 6] << 8) & 0x3FFF if code > 0 and code + 7 <= end else 0
