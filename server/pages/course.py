"""The sessions of a group as its pages need them: what comes, what is past, which one stands in front."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.people
import store.rooms
from server import keys
from store.groups import Group, Session
from store.signins import SignIn

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A group with its sessions, and the name of the person who looks."""

    group: Group
    sessions: Sessions
    name: str


def arrange(sessions: Sequence[Session], count: int, now: datetime, ended: Collection[str] = ()) -> Sessions:
    """Split at what is over; a session that overruns stays in front for an hour, one whose room was
    ended does not. One that was called off stands in the past once its day has come."""
    gone = [one for one in sessions if one.state in OVER or one.id in ended or one.ends_at + LINGER < now]
    past = [one for one in reversed(gone) if one.state != "cancelled" or one.starts_at < now]
    return Sessions(upcoming=tuple(one for one in sessions if one not in gone), past=tuple(past), total=count)


async def load(request: web.Request, tx: AsyncConnection, who: SignIn) -> Course:
    """The course of this person's group. Raises HTTPNotFound when the group is gone."""
    now = request.app[keys.CLOCK]().wall
    group = await store.groups.find_group(tx, who.group)
    if group is None:
        raise web.HTTPNotFound
    found = await store.groups.sessions_of(tx, who.group)
    ended = {
        one.id
        for one in found
        if one.state not in OVER and one.starts_at < now and await _has_ended(tx, one.id)
    }
    names = await store.people.names(tx, request.app[keys.KEYS], [who.member])
    return Course(
        group=group, sessions=arrange(found, group.count, now, ended), name=names.get(who.member, "")
    )


async def _has_ended(tx: AsyncConnection, session: str) -> bool:
    """The room is over before the scheduler has closed the session."""
    room = await store.rooms.load(tx, session)
    return room is not None and room.state == "ended"
