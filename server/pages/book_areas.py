"""The problem area: a facilitator proposes, both agree. A change in the middle of treatment has a reason, and
ends the area before it from that session on. The member agrees on their own page, or in the meeting."""

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.promised
from care.areas import (
    FACILITATOR,
    LONGEST,
    MAIN,
    MEMBER,
    SECOND,
    Area,
    Period,
    Periods,
    Refused,
    Stage,
    Why,
    agreed,
    ended,
    history,
    holding,
    proposed,
    staged,
    withdrawn,
)
from care.phases import Phase
from care.workbook import AREA, Workbook
from server import render
from server.pages import book, book_goals, book_words, forms
from server.pages.book import Sitting
from server.pages.forms import Form
from server.pages.prompts import phase_words


async def show(request: web.Request) -> web.Response:
    """What is worked on, what is proposed, and what was before."""
    async with book.opened(request, staff=True) as (tx, at):
        held = await book.look(request, tx, at)
        phase = await _phase(tx, at, book.next_ordinal(at))
    return _page(request, at, held, phase, _start(at, held))


async def propose(request: web.Request) -> web.Response:
    """A proposal, with the facilitator's own yes; the member's follows."""
    form = await forms.read(request)
    words = render.words(request)
    async with book.opened(request, staff=True) as (tx, at):
        held = await book.take(request, tx, at)
        period = _read(request, form, at, held)
        phase = await _phase(tx, at, period.from_session if period else book.next_ordinal(at))
        if period is not None:
            key = book.new()
            try:
                found = agreed(proposed(held.areas, key, period, phase), key, FACILITATOR)
                if form.get("told") == "yes":
                    found = agreed(found, key, MEMBER)
                await _keep(request, tx, at, held.areas, found)
            except Refused as refused:
                field = "words" if refused.code == "reason" else "area"
                form.refuse(field, book_words.refusals(words)[refused.code])
        if form.errors:
            return _page(request, at, held, phase, form)
    return forms.see(at.address("areas", said="proposed"))


async def act(request: web.Request) -> web.Response:
    """A word about a period: the member has agreed, it is taken back or ended, a dispute stands elsewhere."""
    form = await forms.read(request)
    thing, what = request.match_info["thing"], form.get("act")
    async with book.opened(request, staff=True) as (tx, at):
        held = await book.take(request, tx, at)
        if thing not in held.areas:
            raise web.HTTPNotFound
        try:
            await _keep(request, tx, at, held.areas, _acted(held.areas, thing, what, form, book.ordinal(at)))
        except Refused as refused:
            form.refuse("", book_words.refusals(render.words(request))[refused.code])
            again = _start(at, held)
            again.errors = form.errors
            return _page(request, at, held, await _phase(tx, at, book.next_ordinal(at)), again)
    return forms.see(at.address("areas", said="saved"))


async def agree(request: web.Request) -> web.Response:
    """The member's own yes to a proposal."""
    await forms.read(request)
    thing = request.match_info["thing"]
    async with book.opened(request) as (tx, at):
        held = await book.take(request, tx, at)
        if at.staff or at.device is not None or thing not in held.areas:
            raise web.HTTPNotFound
        try:
            await _keep(request, tx, at, held.areas, agreed(held.areas, thing, MEMBER))
        except Refused:
            return forms.see(at.address("", said="changed"))
    return forms.see(at.address("", said="agreed"))


def _acted(periods: Periods, thing: str, what: str, form: Form, session: int) -> Periods:
    match what:
        case "member-agrees":
            return agreed(periods, thing, MEMBER)
        case "agree":
            return agreed(periods, thing, FACILITATOR)
        case "withdraw":
            return withdrawn(periods, thing)
        case "end":
            return ended(periods, thing, max(session, periods[thing].from_session - 1))
        case "stage" if form.get("stage") in list(Stage) and periods[thing].area == Area.DISPUTE:
            return staged(periods, thing, Stage(form.get("stage")))
    raise web.HTTPNotFound


async def _keep(
    request: web.Request, tx: AsyncConnection, at: Sitting, before: Periods, after: Periods
) -> None:
    changed = {key: one for key, one in after.items() if before.get(key) != one}
    await book.keep(request, tx, at, AREA, changed)


async def _phase(tx: AsyncConnection, at: Sitting, session: int) -> Phase:
    promised = await store.promised.of_group(tx, at.who.group, at.here.now)
    return book.phase(promised.phases, session)


def _read(request: web.Request, form: Form, at: Sitting, held: Workbook) -> Period | None:
    """The proposal of a form, None after an error."""
    _ = render.words(request).gettext
    odd = _("Please choose one of these.")
    area = form.one_of("area", list(Area), odd)
    why = form.one_of("why", list(Why), odd)
    open_now = {key: one for key, one in held.areas.items() if one.open}
    instead = form.one_of("place", ["main", "second", *open_now], odd)
    most = at.here.group.count
    session = form.whole("from_session", 1, most, _("Please choose a session of the group."))
    stage = form.one_of("stage", ["", *Stage], odd)
    if len(form.get("words")) > LONGEST:
        form.refuse("words", _("That is too long; please say it shorter."))
    if form.errors or session is None:
        return None
    rank = open_now[instead].rank if instead in open_now else MAIN if instead == "main" else SECOND
    return Period(
        area=Area(area),
        rank=rank,
        from_session=session,
        why=Why(why),
        words=form.get("words"),
        stage=Stage(stage) if stage and area == Area.DISPUTE else None,
        replaces=instead if instead in open_now else None,
    )


def _start(at: Sitting, held: Workbook) -> Form:
    """A new proposal before anything was chosen."""
    started = any(one.agreed for one in held.areas.values())
    session = min(max(book.next_ordinal(at), 1), at.here.group.count)
    return forms.filled({"from_session": str(session), "why": "" if started else "start"})


def _page(request: web.Request, at: Sitting, held: Workbook, phase: Phase, form: Form) -> web.Response:
    words = render.words(request)
    _ = words.gettext
    areas = book_words.areas(words)
    open_now = {key: one for key, one in held.areas.items() if one.open}
    taken = {one.rank for one in open_now.values()}
    places = [
        *([] if MAIN in taken else [("main", _("As the main area"))]),
        *([] if SECOND in taken else [("second", _("As a second area beside it"))]),
        *((key, _("Instead of: %(area)s") % {"area": areas[one.area]}) for key, one in open_now.items()),
    ]
    return book.show(
        request,
        at,
        "areas",
        form,
        held=[
            (key, held.areas[key])
            for key in holding(held.areas, max(book.next_ordinal(at), 1))
            if key in open_now
        ],
        waiting=[(key, one) for key, one in held.areas.items() if one.waiting],
        before=[(key, one) for key, one in history(held.areas) if not one.open],
        areas=list(areas.items()),
        area_words=areas,
        stages=[("", "–"), *book_words.stages(words).items()],
        stage_words=book_words.stages(words),
        reasons=list(book_words.reasons(words).items()),
        reason_words=book_words.reasons(words),
        positions=places,
        ending=phase in (Phase.ENDING, Phase.MAINTENANCE),
        phase=phase_words(words, phase.value),
        left_over=len(book_goals.left_over(held)),
        opinions=[
            held.problems[key]
            for key in held.order
            if held.problems[key].own.area or held.problems[key].theirs.area
        ],
        stage_form=lambda one: forms.filled({"stage": one.stage.value if one.stage else ""}),
    )


def routes() -> list[web.RouteDef]:
    """Proposing is the facilitators', the last yes the member's."""
    base = "/s/{place}/people/{member}/areas"
    return [
        web.get(base, show),
        web.post(base, propose),
        web.post(base + "/{thing}", act),
        web.post("/s/{place}/mine/areas/{thing}/agree", agree),
    ]
