"""What every page of one place starts from: who may be here, the group with its dates, the person's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from babel import Locale
from sqlalchemy.ext.asyncio import AsyncConnection

import store.contracts
import store.dates
import store.groups
import store.people
import store.people_own
from care.contract import Terms
from care.roles import Action, Role, may
from care.series import Dated
from server import keys, render, signin
from server.pages.contract_parts import Reader
from server.staff import desk
from store.groups import Group, Session
from store.signins import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A person's place in a group at one moment. `zone` is the person's own."""

    who: SignIn
    name: str
    zone: str
    group: Group
    sessions: Sequence[Session]
    series: Sequence[Dated]
    now: datetime

    def session(self, wanted: str) -> Session:
        """One session of the group. Raises HTTPNotFound for any other."""
        for one in self.sessions:
            if one.id == wanted:
                return one
        raise web.HTTPNotFound


async def participant(request: web.Request) -> SignIn:
    """The participant who is signed in here by their own link. Raises HTTPNotFound for others: a link for one
    form opens that form alone."""
    who = await signin.current(request)
    if not may(who.role, Action.OWN_PLACE, who.purpose):
        raise web.HTTPNotFound
    return who


async def facilitator(request: web.Request) -> SignIn:
    """The facilitator who is signed in here. Raises HTTPNotFound for others."""
    who = await signin.current(request)
    if who.role != Role.FACILITATOR:
        raise web.HTTPNotFound
    return who


async def load(request: web.Request, tx: AsyncConnection, who: SignIn) -> Place:
    """The place as it is now. Raises HTTPNotFound when the group is gone."""
    group = await store.groups.find_group(tx, who.group)
    if group is None:
        raise web.HTTPNotFound
    names = await store.people.names(tx, request.app[keys.KEYS], [who.member])
    zones = await store.people_own.zones(tx, [who.member])
    return Place(
        who=who,
        name=names.get(who.member, ""),
        zone=zones.get(who.member, group.zone),
        group=group,
        sessions=await store.groups.sessions_of(tx, who.group),
        series=await store.dates.series(tx, who.group),
        now=now(request),
    )


async def terms(tx: AsyncConnection, group: str, at: datetime) -> Terms:
    """What holds in a group: its contract, or the defaults of the service before there is one."""
    version = await store.contracts.in_force(tx, group, at)
    return version.terms if version else await store.contracts.service_terms(tx)


async def desk_path(request: web.Request, who: SignIn) -> str:
    """The work list of this person, where their desk is open in this browser; "" where none is."""
    own = [one.desk for one in await desk.open_desks(request) if one.person == who.person]
    return f"/w/{own[0]}/" if own else ""


def now(request: web.Request) -> datetime:
    """This request's moment."""
    return request.app[keys.CLOCK]().wall


def reader(request: web.Request, zone: str) -> Reader:
    """In which words and by which clock a text is written for this request."""
    return Reader(words=render.words(request), locale=Locale.parse(render.language(request)), zone=zone)
