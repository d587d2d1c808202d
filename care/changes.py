"""What a change of dates would do, before anyone makes it: each change is a function to a preview.

Rows are never lost: a session that is cancelled keeps its row and loses its number, and the sessions after it
move up, so that what is planned for session k stays with number k. SEQUENCE rises with every change of time
and with a cancellation (RFC 5545, 3.8.7.4), never for a new number alone. What cannot be done comes back as
a preview with `refused`, a stable code, and nothing changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from care import zones
from care.preview import Preview, build, refusal, swapped
from care.series import Caution, Closure, Dated, Plan, closed_on, date_at, live, open_slot

MOVE, CANCEL_APPEND, CANCEL, SHIFT = "move", "cancel_append", "cancel", "shift_following"
STAND_IN, MEMBER_ZONE, REINTERPRET, UNDO = "stand_in", "member_zone", "reinterpret", "undo"
IN_CLOSURE = "in_closure"
REFUSALS = frozenset(
    {
        "no_such_session",
        "already_held",
        "running",
        "cancelled",
        "already_begun",
        "unchanged",
        "in_the_past",
        "onto_another",
        "out_of_order",
        "too_few_left",
        "unknown_zone",
        "changed_since",
    }
)
FEWEST = 8  # sessions of a group (clause 1): below that, a lost one is replaced


def move(
    series: Sequence[Dated],
    ordinal: int,
    new_local: datetime,
    *,
    now: datetime,
    closures: Iterable[Closure] = (),
) -> Preview:
    """Session `ordinal` at another local time; its number, zone and length stay."""
    before = tuple(series)
    found = changeable(before, ordinal, now)
    if isinstance(found, str):
        return refusal(MOVE, before, found)
    if new_local == found.local:
        return refusal(MOVE, before, "unchanged")
    new, cautions = redated(found, new_local)
    if code := _misfit(before, new, now):
        return refusal(MOVE, before, code)
    cautions += _in_closure(new, closures)
    return build(MOVE, before, [(found, new)], warnings=cautions)


def cancel_append(series: Sequence[Dated], ordinal: int, plan: Plan, *, now: datetime) -> Preview:
    """Session `ordinal` is cancelled and one is added at the first regular slot of the plan after the last,
    not in a closure. The sessions after it move up by one number, so the number of sessions stays."""
    before = tuple(series)
    found = changeable(before, ordinal, now)
    if isinstance(found, str):
        return refusal(CANCEL_APPEND, before, found)
    final = max(live(before), key=lambda each: each.starts_at)
    local, skipped = open_slot(_slot_after(plan, final.local), plan.every_days, plan.closures)
    added, cautions = date_at(local, plan.zone, plan.minutes, len(live(before)))
    pairs = _cancelled_and_up(before, found)
    return build(CANCEL_APPEND, before, pairs, added=(added,), warnings=skipped + cautions)


def cancel(series: Sequence[Dated], ordinal: int, *, now: datetime) -> Preview:
    """Session `ordinal` is cancelled without another in its place: the group has one session less, which is
    an amendment of the contract."""
    before = tuple(series)
    found = changeable(before, ordinal, now)
    if isinstance(found, str):
        return refusal(CANCEL, before, found)
    left = len(live(before)) - 1
    if left < FEWEST:
        return refusal(CANCEL, before, "too_few_left")
    return build(CANCEL, before, _cancelled_and_up(before, found), new_count=left)


def shift_following(
    series: Sequence[Dated],
    ordinal: int,
    days: int,
    *,
    now: datetime,
    at: time | None = None,
    every_days: int = 7,
    closures: Iterable[Closure] = (),
) -> Preview:
    """Session `ordinal` and all after it move by whole days, and to the wall time `at` where it is given.
    One that would fall into a closure goes on to the next slot, and the later ones make room for it."""
    before, known = tuple(series), tuple(closures)
    following = [each for each in live(before) if (each.ordinal or 0) >= ordinal]
    cautions: tuple[Caution, ...] = ()
    pairs: list[tuple[Dated, Dated]] = []
    floor: datetime | None = None
    for each in following:
        found = changeable(before, each.ordinal or 0, now)
        if isinstance(found, str):
            return refusal(SHIFT, before, found)
        local = each.local + timedelta(days=days)
        local = local if at is None else datetime.combine(local.date(), at)
        while floor is not None and local <= floor:
            local += timedelta(days=every_days)
        local, skipped = open_slot(local, every_days, known)
        new, caution = redated(each, local)
        cautions += tuple(replace(one, ordinal=each.ordinal) for one in skipped) + caution
        pairs.append((each, new))
        floor = local
    if not pairs:
        return refusal(SHIFT, before, "no_such_session")
    if all(was.local == new.local for was, new in pairs):
        return refusal(SHIFT, before, "unchanged")
    shifted = swapped(before, pairs)
    for _, new in pairs:
        if code := _misfit(shifted, new, now):
            return refusal(SHIFT, before, code)
    return build(SHIFT, before, pairs, warnings=cautions)


def stand_in(series: Sequence[Dated], ordinal: int, person: str | None, *, now: datetime) -> Preview:
    """Someone else leads session `ordinal` (None: as planned again). No date changes; members are told."""
    before = tuple(series)
    found = changeable(before, ordinal, now)
    if isinstance(found, str):
        return refusal(STAND_IN, before, found)
    if found.stand_in == person:
        return refusal(STAND_IN, before, "unchanged")
    after = swapped(before, [(found, replace(found, stand_in=person))])
    return Preview(kind=STAND_IN, before=before, after=after, notices=1)


def member_zone(series: Sequence[Dated], zone: str) -> Preview:
    """A member lives in another zone: no session changes. `care.foresight` says at which hours they meet."""
    before = tuple(series)
    if not zones.known(zone):
        return refusal(MEMBER_ZONE, before, "unknown_zone")
    return Preview(kind=MEMBER_ZONE, before=before, after=before)


def reinterpret(series: Sequence[Dated], tzdata: str, *, now: datetime) -> Preview:
    """The sessions to come under the zone data in use now, whose version is `tzdata`: the local hour people
    agreed on stays, its instant may differ. Refused as `unchanged` where every row has that version."""
    before = tuple(series)
    due = [each for each in live(before) if _to_come(each, now)]
    cautions: tuple[Caution, ...] = ()
    pairs = []
    for each in due:
        new, caution = redated(each, each.local)
        instants_moved = new.starts_at != each.starts_at
        kept = new if instants_moved else each
        pairs.append((each, replace(kept, tzdata=tzdata)))
        cautions += caution if instants_moved else ()
    if all(each.tzdata == tzdata for each in due):
        return refusal(REINTERPRET, before, "unchanged")
    return build(REINTERPRET, before, pairs, warnings=cautions)


def undo(made: Preview, current: Sequence[Dated], *, now: datetime) -> Preview:
    """Back to the dates before `made`: every session as it was but for its SEQUENCE, which rises again, and
    an added session is cancelled. `current` are the stored rows, which must still be as `made` left them."""
    held = tuple(current)
    after = {each.id: each for each in held}
    left = {each.id: each for each in made.after if each.id is not None}
    added = [each for each in held if each.id not in {one.id for one in made.before}]
    if any(after.get(key) != each for key, each in left.items()) or len(added) != len(made.appended):
        return refusal(UNDO, held, "changed_since")
    pairs = [(after[each.id], _restored(each, after[each.id])) for each in made.before]
    if any(was != new and min(was.starts_at, new.starts_at) <= now for was, new in pairs):
        return refusal(UNDO, held, "already_begun")
    pairs += [(each, called_off(each)) for each in added]
    count = None if made.new_count is None else len(live(made.before))
    return build(UNDO, held, pairs, new_count=count)


def changeable(series: Sequence[Dated], ordinal: int, now: datetime) -> Dated | str:
    """The session that may still be changed, or a code for why not: no_such_session, already_held (closed),
    running (open), cancelled, already_begun."""
    found = next((each for each in series if each.ordinal == ordinal), None)
    if found is None:
        return "no_such_session"
    codes = {"closed": "already_held", "open": "running", "cancelled": "cancelled"}
    if found.state in codes:
        return codes[found.state]
    return "already_begun" if found.starts_at <= now else found


def redated(dated: Dated, local: datetime) -> tuple[Dated, tuple[Caution, ...]]:
    """The session at another local time in its own zone and length, SEQUENCE raised, and what the clocks do
    at that time."""
    fresh, cautions = date_at(local, dated.zone, dated.minutes, dated.ordinal or 0)
    new = replace(
        dated,
        local=local,
        starts_at=fresh.starts_at,
        ends_at=fresh.ends_at,
        tzdata=fresh.tzdata,
        sequence=dated.sequence + 1,
    )
    return new, cautions


def called_off(dated: Dated) -> Dated:
    """The session cancelled, without its number, SEQUENCE raised."""
    return replace(dated, state="cancelled", ordinal=None, sequence=dated.sequence + 1)


def _misfit(series: Sequence[Dated], new: Dated, now: datetime) -> str | None:
    """Why a session cannot be at its new time among the others, None where it can."""
    if new.starts_at <= now:
        return "in_the_past"
    others = [each for each in live(series) if each.ordinal != new.ordinal and each.state != "cancelled"]
    if any(each.starts_at < new.ends_at and new.starts_at < each.ends_at for each in others):
        return "onto_another"
    number = new.ordinal or 0
    for each in others:
        if ((each.ordinal or 0) < number) != (each.starts_at < new.starts_at):
            return "out_of_order"
    return None


def _in_closure(new: Dated, closures: Iterable[Closure]) -> tuple[Caution, ...]:
    closure = closed_on(new.local.date(), closures)
    if closure is None:
        return ()
    return (Caution(code=IN_CLOSURE, ordinal=new.ordinal, local=new.local, why=closure.why),)


def _slot_after(plan: Plan, last: datetime) -> datetime:
    """The first regular slot of the plan after a local time."""
    passed = (last - plan.first_local) // timedelta(days=plan.every_days)
    return plan.first_local + timedelta(days=plan.every_days) * (max(passed, -1) + 1)


def _cancelled_and_up(before: tuple[Dated, ...], found: Dated) -> list[tuple[Dated, Dated]]:
    """The cancelled session, and each later one with the number before its own."""
    number = found.ordinal or 0
    later = [each for each in live(before) if (each.ordinal or 0) > number]
    return [
        (found, called_off(found)),
        *((each, replace(each, ordinal=(each.ordinal or 0) - 1)) for each in later),
    ]


def _restored(was: Dated, current: Dated) -> Dated:
    same_entry = (was.local, was.starts_at, was.ends_at, was.state) == (
        current.local,
        current.starts_at,
        current.ends_at,
        current.state,
    )
    return replace(was, sequence=current.sequence + (0 if same_entry else 1))


def _to_come(each: Dated, now: datetime) -> bool:
    return each.state == "planned" and each.starts_at > now
