"""Changing dates: choose, look at what it would do, confirm; undo while nobody has been told."""

from collections.abc import Sequence
from dataclasses import replace
from gettext import NullTranslations

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.contracts
import store.dates
import store.groups
import store.individual
import store.people
import store.people_own
import store.plan
from care import changes, meeting_duties, meetings
from care.contract import Terms
from care.meeting_states import Booking
from care.preview import Moved, Preview
from care.roles import Role
from care.series import Caution, Dated, Series, live
from care.timetable import REPEATED, SKIPPED
from server import keys, render
from server.pages import dates_follow, dates_forms, dates_shown, forms, office
from server.pages.dates_forms import Dates
from server.pages.forms import Form
from server.pages.office import Office
from store.conflict import Conflict
from store.groups import Member

PAGE = "pages/coordinator/dates/list.html"
CHANGE = "pages/coordinator/dates/change.html"
PREVIEW = "pages/coordinator/dates/preview.html"


async def show(request: web.Request) -> web.Response:
    """Every session, what was changed lately, and what can be taken back."""
    return await listing(request, await office.current(request), forms.filled({}))


async def listing(request: web.Request, at: Office, form: Form) -> web.Response:
    """The page of all dates."""
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        dates = await load(request, tx, at)
        made = await store.dates.changes(tx, at.group.id)
    words, language = render.words(request), render.language(request)
    return forms.again(
        request,
        PAGE,
        form,
        office=at,
        here="dates",
        dates=dates,
        sessions=dates_forms.in_order(dates.series),
        last=live(dates.series)[-1] if live(dates.series) else None,
        now=now,
        changes=made,
        may_change=lambda one: dates_forms.may_change(one, now),
        day_words=lambda one: dates_shown.day(one.local, language),
        hours_words=lambda one: dates_shown.hours(one, words),
        kind_words=lambda kind: dates_forms.kind_words(kind, words),
        reason_words=lambda code: dates_forms.reason_words(code, words),
    )


async def choose(request: web.Request) -> web.Response:
    """What can be done with one session."""
    at = await office.current(request)
    return await change_page(request, at, None)


async def change_page(request: web.Request, at: Office, form: Form | None) -> web.Response:
    """The forms of one session, one for each kind of change."""
    session = request.match_info["session"] if form is None else form.get("session")
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        dates = await load(request, tx, at)
    found = next((one for one in dates.series if one.id == session), None)
    if found is None or not dates_forms.may_change(found, now):
        return await listing(request, at, form or forms.filled({}))
    words, language = render.words(request), render.language(request)
    return forms.again(
        request,
        CHANGE,
        form or forms.filled(dates_forms.offered(found)),
        office=at,
        here="dates",
        session=found,
        following=dates_forms.following(dates.series, found),
        day=dates_shown.day(found.local, language),
        hours=dates_shown.hours(found, words),
        zone=found.zone,
        leaders=[("", words.gettext("as planned")), *dates.leaders.items()],
        reasons=[(code, dates_forms.reason_words(code, words)) for code in dates_forms.REASONS],
    )


async def preview(request: web.Request) -> web.Response:
    """What a change would do. Nothing is kept."""
    at = await office.current(request)
    form = await forms.read(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        dates = await load(request, tx, at)
        members = [one for one in await store.groups.members(tx, at.group.id) if one.role == "participant"]
        people = await zones_of(request, tx, members)
        bookings = await store.individual.bookings_of_group(tx, at.group.id)
    made = dates_forms.wanted(form, dates, now, render.words(request))
    if made is None:
        return await change_page(request, at, form)
    async with request.app[keys.DATABASE].read() as tx:
        follows = await store.plan.foresee(tx, at.group.id, made.after, now)
    words, language = render.words(request), render.language(request)
    after = Series(sessions=made.after, warnings=made.warnings)
    terms = dates.terms
    return render.page(
        request,
        PREVIEW,
        office=at,
        here="dates",
        form=form,
        fields=[(name, form.get(name)) for name in dates_forms.FIELDS if form.get(name)],
        preview=made,
        follows=dates_follow.words_of(follows, words),
        revision=dates.revision,
        stays=stays(made),
        members=len(members),
        shown=dates_shown.of_series(request, after, at.group.zone, None, people),
        minimum=(terms.minimum(), minimum_of(terms, made)),
        moved=[moved_words(one, words, language) for one in made.moved],
        day_words=lambda one: dates_shown.day(one.local, language),
        hours_words=lambda one: dates_shown.hours(one, words),
        cautions=[caution_words(one, words, language) for one in made.warnings],
        left_outside=left_outside(bookings, made, terms),
        kind_words=dates_forms.kind_words(made.kind, words),
    )


def left_outside(bookings: Sequence[Booking], made: Preview, terms: Terms) -> int:
    """How many booked individual meetings lie inside their weeks now and would not afterwards. They stay: a
    facilitator moves them."""
    if min(len(live(made.before)), len(live(made.after))) < 2:
        return 0
    before = {one.id for one in meeting_duties.outside(meetings.windows(made.before, terms), bookings)}
    after = meeting_duties.outside(meetings.windows(made.after, terms), bookings)
    return sum(one.id not in before for one in after)


async def confirm(request: web.Request) -> web.Response:
    """Makes the change, if the dates are still those that were looked at."""
    at = await office.current(request)
    form = await forms.read(request)
    now = request.app[keys.CLOCK]().wall
    words = render.words(request)
    seen = form.whole("revision", 0, 999_999, words.gettext("Look at the change once more."))
    made = None
    try:
        async with request.app[keys.DATABASE].write() as tx:
            dates = await load(request, tx, at)
            if seen != dates.revision:
                raise Conflict("the dates were changed meanwhile")
            made = dates_forms.wanted(form, dates, now, words)
            if made is not None:
                await store.dates.apply(
                    tx,
                    request.app[keys.KEYS],
                    at.group.id,
                    made,
                    by=at.who.member,
                    reason=form.get("reason"),
                    now=now,
                    expected_revision=dates.revision,
                )
    except Conflict:
        form.refuse("", words.gettext("Somebody changed the dates meanwhile. Look at them and try again."))
    if made is None or form.errors:
        return await listing(request, at, form)
    return forms.see(at.address("contract" if made.amendment else "dates"))


async def undo(request: web.Request) -> web.Response:
    """Takes a change back while nobody has been told."""
    at = await office.current(request)
    form = await forms.read(request)
    now = request.app[keys.CLOCK]().wall
    words = render.words(request)
    change = form.get("change")
    try:
        async with request.app[keys.DATABASE].write() as tx:
            if change not in {one.id for one in await store.dates.changes(tx, at.group.id)}:
                raise web.HTTPNotFound
            await store.dates.undo(tx, request.app[keys.KEYS], change, by=at.who.member, now=now)
    except (store.dates.Refused, Conflict):
        told = words.gettext(
            "This can no longer be taken back: somebody has been told, or the dates were changed again."
        )
        form.refuse("", told)
    return await listing(request, at, form) if form.errors else forms.see(at.address("dates"))


async def load(request: web.Request, tx: AsyncConnection, at: Office) -> Dates:
    """The dates of this office's group; terms from the newest contract, or from what the rows say."""
    series = await store.dates.series(tx, at.group.id)
    latest = await store.contracts.latest(tx, at.group.id)
    return Dates(
        series=series,
        terms=latest.terms if latest else bare_terms(at, series),
        revision=await store.dates.revision(tx, at.group.id),
        leaders=await leaders_of(request, tx, at),
    )


def bare_terms(at: Office, series: Sequence[Dated]) -> Terms:
    """Terms of a group without a contract: the defaults, around the dates it has."""
    first = live(series)[0] if live(series) else None
    terms = Terms(
        zone=at.group.zone, first_local=first.local if first else store.contracts.NOWHERE.first_local
    )
    return replace(terms, sessions=at.group.count, minutes=first.minutes if first else terms.minutes)


async def leaders_of(request: web.Request, tx: AsyncConnection, at: Office) -> dict[str, str]:
    """The facilitators of the group, name by person: nobody else can open its room."""
    present = await store.groups.members(tx, at.group.id)
    leading = {one.id: one.person for one in present if one.role == Role.FACILITATOR}
    names = await store.people.names(tx, request.app[keys.KEYS], list(leading))
    return {leading[one]: name for one, name in sorted(names.items(), key=lambda pair: pair[1])}


async def zones_of(
    request: web.Request, tx: AsyncConnection, members: Sequence[Member]
) -> list[tuple[str, str]]:
    """Name and time zone of each of these members, to look ahead for them."""
    names = await store.people.names(tx, request.app[keys.KEYS], [one.id for one in members])
    zones = await store.people_own.zones(tx, [one.id for one in members])
    return [(names[one.id], zones[one.id]) for one in members if one.id in names and one.id in zones]


def stays(made: Preview) -> int:
    """How many sessions keep their day, hour and number."""
    touched = {one.id for one in made.moved} | {one.id for one in made.renumbered}
    touched |= {one.id for one in made.cancelled}
    return sum(one.id not in touched for one in live(made.before))


def minimum_of(terms: Terms, made: Preview) -> int:
    """The sessions to reach after the change."""
    return replace(terms, sessions=made.new_count).minimum() if made.new_count else terms.minimum()


def moved_words(one: Moved, words: NullTranslations, language: str) -> dict[str, str]:
    """A move as its row is read."""
    return {
        "ordinal": str(one.ordinal or ""),
        "was": f"{dates_shown.day(one.from_local, language)}, {dates_shown.clock(one.from_local)}",
        "will": f"{dates_shown.day(one.to_local, language)}, {dates_shown.clock(one.to_local)}",
    }


def caution_words(one: Caution, words: NullTranslations, language: str) -> str:
    """What to know before agreeing."""
    on = dates_shown.day(one.local, language)
    if one.code in (SKIPPED, REPEATED):
        return f"{on}: {dates_shown.caution_words(words, one)}"
    _ = words.gettext
    if one.code == changes.IN_CLOSURE:
        return _("%(day)s is a day without sessions. %(why)s") % {"day": on, "why": one.why}
    return _("%(day)s is left out. %(why)s") % {"day": on, "why": one.why}


def routes() -> list[web.RouteDef]:
    start = "/s/{place}/dates"
    return [
        web.get(start, show),
        web.post(start, confirm),
        web.get(start + "/change/{session}", choose),
        web.post(start + "/preview", preview),
        web.post(start + "/undo", undo),
    ]
