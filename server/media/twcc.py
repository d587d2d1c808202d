"""Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01).

`build` tells a sender when its packets came; `parse` reads what a receiver tells us. Arrival deltas count
in 250 us.
"""

import operator
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple, NoReturn

from server.media import rtcp

_PORTION = 300
_REACH = 700
_MAX_PACKETS = 4000
"Packets that one feedback message may speak about; more is not a network but nonsense."


def portions(arrivals: Sequence[tuple[int, float]]) -> Iterator[Sequence[tuple[int, float]]]:
    """Cuts arrivals so that each part makes one packet of at most 1200 bytes.

    The numbers are the client's own and may be nonsense: those far from the first of their part are left out.
    """
    for start in range(0, len(arrivals), _PORTION):
        part = arrivals[start : start + _PORTION]
        first = part[0][0]
        yield [pair for pair in part if (pair[0] - first + _REACH & 0xFFFF) < 2 * _REACH]


def build(sender: int, media: int, count: int, arrivals: Sequence[tuple[int, float]]) -> bytes:
    """One feedback packet about (transport-wide number, monotonic seconds) pairs, at least one.

    `count` is the running number of feedback packets. Pairs may be out of order; all lie within 2^15 numbers.
    """
    return _steady(sender, media, count, arrivals) or _any(sender, media, count, arrivals)


def _steady(sender: int, media: int, count: int, arrivals: Sequence[tuple[int, float]]) -> bytes | None:
    """Feedback about packets that came all, in order, a small step apart; None for others."""
    numbers, times = zip(*arrivals, strict=True)
    base, span = numbers[0], len(numbers)
    if span > 0x1FFF or numbers != tuple(range(base, base + span)):
        return None
    ticks = [int(at * 1e6) // 250 for at in times]
    reference = int(times[0] * 1000) // 64
    steps = list(map(operator.sub, ticks, [reference * 256, *ticks]))
    if min(steps) < 0 or max(steps) > 255:
        return None
    words = (reference & 0xFFFFFF) << 8 | count & 0xFF
    body = struct.pack(">IIHHIH", sender, media, base, span, words, 1 << 13 | span) + bytes(steps)
    body += bytes(-len(body) % 4)
    return struct.pack(">BBH", 0x80 | rtcp.TRANSPORT_CC, rtcp.RTPFB, len(body) // 4) + body


def _any(sender: int, media: int, count: int, arrivals: Sequence[tuple[int, float]]) -> bytes:
    base = _lowest([number for number, _ in arrivals])
    by_distance = {number - base & 0xFFFF: at for number, at in arrivals}
    span = max(by_distance) + 1
    reference = int(by_distance[0] * 1000) // 64
    clock = reference * 64000  # us
    statuses, deltas = [], bytearray()
    for distance in range(span):
        at = by_distance.get(distance)
        if at is None:
            statuses.append(0)
            continue
        ticks = (int(at * 1e6) - clock) // 250
        clock += ticks * 250
        if 0 <= ticks <= 255:
            statuses.append(1)
            deltas.append(ticks)
        else:
            statuses.append(2)
            deltas += struct.pack(">h", max(-32768, min(32767, ticks)))
    body = struct.pack(">IIHHI", sender, media, base, span, (reference & 0xFFFFFF) << 8 | count & 0xFF)
    body += _chunks(statuses) + bytes(deltas)
    body += bytes(-len(body) % 4)
    return struct.pack(">BBH", 0x80 | rtcp.TRANSPORT_CC, rtcp.RTPFB, len(body) // 4) + body


def parse(part: rtcp.Part) -> list[tuple[int, float | None]]:
    """(transport-wide number, arrival in the receiver's seconds or None when lost) in order of numbers.

    Raises ValueError when the message is cut or speaks of too many packets.
    """
    body = part.body
    if len(body) < 16:
        raise ValueError("Transport-wide feedback is cut")
    base, span, word = struct.unpack_from(">HHI", body, 8)
    if span > _MAX_PACKETS:
        raise ValueError("Transport-wide feedback is about too many packets")
    statuses, at = _statuses(body, span)
    clock = (word >> 8) * 0.064
    found: list[tuple[int, float | None]] = []
    for distance, status in enumerate(statuses):
        arrival = None
        if status in (1, 2):
            if at + status > len(body):
                raise ValueError("Transport-wide feedback is cut")
            ticks = body[at] if status == 1 else struct.unpack_from(">h", body, at)[0]
            at += status
            clock += ticks * 0.00025
            arrival = clock
        found.append((base + distance & 0xFFFF, arrival))
    return found


class Summary(NamedTuple):
    """What an estimator needs of one feedback message."""

    received: int
    lost: int
    last: int
    "The highest transport-wide number that arrived."
    last_at: float
    "Its arrival in the receiver's seconds."


def summary(part: rtcp.Part) -> Summary:
    """Counts of a feedback message without a value per packet. Raises ValueError as `parse` does."""
    body = part.body
    if len(body) < 16:
        raise ValueError("Transport-wide feedback is cut")
    base, span, word = struct.unpack_from(">HHI", body, 8)
    if len(body) >= 18 and body[16] >> 5 == 1 and (body[16] & 0x1F) << 8 | body[17] == span:
        # One run of packets that all came, a small step apart: by far the most frequent message.
        if len(body) < 18 + span:
            raise ValueError("Transport-wide feedback is cut")
        ticks = sum(body[18 : 18 + span])
        return Summary(span, 0, base + span - 1 & 0xFFFF, (word >> 8) * 0.064 + ticks * 0.00025)
    return _sum(body, base, span, word)


def _sum(body: bytes, base: int, span: int, word: int) -> Summary:
    """As `parse`, without a value for each packet."""
    if span > _MAX_PACKETS:
        raise ValueError("Transport-wide feedback is about too many packets")
    statuses, at = _statuses(body, span)
    ticks = received = last = 0
    for distance, status in enumerate(statuses):
        if status == 1:
            ticks += body[at] if at < len(body) else _cut()
        elif status == 2:
            ticks += _large(body, at)
        else:
            continue
        at += status
        received += 1
        last = distance
    if not received:
        return Summary(0, span, 0, 0.0)
    return Summary(received, span - received, base + last & 0xFFFF, (word >> 8) * 0.064 + ticks * 0.00025)


def _large(body: bytes, at: int) -> int:
    if at + 2 > len(body):
        _cut()
    step = body[at] << 8 | body[at + 1]
    return step - 0x10000 if step & 0x8000 else step


def _cut() -> NoReturn:
    raise ValueError("Transport-wide feedback is cut")


def _lowest(numbers: Sequence[int]) -> int:
    first = numbers[0]
    return min(numbers, key=lambda number: (number - first + 0x8000) & 0xFFFF)


def _chunks(statuses: list[int]) -> bytes:
    packed = bytearray()
    at = 0
    while at < len(statuses):
        status = statuses[at]
        run = at + 1
        while run < len(statuses) and statuses[run] == status and run - at < 0x1FFF:
            run += 1
        if run - at >= 7 or run == len(statuses):
            packed += struct.pack(">H", status << 13 | run - at)
            at = run
            continue
        word = 0xC000
        for place, value in enumerate(statuses[at : at + 7]):
            word |= value << 12 - 2 * place
        packed += struct.pack(">H", word)
        at += 7
    return bytes(packed)


def _statuses(body: bytes, span: int) -> tuple[list[int], int]:
    statuses: list[int] = []
    at = 16
    while len(statuses) < span:
        if at + 2 > len(body):
            raise ValueError("Transport-wide feedback is cut")
        word = body[at] << 8 | body[at + 1]
        at += 2
        if not word & 0x8000:
            statuses += [word >> 13 & 3] * min(word & 0x1FFF, span - len(statuses))
            if not word & 0x1FFF:
                raise ValueError("Transport-wide feedback has an empty run")
        elif word & 0x4000:
            statuses += [word >> shift & 3 for shift in range(12, -2, -2)]
        else:
            statuses += [word >> shift & 1 for shift in range(13, -1, -1)]
    return statuses[:span], at
