"""Who is called because a check-in waits: from when it was due and whether it is done, never from answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from care.checkin_states import OPEN, State
from care.planned import Item
from care.thresholds import Kind, Owner, Wanted
from care.waves import Rhythm, Wave

WITHIN = timedelta(days=2)
WORTH = timedelta(days=14)
"""A round that closed longer ago is history."""


def calls(
    group: str, present: frozenset[str], items: Iterable[Item], rhythms: Iterable[Rhythm], now: datetime
) -> tuple[Wanted, ...]:
    """The calls a group wants now about check-ins of members who are there."""
    by_wave = {one.wave: one for one in rhythms}
    own = [one for one in items if one.member in present]
    late = [one for one in own if _late(one, by_wave, now)]
    found = [
        _call(group, one, f"checkin|{one.wave}", f"{one.wave}_waits", overdue_at(one, by_wave) or now)
        for one in late
    ]
    most = by_wave[Wave.WEEKLY].call_run if Wave.WEEKLY in by_wave else None
    for member in sorted(present):
        run = missed_run([one for one in own if (one.member, one.wave) == (member, Wave.WEEKLY)])
        if most is not None and len(run) >= most and run[-1].closes_at + WORTH > now:
            about, last = f"checkin|weekly|{run[0].number}", run[most - 1]
            found.append(_call(group, last, about, f"weekly_missed:{len(run)}", last.closes_at))
    return tuple(sorted(found, key=lambda one: (one.due_at, one.key)))


def overdue_at(one: Item, by_wave: Mapping[Wave, Rhythm]) -> datetime | None:
    """When a person calls: some days after it should have been done, at the latest when it closes."""
    days = by_wave[one.wave].call_days if one.wave in by_wave else None
    return None if days is None else min(one.target_at + timedelta(days=days), one.closes_at)


def missed_run(weekly: Iterable[Item]) -> list[Item]:
    """The newest rounds running that closed without being done, oldest first."""
    run: list[Item] = []
    for one in sorted(weekly, key=lambda item: item.number):
        if one.state == State.EXPIRED:
            run.append(one)
        elif one.state in (State.SUBMITTED, State.WAIVED):
            run = []
    return run


def _late(one: Item, by_wave: Mapping[Wave, Rhythm], now: datetime) -> bool:
    at = overdue_at(one, by_wave)
    waits = one.state in OPEN or (one.state == State.EXPIRED and one.closes_at + WORTH > now)
    return at is not None and waits and at <= now


def _call(group: str, one: Item, about: str, reason: str, since: datetime) -> Wanted:
    return Wanted(
        key=f"{Kind.CHECKIN_CALL}|{one.member}|{about}",
        kind=Kind.CHECKIN_CALL,
        group=group,
        member=one.member,
        session=None,
        reasons=(reason,),
        due_at=since + WITHIN,
        owner_role=Owner.COORDINATOR,
    )
