"""Concerns for those who may open them: the list, one concern with its answer, the emergency sheet, and what
a person does about it. The same pages for facilitators at a place and for whoever is on call at a desk."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.alerts
import store.concern_access
import store.concern_acts
import store.concern_doors
import store.concerns
import store.groups
import store.people
import store.staff_people
from care.chain import TEST_HOLDS
from care.concern import SHORTEST_OUTCOME, CallOwed, NotPossible, call_owed
from care.roles import Action, Role, may
from server import cookies, keys, render, signin
from server.pages import concern_words, crisis, forms, place
from server.pages.forms import Form
from server.pages.names import called
from server.staff import desk
from store.concern_rows import Concern
from store.doors import NotAllowed

LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads: a person of the staff, below which address, with what forms must hold. `place` is "" at a
    desk, `desk` at a place."""

    person: str
    base: str
    csrf: str
    zone: str
    place: str = ""
    desk: str = ""
    group: str = ""
    who: Any = None


async def reader(request: web.Request) -> Reader:
    """The one who asks. Raises HTTPNotFound for anybody who opens no concerns."""
    if "desk" in request.match_info:
        own = await desk.current(request)
        async with request.app[keys.DATABASE].read() as tx:
            zone = (await store.staff_people.known(tx, request.app[keys.KEYS], [own.person]))[own.person].zone
        return Reader(
            person=own.person,
            base=f"/w/{own.desk}/concerns",
            csrf=cookies.csrf_value(request, own.id),
            zone=zone,
            desk=own.desk,
            who=own,
        )
    who = await signin.current(request)
    if not may(who.role, Action.READ_CONCERN, who.purpose):
        raise web.HTTPNotFound
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
    return Reader(
        person=who.person,
        base=f"/s/{who.place}/concerns",
        csrf=signin.csrf_value(request, who),
        zone=here.group.zone,
        place=who.place,
        group=who.group,
        who=who,
    )


async def show(request: web.Request) -> web.Response:
    """The list."""
    return await listing(request, await reader(request), Form())


async def listing(request: web.Request, who: Reader, form: Form) -> web.Response:
    """Open concerns, the most pressing first; at a place also the form of a facilitator who is worried, at a
    desk also the tests that wait."""
    now, secrets = place.now(request), request.app[keys.KEYS]
    async with request.app[keys.DATABASE].read() as tx:
        found = await concerns_of(tx, who)
        names = await store.people.names(tx, secrets, [one.member for one in found])
        people = await participants(tx, secrets, who) if who.place else []
        tests = await store.alerts.to_confirm(tx, who.person, now - TEST_HOLDS) if who.desk else []
        closed = await store.concern_access.of_group(tx, who.group, closed=True) if who.place else []
        past = await store.people.names(tx, secrets, [one.member for one in closed])
    return forms.again(
        request,
        "pages/safety/concerns.html",
        form,
        reader=who,
        place=who.place,
        desk=who.desk,
        who=who.who,
        here="concerns",
        csrf=who.csrf,
        zone=who.zone,
        now=now,
        rows=[row(request, one, called(render.words(request), names, one.member), now) for one in found],
        closed=[(one, called(render.words(request), past, one.member)) for one in closed],
        people=people,
        tests=tests,
    )


async def concerns_of(tx: AsyncConnection, who: Reader) -> list[Concern]:
    """At a place those of the group; at a desk those somebody was called about and those of their groups."""
    if who.place:
        return await store.concern_access.of_group(tx, who.group)
    found = {one.id: one for one in await store.concern_access.of_called(tx, who.person)}
    for group in await store.concern_access.groups_led(tx, who.person):
        found |= {one.id: one for one in await store.concern_access.of_group(tx, group)}
    return sorted(found.values(), key=store.concern_access.pressing)


async def participants(tx: AsyncConnection, secrets: Any, who: Reader) -> list[tuple[str, str]]:
    """The present members of the group by name."""
    members = [one for one in await store.groups.members(tx, who.group) if one.role == Role.PARTICIPANT]
    names = await store.people.names(tx, secrets, [one.id for one in members])
    return sorted(((one.id, names.get(one.id, "")) for one in members), key=lambda one: one[1].casefold())


async def pressing(request: web.Request, tx: AsyncConnection, group: str) -> list[dict[str, object]]:
    """The open concerns of a group as lines, for facilitators' other pages."""
    found = await store.concern_access.of_group(tx, group)
    names = await store.people.names(tx, request.app[keys.KEYS], [one.member for one in found])
    absent = await store.concern_access.not_come(tx, group, place.now(request))
    return [
        row(request, one, names.get(one.member, ""), place.now(request)) | {"absent": one.member in absent}
        for one in found
    ]


def row(request: web.Request, one: Concern, name: str, now: datetime) -> dict[str, object]:
    """A line of the list."""
    words = render.words(request)
    return {
        "concern": one,
        "name": name,
        "soon": concern_words.level_words(words, one.level),
        "state": concern_words.state_words(words, one.state),
        "wish": concern_words.wish_words(words, one.wish),
        "late": one.contact_by < now and one.state in ("open", "acknowledged"),
    }


async def show_one(request: web.Request) -> web.Response:
    """One concern with its answer; the reading is logged."""
    return await one_page(request, await reader(request), Form())


async def one_page(
    request: web.Request, who: Reader, form: Form, sheet: store.concern_access.Sheet | None = None
) -> web.Response:
    """The page about a concern."""
    now, secrets, words = place.now(request), request.app[keys.KEYS], render.words(request)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            found = await store.concern_access.access_concern(
                tx, secrets, request.match_info["concern"], who.person, now
            )
            others = [
                one for one in await store.concern_doors.could_take(tx, found.concern) if one != who.person
            ]
            named = await store.concern_access.called(tx, secrets, others)
    except NotAllowed:
        raise web.HTTPNotFound from None
    return forms.again(
        request,
        "pages/safety/concern.html",
        form,
        reader=who,
        place=who.place,
        desk=who.desk,
        who=who.who,
        here="concerns",
        csrf=who.csrf,
        zone=who.zone,
        now=now,
        found=found,
        concern=found.concern,
        address=f"{who.base}/{found.concern.id}",
        trigger=concern_words.trigger_words(words, found.concern.trigger),
        soon=concern_words.level_words(words, found.concern.level),
        state=concern_words.state_words(words, found.concern.state),
        owed=call_owed(found.concern.state, found.concern.wish),
        wish=concern_words.wish_words(words, found.concern.wish),
        answer=concern_words.answer_words(words, found.value),
        lines=[line(request, found, one) for one in found.lines],
        tried=concern_words.tried_words(words),
        others=[("", words.gettext("Please choose")), *((one, named.get(one, "")) for one in others)],
        sheet=sheet,
        crisis_country=crisis.country_of(request),
        sheet_country=crisis.of_zone(request, sheet.zone) if sheet else None,
    )


def line(
    request: web.Request, found: store.concern_access.Content, one: store.concern_access.Line
) -> dict[str, object]:
    """A line of the history in words."""
    words = render.words(request)
    details = {
        "tried": dict(concern_words.tried_words(words)).get(one.code, ""),
        "wish": concern_words.wish_words(words, one.code) if one.kind == "wish" else "",
        "handed_on": found.names.get(one.code, ""),
        "answered_again": concern_words.answer_words(words, one.text),
    }
    return {
        "at": one.at,
        "by": found.names.get(one.by, words.gettext("the clock")),
        "what": concern_words.line_words(words, one.kind),
        "detail": details.get(one.kind, ""),
        "text": "" if one.kind == "answered_again" else one.text,
    }


async def open_sheet(request: web.Request) -> web.Response:
    """Where the member may be and how they are reached, on the concern's page; logged on its own."""
    who = await reader(request)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            sheet = await store.concern_access.access_sheet(
                tx, request.app[keys.KEYS], request.match_info["concern"], who.person, place.now(request)
            )
    except NotAllowed:
        raise web.HTTPNotFound from None
    return await one_page(request, who, Form(), sheet)


Act = Callable[[AsyncConnection, str, Reader, Form, datetime], Awaitable[object]]


def acting(act: Callable[[web.Request, Form], Act]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler that does one thing to the concern in the address and comes back to its page."""

    async def handler(request: web.Request) -> web.StreamResponse:
        who = await reader(request)
        form = await forms.read(request)
        _ = render.words(request).gettext
        doing = act(request, form)
        if not form.errors:
            try:
                async with request.app[keys.DATABASE].write() as tx:
                    await doing(tx, request.match_info["concern"], who, form, place.now(request))
            except NotAllowed:
                raise web.HTTPNotFound from None
            except CallOwed:
                words = _(
                    "They wished for a call. Write the call down first, or say here why there was none."
                )
                form.refuse("uncalled", words)
            except NotPossible:
                form.refuse(
                    "", _("That cannot be done now. Perhaps somebody was faster, or nobody has it yet.")
                )
        if form.errors:
            return await one_page(request, who, form)
        return forms.see(f"{who.base}/{request.match_info['concern']}")

    return handler


def acknowledge(request: web.Request, form: Form) -> Act:
    """ "I have it"."""
    return lambda tx, key, who, _form, now: store.concern_acts.acknowledge(
        tx, request.app[keys.KEYS], key, who.person, now
    )


def try_(request: web.Request, form: Form) -> Act:
    """A call that reached nobody."""
    _ = render.words(request).gettext
    form.one_of("how", store.concern_acts.TRIED, _("Please choose how it went."))
    return lambda tx, key, who, sent, now: store.concern_acts.tried(
        tx, request.app[keys.KEYS], key, who.person, sent.get("how"), now
    )


def contact(request: web.Request, form: Form) -> Act:
    """Spoken with."""
    _ = render.words(request).gettext
    form.text("said", _("Write in a few words what was said and agreed."), longest=LONGEST)
    return lambda tx, key, who, sent, now: store.concern_acts.contacted(
        tx, request.app[keys.KEYS], key, who.person, sent.get("said"), now
    )


def hand_on(request: web.Request, form: Form) -> Act:
    """To somebody else, with what they need to know."""
    _ = render.words(request).gettext
    form.text("to", _("Please choose who takes it on."))
    form.text("needs", _("Write in a few words what they need to know."), longest=LONGEST)
    return lambda tx, key, who, sent, now: store.concern_acts.hand_on(
        tx, request.app[keys.KEYS], key, who.person, sent.get("to"), sent.get("needs"), now
    )


def close(request: web.Request, form: Form) -> Act:
    """What came of it."""
    _ = render.words(request).gettext
    words = form.text("outcome", _("Write what came of it. A tick is not enough."), longest=LONGEST)
    if 0 < len(words) < SHORTEST_OUTCOME:
        form.refuse("outcome", _("Write what came of it. A tick is not enough."))
    return lambda tx, key, who, sent, now: store.concern_acts.close(
        tx, request.app[keys.KEYS], key, who.person, sent.get("outcome"), now, sent.get("uncalled")[:LONGEST]
    )


async def flag(request: web.Request) -> web.StreamResponse:
    """A facilitator is worried about somebody: a concern, and whoever is on call is told now."""
    who = await reader(request)
    form = await forms.read(request)
    _ = render.words(request).gettext
    async with request.app[keys.DATABASE].read() as tx:
        known = {one for one, _name in await participants(tx, request.app[keys.KEYS], who)}
    member = form.one_of("member", known, _("Please choose who it is."))
    words = form.text("worry", _("Write in a few words what you saw or heard."), longest=LONGEST)
    if form.errors:
        return await listing(request, who, form)
    async with request.app[keys.DATABASE].write() as tx:
        made = await store.concerns.flag(
            tx, request.app[keys.KEYS], member, who.person, words, place.now(request)
        )
    return forms.see(f"{who.base}/{made.id}")


async def confirm_test(request: web.Request) -> web.StreamResponse:
    """A test alert has arrived. Nobody confirms another person's, or one that has not gone out."""
    own = await desk.current(request)
    form, now = await forms.read(request), place.now(request)
    async with request.app[keys.DATABASE].write() as tx:
        waiting = await store.alerts.to_confirm(tx, own.person, now - TEST_HOLDS)
        if form.get("alert") not in {one.id for one in waiting}:
            raise web.HTTPNotFound
        await store.alerts.acknowledge(tx, form.get("alert"), now)
    return forms.see(f"/w/{own.desk}/concerns")


def routes() -> list[web.RouteDef]:
    found = []
    for base in ("/s/{place}/concerns", "/w/{desk}/concerns"):
        one = f"{base}/{{concern}}"
        found += [
            web.get(base, show),
            web.get(one, show_one),
            web.post(f"{one}/sheet", open_sheet),
            web.post(f"{one}/acknowledge", acting(acknowledge)),
            web.post(f"{one}/tried", acting(try_)),
            web.post(f"{one}/contacted", acting(contact)),
            web.post(f"{one}/hand-on", acting(hand_on)),
            web.post(f"{one}/close", acting(close)),
        ]
    return [
        *found,
        web.post("/s/{place}/concerns", flag),
        web.post("/w/{desk}/concerns", confirm_test),
    ]
