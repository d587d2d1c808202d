"""Personal links of a whole group at once: for its members who never got one, such as after it was made."""

from aiohttp import web

import store.chain
import store.link_acts
import store.link_states
from server import keys
from server.pages import forms, office
from store.link_states import LinkState


def without(states: dict[str, LinkState]) -> list[str]:
    """The members to whom no link was ever sent."""
    return [member for member, one in states.items() if one.state == "none"]


async def send(request: web.Request) -> web.Response:
    """Queues a link for each of them, and shows the group; pressed again it sends nothing."""
    at = await office.current(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        await store.chain.hold(tx)
        for member in without(await store.link_states.of_group(tx, at.group.id)):
            await store.link_acts.send(
                tx,
                request.app[keys.KEYS],
                member,
                group=at.group.id,
                by=at.who.member,
                role=at.who.role,
                now=now,
            )
    return forms.see(at.address("people"))


def routes() -> list[web.RouteDef]:
    return [web.post("/s/{place}/links", send)]
