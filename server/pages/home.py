"""Where a personal link leads: the next session, or the sessions of one's group."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.people
import store.rooms
from care.roles import Action, may
from server import keys, render, signin
from store.groups import Session

OVER = ("closed", "cancelled")
LINGER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The sessions of a group as a start page needs them."""

    upcoming: tuple[Session, ...]
    past: tuple[Session, ...]
    total: int

    @property
    def next(self) -> Session | None:
        """The one that runs or comes next."""
        return self.upcoming[0] if self.upcoming else None


def arrange(sessions: list[Session], count: int, now: datetime, ended: Collection[str] = ()) -> Sessions:
    """Split at what is over; a session that overruns stays in front for an hour, one whose room was
    ended does not."""
    gone = [one for one in sessions if one.state in OVER or one.id in ended or one.ends_at + LINGER < now]
    return Sessions(
        upcoming=tuple(one for one in sessions if one not in gone), past=tuple(reversed(gone)), total=count
    )


async def home(request: web.Request) -> web.Response:
    """The start page of the person who is signed in at this place."""
    who = await signin.current(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        group = await store.groups.find_group(tx, who.group)
        sessions = await store.groups.sessions_of(tx, who.group)
        names = await store.people.names(tx, request.app[keys.KEYS], [who.member])
        ended = {
            one.id
            for one in sessions
            if one.state not in OVER and one.starts_at < now and await _has_ended(tx, one.id)
        }
    if group is None:
        raise web.HTTPNotFound
    return render.page(
        request,
        f"pages/home/{who.role}.html",
        place=who.place,
        name=names.get(who.member, ""),
        group_title=group.title,
        sessions=arrange(sessions, group.count, now, ended),
        zone=group.zone,
        can_enter=may(who.role, Action.ENTER_ROOM, who.purpose),
    )


async def _has_ended(tx: AsyncConnection, session: str) -> bool:
    """The room is over before the scheduler has closed the session."""
    room = await store.rooms.load(tx, session)
    return room is not None and room.state == "ended"


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/", home)]
