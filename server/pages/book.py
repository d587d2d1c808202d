"""The pages of the work with a member have two readers: the member, below `mine/`, and a facilitator of the
group, below the member's page, who fills them in together with them. What both share stands here.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkins
import store.workbook
import store.workbook_sheet
from care.form_parts import AT
from care.phases import Phase, Phases, phase_of
from care.roles import Action, Purpose, Role, may
from care.workbook import AREA, GOAL, GONE, Workbook
from care.written import body
from server import keys, signin
from server.pages import forms, person, place
from server.pages.forms import Form
from server.pages.place import Place
from store.ids import fresh_id, plausible
from store.signins import SignIn

FORM, STEP = "form", "at"
"The parameters that name the check-in somebody came from, and its page."
IN_SHEET = (AREA, GOAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Who works on whose book. `form` is the check-in it is a part of, "" for none; `clinician` is true for
    a facilitator who may keep notes about safety; `step` is the page of the check-in to go back to."""

    here: Place
    member: str
    name: str
    staff: bool
    clinician: bool = False
    form: str = ""
    step: str = ""

    @property
    def who(self) -> SignIn:
        """The one who is signed in."""
        return self.here.who

    @property
    def base(self) -> str:
        """The page everything here belongs to."""
        below = f"people/{self.member}" if self.staff else "mine"
        return f"/s/{self.who.place}/{below}"

    @property
    def back(self) -> str:
        """The check-in they came from, "" for none."""
        below = f"people/{self.member}/" if self.staff else ""
        step = f"/{self.step}" if self.step else ""
        return f"/s/{self.who.place}/{below}checkin/{self.form}{step}" if self.form else ""

    @property
    def device(self) -> str | None:
        """A link for one form reads back what was written on its own device, and nothing else."""
        return self.who.device if self.who.purpose == Purpose.CHECKIN else None

    def address(self, rest: str, **more: str) -> str:
        """A page of the book, which still knows the check-in."""
        asked = {name: one for name, one in ((FORM, self.form), (STEP, self.step)) if one}
        query = "&".join(f"{name}={value}" for name, value in (asked | more).items())
        return f"{self.base}/{rest}" + (f"?{query}" if query else "")


@asynccontextmanager
async def opened(
    request: web.Request, *, staff: bool = False
) -> AsyncIterator[tuple[AsyncConnection, Sitting]]:
    """A transaction that may write, and who asks about whom. Raises HTTPNotFound for anybody but the member
    and a facilitator; with `staff` for the member too."""
    who = await signin.current(request)
    async with request.app[keys.DATABASE].write() as tx:
        at = await sit(request, tx, who)
        if staff and not at.staff:
            raise web.HTTPNotFound
        yield tx, at


async def sit(request: web.Request, tx: AsyncConnection, who: SignIn) -> Sitting:
    """The sitting of this sign-in. Raises HTTPNotFound for anybody but the member and a facilitator."""
    form = request.query.get(FORM, "")
    form = form if plausible(form) else ""
    step = request.query.get(STEP, "")
    step = step if form and AT.fullmatch(step) else ""
    if "member" in request.match_info:
        about = await person.find(request, tx, who)
        if not may(who.role, Action.KEEP_WORKBOOK, who.purpose):
            raise web.HTTPNotFound
        clinician = await store.workbook.is_clinician(tx, who.member)
        return Sitting(
            here=about.here,
            member=about.member.id,
            name=about.name,
            staff=True,
            clinician=clinician,
            form=form,
            step=step,
        )
    if who.role != Role.PARTICIPANT or not may(who.role, Action.OWN_WORKBOOK, who.purpose):
        raise web.HTTPNotFound
    here = await place.load(request, tx, who)
    return Sitting(here=here, member=who.member, name=here.name, staff=False, form=form, step=step)


async def look(
    request: web.Request, tx: AsyncConnection, at: Sitting, until: datetime | None = None
) -> Workbook:
    """What this reader may read, as it is or as it was at a moment."""
    secrets = request.app[keys.KEYS]
    return await store.workbook.access_workbook(
        tx, secrets, at.member, at.who.member, "work", at.here.now, device=at.device, until=until
    )


async def take(request: web.Request, tx: AsyncConnection, at: Sitting) -> Workbook:
    """The whole of it, held until this transaction ends, for whoever changes it."""
    secrets = request.app[keys.KEYS]
    return await store.workbook.access_workbook(
        tx, secrets, at.member, at.who.member, "work", at.here.now, hold=True
    )


async def keep(
    request: web.Request, tx: AsyncConnection, at: Sitting, kind: str, things: Mapping[str, Any]
) -> None:
    """Writes these things as they are now; one that is None is taken off. The sheet of the contract follows
    goals and areas."""
    secrets = request.app[keys.KEYS]
    for thing, value in things.items():
        await store.workbook.put(
            tx,
            secrets,
            at.member,
            kind,
            thing,
            GONE if value is None else value if isinstance(value, dict) else body(value),
            by=at.who.member,
            device=at.who.device,
            now=at.here.now,
        )
    if kind in IN_SHEET:
        await store.workbook_sheet.follow(tx, secrets, at.member, at.who.member, at.here.now)


def show(request: web.Request, at: Sitting, template: str, form: Form, **context: object) -> web.Response:
    """A page of the book in its reader's frame."""
    frame = "pages/facilitator/frame.html" if at.staff else "pages/participant/frame.html"
    return forms.again(
        request,
        f"pages/book/{template}.html",
        form,
        frame=frame,
        place=at.who.place,
        here="home" if at.staff else "mine",
        own=may(at.who.role, Action.OWN_PLACE, at.who.purpose),
        csrf=signin.csrf_value(request, at.who),
        at=at,
        zone=at.here.zone,
        said=request.query.get("said", ""),
        **context,
    )


async def wave_of(tx: AsyncConnection, at: Sitting) -> str:
    """The wave a rating belongs to: that of the check-in, else what the group's course says."""
    if at.form:
        found = await store.checkins.find(tx, at.form)
        if found is not None and found.member == at.member:
            return f"followup-{found.number}" if found.wave == "followup" else found.wave
    held = ordinal(at)
    return "pre" if held == 0 else "mid" if held < at.here.group.count else "post"


def ordinal(at: Sitting) -> int:
    """The number of the newest session that has begun; 0 before the first."""
    begun = [
        one.ordinal for one in at.here.sessions if one.state != "cancelled" and one.starts_at <= at.here.now
    ]
    return max(begun, default=0)


def next_ordinal(at: Sitting) -> int:
    """The session a change can begin with: the one that runs or comes next."""
    ahead = [
        one.ordinal for one in at.here.sessions if one.state != "cancelled" and one.ends_at > at.here.now
    ]
    return min((one for one in ahead if one), default=at.here.group.count + 1)


def phase(phases: Phases | None, session: int) -> Phase:
    """The phase of a session; the middle where nothing was agreed on."""
    return phase_of(phases, max(session, 1)) if phases else Phase.INTERMEDIATE


def new() -> str:
    """The key of a new thing."""
    return fresh_id()
