"""The coordinator's page of the individual meetings: needed, booked, held; what is overdue; what is not
needed. Nothing of what was said in them."""

from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.booking
import store.individual
import store.meeting_decisions
import store.meeting_leaders
import store.meeting_times
import store.openable
import store.people
import store.tasks
from care.meeting_states import TOPICS, Booking, State
from care.thresholds import Kind
from server import keys, render
from server.pages import forms, individual_one, meeting_words, meetings_shown, office
from server.pages.forms import Form
from server.pages.office import Office
from store.ids import fresh_id

TEMPLATE = "pages/coordinator/individual.html"
REASONS = ("held_elsewhere", "agreed", "left", "other")


async def show(request: web.Request) -> web.Response:
    """The table as it stands now."""
    return await page(request, await office.current(request), Form())


async def waive(request: web.Request) -> web.Response:
    """Nobody waits for this meeting any more."""
    at, form = await office.current(request), await forms.read(request)
    words = render.words(request)
    now = request.app[keys.CLOCK]().wall
    try:
        async with request.app[keys.DATABASE].write() as tx:
            people = {one.id: one for one in await meetings_shown.participants(tx, at.group.id)}
            member = form.one_of("member", people, words.gettext("Please choose who it is."))
            topic = form.one_of("topic", TOPICS, words.gettext("Please choose which meeting it is for."))
            reason = form.one_of("reason", REASONS, words.gettext("Please choose why."))
            if not form.errors:
                own = await meetings_shown.me(tx, at.who.member)
                await store.booking.waive(tx, request.app[keys.KEYS], people[member], topic, own, reason, now)
    except store.booking.Refused:
        form.refuse("topic", words.gettext("This meeting is booked, held, or said not to be needed already."))
    return await page(request, at, form) if form.errors else forms.see(at.address("individual-meetings"))


async def decide(request: web.Request) -> web.Response:
    """Held or not, once the facilitators' time to say so is over."""
    at, form = await office.current(request), await forms.read(request)
    words = render.words(request)
    choice = form.one_of("decision", individual_one.choices(), words.gettext("Please choose how it was."))
    state, _colon, why = choice.partition(":")
    try:
        async with request.app[keys.DATABASE].write() as tx:
            booking = await store.individual.find(tx, request.match_info["meeting"])
            session = await store.openable.find(tx, booking.session) if booking and booking.session else None
            if booking is None or session is None or session.group != at.group.id:
                raise web.HTTPNotFound
            if not form.errors:
                own = await meetings_shown.me(tx, at.who.member)
                now = request.app[keys.CLOCK]().wall
                await store.meeting_decisions.decide(
                    tx, request.app[keys.KEYS], booking, state, why, own, now, form.get("key")
                )
    except store.booking.Refused as refused:
        form.refuse("decision", meeting_words.decision_words(words, refused.code))
    return await page(request, at, form) if form.errors else forms.see(at.address("individual-meetings"))


async def lead(request: web.Request) -> web.Response:
    """A meeting whose facilitator has left goes to another one, or is called off and to be booked anew."""
    at, form = await office.current(request), await forms.read(request)
    words, now = render.words(request), request.app[keys.CLOCK]().wall
    field = f"leader-{request.match_info['meeting']}"
    try:
        async with request.app[keys.DATABASE].write() as tx:
            alone = await store.meeting_leaders.without(tx, at.group.id, now)
            booking = next((one for one in alone if one.id == request.match_info["meeting"]), None)
            if booking is None:
                raise web.HTTPNotFound
            leaders = await store.meeting_times.leaders(tx, at.group.id)
            own = await meetings_shown.me(tx, at.who.member)
            secrets = request.app[keys.KEYS]
            if form.get("do") == "cancel":
                await store.booking.cancel(tx, secrets, booking, own, "facilitator_left", now)
            else:
                leader = form.one_of(field, leaders, words.gettext("Please choose who leads it."))
                if not form.errors:
                    await store.meeting_leaders.hand_over(tx, secrets, booking, leader, own, now)
    except store.booking.Refused as refused:
        form.refuse(field, meeting_words.refused_words(words, refused.code))
    return await page(request, at, form) if form.errors else forms.see(at.address("individual-meetings"))


async def page(request: web.Request, at: Office, form: Form) -> web.Response:
    """The table, the windows, what is overdue."""
    words = render.words(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        people = await meetings_shown.participants(tx, at.group.id)
        lines = await meetings_shown.table(request, tx, at.group.id, people)
        windows = await store.meeting_times.windows(tx, at.group.id, now)
        offered = await store.meeting_times.of_group(tx, at.group.id, now)
        overdue = await _overdue(tx, at, now)
        alone = await store.meeting_leaders.without(tx, at.group.id, now)
        leaders = await store.meeting_times.leaders(tx, at.group.id)
        called = await store.people.names(tx, request.app[keys.KEYS], leaders)
    names = {one.member: one.name for one in lines}
    titles = {code: meeting_words.topic_words(words, code) for code in TOPICS}
    choose = ("", words.gettext("Please choose"))
    return forms.again(
        request,
        TEMPLATE,
        form,
        office=at,
        here="meetings",
        zone=at.group.zone,
        key=fresh_id(),
        lines=lines,
        windows=windows,
        titles=titles,
        free={code: sum(one.topic == code and not one.taken for one in offered) for code in TOPICS},
        overdue=[(one, names.get(one.member, "")) for one in overdue],
        alone=[(one, names.get(one.member, "")) for one in alone],
        leaders=[choose, *((one, called.get(one, "")) for one in leaders)] if leaders else [],
        people=[choose, *names.items()],
        topics=[choose, *titles.items()],
        reasons=[choose, *((code, meeting_words.waive_words(words, code)) for code in REASONS)],
        decisions=[choose, *individual_one.decisions(request, State.BOOKED, None)],
    )


async def _overdue(tx: AsyncConnection, at: Office, now: datetime) -> list[Booking]:
    """Meetings whose facilitators had their time to say whether they were held."""
    open_now = await store.tasks.of_groups(tx, [at.group.id], now)
    waiting = {one.session for one in open_now if one.kind == Kind.MEETING_CONFIRM_OVERDUE}
    return [
        one
        for one in await store.individual.bookings_of_group(tx, at.group.id)
        if one.state is State.BOOKED and one.session in waiting
    ]


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/individual-meetings"
    return [
        web.get(address, show),
        web.post(f"{address}/waive", waive),
        web.post(f"{address}/{{meeting}}/decide", decide),
        web.post(f"{address}/{{meeting}}/leader", lead),
    ]
