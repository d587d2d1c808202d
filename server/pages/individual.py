"""A facilitator's page of the individual meetings: what waits for a word, what comes, times to offer, who
still needs one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.booking
import store.individual
import store.meeting_times
import store.openable
import store.people
from care import slots
from care.meeting_states import TOPICS, Booking, State
from care.roles import Action, may
from server import keys, render, signin
from server.pages import dates_shown, forms, meeting_words, meetings_shown, place
from server.pages.forms import Form
from store.groups import Session
from store.meeting_times import Slot
from store.signins import SignIn

TEMPLATE = "pages/facilitator/individual.html"
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
LEFT = (slots.PAST, slots.OUTSIDE, slots.SKIPPED, slots.TAKEN)
MOST_DAYS = 92
SAID = ("booked", "moved", "cancelled", "withdrawn", "decided", "waived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One booked meeting. `over` waits for somebody's word."""

    booking: Booking
    session: Session
    name: str
    leader: str
    title: str
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Times somebody means to offer."""

    topic: str
    days: Sequence[date]
    times: Sequence[time]
    minutes: int | None  # as long as the contract says


async def facilitator(request: web.Request) -> SignIn:
    """Who may offer times here. Raises HTTPNotFound for others."""
    who = await signin.current(request)
    if not may(who.role, Action.OFFER_MEETINGS, who.purpose):
        raise web.HTTPNotFound
    return who


async def show(request: web.Request) -> web.Response:
    """The page as it stands now."""
    return await page(request, await facilitator(request), Form())


async def offer(request: web.Request) -> web.Response:
    """Offers every chosen day at every chosen time, and says what could not be."""
    who = await facilitator(request)
    form = await forms.read(request)
    wish = _wish(form, render.words(request))
    if wish is None:
        return await page(request, who, form)
    _ = render.words(request).gettext
    try:
        async with request.app[keys.DATABASE].write() as tx:
            own = await meetings_shown.me(tx, who.member)
            zone = (await place.load(request, tx, who)).zone
            terms = await place.terms(tx, who.group, place.now(request))
            made = await store.meeting_times.offer(
                tx,
                request.app[keys.KEYS],
                own,
                wish.topic,
                wish.days,
                wish.times,
                zone,
                wish.minutes or slots.minutes(terms, wish.topic),
                place.now(request),
            )
    except LookupError:
        form.refuse("topic", _("The group has no dates yet, so there are no weeks for this meeting."))
        return await page(request, who, form)
    except ValueError:
        form.refuse("times", _("That is more than sixty times at once. Please choose fewer days or times."))
        return await page(request, who, form)
    counts = {code: sum(one.refused == code for one in made) for code in LEFT}
    rest = "".join(f"&{code}={count}" for code, count in counts.items() if count)
    return forms.see(
        f"/s/{who.place}/individual?offered={sum(not one.refused for one in made)}{rest}#offered"
    )


def _wish(form: Form, translations: NullTranslations) -> Wish | None:
    """What the form asks for; None and errors where it is not clear."""
    _ = translations.gettext
    topic = form.one_of("topic", TOPICS, _("Please choose which meeting it is for."))
    first = form.date("from", _("Please give the first day."))
    last = form.date("until", _("Please give the last day.")) if form.get("until") else first
    wrong = _("A meeting takes between 15 and 120 minutes.")
    minutes = form.whole("minutes", slots.SHORTEST, slots.LONGEST, wrong) if form.get("minutes") else None
    weekdays = {int(one) for one in form.all("weekday") if one in set("0123456")}
    times = _times(form.get("times"))
    if not times:
        form.refuse("times", _("Please give one or more times such as 10:00, 11:30."))
    if first and last and not first <= last <= first + timedelta(days=MOST_DAYS):
        form.refuse("until", _("The last day lies after the first, at most three months later."))
    if form.errors or first is None or last is None:
        return None
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    chosen = [one for one in days if not weekdays or one.weekday() in weekdays]
    if not chosen:
        form.refuse("weekday", _("None of these weekdays lies between the two days."))
        return None
    return Wish(topic=topic, days=chosen, times=times, minutes=minutes)


def _times(text: str) -> list[time]:
    """The times of a line, [] where a part of it is none."""
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    found = [CLOCK.fullmatch(part) for part in parts]
    return [time(int(one[1]), int(one[2])) for one in found if one] if all(found) else []


async def withdraw(request: web.Request) -> web.Response:
    """Takes an offered time back, if nobody has taken it."""
    who = await facilitator(request)
    form = await forms.read(request)
    async with request.app[keys.DATABASE].write() as tx:
        found = await store.meeting_times.find(tx, form.get("slot"))
        if found is None or found.group != who.group:
            raise web.HTTPNotFound
        done = await store.meeting_times.withdraw(tx, found.id)
    if not done:
        form.refuse("", render.words(request).gettext("Somebody has booked this time meanwhile."))
        return await page(request, who, form)
    return forms.see(f"/s/{who.place}/individual?said=withdrawn#offered")


async def book(request: web.Request) -> web.Response:
    """Books an offered time for a member who asked by phone."""
    who = await facilitator(request)
    form = await forms.read(request)
    words = render.words(request)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            people = {one.id: one for one in await meetings_shown.participants(tx, who.group)}
            member = form.one_of("member", people, words.gettext("Please choose who it is."))
            slot = form.text("slot", words.gettext("Please choose a time."))
            if not form.errors:
                own = await meetings_shown.me(tx, who.member)
                await store.booking.book(
                    tx, request.app[keys.KEYS], people[member], slot, own, place.now(request)
                )
    except store.booking.Refused as refused:
        form.refuse("slot", meeting_words.refused_words(words, refused.code))
    if form.errors:
        return await page(request, who, form)
    return forms.see(f"/s/{who.place}/individual?said=booked")


async def page(request: web.Request, who: SignIn, form: Form) -> web.Response:
    """Everything about the group's individual meetings."""
    words = render.words(request)
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        people = await meetings_shown.participants(tx, who.group)
        found = await rows(request, tx, who.group, here.now)
        offered = [
            one for one in await store.meeting_times.of_group(tx, who.group, here.now) if not one.taken
        ]
        lines = await meetings_shown.table(request, tx, who.group, people)
        windows = await store.meeting_times.windows(tx, who.group, here.now)
        terms = await place.terms(tx, who.group, here.now)
    _ = words.gettext
    titles = {code: meeting_words.topic_words(words, code) for code in TOPICS}
    shown = form if form.values else forms.filled({"from": tomorrow(here.now, here.zone)})
    return forms.again(
        request,
        TEMPLATE,
        shown,
        place=who.place,
        here="individual",
        desk_path=await place.desk_path(request, who),
        csrf=signin.csrf_value(request, who),
        zone=here.zone,
        waiting=[one for one in found if one.over],
        coming=[one for one in found if not one.over],
        offered=meetings_shown.by_day(offered, here.zone),
        titles=titles,
        windows=windows,
        lines=lines,
        topics=[(code, titles[code], f"{slots.minutes(terms, code)} min") for code in TOPICS],
        weekdays=weekday_words(request),
        people=[("", _("Please choose")), *((one.member, one.name) for one in lines)],
        times=[
            ("", _("Please choose")),
            *((one.id, time_words(request, one, titles[one.topic], here.zone)) for one in offered),
        ],
        result=_result(request, words),
        said=request.query.get("said", "") if request.query.get("said", "") in SAID else "",
    )


def tomorrow(now: datetime, zone: str) -> str:
    """The day after today where the reader is, as forms write it."""
    return (now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)).isoformat()


def time_words(request: web.Request, one: Slot, title: str, zone: str) -> str:
    """One offered time in a list to choose from."""
    local = one.starts_at.astimezone(ZoneInfo(zone))
    shown = dates_shown.day(local.date(), render.language(request), year=False)
    return f"{title}: {shown}, {dates_shown.clock(local)}"


def _result(request: web.Request, words: NullTranslations) -> tuple[str, list[str]] | None:
    """What came of an offer, in words; None where there was none."""
    made = request.query.get("offered", "")
    if not made.isdecimal() or len(made) > 3:
        return None
    count = int(made)
    told = words.ngettext("One time is offered.", "%(num)s times are offered.", count) % {"num": count}
    counts = {code: request.query.get(code, "") for code in LEFT}
    rest = [
        meeting_words.left_words(words, code, int(count))
        for code, count in counts.items()
        if count.isdecimal() and len(count) <= 3 and int(count)
    ]
    return told, rest


async def rows(request: web.Request, tx: AsyncConnection, group: str, now: datetime) -> list[Row]:
    """The booked meetings of a group by their hour; those that are over wait for a word."""
    words = render.words(request)
    bookings = [
        one for one in await store.individual.bookings_of_group(tx, group) if one.state is State.BOOKED
    ]
    people = {one.member for one in bookings} | {one.facilitator for one in bookings if one.facilitator}
    names = await store.people.names(tx, request.app[keys.KEYS], sorted(people))
    found = []
    for one in bookings:
        session = await store.openable.find(tx, one.session or "")
        if session is None:
            continue
        found.append(
            Row(
                booking=one,
                session=session,
                name=names.get(one.member, ""),
                leader=names.get(one.facilitator or "", ""),
                title=meeting_words.topic_words(words, one.topic),
                over=session.state == "closed" or session.ends_at <= now,
            )
        )
    return sorted(found, key=lambda one: one.session.starts_at)


def weekday_words(request: web.Request) -> list[tuple[str, str]]:
    """Monday to Sunday."""
    _ = render.words(request).gettext
    names = (
        *(_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday")),
        *(_("Saturday"), _("Sunday")),
    )
    return [(str(number), name) for number, name in enumerate(names)]


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/individual"
    return [
        web.get(address, show),
        web.post(f"{address}/offer", offer),
        web.post(f"{address}/withdraw", withdraw),
        web.post(f"{address}/book", book),
    ]
