"""The room page: everything a browser needs to join, in one document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

import store.checklists
import store.individual
import store.openable
import store.people
from care.roles import Action, may
from server import keys, render, signin
from server.pages import individual_one, meeting_words
from server.pages.room_words import room_words
from store.groups import Session
from store.signins import SignIn

MODULES = tuple(
    f"js/room/{name}.js"
    for name in (
        *("backoff", "banner", "checklist", "devices", "dialogs", "door", "failures", "health", "layout"),
        *("lobby", "media", "memory", "moderation", "own", "page", "panel", "patience", "peer"),
        *("pressed", "protocol", "roster", "rtc", "screens", "signal", "stage", "unread", "wake"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """What is different where two people meet: the name of the meeting, and the facilitator's list."""

    title: str
    meeting: str
    items: Sequence[Mapping[str, object]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the page must know about the person and the session."""

    place: str
    role: str
    name: str
    csrf: str
    session: Session
    alone: Alone | None = None


async def room(request: web.Request) -> web.Response:
    """The room page of a session of the person's own group; anything else is not found."""
    who = await signin.current(request)
    if not may(who.role, Action.ENTER_ROOM, who.purpose):
        raise web.HTTPNotFound
    async with request.app[keys.DATABASE].read() as tx:
        session = await store.openable.find(tx, request.match_info["session"])
        names = await store.people.names(tx, request.app[keys.KEYS], [who.member])
    if session is None or not store.openable.open_to(session, who.group, who.member, who.role):
        raise web.HTTPNotFound
    alone = await apart(request, who, session)
    entry = Entry(
        place=who.place,
        role=who.role,
        name=names.get(who.member, ""),
        csrf=signin.csrf_value(request, who),
        session=session,
        alone=alone,
    )
    return render.page(request, "room/room.html", **context(request, entry))


async def apart(request: web.Request, who: SignIn, session: Session) -> Alone | None:
    """The individual meeting of this room, None for a session of the group. A facilitator gets its list, and
    that is logged."""
    if session.member is None:
        return None
    async with request.app[keys.DATABASE].write() as tx:
        booking = await store.individual.of_session(tx, session.id)
        if booking is None:
            raise web.HTTPNotFound
        title = meeting_words.topic_words(render.words(request), booking.topic)
        if not may(who.role, Action.KEEP_CHECKLIST, who.purpose):
            return Alone(title=title, meeting=booking.id)
        now = request.app[keys.CLOCK]().wall
        ticked = await store.checklists.access_ticks(
            tx, request.app[keys.KEYS], who.member, booking.id, individual_one.PURPOSE, now
        )
    items = individual_one.items(request, booking.topic, ticked)
    return Alone(title=title, meeting=booking.id, items=items)


def context(request: web.Request, entry: Entry) -> dict[str, Any]:
    """The template's values."""
    assets = request.app[render.RENDERER].assets
    language = render.language(request)
    home = f"/s/{entry.place}/"
    return {
        "role": entry.role,
        "name": entry.name,
        "session": entry.session,
        "session_title": entry.alone.title if entry.alone else entry.session.title,
        "alone": entry.alone,
        "home_path": home,
        "modules": MODULES,
        "words": told(request, entry),
        "config": {
            "ticket": f"{home}ticket/{entry.session.id}",
            "csrf": entry.csrf,
            "role": entry.role,
            "language": language,
            "zone": entry.session.zone,
            "chime": assets.address("sound/chime.wav"),
            "checklist": f"{home}individual/{entry.alone.meeting}/checklist"
            if entry.alone and entry.alone.items
            else "",
        },
    }


def told(request: web.Request, entry: Entry) -> dict[str, str]:
    """The phrases of the scripts; an individual meeting has no number."""
    words = render.words(request)
    found = dict(room_words(words))
    if entry.alone:
        found["session"] = words.gettext("Until {until}")
    return found


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/room/{session}", room)]
