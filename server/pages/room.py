"""The room page: everything a browser needs to join, in one document."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

import store.groups
import store.people
from care.roles import Action, may
from server import keys, render, signin
from server.pages.room_words import room_words
from store.groups import Session

MODULES = tuple(
    f"js/room/{name}.js"
    for name in (
        *("backoff", "banner", "devices", "dialogs", "door", "failures", "health", "layout"),
        *("lobby", "media", "memory", "moderation", "own", "page", "panel", "peer", "pressed", "protocol"),
        *("roster", "rtc", "screens", "signal", "stage", "unread", "wake"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the page must know about the person and the session."""

    place: str
    role: str
    name: str
    csrf: str
    session: Session


async def room(request: web.Request) -> web.Response:
    """The room page of a session of the person's own group; anything else is not found."""
    who = await signin.current(request)
    if not may(who.role, Action.ENTER_ROOM, who.purpose):
        raise web.HTTPNotFound
    async with request.app[keys.DATABASE].read() as tx:
        session = await store.groups.session(tx, request.match_info["session"])
        names = await store.people.names(tx, request.app[keys.KEYS], [who.member])
    if session is None or session.group != who.group:
        raise web.HTTPNotFound
    entry = Entry(
        place=who.place,
        role=who.role,
        name=names.get(who.member, ""),
        csrf=signin.csrf_value(request, who),
        session=session,
    )
    return render.page(request, "room/room.html", **context(request, entry))


def context(request: web.Request, entry: Entry) -> dict[str, Any]:
    """The template's values."""
    assets = request.app[render.RENDERER].assets
    language = render.language(request)
    home = f"/s/{entry.place}/"
    return {
        "role": entry.role,
        "name": entry.name,
        "session": entry.session,
        "session_title": entry.session.title,
        "home_path": home,
        "modules": MODULES,
        "words": dict(room_words(render.words(request))),
        "config": {
            "ticket": f"{home}ticket/{entry.session.id}",
            "csrf": entry.csrf,
            "role": entry.role,
            "language": language,
            "zone": entry.session.zone,
            "chime": assets.address("sound/chime.wav"),
        },
    }


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/room/{session}", room)]
