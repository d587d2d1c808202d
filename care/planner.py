"""What a group wants now: every check-in with its times and state, and every message that is still to go.

A pure function of the dates, the people, what is there already and the time. Planning what was planned
changes nothing. One round of a wave is one item for each member, (member, wave, number), so a change of dates
can never make a second one: it moves what nobody has opened, lets an open form stay and close later, and
never touches what is done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from care import phases
from care.checkin_states import OPEN, State
from care.planned import Booking, Course, Item, Meeting, Pause, Place
from care.reminders import Message, about_item, about_meetings, about_sessions
from care.waves import Moment, Rhythm, Wave, at

AHEAD = timedelta(days=7)
"""Messages are wanted this long before they are due; earlier there is nothing to call back."""
MID_AT_LEAST = timedelta(hours=24)
"""How long the middle check-in is open at least, where the later sessions are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is wanted: every item that is or should be there, and every message to go within a week."""

    items: tuple[Item, ...]
    messages: tuple[Message, ...]


def plan(course: Course, now: datetime) -> Plan:
    """The plan of a group."""
    held = {item.key: item for item in course.items}
    live = _live(course.meetings)
    items: list[Item] = []
    messages: list[Message] = []
    for place in course.places:
        own = [one for one in course.bookings if one.member == place.id and one.state == "booked"]
        wanted = {} if place.left else {one.key: one for one in rounds(course, live, place, now)}
        there = [item for key, item in held.items() if key[0] == place.id]
        settled = [settle(item, wanted.pop(item.key, None), place.left, now) for item in there]
        settled += [one for one in wanted.values() if one.closes_at > now]
        items += settled
        if not place.left:
            by_round = {(one.wave, one.number): one for one in course.rhythms}
            for item in settled:
                rhythm = by_round.get(_round_of(item))
                if rhythm is not None and item.state in OPEN:
                    messages += about_item(item, rhythm, place, now)
            messages += about_sessions(live.values(), place, now)
            messages += about_meetings(own, place, now)
    soon = sorted(
        (one for one in messages if one.due_at <= now + AHEAD), key=lambda one: (one.due_at, one.key)
    )
    return Plan(items=tuple(sorted(items, key=lambda one: one.key)), messages=tuple(soon))


def rounds(course: Course, live: Mapping[int, Meeting], place: Place, now: datetime) -> Iterable[Item]:
    """The rounds this member should have by the dates as they are now, whatever is stored."""
    moments = {**_moments(live), **_first(live, place)}
    anchors = _anchors(live, place)
    for rhythm in course.rhythms:
        if rhythm.wave == Wave.WEEKLY:
            for number, meeting in live.items():
                if not place.paused(meeting.starts_at):
                    weekly = {Moment.SESSION_STARTS: meeting.starts_at}
                    yield from _round(rhythm, number, meeting.id, weekly, place, now)
            continue
        booked = [one.starts_at for one in course.bookings if _meets(one, place, rhythm)]
        met = {Moment.MEETING_STARTS: min(booked)} if booked else {}
        yield from _round(rhythm, rhythm.number, anchors.get(rhythm.wave), moments | met, place, now)


def settle(item: Item, wanted: Item | None, left: bool, now: datetime) -> Item:
    """A stored item as it should be. What is submitted, waived or expired stays as it is."""
    if item.state not in OPEN and item.state != State.SUPERSEDED:
        return item
    if wanted is None:
        stays = item.state == State.OPENED and not left
        return _over(item if stays else replace(item, state=State.SUPERSEDED), now)
    if item.state == State.SUPERSEDED:
        if wanted.closes_at <= now:
            return item
        item = replace(item, state=State.OPENED if item.was_opened else State.PLANNED)
    anchored = replace(item, session=wanted.session)
    if item.state == State.OPENED:
        return _over(replace(anchored, closes_at=max(item.closes_at, wanted.closes_at)), now)
    # Whoever was told that a form is open finds it open: its start stays, only its end follows the dates.
    told = item.state == State.INVITED or item.told
    opens_at = min(item.opens_at, wanted.opens_at) if told else wanted.opens_at
    state = State.INVITED if told else _waiting(opens_at, now)
    moved = replace(
        anchored,
        state=state,
        opens_at=opens_at,
        target_at=wanted.target_at,
        closes_at=wanted.closes_at,
    )
    return _over(moved, now)


def _over(item: Item, now: datetime) -> Item:
    return replace(item, state=State.EXPIRED) if item.state in OPEN and item.closes_at <= now else item


def _waiting(opens_at: datetime, now: datetime) -> State:
    return State.DUE if opens_at <= now else State.PLANNED


def _round(
    rhythm: Rhythm,
    number: int,
    session: str | None,
    moments: Mapping[Moment, datetime],
    place: Place,
    now: datetime,
) -> Iterable[Item]:
    """The one item of a round; none where its moments are not known or it was over before the member came."""
    closes_at = at(rhythm.closes, moments, place.zone)
    opens_at = at(rhythm.opens, moments, place.zone)
    if opens_at is None or closes_at is None:
        return
    opens_at = max(opens_at, place.joined_at)
    if opens_at >= closes_at:
        return
    target = rhythm.before_meeting and at(rhythm.before_meeting, moments, place.zone)
    target = target or at(rhythm.target, moments, place.zone) or closes_at
    yield Item(
        member=place.id,
        wave=rhythm.wave,
        number=number,
        session=session,
        opens_at=opens_at,
        target_at=min(max(target, opens_at), closes_at),
        closes_at=closes_at,
        state=_waiting(opens_at, now),
    )


def _live(meetings: Sequence[Meeting]) -> dict[int, Meeting]:
    """The numbered sessions in their order."""
    numbered = [(one.ordinal, one) for one in meetings if one.ordinal and one.state != "cancelled"]
    return dict(sorted(numbered, key=lambda pair: pair[0]))


def _middle(live: Mapping[int, Meeting]) -> Meeting | None:
    return live.get(phases.mid_between(len(live))[0]) if len(live) > 1 else None


def _moments(live: Mapping[int, Meeting]) -> dict[Moment, datetime]:
    if not live:
        return {}
    last = live[max(live)]
    found = {Moment.LAST_ENDS: last.over_at}
    middle = _middle(live)
    if middle is None or middle.ordinal is None:
        return found
    following, beyond = live.get(middle.ordinal + 1, last), live.get(middle.ordinal + 2)
    closes_at = last.over_at if beyond is None else beyond.starts_at
    return found | {
        Moment.MIDDLE_ENDS: middle.over_at,
        Moment.NEXT_STARTS: following.starts_at,
        Moment.BEYOND_STARTS: max(closes_at, middle.over_at + MID_AT_LEAST),
    }


def _first(live: Mapping[int, Meeting], place: Place) -> dict[Moment, datetime]:
    """The first session this member can come to: one who joins later has a check-in before that one."""
    starts = [one.starts_at for one in live.values() if one.starts_at > place.joined_at]
    return {Moment.FIRST_STARTS: min(starts)} if starts else {}


def _anchors(live: Mapping[int, Meeting], place: Place) -> dict[Wave, str]:
    """The sessions that the waves with one round hang on."""
    if not live:
        return {}
    last = live[max(live)].id
    found = {Wave.POST: last, Wave.FOLLOWUP: last}
    if (middle := _middle(live)) is not None:
        found[Wave.MID] = middle.id
    later = [one for one in live.values() if one.starts_at > place.joined_at]
    if later:
        found[Wave.PRE] = min(later, key=lambda one: one.starts_at).id
    return found


def _meets(one: Booking, place: Place, rhythm: Rhythm) -> bool:
    return (one.member, one.topic) == (place.id, rhythm.wave) and one.state in ("booked", "held")


def _round_of(item: Item) -> tuple[Wave, int]:
    return item.wave, 1 if item.wave == Wave.WEEKLY else item.number


__all__ = [
    "Booking",
    "Course",
    "Item",
    "Meeting",
    "Message",
    "Pause",
    "Place",
    "Plan",
    "plan",
    "rounds",
    "settle",
]
