"""What every page about individual meetings shows: windows, what is booked, who leads it, times by day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.individual
import store.meeting_times
import store.people
from care.meeting_states import TOPICS, Booking, State, standing
from care.meetings import Window
from server import keys, render
from server.pages import meeting_words, place
from store.groups import Member
from store.meeting_times import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One of the three meetings of one member. `state` is a word of `care.meeting_states`."""

    code: str
    title: str
    about: str
    state: str
    state_words: str
    window: Window | None
    booking: Booking | None
    leader: str = ""
    door_at: datetime | None = None
    door_open: bool = False
    begun: bool = False
    over: bool = False
    days: Sequence[tuple[datetime, Sequence[Slot]]] = field(default_factory=tuple)


async def topics(
    request: web.Request, tx: AsyncConnection, who: Member, now: datetime, *, times: bool = False
) -> list[Topic]:
    """The three meetings of a member; with `times` what they could book or move to."""
    windows = await store.meeting_times.windows(tx, who.group, now)
    bookings = await store.individual.of_member(tx, who.id)
    leaders = {one.facilitator for one in bookings if one.facilitator}
    names = await store.people.names(tx, request.app[keys.KEYS], sorted(leaders))
    minutes = (await place.terms(tx, who.group, now)).door_minutes
    words = render.words(request)
    found = []
    for code in TOPICS:
        booking = standing(bookings, who.id, code)
        state = State.NEEDED if booking is None else booking.state
        starts_at = booking.starts_at if booking else None
        door_at = starts_at - timedelta(minutes=minutes) if starts_at else None
        free: Sequence[Slot] = ()
        if times and state in (State.NEEDED, State.BOOKED):
            besides = booking.session if booking else None
            free = await store.meeting_times.free(tx, who, code, now, besides)
        window = windows.get(code)
        found.append(
            Topic(
                code=code,
                title=meeting_words.topic_words(words, code),
                about=meeting_words.about_words(words, code),
                state=state.value,
                state_words=meeting_words.state_words(words, state.value),
                window=window,
                booking=booking,
                leader=names.get(booking.facilitator or "", "") if booking else "",
                door_at=door_at,
                door_open=door_at is not None and now >= door_at,
                begun=starts_at is not None and now >= starts_at,
                over=window is not None and now >= window.closes_at,
                days=by_day(free),
            )
        )
    return found


def by_day(slots: Iterable[Slot], zone: str = "") -> Sequence[tuple[datetime, Sequence[Slot]]]:
    """Times grouped by the day they fall on in a zone (their own without one), each day with its first."""
    found: dict[date, list[Slot]] = {}
    for one in slots:
        found.setdefault(one.starts_at.astimezone(ZoneInfo(zone or one.zone)).date(), []).append(one)
    return [(of_day[0].starts_at, of_day) for of_day in found.values()]


def next_one(topics: Iterable[Topic], now: datetime) -> Topic | None:
    """The booked meeting that comes next or runs, None where there is none."""
    lingers = timedelta(minutes=30)
    ahead = [
        one
        for one in topics
        if one.state == State.BOOKED and one.booking and (one.booking.ends_at or now) + lingers > now
    ]
    return min(ahead, key=lambda one: (one.booking and one.booking.starts_at) or now, default=None)


def to_book(topics: Iterable[Topic], now: datetime) -> list[Topic]:
    """The meetings a member could choose a time for now."""
    return [
        one
        for one in topics
        if one.state == State.NEEDED and one.window and one.window.opens_at <= now < one.window.closes_at
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One member in the table of who has met: a state and its time for each topic."""

    member: str
    name: str
    cells: Sequence[Mapping[str, object]]


async def table(
    request: web.Request, tx: AsyncConnection, group: str, people: Sequence[Member]
) -> list[Line]:
    """The table: needed, booked, held, and nothing of what was said."""
    words = render.words(request)
    bookings = await store.individual.bookings_of_group(tx, group)
    names = await store.people.names(tx, request.app[keys.KEYS], [one.id for one in people])
    found = []
    for who in people:
        cells = []
        for code in TOPICS:
            booking = standing(bookings, who.id, code)
            state = (booking.state if booking else State.NEEDED).value
            cells.append(
                {
                    "topic": code,
                    "state": state,
                    "words": meeting_words.state_words(words, state),
                    "at": booking.starts_at if booking else None,
                    "meeting": booking.id if booking else "",
                }
            )
        found.append(Line(member=who.id, name=names.get(who.id, ""), cells=cells))
    return found


async def participants(tx: AsyncConnection, group: str) -> list[Member]:
    """The present participants of a group, by seat."""
    return [one for one in await store.groups.members(tx, group) if one.role == "participant"]


async def me(tx: AsyncConnection, member: str) -> Member:
    """The present member. Raises HTTPNotFound."""
    found = await store.groups.member_by_id(tx, member)
    if found is None:
        raise web.HTTPNotFound
    return found
