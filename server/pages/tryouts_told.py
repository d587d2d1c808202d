"""Try-outs where others speak of them: the brief before a session, a member's page, and the weekly look,
which asks about them by name. For facilitators each look is logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.tryouts
from care import tryout
from care.form import Step
from care.roles import Purpose, Role
from care.tryout import Kept
from server import keys, render
from server.pages import tryout_words
from server.pages.person import Person
from server.pages.place import Place
from store.groups import Session
from store.signins import SignIn

ASKED = "tried"
"The question of the weekly look."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One try-out in words. `state` is open, waits or over; `result` and `mood` say what became of it."""

    step: str = field(repr=False)
    details: Sequence[tuple[str, str]] = field(repr=False)
    state: str
    result: str
    happened: str = field(repr=False)
    mood: int | None


async def brief(
    request: web.Request, who: SignIn, here: Place, session: Session, members: Sequence[str]
) -> Mapping[str, Sequence[Line]]:
    """What each of these members wants to try, and what was told since the session before."""
    earlier = [one.starts_at for one in here.sessions if one.starts_at < session.starts_at]
    async with request.app[keys.DATABASE].write() as tx:
        found = await store.tryouts.access_of_members(
            tx, request.app[keys.KEYS], members, who.member, "brief", here.now
        )
    moment = max(earlier, default=None)
    return {
        member: [line(request, one) for one in tryout.since(kept, moment).values()]
        for member, kept in found.items()
    }


async def section(request: web.Request, tx: AsyncConnection, about: Person) -> Mapping[str, object] | None:
    """The newest ones of a member, the unfinished first."""
    kept = await store.tryouts.access_tryouts(
        tx, request.app[keys.KEYS], about.member.id, about.who.member, "person", about.here.now
    )
    ordered = sorted(reversed(kept.values()), key=lambda one: one.tryout.over)
    return {"lines": [line(request, one) for one in ordered[:MOST]], "count": len(kept)}


MOST = 4


def line(request: web.Request, kept: Kept) -> Line:
    """One of them in words."""
    words, one = render.words(request), kept.tryout
    return Line(
        step=one.step,
        details=tryout_words.details(words, one),
        state="over" if one.over else "open" if one.open else "waits",
        result=tryout_words.results(words)[one.result.value] if one.result else "",
        happened=one.happened,
        mood=one.mood,
    )


async def named(request: web.Request, who: SignIn, member: str, step: Step) -> Sequence[str]:
    """What the question about try-outs may name on this page; nothing for other questions. A link for one
    form names only what was written on its own device: a mail may be read by others."""
    if all(one.id != ASKED for one in step.questions):
        return ()
    device = who.device if who.role == Role.PARTICIPANT and who.purpose == Purpose.CHECKIN else None
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        kept = await store.tryouts.access_tryouts(
            tx, request.app[keys.KEYS], member, who.member, "checkin", now
        )
    return tryout.named(kept, member, device)
