"""A ledger written by hand: what each person of a group should have been asked, sent and credited with, and
how that is held against what really happened.

One text file a group. `everybody` is what each member has; a section of a member says what differs: a round
that reads otherwise, `no WAVE NUMBER`, letters that come (`+`) or do not (`-`), `away FROM .. TO` for a time
in which none of everybody's letters come, `every STATE STATE` for rounds that end otherwise, `clock ZONE` for
the times of the lines below it, `alone` where nothing is shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

Round = tuple[str, int]
EVER = {"ever": datetime.min.replace(tzinfo=UTC)}
END = datetime.max.replace(tzinfo=UTC)


@dataclass
class Account:
    """One person: rounds with opening, end and state; letters with the minute they came; standing."""

    rounds: dict[Round, tuple[datetime, datetime, str]] = field(default_factory=dict)
    letters: Counter[tuple[datetime, str]] = field(default_factory=Counter)
    standing: str = ""

    def copy(self) -> Account:
        """An account of its own that says the same."""
        return Account(dict(self.rounds), Counter(self.letters), self.standing)


class Unreadable(ValueError):
    """A line of a ledger that nobody can read."""


def read(path: Path) -> dict[str, Account]:
    """The accounts of a file by name."""
    found: dict[str, Account] = {}
    shared, now, clock, zone = Account(), [Account()], ZoneInfo("UTC"), ZoneInfo("UTC")
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        match line.partition("#")[0].split():
            case []:
                pass
            case ["group", name]:
                zone = ZoneInfo(name)
            case ["everybody"]:
                now, clock = [shared], zone
            case ["member", *names]:
                now, clock = [shared.copy() for _ in names], zone
                found |= dict(zip(names, now, strict=True))
            case ["facilitator", name]:
                now, clock = [Account()], zone
                found[name] = now[0]
            case ["clock", name]:
                clock = ZoneInfo(name)
            case words:
                try:
                    for one in now:
                        _apply(one, words, clock)
                except (ValueError, KeyError) as wrong:
                    raise Unreadable(f"{path.name}:{number}: {line.strip()}") from wrong
    return found


def _apply(one: Account, words: list[str], clock: ZoneInfo) -> None:
    match words:
        case ["alone"]:
            one.rounds, one.letters, one.standing = {}, Counter(), ""
        case ["no", wave, number]:
            del one.rounds[wave, int(number)]
        case ["every", was, state]:
            one.rounds = {
                key: (opens, closes, state if held == was else held)
                for key, (opens, closes, held) in one.rounds.items()
            }
        case ["away", *span]:
            since, until = " ".join(span).split(" .. ")
            first = EVER["ever"] if since == "ever" else _at(since, clock)
            last = END if until == "ever" else _at(until, clock)
            one.letters = Counter({key: n for key, n in one.letters.items() if not first <= key[0] < last})
        case ["+", day, hour, kind]:
            one.letters[_at(f"{day} {hour}", clock), kind] += 1
        case ["-", day, hour, kind]:
            key = (_at(f"{day} {hour}", clock), kind)
            if not one.letters[key]:
                raise ValueError("no such letter to take away")
            one.letters[key] -= 1
        case ["standing", *text]:
            one.standing = " ".join(text)
        case [wave, number, from_day, from_hour, to_day, to_hour, state]:
            span = _at(f"{from_day} {from_hour}", clock), _at(f"{to_day} {to_hour}", clock)
            one.rounds[wave, int(number)] = (*span, state)
        case _:
            raise ValueError("unknown line")


def _at(text: str, clock: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock).astimezone(UTC)


def until(accounts: Mapping[str, Account], when: datetime) -> dict[str, Account]:
    """What these accounts say about the time before `when`: letters that had come, rounds that were over."""
    return {
        name: Account(
            rounds={key: held for key, held in one.rounds.items() if held[1] < when},
            letters=Counter({key: n for key, n in one.letters.items() if key[0] < when}),
        )
        for name, one in accounts.items()
    }


def differences(expected: Mapping[str, Account], seen: Mapping[str, Account]) -> list[str]:
    """One line for each round, letter or standing that is not as it should be, in the order of names."""
    found = []
    for name in sorted(expected.keys() | seen.keys()):
        want, have = expected.get(name, Account()), seen.get(name, Account())
        for key in sorted(want.rounds.keys() | have.rounds.keys()):
            if want.rounds.get(key) != have.rounds.get(key):
                found.append(
                    f"{name}: {key[0]} {key[1]}: {_said(want.rounds.get(key))}, "
                    f"but it is {_said(have.rounds.get(key))}"
                )
        for what, letters in (
            ("missing", want.letters - have.letters),
            ("too much", have.letters - want.letters),
        ):
            found += [f"{name}: {what}: {at:%a %d %b %H:%M}Z {kind}" for at, kind in letters.elements()]
        if want.standing != have.standing:
            found.append(f"{name}: standing {want.standing}, but it is {have.standing}")
    return found


def _said(held: tuple[datetime, datetime, str] | None) -> str:
    return "none" if held is None else f"{held[0]:%d %b %H:%M}Z to {held[1]:%d %b %H:%M}Z {held[2]}"
