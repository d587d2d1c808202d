"""Who came: what the facts propose about each member of one session, by what the reader's role may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import NullTranslations

from aiohttp import web

import care.came
import store.attendance
import store.groups
import store.people
from care.came import Line
from care.policy import Policy
from care.roles import Action, may
from server import keys, render, signin
from server.pages.attendance_words import reason_words, status_words
from store.groups import Session

MAKING = timedelta(minutes=30)
"The list is there a minute after the end; after this it will not come."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One member's line; without a `line` nothing is computed yet."""

    member: str
    name: str
    status: str
    words: str
    line: Line | None


async def attendance(request: web.Request) -> web.Response:
    """The proposals of a session of one's own group."""
    who = await signin.current(request)
    if not may(who.role, Action.SEE_ATTENDANCE):
        raise web.HTTPNotFound
    async with request.app[keys.DATABASE].read() as tx:
        session = await store.groups.session(tx, request.match_info["session"])
        if session is None or session.group != who.group:
            raise web.HTTPNotFound
        proposals = await store.attendance.proposals(tx, session.id)
        members = [one for one in await store.groups.roster(tx, who.group) if one.role == "participant"]
        names = await store.people.names(tx, request.app[keys.KEYS], [one.id for one in members])
    found = {line.member: line for line in care.came.lines(proposals, who.role, Policy())}
    translations = render.words(request)
    return render.page(
        request,
        "pages/attendance.html",
        place=who.place,
        session=session,
        rows=[row(translations, one.id, names.get(one.id, ""), found.get(one.id)) for one in members],
        count=care.came.count(proposals),
        ready=bool(proposals),
        phase=phase(session, request.app[keys.CLOCK]().wall),
        evidence=who.role == "facilitator",
        reason_words=lambda code: reason_words(translations, code),
    )


def phase(session: Session, now: datetime) -> str:
    """Where a session stands: `ahead`, `ended` (its list is being made) or `past`."""
    if session.ends_at + MAKING < now:
        return "past"
    return "ended" if session.state == "closed" or session.ends_at < now else "ahead"


def row(translations: NullTranslations, member: str, name: str, line: Line | None) -> Row:
    """A member's line in words."""
    status = "expected" if line is None else line.status.value
    return Row(member=member, name=name, status=status, words=status_words(translations, status), line=line)


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/attendance/{session}", attendance)]
