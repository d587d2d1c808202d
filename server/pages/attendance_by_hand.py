"""Presence the room cannot see, written down by a facilitator: by phone, or beside another member."""

from datetime import datetime, time, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from aiohttp import web

import store.by_hand
from care.decision import Reason
from care.policy import Otherwise
from care.roles import Role
from care.timetable import instant
from server import keys, render
from server.pages import attendance, attendance_form, forms
from server.pages.attendance import Loaded
from server.pages.forms import Form
from store.groups import Session
from store.ids import fresh_id
from store.signins import SignIn

WHY = {Otherwise.PHONE: Reason.PHONE, Otherwise.JOINT: Reason.JOINT}


async def enter(request: web.Request) -> web.Response:
    """Stores an entry; the same page with words where something is wrong with it."""
    who = await _facilitator(request)
    form = await forms.read(request)
    async with request.app[keys.DATABASE].read() as tx:
        found = await attendance.load(request, tx, who)
    _ = render.words(request).gettext
    wanted = _wanted(render.words(request), form, found)
    if wanted is not None:
        try:
            await _store(request, who, found.session, form, *wanted)
        except store.by_hand.NotNow:
            form.refuse("" if found.locked else "from", _refused(render.words(request), found))
        except ValueError:
            form.refuse("from", _("These times lie outside of the session. Please look again."))
    if form.errors:
        return await attendance.page(request, who, form)
    return forms.see(f"/s/{who.place}/attendance/{found.session.id}")


def _refused(translations: NullTranslations, found: Loaded) -> str:
    """Why nothing is entered now."""
    if found.locked:
        return attendance_form.refusal_words(translations, "locked")
    return translations.gettext("These times lie outside of the session. Please look again.")


async def take_back(request: web.Request) -> web.Response:
    """Withdraws an entry; the proposal follows."""
    who = await _facilitator(request)
    async with request.app[keys.DATABASE].write() as tx:
        found = await attendance.load(request, tx, who)
        entry = request.match_info["entry"]
        if entry not in {one.id for one in found.by_hand}:
            raise web.HTTPNotFound
        now = request.app[keys.CLOCK]().wall
        try:
            await store.by_hand.withdraw(tx, request.app[keys.KEYS], entry, who.member, who.role, now)
        except store.by_hand.NotNow:
            raise web.HTTPNotFound from None
    return forms.see(f"/s/{who.place}/attendance/{found.session.id}")


async def _facilitator(request: web.Request) -> SignIn:
    who = await attendance.reader(request)
    if who.role != Role.FACILITATOR:
        raise web.HTTPNotFound
    return who


def _wanted(
    translations: NullTranslations, form: Form, found: Loaded
) -> tuple[Otherwise, datetime, datetime] | None:
    """How and from when to when; None and errors in the form for what cannot be."""
    _ = translations.gettext
    members = {one.id for one in found.members}
    form.one_of("member", members, _("Please choose who it was."))
    kind = form.one_of("kind", [one.value for one in Otherwise], _("Please choose how they were there."))
    start = form.time("from", _("Please enter a time, such as 18:05."))
    end = form.time("until", _("Please enter a time, such as 19:25."))
    beside = form.get("with")
    if beside and (kind != Otherwise.JOINT or beside not in members or beside == form.get("member")):
        form.refuse("with", _("Please choose the other member only for somebody who was beside them."))
    if form.errors or start is None or end is None:
        return None
    starts_at, ends_at = (_moment(found.session, at) for at in (start, end))
    if starts_at >= ends_at:
        form.refuse("until", _("The end lies before the start. Please look again."))
        return None
    return Otherwise(kind), starts_at, ends_at


def _moment(session: Session, at: time) -> datetime:
    """The instant of a wall time around the session, which may run over midnight."""
    zone = ZoneInfo(session.zone)
    local = session.starts_at.astimezone(zone).replace(tzinfo=None)
    wanted = datetime.combine(local.date(), at)
    if local - wanted > timedelta(hours=12):
        wanted += timedelta(days=1)
    return instant(wanted, zone)


async def _store(
    request: web.Request,
    who: SignIn,
    session: Session,
    form: Form,
    kind: Otherwise,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    async with request.app[keys.DATABASE].write() as tx:
        await store.by_hand.enter(
            tx,
            request.app[keys.KEYS],
            session.id,
            form.get("member"),
            kind.value,
            starts_at,
            ends_at,
            form.get("with") or None,
            WHY[kind].value,
            who.member,
            who.role,
            request.app[keys.CLOCK]().wall,
            form.get("key") or fresh_id(),
        )


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/attendance/{session}/by-hand"
    return [web.post(address, enter), web.post(f"{address}/{{entry}}/back", take_back)]
