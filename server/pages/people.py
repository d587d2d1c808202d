"""The people of a group: the list, and the two ways in. A list with one wrong line adds nobody."""

from zoneinfo import ZoneInfo

from aiohttp import web

import store.contracts
import store.enrol
import store.groups
import store.link_states
import store.pauses
import store.people
import store.seats
import store.signatures
from care.signing import MEMBER
from server import keys, render
from server.pages import forms, member_words, office, people_fields, zone_field
from server.pages.dates_shown import clock, day
from server.pages.forms import Form
from server.pages.names import called
from server.pages.office import Office
from server.pages.people_list import NewPerson

PAGE = "pages/coordinator/people/list.html"
NEW = "pages/coordinator/people/new.html"


async def show(request: web.Request) -> web.Response:
    """Everybody who is in the group, or was."""
    at = await office.current(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        roster = await store.groups.roster(tx, at.group.id)
        known = await store.people.names(tx, request.app[keys.KEYS], [one.id for one in roster])
        names = {one.id: called(render.words(request), known, one.id) for one in roster}
        refused = await store.people.flagged(tx, [one.id for one in roster])
        paused = await store.pauses.paused_now(tx, at.group.id, now)
        free = await store.seats.free(tx, at.group.id)
        links = await store.link_states.of_group(tx, at.group.id)
        signed = await store.signatures.of_group(tx, at.group.id)
        latest = await store.contracts.latest(tx, at.group.id)
    newest = {
        one.member: max(each.version for each in signed if each.member == one.member and each.side == MEMBER)
        for one in signed
        if one.side == MEMBER
    }
    return render.page(
        request,
        PAGE,
        office=at,
        here="people",
        members=[one for one in roster if one.role == "participant" and one.left_at is None],
        staff=[one for one in roster if one.role != "participant" and one.left_at is None],
        gone=[one for one in roster if one.role == "participant" and one.left_at is not None],
        names=names,
        refused=refused,
        paused=paused,
        links=links,
        link_words=lambda one: member_words.reached(render.words(request), one.state),
        signed=newest,
        version=latest.number if latest else 0,
        free=len(free),
    )


async def show_new(request: web.Request) -> web.Response:
    """The form for one person, and the one for a list."""
    at = await office.current(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        closed = await store.enrol.closed(tx, at.group.id, now)
    return new_page(request, at, forms.filled({}), closed_words(request, closed) if closed else "")


async def enrol(request: web.Request) -> web.Response:
    """Takes one person or a whole list into the group."""
    at = await office.current(request)
    form = await forms.read(request)
    if form.get("do") == "add_list":
        found = people_fields.many(form, request, at.group.zone)
    else:
        one = people_fields.one(form, request, at.group.zone)
        found = [one] if one else None
    if found is None or not await enrolled(request, at, form, found):
        return new_page(request, at, form)
    return forms.see(at.address("people"))


async def enrolled(request: web.Request, at: Office, form: Form, people: list[NewPerson]) -> bool:
    """True when they are all in; otherwise nobody is, and the form says why."""
    _ = render.words(request).gettext
    listed = form.get("do") == "add_list"
    field = "list" if listed else "name"
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await store.enrol.enrol(
                tx,
                request.app[keys.KEYS],
                at.group.id,
                [people_fields.enrolment(one) for one in people],
                by=at.who.member,
                now=request.app[keys.CLOCK]().wall,
            )
    except store.enrol.RowRefused as refusal:
        why = {
            "already_here": _("Somebody of this name is in the group already."),
            "twice_here": _("This name is in the list twice."),
        }.get(refusal.code, _("This person cannot be added."))
        who = people[refusal.row].shown
        form.refuse(field, _("%(name)s: %(words)s") % {"name": who, "words": why} if listed else why)
        return False
    except store.enrol.Closed as closed:
        form.refuse(field, closed_words(request, closed))
        return False
    except store.seats.Full as full:
        words = _("Only %(free)s seats are free in this group.")
        form.refuse(field, words % {"free": full.free})
        return False
    return True


def closed_words(request: web.Request, closed: store.enrol.Closed) -> str:
    """Since when nobody new joins, and what can be done about it."""
    _ = render.words(request).gettext
    since = closed.since.astimezone(ZoneInfo(closed.zone))
    return _(
        "Nobody new joins this group since session %(number)s began (%(day)s, %(at)s): the contract closes "
        "it there. To take somebody in, amend the contract first (“New members join until session”), and "
        "add the person once the amendment is in force."
    ) % {
        "number": closed.session,
        "day": day(since.date(), render.language(request)),
        "at": clock(since),
    }


def new_page(request: web.Request, at: Office, form: Form, closed: str = "") -> web.Response:
    """The page of both forms; what was not sent has its default again. `closed` says beforehand that nobody
    new joins."""
    for name, value in {"zone": at.group.zone, "locale": render.language(request)}.items():
        if name not in form.values:
            form.values.add(name, value)
    return forms.again(
        request,
        NEW,
        form,
        office=at,
        here="people",
        closed=closed,
        zones=zone_field.offered(),
        languages=people_fields.languages(request),
    )


def routes() -> list[web.RouteDef]:
    start = "/s/{place}/people"
    return [web.get(start, show), web.get(start + "/new", show_new), web.post(start + "/new", enrol)]
