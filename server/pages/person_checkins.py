"""A member's page, the check-ins: which are open, sent or missing, and the way to what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkins
from care.checkin_states import State
from care.waves import Wave
from server import render
from server.pages import checkin
from server.pages.member_rounds import Reader, weekly_name
from server.pages.person import Person
from server.pages.questions_all import rounds
from store.checkins import CheckIn

HIDDEN = frozenset({State.SUPERSEDED, State.PLANNED})
"What is asked for no longer, and what is only planned, is no news."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One check-in. `state` is sent, open, waived or over."""

    one: CheckIn
    title: str
    state: str


async def load(request: web.Request, tx: AsyncConnection, about: Person) -> Mapping[str, object] | None:
    """The check-ins of this member that have been open, newest first; None before the first."""
    here = about.here
    now, words = here.now, render.words(request)
    known = rounds(words)
    reader = Reader(words=words, language=render.language(request), zone=here.zone)
    begins = {session.id: session.starts_at for session in here.sessions}
    found = [
        Line(
            one=one,
            title=weekly_name(one.number, begins.get(one.session or ""), reader)
            if one.wave == Wave.WEEKLY
            else known[one.wave].title,
            state="sent" if one.state == State.SUBMITTED else checkin.standing(one, now),
        )
        for one in await store.checkins.of_member(tx, about.member.id)
        if one.state not in HIDDEN or one.answerable(now)
    ]
    return {"lines": list(reversed(found))} if found else None
