"""The brief before a session, for facilitators alone: who is expected, who is away, where the group stands,
what this session needs, and contracts that are not signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.absence
import store.contracts
import store.people
import store.promised
import store.signatures
import store.standing
from care.absence import Absence
from care.roles import Action, may
from care.standing import ATTENDED
from care.verdict import Status
from server import keys, render, signin
from server.pages import (
    brief_scores,
    concerns,
    contract_facilitator,
    forms,
    home_facilitator,
    place,
    tryouts_told,
)
from server.pages.attendance_words import status_words
from server.pages.forms import Form
from server.pages.place import Place
from server.pages.prompts import prompts
from store.groups import Session
from store.signatures import Admitted
from store.signins import SignIn
from store.standing import GridRow

OUTSIDE = frozenset({Status.NOT_ON_ROSTER, Status.AGREED_PAUSE})
NEAR = timedelta(hours=24)
"From then on somebody without a signature can be let in."
REASONS = ("will_sign_later", "agreed_in_words", "questions_first", "not_well", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A member who should come. `first` for somebody who was at none of the earlier sessions; `running` is
    how often they were away without a break; `confirmed` tells whether a person has said how it was."""

    member: str
    name: str
    unsigned: bool
    first: bool
    last_time: str
    confirmed: bool
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A member who said they cannot come, with the words meant for the facilitators."""

    member: str
    name: str
    category: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the brief is made from."""

    here: Place
    session: Session
    agreed: store.promised.Promised
    rows: Sequence[GridRow]
    names: Mapping[str, str]
    notices: Mapping[str, Absence]
    words: Mapping[str, str]
    unsigned: frozenset[str]
    admitted: Mapping[str, Admitted]


async def show(request: web.Request) -> web.Response:
    """The brief as it stands now."""
    return await _page(request, await _facilitator(request), Form())


async def admit(request: web.Request) -> web.Response:
    """Writes down why somebody comes in with an unsigned contract. The room asks nobody for a signature."""
    who = await _facilitator(request)
    form = await forms.read(request)
    _ = render.words(request).gettext
    async with request.app[keys.DATABASE].write() as tx:
        found = await _load(request, tx, who)
        member = form.one_of("member", found.unsigned, _("Please choose who it is."))
        reason = form.one_of("reason", REASONS, _("Please choose why they come in."))
        if not form.errors:
            await store.signatures.admit_unsigned(
                tx, request.app[keys.KEYS], member, found.session.id, reason, who.member, found.here.now
            )
    if form.errors:
        return await _page(request, who, form)
    return forms.see(f"/s/{who.place}/brief/{found.session.id}")


async def _facilitator(request: web.Request) -> SignIn:
    who = await signin.current(request)
    if not may(who.role, Action.SEE_BRIEF, who.purpose):
        raise web.HTTPNotFound
    return who


async def _load(request: web.Request, tx: AsyncConnection, who: SignIn) -> Loaded:
    secrets = request.app[keys.KEYS]
    here = await place.load(request, tx, who)
    session = here.session(request.match_info["session"])
    grid = await store.standing.grid(tx, who.group, here.now)
    admitted = await store.signatures.admitted(tx, session.id)
    people = [row.member for row in grid.rows] + [one.by for one in admitted.values()]
    return Loaded(
        here=here,
        session=session,
        agreed=await store.promised.of_group(tx, who.group, here.now),
        rows=[row for row in grid.rows if not row.left],
        names=await store.people.names(tx, secrets, people),
        notices=await store.absence.of_session(tx, session.id),
        words=await store.absence.words(tx, secrets, session.id),
        unsigned=await _unsigned(tx, who.group),
        admitted=admitted,
    )


async def _unsigned(tx: AsyncConnection, group: str) -> frozenset[str]:
    """Members who have not signed the newest contract themselves."""
    version = await store.contracts.latest(tx, group)
    if version is None:
        return frozenset()
    given = await store.signatures.of_group(tx, group)
    members = await contract_facilitator.participants(tx, group)
    lines = [contract_facilitator.line(one.id, "", given, version.number) for one in members]
    return frozenset(one.member for one in lines if one.own is None)


async def _page(request: web.Request, who: SignIn, form: Form) -> web.Response:
    async with request.app[keys.DATABASE].read() as tx:
        found = await _load(request, tx, who)
        told = await home_facilitator.told(request, tx, who.group)
        pressing = await concerns.pressing(request, tx, who.group)
    scores = await brief_scores.load(request, who, found.here, found.session)
    people = [row.member for row in found.rows]
    tried = await tryouts_told.brief(request, who, found.here, found.session, people)
    words, session = render.words(request), found.session
    last = max(found.here.sessions, key=lambda one: one.ordinal)
    waiting = sorted(found.unsigned - found.admitted.keys(), key=lambda one: found.names.get(one, ""))
    return forms.again(
        request,
        "pages/facilitator/brief.html",
        form,
        place=who.place,
        here="brief",
        desk_path=await place.desk_path(request, who),
        csrf=signin.csrf_value(request, who),
        session=session,
        total=found.here.group.count,
        left=found.here.group.count - session.ordinal,
        days=max((last.starts_at - found.here.now).days, 0),
        phase=home_facilitator.phase(request, found.agreed, session),
        prompts=prompts(words, found.agreed.phases, session.ordinal)
        if found.agreed.phases and session.ordinal
        else (),
        expected=[_expected(request, found, row) for row in found.rows if _comes(found, row)],
        away=[_away(request, found, row.member) for row in found.rows if row.member in found.notices],
        unsigned=[("", words.gettext("Please choose")), *((one, found.names.get(one, "")) for one in waiting)]
        if waiting
        else [],
        told=told,
        concerns=pressing,
        scores=scores,
        tryouts=tried,
        near=session.starts_at - found.here.now < NEAR,
        admitted=[_admitted(request, found, member, one) for member, one in found.admitted.items()],
        why=[(code, why_words(request, code)) for code in REASONS],
    )


def _comes(found: Loaded, row: GridRow) -> bool:
    """On the roster of this session and not away."""
    here = [cell for cell in row.cells if cell.session == found.session.id]
    return row.member not in found.notices and not any(cell.status in OUTSIDE for cell in here)


def _expected(request: web.Request, found: Loaded, row: GridRow) -> Expected:
    ordinals = {one.id: one.starts_at for one in found.here.sessions}
    earlier = [
        cell
        for cell in row.cells
        if ordinals[cell.session] < found.session.starts_at and (cell.decided or cell.proposal is not None)
    ]
    came = any(cell.status in ATTENDED for cell in earlier)
    last = earlier[-1].status if earlier else None
    confirmed = not earlier or earlier[-1].decided
    return Expected(
        member=row.member,
        name=found.names.get(row.member, ""),
        unsigned=row.member in found.unsigned,
        first=found.session.ordinal > 1 and bool(earlier) and not came,
        last_time=status_words(render.words(request), last.value) if last and last not in ATTENDED else "",
        confirmed=confirmed,
        running=row.standing.run,
    )


def _away(request: web.Request, found: Loaded, member: str) -> Away:
    notice = found.notices[member]
    return Away(
        member=member,
        name=found.names.get(member, ""),
        category=category_words(request, notice.category.value),
        text=found.words.get(member, ""),
        at=notice.given_at,
    )


def _admitted(request: web.Request, found: Loaded, member: str, one: Admitted) -> dict[str, object]:
    return {
        "name": found.names.get(member, ""),
        "reason": why_words(request, one.reason),
        "by": found.names.get(one.by, ""),
        "at": one.at,
    }


def category_words(request: web.Request, category: str) -> str:
    """Why somebody is away, for staff."""
    _ = render.words(request).gettext
    known = {
        "ill": _("ill"),
        "work": _("work"),
        "family": _("family"),
        "travel": _("travelling"),
        "other": _("something else"),
        "unsaid": _("no reason given"),
    }
    return known[category]


def why_words(request: web.Request, code: str) -> str:
    """Why somebody comes in with an unsigned contract."""
    _ = render.words(request).gettext
    known = {
        "will_sign_later": _("will sign later"),
        "agreed_in_words": _("has agreed in words"),
        "questions_first": _("has questions first, which we talk about"),
        "not_well": _("is not well today; the session comes first"),
        "other": _("another reason"),
    }
    return known.get(code, code.replace("_", " "))


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/brief/{session}"
    return [web.get(address, show), web.post(f"{address}/admit", admit)]
