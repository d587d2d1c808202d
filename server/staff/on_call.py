"""Admins: the staffed hours, who is called in which order, who leads, and whether the question about thoughts
of death may be asked. What is missing for that is said exactly."""

from datetime import date, time
from typing import Any

from aiohttp import web

import store.alerts
import store.on_call
import store.staff
import store.staff_people
from care import zones
from care.chain import TEST_HOLDS, Chain, Gap, OnCall
from care.series import Closure
from care.staffed import Calendar, Hours
from server import cookies, keys, render
from server.pages import concern_words, forms
from server.pages.forms import Form
from server.staff import desk
from store.on_call import NoChain, Rota
from store.staff_people import Known
from store.staff_signins import DeskSignIn

PAGE = "on-call"
PLACES = 5
"People of a chain."
CLOSURES = 6
"Rows for closures; a saved page has new empty ones."


async def show(request: web.Request) -> web.Response:
    """The chain as it is, and what is missing."""
    await desk.admin(request)
    who = await desk.fresh(request, PAGE)
    async with request.app[keys.DATABASE].read() as tx:
        rota = await store.on_call.rota(tx)
    return await page(request, who, forms.filled(filled(rota)))


async def page(
    request: web.Request, who: DeskSignIn, form: Form, gaps: tuple[Gap, ...] | None = None
) -> web.Response:
    """The page with this form."""
    now, words = request.app[keys.CLOCK]().wall, render.words(request)
    async with request.app[keys.DATABASE].read() as tx:
        rota = await store.on_call.rota(tx)
        able = await store.on_call.able(tx)
        everyone = [one for one in await store.staff.everyone(tx) if one.disabled_at is None]
        people = await store.staff_people.known(tx, request.app[keys.KEYS], [one.person for one in everyone])
        tests = await store.on_call.tests(tx, now)
        missing = await store.on_call.gaps(tx, rota, now) if gaps is None else gaps
        holds = await store.on_call.is_chain(tx, rota, now)
        phones = await store.on_call.with_phone(tx, [one.person for one in everyone])
    names = {one.id: people[one.person].name for one in everyone if one.person in people}
    options = sorted(((one, names[one]) for one in able if one in names), key=lambda one: one[1].casefold())
    called = [one.staff for one in rota.chain.people]
    return forms.again(
        request,
        "staff/on_call.html",
        form,
        desk=who.desk,
        who=who,
        csrf=cookies.csrf_value(request, who.id),
        options=[("", words.gettext("Nobody")), *options],
        places=range(1, PLACES + 1),
        rows=range(1, CLOSURES + 1),
        weekdays=weekdays(request),
        zones=sorted(zones.names()),
        rota=rota,
        holds=holds,
        gaps=[gap_line(request, one, names) for one in missing],
        people=[
            {
                "name": names.get(one, ""),
                "phone": next((each.person in phones for each in everyone if each.id == one), False),
                "tests": [test for test in tests if test.staff == one],
            }
            for one in called
        ],
        zone=zone_of(people, who),
        holds_days=TEST_HOLDS.days,
    )


def zone_of(people: dict[str, Known], who: DeskSignIn) -> str:
    """The zone of the admin who reads."""
    return people[who.person].zone if who.person in people else "UTC"


def gap_line(request: web.Request, gap: Gap, names: dict[str, str]) -> str:
    """One thing that is missing, with whom or when."""
    words = concern_words.gap_words(render.words(request), gap.code)
    if gap.staff:
        return f"{names.get(gap.staff, '?')}: {words}"
    if gap.local:
        day, clock = gap.local.split(" ")
        return f"{words} ({weekdays(request)[int(day)]}, {clock})"
    return words


def weekdays(request: web.Request) -> list[str]:
    """The days of the week, Monday first."""
    _ = render.words(request).gettext
    return [
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    ]


def filled(rota: Rota) -> dict[str, str]:
    """A form of what holds now."""
    values = {"zone": rota.calendar.zone, "lead": rota.chain.lead, "phq": "phq9" if rota.phq9 else "phq8"}
    for one in rota.calendar.hours:
        values[f"from{one.weekday}"] = f"{one.starts:%H:%M}"
        values[f"to{one.weekday}"] = f"{one.ends:%H:%M}"
    for number, called in enumerate(rota.chain.people, start=1):
        values[f"person{number}"] = called.staff
        if called.hours:
            values[f"starts{number}"] = f"{called.hours[0].starts:%H:%M}"
            values[f"ends{number}"] = f"{called.hours[0].ends:%H:%M}"
    for number, closure in enumerate(rota.calendar.closures[:CLOSURES], start=1):
        values[f"first{number}"] = closure.from_date.isoformat()
        values[f"last{number}"] = closure.to_date.isoformat()
        values[f"why{number}"] = closure.why
    return values


async def post(request: web.Request) -> web.Response:
    """A new version of the chain. PHQ-9 is refused while there is none."""
    await desk.admin(request)
    who = await desk.fresh(request, PAGE)
    form = await forms.read(request)
    wanted = read(request, form)
    if wanted is None or form.errors:
        return await page(request, who, form)
    _ = render.words(request).gettext
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await store.on_call.set_rota(
                tx, request.app[keys.KEYS], wanted, who.staff, request.app[keys.CLOCK]().wall
            )
    except NoChain as refused:
        form.refuse("phq", _("PHQ-9 is not possible yet. What is missing stands below; PHQ-8 is."))
        return await page(request, who, form, refused.gaps)
    except ValueError:
        form.refuse("", _("Somebody of the chain has no account any more."))
        return await page(request, who, form)
    return forms.see(f"/w/{who.desk}/{PAGE}")


def read(request: web.Request, form: Form) -> Rota | None:
    """What the form wants; None and errors where it cannot be."""
    _ = render.words(request).gettext
    zone = form.one_of("zone", zones.names(), _("Choose a time zone."))
    hours = tuple(one for day in range(7) for one in span(request, form, day, f"from{day}", f"to{day}"))
    people = []
    for number in range(1, PLACES + 1):
        if not form.get(f"person{number}"):
            continue
        own = [
            one
            for each in hours
            for one in span(request, form, each.weekday, f"starts{number}", f"ends{number}")
        ]
        people.append(OnCall(staff=form.get(f"person{number}"), hours=tuple(own)))
    if len({one.staff for one in people}) != len(people):
        form.refuse("person1", _("Somebody is in the chain twice."))
    closures = tuple(
        one for number in range(1, CLOSURES + 1) if (one := closure(request, form, number)) is not None
    )
    phq = form.one_of("phq", ("phq9", "phq8"), _("Choose one of them."))
    if form.errors:
        return None
    return Rota(
        calendar=Calendar(zone=zone, hours=hours, closures=closures),
        chain=Chain(people=tuple(people), lead=form.get("lead")),
        phq9=phq == "phq9",
    )


def span(request: web.Request, form: Form, weekday: int, starts: str, ends: str) -> list[Hours]:
    """The hours of one day; none where both fields are empty."""
    _ = render.words(request).gettext
    if not form.get(starts) and not form.get(ends):
        return []
    wrong = _("Give hours such as 09:00 to 17:00; 00:00 is the end of the day.")
    first, last = form.time(starts, wrong), form.time(ends, wrong)
    if first is None or last is None or (last != time(0) and first >= last):
        form.refuse(starts, wrong)
        return []
    return [Hours(weekday=weekday, starts=first, ends=last)]


def closure(request: web.Request, form: Form, number: int) -> Closure | None:
    """One closure; None for an empty row."""
    _ = render.words(request).gettext
    first, last = f"first{number}", f"last{number}"
    if not form.get(first) and not form.get(last):
        return None
    wrong = _("Give the first and the last day.")
    starts: date | None = form.date(first, wrong)
    ends: date | None = form.date(last, wrong) if form.get(last) else starts
    if starts is None or ends is None or ends < starts:
        form.refuse(first, wrong)
        return None
    return Closure(from_date=starts, to_date=ends, why=form.get(f"why{number}")[:80])


async def test(request: web.Request) -> web.StreamResponse:
    """A test alert to everybody of the chain and to the lead, on each way they have."""
    await desk.admin(request)
    who = await desk.fresh(request, PAGE)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        rota = await store.on_call.rota(tx)
        named = [*(one.staff for one in rota.chain.people), rota.chain.lead]
        people = await store.on_call.people(tx, [one for one in named if one])
        await store.alerts.send_tests(tx, [people[one] for one in named if one in people], now)
    return forms.see(f"/w/{who.desk}/{PAGE}?sent=1")


def routes() -> list[Any]:
    address = f"/w/{{desk}}/{PAGE}"
    return [web.get(address, show), web.post(address, post), web.post(f"{address}/test", test)]
