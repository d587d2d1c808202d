"""What was sent to the people of a group: kind, time and result, never the text."""

from aiohttp import web

import store.groups
import store.message_log
import store.people
from server import keys, render
from server.pages import member_words, office

PAGE = "pages/coordinator/messages.html"


async def show(request: web.Request) -> web.Response:
    """The newest messages of the coordinator's own group."""
    at = await office.current(request)
    async with request.app[keys.DATABASE].read() as tx:
        sent = await store.message_log.of_group(tx, at.group.id)
        roster = await store.groups.roster(tx, at.group.id)
        names = await store.people.names(tx, request.app[keys.KEYS], {one.member for one in sent})
    return render.page(
        request,
        PAGE,
        office=at,
        here="messages",
        sent=sent,
        names=names,
        participants={one.id for one in roster if one.role == "participant"},
        words=member_words.of(render.words(request)),
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/messages", show)]
