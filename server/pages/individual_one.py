"""One individual meeting, for the facilitators: its hour, its door, whether it was held, what was gone
through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.booking
import store.checklists
import store.individual
import store.meeting_decisions
import store.meeting_times
import store.openable
import store.people
import store.presence
from care import meeting_outcome
from care.meeting_checklist import ITEMS
from care.meeting_outcome import FITTING, Why
from care.meeting_states import Booking, State
from care.policy import SessionTimes
from server import keys, render, signin
from server.pages import attendance_words, evidence, forms, individual, meeting_words, meetings_shown, place
from server.pages.evidence import Picture
from server.pages.forms import Form
from store.groups import Member, Session
from store.ids import fresh_id
from store.meeting_decisions import Said
from store.signins import SignIn

TEMPLATE = "pages/facilitator/meeting.html"
LIST = "pages/facilitator/checklist.html"
CANCELS = ("facilitator_away", "member_asked", "dates_moved", "other")
PURPOSE = "individual meeting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One meeting with its member and its session."""

    booking: Booking
    session: Session
    own: Member
    name: str


async def show(request: web.Request) -> web.Response:
    """The meeting as it stands now."""
    return await _page(request, await individual.facilitator(request), Form())


async def move(request: web.Request) -> web.Response:
    """Another offered time; the member is told with a new entry for the calendar."""
    who, form = await individual.facilitator(request), await forms.read(request)
    slot = form.text("slot", render.words(request).gettext("Please choose a time."))
    if form.errors:
        return await _page(request, who, form)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            found = await _find(request, tx, who)
            await store.booking.reschedule(
                tx, request.app[keys.KEYS], found.booking, slot, found.own, place.now(request)
            )
    except store.booking.Refused as refused:
        form.refuse("slot", meeting_words.refused_words(render.words(request), refused.code))
        return await _page(request, who, form)
    return forms.see(f"/s/{who.place}/individual?said=moved")


async def cancel(request: web.Request) -> web.Response:
    """Calls the meeting off; the member is told and can choose another time."""
    who, form = await individual.facilitator(request), await forms.read(request)
    words = render.words(request)
    reason = form.one_of("cancel", CANCELS, words.gettext("Please choose why."))
    if form.errors:
        return await _page(request, who, form)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            found = await _find(request, tx, who)
            await store.booking.cancel(
                tx, request.app[keys.KEYS], found.booking, found.own, reason, place.now(request)
            )
    except store.booking.Refused as refused:
        form.refuse("cancel", meeting_words.refused_words(words, refused.code))
        return await _page(request, who, form)
    return forms.see(f"/s/{who.place}/individual?said=cancelled")


async def decide(request: web.Request) -> web.Response:
    """Held or not, as a person says."""
    who, form = await individual.facilitator(request), await forms.read(request)
    words = render.words(request)
    chosen = form.one_of("decision", choices(), words.gettext("Please choose how it was."))
    key = form.text("key", words.gettext("Open the page anew and try again."))
    if form.errors:
        return await _page(request, who, form)
    state, _colon, why = chosen.partition(":")
    try:
        async with request.app[keys.DATABASE].write() as tx:
            found = await _find(request, tx, who)
            await store.meeting_decisions.decide(
                tx, request.app[keys.KEYS], found.booking, state, why, found.own, place.now(request), key
            )
    except store.booking.Refused as refused:
        form.refuse("decision", meeting_words.decision_words(words, refused.code))
        return await _page(request, who, form)
    return forms.see(f"/s/{who.place}/individual?said=decided")


async def checklist(request: web.Request) -> web.Response:
    """The list of this meeting on a page of its own, to tick and to print."""
    who = await individual.facilitator(request)
    async with request.app[keys.DATABASE].write() as tx:
        found = await _find(request, tx, who)
        ticked = await store.checklists.access_ticks(
            tx, request.app[keys.KEYS], who.member, found.booking.id, PURPOSE, place.now(request)
        )
    words = render.words(request)
    return render.page(
        request,
        LIST,
        place=who.place,
        here="individual",
        desk_path=await place.desk_path(request, who),
        csrf=signin.csrf_value(request, who),
        meeting=found.booking.id,
        session=found.session,
        name=found.name,
        title=meeting_words.topic_words(words, found.booking.topic),
        items=items(request, found.booking.topic, ticked),
        kept=request.query.get("said", "") == "kept",
    )


async def tick(request: web.Request) -> web.Response:
    """Keeps what is ticked: from the page a new page, from the room no more than "kept"."""
    who, form = await individual.facilitator(request), await forms.read(request)
    async with request.app[keys.DATABASE].write() as tx:
        found = await _find(request, tx, who)
        await store.checklists.save(
            tx, request.app[keys.KEYS], who.member, found.booking.id, form.all("item"), place.now(request)
        )
    if "X-CSRF" in request.headers:
        return web.Response(status=204)
    return forms.see(f"/s/{who.place}/individual/{found.booking.id}/checklist?said=kept")


def items(request: web.Request, topic: str, ticked: Sequence[str]) -> list[Mapping[str, object]]:
    """The lines of a topic's list, with those that are ticked."""
    words = render.words(request)
    return [
        {"code": code, "words": meeting_words.item_words(words, code), "ticked": code in ticked}
        for code in ITEMS[topic]
    ]


def choices() -> list[str]:
    """Every word that can be said about a meeting, as `state:reason`."""
    return [f"{state}:{why}" for state, fitting in FITTING.items() for why in Why if why in fitting]


async def _find(request: web.Request, tx: AsyncConnection, who: SignIn) -> Found:
    """The meeting in the address, of the reader's own group. Raises HTTPNotFound."""
    booking = await store.individual.find(tx, request.match_info["meeting"])
    session = await store.openable.find(tx, booking.session) if booking and booking.session else None
    if booking is None or session is None or session.group != who.group:
        raise web.HTTPNotFound
    names = await store.people.names(tx, request.app[keys.KEYS], [booking.member])
    own = await meetings_shown.me(tx, who.member)
    return Found(booking=booking, session=session, own=own, name=names.get(booking.member, ""))


async def _page(request: web.Request, who: SignIn, form: Form) -> web.Response:
    words = render.words(request)
    async with request.app[keys.DATABASE].read() as tx:
        found = await _find(request, tx, who)
        here = await place.load(request, tx, who)
        member = await meetings_shown.me(tx, found.booking.member)
        planned = found.booking.state is State.BOOKED and found.session.state == "planned"
        free = (
            await store.meeting_times.free(tx, member, found.booking.topic, here.now, found.booking.session)
            if planned and found.session.starts_at > here.now
            else []
        )
        proposal = await store.meeting_decisions.proposal(tx, found.booking)
        history = await store.meeting_decisions.history(tx, found.booking.id)
        names = await store.people.names(tx, request.app[keys.KEYS], [one.by for one in history])
        picture = await _picture(tx, found, here.now)
    suggested = meeting_outcome.suggested(proposal.status if proposal else None)
    return forms.again(
        request,
        TEMPLATE,
        form,
        place=who.place,
        here="individual",
        desk_path=await place.desk_path(request, who),
        csrf=signin.csrf_value(request, who),
        zone=here.zone,
        key=fresh_id(),
        booking=found.booking,
        session=found.session,
        name=found.name,
        title=meeting_words.topic_words(words, found.booking.topic),
        state=meeting_words.state_words(words, found.booking.state.value),
        may_change=planned and found.session.starts_at > here.now,
        over=found.session.state == "closed",
        times=[
            ("", words.gettext("Please choose")),
            *((one.id, individual.time_words(request, one, found.name, here.zone)) for one in free),
        ],
        cancels=[(code, meeting_words.cancel_words(words, code)) for code in CANCELS],
        decisions=decisions(request, found.booking.state, suggested),
        proposed=attendance_words.status_words(words, proposal.status.value) if proposal else "",
        history=[said(request, one, names) for one in history],
        picture=picture,
    )


def decisions(request: web.Request, current: State, suggested: State | None) -> list[tuple[str, str]]:
    """What a person can say now, what the records show first."""
    words = render.words(request)
    found = []
    for choice in choices():
        state, _colon, why = choice.partition(":")
        first = current is State.BOOKED
        if State(state) is current or (why == Why.AS_PROPOSED and State(state) is not suggested):
            continue
        if why == Why.WRONG_RECORD and first:  # nothing was said that could be wrong
            continue
        found.append(
            (choice, f"{meeting_words.state_words(words, state)}: {meeting_words.why_words(words, why)}")
        )
    return sorted(found, key=lambda one: not one[0].endswith(Why.AS_PROPOSED))


def said(request: web.Request, one: Said, names: Mapping[str, str]) -> Mapping[str, object]:
    """One word about a meeting, for the list of who said what."""
    words = render.words(request)
    return {
        "name": names.get(one.by, ""),
        "at": one.at,
        "state": meeting_words.state_words(words, one.state.value),
        "why": meeting_words.why_words(words, one.reason.value),
    }


async def _picture(tx: AsyncConnection, found: Found, now: datetime) -> Picture | None:
    if found.session.state != "closed":
        return None
    facts = await store.presence.facts(tx, found.session.id)
    alive = await store.presence.heartbeats(tx, found.session.id)
    times = SessionTimes(
        id=found.session.id, starts_at=found.session.starts_at, ends_at=found.session.ends_at
    )
    seen = evidence.pictures(times, [found.booking.member], facts, alive, now)
    return seen.get(found.booking.member)


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/individual/{meeting}"
    return [
        web.get(address, show),
        web.post(f"{address}/move", move),
        web.post(f"{address}/cancel", cancel),
        web.post(f"{address}/decide", decide),
        web.get(f"{address}/checklist", checklist),
        web.post(f"{address}/checklist", tick),
    ]
