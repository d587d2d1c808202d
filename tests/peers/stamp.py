"""The mark at the end of a payload by which a receiver knows what it got: from whom, which packet, sent
when, and whether a byte changed on the way. 26 bytes, big endian: magic, origin, stream, flags, picture id,
sequence number, timestamp, sending time in ns of CLOCK_MONOTONIC (one clock for all processes of a
machine), CRC-32 of all before it.

VP8 decoders ignore bytes after the last partition; in Opus the mark is padding (RFC 6716 3.2.5).
"""

from __future__ import annotations

import struct
import zlib

BODY = struct.Struct("!HHBBHHIQ")
WHOLE = struct.Struct("!HHBBHHIQI")
SIZE = BODY.size + 4
MAGIC = 0xA51E
_crc = struct.Struct("!I")
known: set[int] = set()


def seal(payload: bytes, fields: tuple[int, int, int, int, int, int, int]) -> bytes:
    """`payload` (whose last SIZE bytes are free) with the mark; `fields` = origin ... sending time."""
    body = payload[:-SIZE] + BODY.pack(MAGIC, *fields)
    return body + _crc.pack(zlib.crc32(body))


def remember(payload: bytes) -> None:
    """Accept `payload` without a mark: a piece of a recorded frame that has no room for one."""
    known.add(zlib.crc32(payload))


def is_known(payload: bytes | memoryview) -> bool:
    """Whether an unmarked payload is a piece of recorded media."""
    return zlib.crc32(payload) in known


def read(packet: memoryview, start: int, end: int) -> tuple[int, ...] | None:
    """The mark of the payload in packet[start:end] as (magic, origin, stream, flags, picture, seq, ts, sent
    ns); None when there is no whole mark."""
    if end - start < SIZE:
        return None
    fields = BODY.unpack_from(packet, end - SIZE)
    if fields[0] != MAGIC or zlib.crc32(packet[start : end - 4]) != _crc.unpack_from(packet, end - 4)[0]:
        return None
    return fields
