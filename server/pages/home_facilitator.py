"""A facilitator's start page of one group: what waits for a word first, then the next session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.absence
import store.contracts
import store.decisions
import store.people
import store.promised
import store.signatures
import store.standing
import store.tasks
from care.decision import overdue
from care.phases import phase_of
from care.thresholds import Kind
from server import keys, render
from server.pages import concerns, contract_facilitator, course, individual, place
from server.pages.course import Course
from server.pages.prompts import phase_words
from store.groups import Session
from store.promised import Promised
from store.signins import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A session somebody has to confirm."""

    session: Session
    overdue: bool


async def page(request: web.Request, who: SignIn) -> web.Response:
    """The page as it stands now."""
    now = place.now(request)
    async with request.app[keys.DATABASE].read() as tx:
        found = await course.load(request, tx, who)
        agreed = await store.promised.of_group(tx, who.group, now)
        following = found.sessions.next
        away = await store.absence.of_session(tx, following.id) if following else {}
        waiting = await unconfirmed(tx, found, agreed, now)
        unsigned = await unsigned_count(tx, who.group)
        said = await told(request, tx, who.group)
        pressing = await concerns.pressing(request, tx, who.group)
        alone = await individual.rows(request, tx, who.group, now)
        people = await members(request, tx, who.group)
        summaries = (await place.terms(tx, who.group, now)).summaries
    return render.page(
        request,
        "pages/facilitator/home.html",
        place=who.place,
        here="home",
        desk_path=await place.desk_path(request, who),
        name=found.name,
        group_title=found.group.title,
        sessions=found.sessions,
        zone=found.group.zone,
        unconfirmed=waiting,
        phase=phase(request, agreed, following),
        left=found.sessions.total - following.ordinal if following else 0,
        away=len(away),
        last=found.sessions.upcoming[-1] if found.sessions.upcoming else None,
        unsigned=unsigned,
        told=said,
        concerns=pressing,
        meetings_over=sum(one.over for one in alone),
        meeting=next((one for one in alone if not one.over), None),
        people=people,
        summaries=summaries,
    )


def phase(request: web.Request, agreed: Promised, session: Session | None) -> str:
    """The phase of a session in words, "" where no contract says."""
    if agreed.phases is None or session is None or not session.ordinal:
        return ""
    return phase_words(render.words(request), phase_of(agreed.phases, session.ordinal).value)


async def unconfirmed(
    tx: AsyncConnection, found: Course, agreed: Promised, now: datetime
) -> Sequence[Waiting]:
    """Closed sessions with a member nobody has decided about, oldest first."""
    grid = await store.standing.grid(tx, found.group.id, now)
    waiting = {
        cell.session
        for row in grid.rows
        for cell in row.cells
        if not cell.decided and cell.proposal is not None and cell.proposal not in store.decisions.NOT_ASKED
    }
    return [
        Waiting(session=one, overdue=overdue(one.ends_at, agreed.rules.confirm_within, now))
        for one in reversed(found.sessions.past)
        if one.id in waiting and one.state == "closed"
    ]


async def told(request: web.Request, tx: AsyncConnection, group: str) -> list[tuple[str, str]]:
    """What members have said that waits for an answer: names, and what it is in words."""
    _ = render.words(request).gettext
    known = {
        Kind.WANTS_TO_LEAVE.value: _("would like to talk about leaving the group"),
        Kind.WANTS_A_PAUSE.value: _("needs a pause"),
        Kind.LINK_NOT_ME.value: _("says that somebody else opened their link"),
        Kind.CALL_WISHED.value: _("wishes for a call, said in a form after the group"),
        Kind.QUESTION_ABOUT_RECORD.value: _("says that something in their record is wrong"),
    }
    tasks = await store.tasks.of_groups(tx, [group], place.now(request))
    said = [one for one in tasks if one.kind in known and one.member]
    names = await store.people.names(tx, request.app[keys.KEYS], [one.member or "" for one in said])
    return [(names.get(one.member or "", ""), known[one.kind]) for one in said]


async def members(request: web.Request, tx: AsyncConnection, group: str) -> list[tuple[str, str]]:
    """The members who are present, by id and name, in the order of their seats."""
    present = [one.id for one in await contract_facilitator.participants(tx, group)]
    names = await store.people.names(tx, request.app[keys.KEYS], present)
    return [(one, names.get(one, "")) for one in present]


async def unsigned_count(tx: AsyncConnection, group: str) -> int:
    """Members whose newest contract lacks a signature; none before there is a contract."""
    version = await store.contracts.latest(tx, group)
    if version is None:
        return 0
    given = await store.signatures.of_group(tx, group)
    members = await contract_facilitator.participants(tx, group)
    lines = [contract_facilitator.line(one.id, "", given, version.number) for one in members]
    return sum(one.state != "signed" for one in lines)
