"""What a change to a signed contract is: nothing, a noticed revision of dates, or an amendment to be signed.

A moved date needs no new signature. A change of the number of sessions, the rhythm, weekday or hour, the
zone, the length, or of any other term does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from care.contract import Terms
from care.series import Dated, live

NOTHING, REVISION, AMENDMENT = "nothing", "revision", "amendment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that two versions of the terms do not share, and whether it must be signed anew."""

    field: str
    kind: str


def differences(before: Terms, after: Terms) -> tuple[Difference, ...]:
    """The fields that differ, in their order. A later first day at the same weekday and hour, or another
    closure, only moves dates."""
    return tuple(
        Difference(field=each.name, kind=_kind(each.name, before, after))
        for each in fields(Terms)
        if getattr(before, each.name) != getattr(after, each.name)
    )


def kind(before: Terms, after: Terms) -> str:
    """The weightiest of the differences: nothing, revision or amendment."""
    kinds = {each.kind for each in differences(before, after)}
    return AMENDMENT if AMENDMENT in kinds else REVISION if kinds else NOTHING


def kind_of_dates(before: Sequence[Dated], after: Sequence[Dated]) -> str:
    """The same for two states of a group's sessions: another number, zone or length is an amendment, and so
    is another weekday or hour for two or more sessions up to the last; single moved dates are a revision."""
    old, new = live(before), {_name(each): each for each in live(after)}
    if len(old) != len(new):
        return AMENDMENT
    pairs = [(was, new[_name(was)]) for was in old if was.state == "planned" and _name(was) in new]
    if any(was.zone != now.zone or was.minutes != now.minutes for was, now in pairs):
        return AMENDMENT
    if _stays_changed([_slot(was.local) != _slot(now.local) for was, now in pairs]):
        return AMENDMENT
    same = all(_name(was) in new and new[_name(was)].local == was.local for was in old)
    return NOTHING if same else REVISION


def takes_effect(offered_at: datetime, terms: Terms) -> datetime:
    """When an amendment may take effect at the earliest: after its notice (aware UTC)."""
    return offered_at + timedelta(days=terms.amendment_notice_days)


def _kind(name: str, before: Terms, after: Terms) -> str:
    if name == "closures":
        return REVISION
    if name == "first_local" and _slot(before.first_local) == _slot(after.first_local):
        return REVISION
    return AMENDMENT


def _slot(local: datetime) -> tuple[int, int, int]:
    """Weekday, hour and minute: what a rhythm consists of."""
    return local.weekday(), local.hour, local.minute


def _stays_changed(changed: Sequence[bool]) -> bool:
    """Whether at least two in a row are changed and nothing after them is as before."""
    first = changed.index(True) if True in changed else len(changed)
    return len(changed) - first > 1 and all(changed[first:])


def _name(dated: Dated) -> str | int | None:
    return dated.id or dated.uid or dated.ordinal
