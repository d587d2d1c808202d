"""One member as the facilitators of the group see them: who asks about whom, and what a section of that
member's page is made of."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.people
from care.roles import Role
from server import keys, render
from server.pages import place
from server.pages.names import called
from server.pages.place import Place
from store.groups import Member
from store.signins import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A participant of the group, perhaps a former one, and the facilitator's place in it."""

    here: Place
    member: Member
    name: str

    @property
    def who(self) -> SignIn:
        """The facilitator who looks."""
        return self.here.who

    @property
    def address(self) -> str:
        """The member's page."""
        return f"/s/{self.here.who.place}/people/{self.member.id}"


Loader = Callable[[web.Request, AsyncConnection, Person], Awaitable[Mapping[str, object] | None]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. `load` gives the partial template what it shows as `it`, or None where there is
    nothing to say; its transaction may write, since a look at clinical data is logged."""

    key: str
    load: Loader
    template: str


async def find(request: web.Request, tx: AsyncConnection, who: SignIn) -> Person:
    """The member in the address. Raises HTTPNotFound for anybody but a facilitator, and for a member who was
    never a participant of the group."""
    if who.role != Role.FACILITATOR:
        raise web.HTTPNotFound
    wanted = request.match_info["member"]
    roster = await store.groups.roster(tx, who.group)
    found = next((one for one in roster if one.id == wanted and one.role == Role.PARTICIPANT), None)
    if found is None:
        raise web.HTTPNotFound
    names = await store.people.names(tx, request.app[keys.KEYS], [found.id])
    return Person(
        here=await place.load(request, tx, who),
        member=found,
        name=called(render.words(request), names, found.id),
    )
