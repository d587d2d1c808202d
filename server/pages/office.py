"""The coordinator's place in a group: who looks at which group, and what every page of it needs."""

from dataclasses import dataclass

from aiohttp import web

import store.groups
from care.roles import Role
from server import cookies, keys, signin
from server.staff import desk
from store.groups import Group
from store.signins import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A coordinator at a group. `desk` leads back to the work list; "" for somebody without an account."""

    who: SignIn
    group: Group
    desk: str
    csrf: str

    @property
    def place(self) -> str:
        """The coordinator's place in addresses."""
        return self.who.place

    def address(self, rest: str = "") -> str:
        """A page of this group."""
        return f"/s/{self.who.place}/{rest}"


async def current(request: web.Request) -> Office:
    """The coordinator who asks. Raises HTTPForbidden without a sign-in, HTTPNotFound for any other role."""
    return await of(request, await signin.current(request))


async def of(request: web.Request, who: SignIn) -> Office:
    """The office of a sign-in. Raises HTTPNotFound when its role is another."""
    if who.role != Role.COORDINATOR:
        raise web.HTTPNotFound
    async with request.app[keys.DATABASE].read() as tx:
        group = await store.groups.find_group(tx, who.group)
    if group is None:
        raise web.HTTPNotFound
    desks = await desk.open_desks(request)
    return Office(
        who=who,
        group=group,
        desk=next((one.desk for one in desks if one.person == who.person), ""),
        csrf=cookies.csrf_value(request, who.id),
    )
