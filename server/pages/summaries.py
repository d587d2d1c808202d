"""The summary of a session for its members, as facilitators write it: a draft, a look at what should be
looked at, sent once. Only where the contract promises summaries."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.group_summaries
from care import group_summary
from care.group_summary import LONGEST, State, Warned
from care.roles import Action, may
from server import keys, render, signin
from server.pages import forms, place
from server.pages.forms import Form
from server.pages.place import Place
from store.group_summaries import Changed, Written
from store.groups import Session

TEMPLATE = "pages/facilitator/summary.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One session's summary as it stands. `names` are all that members go by; `found` those that stand in
    the newest text."""

    here: Place
    session: Session
    written: Written | None
    names: Sequence[str]
    found: Sequence[str]
    warned: Sequence[Warned]

    @property
    def number(self) -> int:
        """The newest version, 0 before there is one."""
        return self.written.number if self.written else 0

    @property
    def drafted(self) -> bool:
        """A draft waits to be sent."""
        return self.written is not None and self.written.state is State.DRAFT

    @property
    def address(self) -> str:
        """This page."""
        return f"/s/{self.here.who.place}/summaries/{self.session.id}"


async def show(request: web.Request) -> web.Response:
    """The draft, or what was sent."""
    async with request.app[keys.DATABASE].read() as tx:
        at = await _desk(request, tx)
    return await _page(request, at, None)


async def save(request: web.Request) -> web.Response:
    """Keeps a draft."""
    form = await forms.read(request)
    _ = render.words(request).gettext
    text = form.get("text")
    if not text:
        form.refuse("text", _("Please write something first."))
    elif len(text) > LONGEST:
        form.refuse("text", _("That is too long; %(count)s signs are the most.") % {"count": LONGEST})
    number = form.whole("number", 0, 9999, _("Please open the page again."))
    async with request.app[keys.DATABASE].write() as tx:
        at = await _desk(request, tx)
        if not form.errors and number is not None:
            try:
                who, now = at.here.who.member, at.here.now
                await store.group_summaries.save(
                    tx, request.app[keys.KEYS], at.session.id, text, who, number, now
                )
            except Changed:
                form.refuse("text", _("Somebody has written on it meanwhile. Their words stand below."))
    if form.errors:
        return await _page(request, at, form)
    return forms.see(f"{at.address}?said=saved")


async def send(request: web.Request) -> web.Response:
    """Sends the draft that was looked at. A second press finds it sent."""
    form = await forms.read(request)
    _ = render.words(request).gettext
    number = form.whole("number", 1, 9999, _("Please open the page again."))
    async with request.app[keys.DATABASE].write() as tx:
        at = await _desk(request, tx)
        if at.drafted and at.warned and form.get("sure") != "yes":
            form.refuse("sure", _("Please look at what is said above, and say that it may go out like this."))
        if not form.errors and number is not None:
            try:
                who, now = at.here.who.member, at.here.now
                secrets = request.app[keys.KEYS]
                await store.group_summaries.send(tx, secrets, at.session.id, number, who, at.warned, now)
            except Changed:
                return forms.see(at.address)
    if form.errors:
        return await _page(request, at, form)
    return forms.see(f"{at.address}?said=sent")


async def _desk(request: web.Request, tx: AsyncConnection) -> Desk:
    """Raises HTTPNotFound for anybody but a facilitator, for a session that is not over, and where the
    contract promises no summaries."""
    who = await signin.current(request)
    if not may(who.role, Action.WRITE_SUMMARY, who.purpose):
        raise web.HTTPNotFound
    here = await place.load(request, tx, who)
    session = here.session(request.match_info["session"])
    if not summarised(session, here) or not (await place.terms(tx, who.group, here.now)).summaries:
        raise web.HTTPNotFound
    secrets = request.app[keys.KEYS]
    written = await store.group_summaries.access_written(tx, secrets, session.id, who.member)
    names = await store.group_summaries.names_of_members(tx, secrets, who.group, who.member)
    text = (written.text or "") if written else ""
    ahead = [one.starts_at for one in here.sessions if one.state == "planned" and one.starts_at > here.now]
    return Desk(
        here=here,
        session=session,
        written=written,
        names=names,
        found=group_summary.names_in(text, names),
        warned=group_summary.warned(text, names, here.now, min(ahead, default=None)),
    )


def summarised(session: Session, here: Place) -> bool:
    """Whether a session is one to write about: it was held, and is over."""
    return session.state != "cancelled" and bool(session.ordinal) and session.ends_at <= here.now


async def _page(request: web.Request, at: Desk, form: Form | None) -> web.Response:
    if form is None:
        form = forms.filled({"text": (at.written.text or "") if at.written else ""})
    who = at.here.who
    return forms.again(
        request,
        TEMPLATE,
        form,
        place=who.place,
        here="summaries",
        desk_path=await place.desk_path(request, who),
        csrf=signin.csrf_value(request, who),
        desk=at,
        zone=at.here.zone,
        lost=at.written is not None and at.written.text is None,
        late=Warned.LATE in at.warned,
        said=request.query.get("said", ""),
        longest=LONGEST,
    )


def routes() -> list[web.RouteDef]:
    """One session's summary."""
    address = "/s/{place}/summaries/{session}"
    return [web.get(address, show), web.post(address, save), web.post(f"{address}/send", send)]
