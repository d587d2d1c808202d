"""Goals: up to three in the member's own words, rated at each wave, closed with a word about how it went."""

from aiohttp import web

from care import goals
from care.goals import LONGEST, Closed, Goal, Refused
from care.workbook import GOAL, Workbook
from server import render
from server.pages import book, book_words, forms
from server.pages.book import Sitting
from server.pages.forms import Form


async def show(request: web.Request) -> web.Response:
    """The goals as they are."""
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
        wave = await book.wave_of(tx, at)
    return _page(request, at, held, wave, Form())


async def add(request: web.Request) -> web.Response:
    """One more goal with its first rating."""
    form = await forms.read(request)
    _ = render.words(request).gettext
    async with book.opened(request) as (tx, at):
        held = await book.take(request, tx, at)
        wave = await book.wave_of(tx, at)
        words = _words(request, form, "words")
        rating = form.whole("rating", 0, 10, _("Please choose a number from 0 to 10."))
        if not form.errors and rating is not None:
            key = book.new()
            try:
                found = goals.added(held.goals, key, Goal(words=words, area=_main(at, held)))
            except Refused:
                form.refuse("words", _("Three goals are the most. Say first how one of them went."))
            else:
                found = goals.rated(found, key, wave, rating)
                await book.keep(request, tx, at, GOAL, {key: found[key]})
        if form.errors:
            return _page(request, at, await book.look(request, tx, at), wave, form)
    return forms.see(at.address("goals", said="added"))


async def save(request: web.Request) -> web.Response:
    """Other words or a new rating for an open goal."""
    form = await forms.read(request)
    _ = render.words(request).gettext
    thing = request.match_info["thing"]
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
        if thing not in goals.current(held.goals):
            raise web.HTTPNotFound
        wave = await book.wave_of(tx, at)
        words = _words(request, form, f"words-{thing}")
        rating = form.whole(f"rating-{thing}", 0, 10, _("Please choose a number from 0 to 10."))
        if form.errors or rating is None:
            return _page(request, at, held, wave, form, thing)
        found = goals.rated(goals.reworded(held.goals, thing, words), thing, wave, rating)
        await book.keep(request, tx, at, GOAL, {thing: found[thing]})
    return forms.see(at.address("goals", said="saved"))


async def close(request: web.Request) -> web.Response:
    """How a goal ended, as a facilitator writes it down with the member. It stays on the page."""
    form = await forms.read(request)
    _ = render.words(request).gettext
    thing = request.match_info["thing"]
    async with book.opened(request) as (tx, at):
        held = await book.take(request, tx, at)
        if not at.staff or thing not in goals.current(held.goals):
            raise web.HTTPNotFound
        how = form.one_of(f"how-{thing}", list(Closed), _("Please choose how it went."))
        reason = form.get(f"reason-{thing}")
        if len(reason) > LONGEST:
            form.refuse(f"reason-{thing}", _("That is too long; one sentence is enough."))
        if how == Closed.DROPPED and not reason:
            form.refuse(f"reason-{thing}", _("Please write down why the goal is let go."))
        if form.errors:
            return _page(request, at, held, await book.wave_of(tx, at), form, thing)
        await book.keep(request, tx, at, GOAL, _after(at, held, thing, Closed(how), reason))
    return forms.see(at.address("goals", said="closed"))


def _after(at: Sitting, held: Workbook, thing: str, how: Closed, reason: str) -> dict[str, Goal]:
    """What changes when a goal is closed: itself, and the goal it goes on as."""
    session = book.ordinal(at)
    if how == Closed.CARRIED:
        key = book.new()
        found = goals.carried(held.goals, thing, key, _main(at, held), session)
        return {thing: found[thing], key: found[key]}
    return {thing: goals.closed(held.goals, thing, how, reason, session)[thing]}


def _main(at: Sitting, held: Workbook) -> str | None:
    """The period of the main area a new goal belongs to."""
    open_now = [key for key, one in held.areas.items() if one.open]
    return min(open_now, key=lambda key: held.areas[key].rank, default=None)


def left_over(held: Workbook) -> set[str]:
    """Open goals of an area that has ended: somebody has to say what becomes of them."""
    over = {key for key, one in held.areas.items() if one.agreed and not one.open}
    return {key for key, one in goals.current(held.goals).items() if one.area in over}


def _words(request: web.Request, form: Form, name: str) -> str:
    words = " ".join(form.get(name).split())
    if not words or len(words) > LONGEST:
        _ = render.words(request).gettext
        form.refuse(name, _("Please say it in a sentence of at most 300 signs."))
    return words


def _page(
    request: web.Request, at: Sitting, held: Workbook, wave: str, form: Form, opened: str = ""
) -> web.Response:
    words = render.words(request)
    for key, one in held.goals.items():
        if key != opened:
            rated = {each.wave: each.value for each in one.ratings}
            form.values[f"words-{key}"] = one.words
            form.values[f"rating-{key}"] = str(rated[wave]) if wave in rated else ""
    open_now = goals.current(held.goals)
    return book.show(
        request,
        at,
        "goals",
        form,
        goals=open_now,
        closed={key: one for key, one in held.goals.items() if one.closed},
        left_over=left_over(held),
        full=len(open_now) >= goals.MOST,
        wave_words=lambda each: book_words.waves(words, each),
        wave=wave,
        opened=opened,
        tens=book_words.pick({str(one): str(one) for one in range(11)}, words.gettext("choose")),
        closings=list(book_words.closings(words).items()),
        closing_words=book_words.closings(words),
    )


def routes() -> list[web.RouteDef]:
    """The same pages for the member and for a facilitator, who closes goals."""
    found = []
    for base in ("/s/{place}/mine", "/s/{place}/people/{member}"):
        found += [
            web.get(f"{base}/goals", show),
            web.post(f"{base}/goals", add),
            web.post(base + "/goals/{thing}", save),
        ]
    return [*found, web.post("/s/{place}/people/{member}/goals/{thing}/close", close)]
