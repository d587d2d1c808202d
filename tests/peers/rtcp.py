"""RTCP as a browser writes and reads it: receiver reports, sender reports (RFC 3550), NACK, PLI and FIR
(RFC 4585, RFC 5104), transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01). Apart
from the server's."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
NACK, TWCC, PLI, FIR, REMB = 1, 15, 1, 4, 15
NTP_EPOCH = 2208988800


def walk(packet: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(packet type, count or format, body after the first 4 bytes) of each part; ValueError when it does
    not fit."""
    at = 0
    while at < len(packet):
        if len(packet) - at < 4:
            raise ValueError("rest of a compound packet")
        first, kind, words = struct.unpack_from("!BBH", packet, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(packet):
            raise ValueError("part beyond the end of the compound packet")
        yield kind, first & 31, packet[at + 4 : end]
        at = end


def part(kind: int, count: int, body: bytes) -> bytes:
    """One RTCP packet; the body is filled up to whole words."""
    body += bytes(-len(body) % 4)
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def sender_report(ssrc: int, ntp: float, timestamp: int, packets: int, octets: int) -> bytes:
    """An SR without report blocks; `ntp` in seconds since 1900."""
    seconds = int(ntp)
    fraction = int((ntp - seconds) * 2**32) & 0xFFFFFFFF
    values = (
        ssrc,
        seconds & 0xFFFFFFFF,
        fraction,
        timestamp & 0xFFFFFFFF,
        packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )
    return part(SR, 0, struct.pack("!6I", *values))


def receiver_report(ssrc: int, blocks: Iterable[bytes]) -> bytes:
    """RRs of at most 31 blocks each; one empty RR when there are none."""
    blocks = list(blocks)
    runs = [blocks[n : n + 31] for n in range(0, len(blocks), 31)] or [[]]
    return b"".join(part(RR, len(run), struct.pack("!I", ssrc) + b"".join(run)) for run in runs)


def block(ssrc: int, fraction: int, lost: int, highest: int, jitter: int, lsr: int, dlsr: int) -> bytes:
    """One report block."""
    lost = max(-0x800000, min(0x7FFFFF, lost)) & 0xFFFFFF
    return struct.pack("!6I", ssrc, fraction << 24 | lost, highest & 0xFFFFFFFF, jitter, lsr, dlsr)


def sdes(ssrc: int, cname: str) -> bytes:
    """An SDES with the CNAME alone."""
    name = cname.encode()
    return part(SDES, 1, struct.pack("!IBB", ssrc, 1, len(name)) + name + b"\0")


def nack(sender: int, media: int, lost: Iterable[int]) -> bytes:
    """A generic NACK for the sequence numbers in `lost`."""
    body = bytearray(struct.pack("!II", sender, media))
    first, mask = -1, 0
    for sequence in sorted(set(lost)):
        if first >= 0 and sequence - first <= 16:
            mask |= 1 << (sequence - first - 1)
            continue
        if first >= 0:
            body += struct.pack("!HH", first, mask)
        first, mask = sequence, 0
    body += struct.pack("!HH", first, mask) if first >= 0 else b""
    return part(RTPFB, NACK, bytes(body))


def nacked(body: bytes) -> tuple[int, list[int]]:
    """(media SSRC, sequence numbers) of a NACK's body."""
    media = struct.unpack_from("!I", body, 4)[0]
    lost = []
    for at in range(8, len(body) - 3, 4):
        first, mask = struct.unpack_from("!HH", body, at)
        lost.append(first)
        lost += [(first + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1]
    return media, lost


def pli(sender: int, media: int) -> bytes:
    """A picture loss indication."""
    return part(PSFB, PLI, struct.pack("!II", sender, media))


def transport_feedback(sender: int, media: int, count: int, arrivals: list[tuple[int, int]]) -> bytes:
    """TWCC feedback; `arrivals` = (sequence number, arrival in ns) sorted by sequence number, at least one,
    within half of the number space; `count` is the feedback packet's own number."""
    base = arrivals[0][0]
    reference = arrivals[0][1] // 64_000_000
    symbols, deltas = _deltas(base, reference * 256, arrivals)
    chunks = _chunks(symbols)
    head = struct.pack(
        "!IIHHI", sender, media, base & 0xFFFF, len(symbols), (reference & 0xFFFFFF) << 8 | count & 0xFF
    )
    body = head + chunks + deltas
    return part(RTPFB, TWCC, body)


def _deltas(base: int, last: int, arrivals: list[tuple[int, int]]) -> tuple[list[int], bytes]:
    span = arrivals[-1][0] - base + 1
    if span == len(arrivals):
        all_ticks = [at // 250_000 for _, at in arrivals]
        steps = list(map(int.__sub__, all_ticks, [last, *all_ticks]))
        if min(steps) >= 0 and max(steps) < 256:
            return [1] * span, bytes(steps)
    symbols: list[int] = []
    deltas = bytearray()
    for sequence, at in arrivals:
        symbols += [0] * (sequence - base - len(symbols))
        ticks = at // 250_000
        delta = ticks - last
        last = ticks
        if 0 <= delta <= 255:
            symbols.append(1)
            deltas.append(delta)
        else:
            symbols.append(2)
            deltas += struct.pack("!h", max(-32768, min(32767, delta)))
    return symbols, bytes(deltas)


def _chunks(symbols: list[int]) -> bytes:
    if len(symbols) < 8192 and symbols.count(1) == len(symbols):
        return struct.pack("!H", 1 << 13 | len(symbols))
    out = bytearray()
    for at in range(0, len(symbols), 7):
        value = 0xC000
        for place, symbol in enumerate(symbols[at : at + 7]):
            value |= symbol << (12 - 2 * place)
        out += struct.pack("!H", value)
    return bytes(out)


def feedback_numbers(body: bytes) -> tuple[int, int]:
    """(first sequence number, count of packets spoken of) of a TWCC feedback's body."""
    base, count = struct.unpack_from("!HH", body, 8)
    return base, count
