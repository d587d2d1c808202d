"""RTCP packets that a forwarder reads and writes (RFC 3550, 4585, 5104; transport-wide feedback is in
twcc.py).

`parse` walks a compound packet; it raises ValueError and nothing else. Writers return whole packets, to be
joined.
"""

import struct
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
NACK, TRANSPORT_CC = 1, 15
PLI, FIR, APPLICATION = 1, 4, 15
MAX_NACK_WORDS = 64
"More in one message is no loss but a broken path; a key frame mends that."

_HEADER = struct.Struct(">BBH")
_REPORT = struct.Struct(">IIIIII")
_SENDER = struct.Struct(">IQIII")
_ECHO = struct.Struct(">I12xII")
_ECHOES = 4


class Report(NamedTuple):
    """One report block."""

    ssrc: int
    fraction: int
    "Share of packets lost since the last report, in 1/256."
    lost: int
    highest: int
    "Extended highest sequence number."
    jitter: int
    last_sr: int
    "Middle 32 bits of the NTP time of the last sender report."
    delay: int
    "Time since that report in 1/65536 s."


class SenderInfo(NamedTuple):
    """What a sender report says about its stream."""

    ssrc: int
    ntp: int
    "64-bit NTP timestamp."
    rtp: int
    packets: int
    octets: int


class Part(NamedTuple):
    """One packet of a compound."""

    kind: int
    form: int
    "Report count or feedback message type."
    body: bytes
    "Everything behind the four bytes of header, without padding."


def parse(data: bytes) -> list[Part]:
    """The packets of a compound. Raises ValueError when one is cut or of another version."""
    parts = []
    at = 0
    while at < len(data):
        if at + 4 > len(data):
            raise ValueError("RTCP header is cut")
        first, kind, words = _HEADER.unpack_from(data, at)
        end = at + 4 + words * 4
        if first >> 6 != 2 or end > len(data):
            raise ValueError("RTCP packet is cut or not of version 2")
        body = data[at + 4 : end]
        if first & 0x20:
            if not body or not 0 < body[-1] <= len(body):
                raise ValueError("RTCP padding is not valid")
            body = body[: -body[-1]]
        parts.append(Part(kind, first & 0x1F, body))
        at = end
    return parts


def sender_info(part: Part) -> SenderInfo:
    """The sender block of an SR. Raises ValueError when it is cut."""
    if len(part.body) < _SENDER.size:
        raise ValueError("RTCP sender report is cut")
    return SenderInfo(*_SENDER.unpack_from(part.body))


def reports(part: Part) -> list[Report]:
    """The report blocks of an SR or RR. Raises ValueError when one is cut."""
    found = []
    for ssrc, loss, *others in _REPORT.iter_unpack(_blocks(part)):
        lost = loss & 0xFFFFFF
        found.append(Report(ssrc, loss >> 24, lost - 0x1000000 if lost & 0x800000 else lost, *others))
    return found


def echoes(part: Part) -> list[tuple[int, int, int]]:
    """(SSRC, last_sr, delay) of the first report blocks: enough to know the round trip.

    Raises ValueError as `reports` does.
    """
    return list(islice(_ECHO.iter_unpack(_blocks(part)), _ECHOES))


def _blocks(part: Part) -> bytes:
    at = _SENDER.size if part.kind == SR else 4
    end = at + part.form * _REPORT.size
    if len(part.body) < end:
        raise ValueError("RTCP report block is cut")
    return part.body[at:end]


def media_ssrc(part: Part) -> int:
    """The stream that a feedback packet is about. Raises ValueError when it is cut."""
    if len(part.body) < 8:
        raise ValueError("RTCP feedback is cut")
    return int.from_bytes(part.body[4:8], "big")


def nacked(part: Part) -> list[int]:
    """Sequence numbers asked for by a generic NACK (RFC 4585 section 6.2.1)."""
    found: list[int] = []
    for at in range(8, min(len(part.body) - 3, 8 + 4 * MAX_NACK_WORDS), 4):
        first, mask = struct.unpack_from(">HH", part.body, at)
        found.append(first)
        for bit in range(16):
            if mask >> bit & 1:
                found.append(first + bit + 1 & 0xFFFF)
    return found


def fir_requests(part: Part) -> list[tuple[int, int]]:
    """(SSRC, command sequence number) pairs of a full intra request (RFC 5104 section 4.3.1)."""
    return [
        (int.from_bytes(part.body[at : at + 4], "big"), part.body[at + 4])
        for at in range(8, len(part.body) - 7, 8)
    ]


def remb(part: Part) -> int | None:
    """Bits per second of a receiver estimated maximum bitrate message.

    None when the packet is another one.
    """
    body = part.body
    if len(body) < 16 or body[8:12] != b"REMB":
        return None
    return ((body[13] & 0x03) << 16 | body[14] << 8 | body[15]) << (body[13] >> 2)


def receiver_report(ssrc: int, blocks: Sequence[Report]) -> bytes:
    """An RR with up to 31 blocks."""
    data = struct.pack(">I", ssrc)
    for block in blocks[:31]:
        loss = block.fraction << 24 | max(-0x800000, min(0x7FFFFF, block.lost)) & 0xFFFFFF
        data += _REPORT.pack(block.ssrc, loss, block.highest, block.jitter, block.last_sr, block.delay)
    return _packet(RR, min(31, len(blocks)), data)


def sender_report(info: SenderInfo, cname: str) -> bytes:
    """An SR without report blocks, and the SDES with the CNAME that has to go with it."""
    data = _SENDER.pack(info.ssrc, info.ntp, info.rtp, info.packets & 0xFFFFFFFF, info.octets & 0xFFFFFFFF)
    item = bytes((1, len(cname))) + cname.encode()
    chunk = struct.pack(">I", info.ssrc) + item
    chunk += bytes(4 - len(chunk) % 4)  # at least one zero octet ends the list of items
    return _packet(SR, 0, data) + _packet(SDES, 1, chunk)


def nack(sender: int, media: int, sequences: Iterable[int]) -> bytes:
    """A generic NACK; the numbers in ascending order modulo 2^16."""
    data = struct.pack(">II", sender, media)
    first, mask = -1, 0
    for number in sequences:
        distance = number - first & 0xFFFF
        if first >= 0 and 0 < distance <= 16:
            mask |= 1 << distance - 1
            continue
        if first >= 0:
            data += struct.pack(">HH", first, mask)
        first, mask = number, 0
    return _packet(RTPFB, NACK, data + struct.pack(">HH", first, mask))


def picture_loss(sender: int, media: int) -> bytes:
    """A PLI (RFC 4585 section 6.3.1)."""
    return _packet(PSFB, PLI, struct.pack(">II", sender, media))


def _packet(kind: int, form: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | form, kind, len(body) // 4) + body
