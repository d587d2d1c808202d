"""Mutants of valid inputs, the same for the same seed.

Most keep the length, because a parser that refuses everything at its first length check has not been
tested; the rest is cut, stretched, doubled or spliced with another input.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

TELLING = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)
WIDE = (0, 1, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)


def mutants(samples: Sequence[bytes], count: int, seed: int) -> Iterator[bytearray]:
    """`count` mutants; each is made of one sample by one to six changes."""
    dice = random.Random(seed)
    for _ in range(count):
        data = bytearray(dice.choice(samples))
        for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
            if not data:
                break
            change = _RESHAPING if dice.random() < 0.12 else _KEEPING
            dice.choice(change)(data, dice, samples)
        yield data


def _flip(data: bytearray, dice: random.Random, _: Sequence[bytes]) -> None:
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _telling(data: bytearray, dice: random.Random, _: Sequence[bytes]) -> None:
    data[dice.randrange(len(data))] = dice.choice(TELLING)


def _wide(data: bytearray, dice: random.Random, _: Sequence[bytes]) -> None:
    at = dice.randrange(len(data))
    data[at : at + 2] = dice.choice(WIDE).to_bytes(2, "big")[: len(data) - at]


def _noise(data: bytearray, dice: random.Random, _: Sequence[bytes]) -> None:
    at = dice.randrange(len(data))
    size = min(len(data) - at, dice.randrange(1, 9))
    data[at : at + size] = dice.randbytes(size)


def _step(data: bytearray, dice: random.Random, _: Sequence[bytes]) -> None:
    at = dice.randrange(len(data))
    data[at] = (data[at] + dice.choice((1, -1, 4, -4))) % 256


def _overlay(data: bytearray, dice: random.Random, samples: Sequence[bytes]) -> None:
    other = dice.choice(samples)
    at = dice.randrange(len(data))
    start = dice.randrange(len(other) or 1)
    piece = other[start : start + dice.randrange(1, 40)][: len(data) - at]
    data[at : at + len(piece)] = piece


def _cut(data: bytearray, dice: random.Random, _: Sequence[bytes]) -> None:
    del data[dice.randrange(len(data)) :]


def _remove(data: bytearray, dice: random.Random, _: Sequence[bytes]) -> None:
    at = dice.randrange(len(data))
    del data[at : at + dice.randrange(1, 17)]


def _insert(data: bytearray, dice: random.Random, _: Sequence[bytes]) -> None:
    at = dice.randrange(len(data) + 1)
    data[at:at] = dice.randbytes(dice.randrange(1, 17))


def _double(data: bytearray, dice: random.Random, _: Sequence[bytes]) -> None:
    at = dice.randrange(len(data))
    piece = data[at : at + dice.randrange(1, 200)]
    data[at:at] = piece * dice.choice((1, 1, 2, 8))


def _splice(data: bytearray, dice: random.Random, samples: Sequence[bytes]) -> None:
    other = dice.choice(samples)
    data[dice.randrange(len(data)) :] = other[dice.randrange(len(other) or 1) :]


_KEEPING = (_flip, _flip, _telling, _wide, _noise, _step, _overlay)
_RESHAPING = (_cut, _remove, _insert, _double, _splice)
