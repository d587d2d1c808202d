"""A member's own record in kind words, with what the room saw and a way to say that something is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.by_hand
import store.presence
import store.questions
import store.standing
from care.interval import Span
from care.policy import SessionTimes
from care.standing import ATTENDED, Standing
from care.verdict import Status
from server import keys, render, signin
from server.pages import evidence, forms, place
from server.pages.attendance_words import own_words
from server.pages.evidence import Picture
from server.pages.forms import Form
from server.pages.place import Place
from store.groups import Session
from store.ids import fresh_id
from store.questions import Question
from store.standing import Cell

AHEAD = frozenset({Status.EXPECTED, Status.NOT_ON_ROSTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One past session as its member reads it."""

    session: Session
    status: str
    words: str
    icon: str
    decided: bool
    seen: Picture | None
    questions: Sequence[Question]
    can_ask: bool


async def show(request: web.Request) -> web.Response:
    """The record as it stands."""
    return await _page(request, Form())


async def ask(request: web.Request) -> web.Response:
    """Sends a question about one session to the staff."""
    who = await place.participant(request)
    form = await forms.read(request)
    session = form.get("session")
    field = f"text-{session}"
    _ = render.words(request).gettext
    form.text(
        field, _("Please write what was different, in a sentence or two."), longest=store.questions.LONGEST
    )
    if form.errors:
        return await _page(request, form)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await store.questions.ask(
                tx,
                request.app[keys.KEYS],
                who.member,
                session,
                form.get(field),
                place.now(request),
                form.get("key") or fresh_id(),
            )
    except LookupError:
        raise web.HTTPNotFound from None
    return forms.see(f"/s/{who.place}/record")


async def _page(request: web.Request, form: Form) -> web.Response:
    who = await place.participant(request)
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        own = await store.standing.of_member(tx, who.member, here.now)
        asked = await store.questions.of_member(tx, request.app[keys.KEYS], who.member)
        pictures = {
            cell.session: await _picture(request, tx, here, here.session(cell.session))
            for cell in own.cells
            if cell.status not in AHEAD
        }
    return forms.again(
        request,
        "pages/participant/record.html",
        form,
        place=who.place,
        here="record",
        csrf=signin.csrf_value(request, who),
        key=fresh_id(),
        zone=here.zone,
        standing=shown(own.standing),
        rows=[
            _row(request, here, cell, pictures, asked)
            for cell in reversed(own.cells)
            if cell.status not in AHEAD
        ],
    )


def shown(own: Standing) -> Standing | None:
    """The counts, once there is something to count."""
    return own if own.held else None


def _row(
    request: web.Request,
    here: Place,
    cell: Cell,
    pictures: dict[str, Picture | None],
    asked: Sequence[Question],
) -> Row:
    session = here.session(cell.session)
    about = [one for one in asked if one.session == session.id]
    return Row(
        session=session,
        status=cell.status.value,
        words=own_words(render.words(request), cell.status.value),
        icon="check" if cell.status in ATTENDED else "help",
        decided=cell.decided,
        seen=pictures.get(session.id),
        questions=about,
        can_ask=all(one.answered_at is not None for one in about),
    )


async def _picture(
    request: web.Request, tx: AsyncConnection, here: Place, session: Session
) -> Picture | None:
    """What the room saw of this member, None where it kept nothing."""
    found = evidence.pictures(
        SessionTimes(id=session.id, starts_at=session.starts_at, ends_at=session.ends_at),
        [here.who.member],
        await store.presence.facts(tx, session.id),
        await store.presence.heartbeats(tx, session.id),
        here.now,
        await _by_hand(tx, here, session),
    )[here.who.member]
    return found if found.stretches or found.marks else None


async def _by_hand(tx: AsyncConnection, here: Place, session: Session) -> dict[str, list[Span]]:
    entered = await store.by_hand.of_session(tx, session.id)
    return {
        here.who.member: [one.presence.span for one in entered if one.member == here.who.member],
    }


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/record", show), web.post("/s/{place}/record", ask)]
