"""What was sent to the people of a group: kind, time and result, never the text. What the machine does not
know a person decides here."""

from datetime import datetime

from aiohttp import web

import store.groups
import store.message_log
import store.outbox_decided
import store.people
import store.ticks
from care.delivery import Channel
from server import keys, render
from server.health import STALE
from server.pages import forms, member_words, office
from store.outbox_decided import OPEN_QUESTIONS, Choice

PAGE = "pages/coordinator/messages.html"


async def show(request: web.Request) -> web.Response:
    """The newest messages of the coordinator's own group, those first that ask something."""
    at, now = await office.current(request), request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        sent = await store.message_log.of_group(tx, at.group.id)
        roster = await store.groups.roster(tx, at.group.id)
        names = await store.people.names(tx, request.app[keys.KEYS], {one.member for one in sent})
        ticks = await store.ticks.last(tx)
    return render.page(
        request,
        PAGE,
        office=at,
        here="messages",
        sent=sent,
        asking=[one for one in sent if one.state in OPEN_QUESTIONS and one.expires_at > now],
        names=names,
        participants={one.id for one in roster if one.role == "participant"},
        words=member_words.of(render.words(request)),
        mail_waits=not _fresh(ticks.get(Channel.MAIL.value), now),
        said=request.query.get("said", ""),
    )


async def decide(request: web.Request) -> web.Response:
    """Send it again, or it was received."""
    at = await office.current(request)
    form, now = await forms.read(request), request.app[keys.CLOCK]().wall
    if form.get("choice") not in set(Choice):
        raise web.HTTPBadRequest
    message = request.match_info["message"]
    async with request.app[keys.DATABASE].write() as tx:
        known = {one.id for one in await store.message_log.of_group(tx, at.group.id)}
        if message not in known:
            raise web.HTTPNotFound
        done = await store.outbox_decided.decide(
            tx,
            request.app[keys.KEYS],
            message,
            Choice(form.get("choice")),
            now,
            by=at.who.member,
            role=at.who.role,
            group=at.group.id,
        )
    return forms.see(at.address(f"messages?said={'done' if done else 'late'}"))


def _fresh(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at < STALE


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/messages", show), web.post("/s/{place}/messages/{message}", decide)]
