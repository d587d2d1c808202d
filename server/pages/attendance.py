"""Who came: the proposals of one session with their evidence, and the form in which a person confirms or
changes them. Facilitators confirm; coordinators see the outcome and correct with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from multidict import MultiDict
from sqlalchemy.ext.asyncio import AsyncConnection

import care.came
import store.attendance
import store.by_hand
import store.decisions
import store.groups
import store.people
import store.presence
import store.promised
import store.questions
from care.decision import FOR_A_CHANGE, Change, overdue
from care.interval import Span
from care.policy import SessionTimes
from care.roles import Action, Role, may
from care.seen import Access, Data, access
from care.verdict import Status
from server import keys, render, signin
from server.pages import attendance_form, attendance_rows, evidence, forms, office, place
from server.pages.attendance_rows import Known, Row
from server.pages.evidence import Picture
from server.pages.forms import Form
from store.by_hand import Entered
from store.groups import Member, Session
from store.ids import fresh_id
from store.promised import Promised
from store.signins import SignIn

TEMPLATE = "pages/attendance.html"
MAKING = timedelta(minutes=30)
"The list is there a minute after the end; after this it will not come."


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A session of the reader's own group with everything its page shows."""

    session: Session
    members: tuple[Member, ...]
    agreed: Promised
    known: Known
    by_hand: tuple[Entered, ...]
    locked: bool


async def show(request: web.Request) -> web.Response:
    """The list as it stands."""
    return await page(request, await reader(request), Form())


async def confirm(request: web.Request) -> web.Response:
    """Stores what was confirmed and changed, all or nothing; the same page with words where it is refused."""
    who = await reader(request)
    form = await forms.read(request)
    async with request.app[keys.DATABASE].read() as tx:
        found = await load(request, tx, who)
    words = render.words(request)
    members = [one.id for one in found.members]
    shown = attendance_form.shown(form, members)
    asked = attendance_form.changes(words, form, members, shown)
    if not form.errors:
        try:
            rest = form.get("confirms") == "1" and confirms_the_rest(
                who.role, found, request.app[keys.CLOCK]().wall
            )
            key = form.get("key") or fresh_id()
            made = await _store(request, who, found.session, asked, shown if rest else None, key)
            if made is not None and not made.decided:
                attendance_form.nothing(words, form, bool(made.left))
        except store.decisions.Refused as refused:
            attendance_form.refuse(words, form, refused.codes)
    if form.errors:
        return await page(request, who, form)
    return forms.see(f"/s/{who.place}/attendance/{found.session.id}")


async def reopen(request: web.Request) -> web.Response:
    """A coordinator opens the record of a group that is over, for a day and with a reason."""
    who = await reader(request)
    if not may(who.role, Action.CORRECT_ATTENDANCE):
        raise web.HTTPNotFound
    form = await forms.read(request)
    reason = form.one_of(
        "reopen", list(FOR_A_CHANGE), render.words(request).gettext("Please choose why it is opened again.")
    )
    async with request.app[keys.DATABASE].write() as tx:
        found = await load(request, tx, who)
        if not form.errors:
            now = request.app[keys.CLOCK]().wall
            await store.decisions.reopen(
                tx, request.app[keys.KEYS], found.session.id, who.member, who.role, reason, now
            )
    if form.errors:
        return await page(request, who, form)
    return forms.see(f"/s/{who.place}/attendance/{found.session.id}")


async def reader(request: web.Request) -> SignIn:
    """The facilitator or coordinator who is signed in here. Raises HTTPNotFound for others."""
    who = await signin.current(request)
    if not may(who.role, Action.SEE_ATTENDANCE):
        raise web.HTTPNotFound
    return who


async def _store(
    request: web.Request,
    who: SignIn,
    session: Session,
    asked: Mapping[str, Change],
    shown: Mapping[str, Status] | None,
    key: str,
) -> store.decisions.Confirmed | None:
    """Takes the changes, and where there is something `shown` confirms the rest as it was and says whom. A
    facilitator's page does that, and a coordinator's once the facilitators' time is over."""
    now = request.app[keys.CLOCK]().wall
    secrets = request.app[keys.KEYS]
    async with request.app[keys.DATABASE].write() as tx:
        if shown is not None:
            return await store.decisions.confirm_all(
                tx, secrets, session.id, asked, who.member, who.role, now, key, shown
            )
        for member, change in asked.items():
            await store.decisions.decide(
                tx,
                secrets,
                session.id,
                member,
                change.status.value,
                change.reason.value,
                change.note,
                who.member,
                who.role,
                now,
                key,
            )
    return None


def confirms_the_rest(role: str, found: Loaded, now: datetime) -> bool:
    """Whether the page offers to confirm everybody it does not change."""
    late = overdue(found.session.ends_at, found.agreed.rules.confirm_within, now)
    return role == Role.FACILITATOR or late


async def load(request: web.Request, tx: AsyncConnection, who: SignIn) -> Loaded:
    """The session in the address with what is known about it. Raises HTTPNotFound for another group's."""
    session = await store.groups.session(tx, request.match_info["session"])
    if session is None or session.group != who.group:
        raise web.HTTPNotFound
    group = await store.groups.find_group(tx, who.group)
    if group is None:
        raise web.HTTPNotFound
    now = request.app[keys.CLOCK]().wall
    everyone = await store.groups.roster(tx, who.group)
    members = tuple(one for one in everyone if one.role == Role.PARTICIPANT and _then(one, session))
    by_hand = tuple(await store.by_hand.of_session(tx, session.id))
    names = await store.people.names(tx, request.app[keys.KEYS], [one.id for one in everyone])
    secrets = request.app[keys.KEYS]
    full = access(Data.EVIDENCE, who.role) is Access.READ
    return Loaded(
        session=session,
        members=members,
        agreed=await store.promised.of_group(tx, who.group, session.starts_at),
        by_hand=by_hand,
        locked=group.state == "ended" and not await store.decisions.is_reopened(tx, session.id, now),
        known=Known(
            names={one.id: names.get(one.id, "") for one in members},
            proposals={one.member: one for one in await store.attendance.proposals(tx, session.id)},
            decisions=await store.decisions.of_session(tx, session.id),
            people=names,
            notes=await store.decisions.notes(tx, secrets, session.id) if full else {},
            questions=[
                one
                for one in await store.questions.of_group(tx, secrets, who.group)
                if one.session == session.id
            ],
            pictures=await _pictures(request, tx, session, members, by_hand) if full else {},
        ),
    )


def _then(one: Member, session: Session) -> bool:
    """Whether the member belonged to the group at this session."""
    return one.joined_at < session.ends_at and (one.left_at is None or one.left_at > session.starts_at)


async def _pictures(
    request: web.Request,
    tx: AsyncConnection,
    session: Session,
    members: tuple[Member, ...],
    by_hand: tuple[Entered, ...],
) -> dict[str, Picture]:
    entered: dict[str, list[Span]] = {}
    for one in by_hand:
        entered.setdefault(one.member, []).append(one.presence.span)
    return evidence.pictures(
        SessionTimes(id=session.id, starts_at=session.starts_at, ends_at=session.ends_at),
        [one.id for one in members],
        await store.presence.facts(tx, session.id),
        await store.presence.heartbeats(tx, session.id),
        request.app[keys.CLOCK]().wall,
        entered,
    )


async def page(request: web.Request, who: SignIn, form: Form) -> web.Response:
    """The list with this form."""
    async with request.app[keys.DATABASE].read() as tx:
        found = await load(request, tx, who)
    if not form.values:
        form = Form(values=usual_times(found.session))
    words, now = render.words(request), request.app[keys.CLOCK]().wall
    made = attendance_rows.rows(
        words, [one.id for one in found.members], found.known, who.role, found.agreed.policy
    )
    return forms.again(
        request,
        TEMPLATE,
        form,
        place=who.place,
        here="attendance",
        role=who.role,
        **await _frame(request, who),
        csrf=signin.csrf_value(request, who),
        key=form.get("key") or fresh_id(),
        session=found.session,
        rows=made,
        count=care.came.count(attendance_rows.holding(found.known)),
        ready=bool(found.known.proposals),
        phase=phase(found.session, now),
        closed=found.session.state == "closed",
        evidence=bool(found.known.pictures),
        confirms=confirms_the_rest(who.role, found, now),
        overdue=overdue(found.session.ends_at, found.agreed.rules.confirm_within, now),
        left=left(made),
        locked=found.locked,
        by_hand=found.by_hand,
        members=[("", words.gettext("Please choose")), *((row.member, row.name) for row in made)],
        beside=[("", words.gettext("Nobody")), *((row.member, row.name) for row in made)],
        kinds=[
            ("phone", words.gettext("by phone")),
            ("joint", words.gettext("beside another member, on one link")),
        ],
        usual=attendance_form.usual(words),
        statuses=attendance_form.statuses(words),
        reasons=attendance_form.reasons(words),
        reopen_reasons=[("", words.gettext("Please choose")), *attendance_form.reasons(words)[1:]],
    )


def usual_times(session: Session) -> MultiDict[str]:
    """What presence by hand begins with: the session's own hours."""
    here = ZoneInfo(session.zone)
    hours = {"from": session.starts_at, "until": session.ends_at}
    return MultiDict({name: f"{at.astimezone(here):%H:%M}" for name, at in hours.items()})


async def _frame(request: web.Request, who: SignIn) -> dict[str, object]:
    """The frame of the reader's other pages of the group, and what it needs."""
    if who.role == Role.COORDINATOR:
        return {"frame": "pages/coordinator/frame.html", "office": await office.of(request, who)}
    desk_path = await place.desk_path(request, who)
    return {"frame": "pages/facilitator/frame.html", "desk_path": desk_path}


def left(made: list[Row]) -> int:
    """Members nobody has decided about yet."""
    return sum(row.open for row in made)


def phase(session: Session, now: datetime) -> str:
    """Where a session stands: `ahead`, `ended` (its list is being made) or `past`."""
    if session.ends_at + MAKING < now:
        return "past"
    return "ended" if session.state == "closed" or session.ends_at < now else "ahead"


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/attendance/{session}"
    return [
        web.get(address, show),
        web.post(address, confirm),
        web.post(f"{address}/reopen", reopen),
    ]
