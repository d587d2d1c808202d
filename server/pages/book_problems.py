"""Problems: listed, put into an order, and weighed by the member and by the facilitator apart."""

from dataclasses import replace

from aiohttp import web

from care.areas import Area
from care.problems import DOWN, LONGEST, MOST, UP, Opinion, Problem, apart, foremost, shifted
from care.workbook import ONLY, PROBLEM, RANKING, Workbook
from server import render
from server.pages import book, book_words, forms
from server.pages.book import Sitting
from server.pages.forms import Form

SIDES = ("own", "theirs")


async def show(request: web.Request) -> web.Response:
    """The list."""
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
    return _page(request, at, held, Form())


async def add(request: web.Request) -> web.Response:
    """One more problem, at the end of the list."""
    form = await forms.read(request)
    async with book.opened(request) as (tx, at):
        held = await book.take(request, tx, at)
        words = _words(request, form, "words")
        if len(held.problems) >= MOST:
            form.refuse("words", render.words(request).gettext("Twelve are many. Please take one off first."))
        if form.errors:
            return _page(request, at, await book.look(request, tx, at), form)
        await book.keep(request, tx, at, PROBLEM, {book.new(): Problem(words=words)})
    return forms.see(at.address("problems", said="added") + "#list")


async def move(request: web.Request) -> web.Response:
    """One place up or down."""
    form = await forms.read(request)
    key, _, way = form.get("move").partition(":")
    async with book.opened(request) as (tx, at):
        held = await book.take(request, tx, at)
        if key not in held.order or way not in (UP, DOWN):
            raise web.HTTPNotFound
        order = shifted(held.order, key, way)
        await book.keep(request, tx, at, RANKING, {ONLY: {"order": list(order)}})
    return forms.see(at.address("problems", moved=key) + f"#p-{key}")


async def save(request: web.Request) -> web.Response:
    """Other words or weights for one problem. A member says their view, a facilitator writes both."""
    form = await forms.read(request)
    thing = request.match_info["thing"]
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
        if thing not in held.problems:
            raise web.HTTPNotFound
        changed = _changed(request, form, at, held, thing)
        if form.errors:
            return _page(request, at, held, form, thing)
        await book.keep(request, tx, at, PROBLEM, {thing: changed})
    return forms.see(at.address("problems", said="saved") + f"#p-{thing}")


async def remove(request: web.Request) -> web.Response:
    """Takes one off the list."""
    await forms.read(request)
    thing = request.match_info["thing"]
    async with book.opened(request) as (tx, at):
        if thing not in (await book.look(request, tx, at)).problems:
            raise web.HTTPNotFound
        await book.keep(request, tx, at, PROBLEM, {thing: None})
    return forms.see(at.address("problems", said="removed"))


def _words(request: web.Request, form: Form, name: str) -> str:
    _ = render.words(request).gettext
    words = " ".join(form.get(name).split())
    if not words or len(words) > LONGEST:
        form.refuse(name, _("Please say it in a sentence of at most 300 signs."))
    return words


def _changed(request: web.Request, form: Form, at: Sitting, held: Workbook, thing: str) -> Problem:
    """The problem of a form; an error in the form leaves it as it was."""
    _ = render.words(request).gettext
    before, odd = held.problems[thing], _("Please choose one of these, or leave it empty.")
    words = _words(request, form, f"words-{thing}")
    person = form.one_of(f"person-{thing}", ["", *held.people], odd) if held.people else ""
    sides = {}
    for side in SIDES if at.staff else SIDES[:1]:
        name = f"{side}-{{}}-{thing}"
        weights = []
        for each in ("linked", "changeable"):
            field = name.format(each)
            weights.append(form.whole(field, 0, 10, odd) if form.get(field) else None)
        area = form.one_of(name.format("area"), ["", *Area], odd)
        sides[side] = Opinion(linked=weights[0], changeable=weights[1], area=Area(area) if area else None)
    if form.errors:
        return before
    return replace(before, words=words, person=person or None, **sides)


def _page(request: web.Request, at: Sitting, held: Workbook, form: Form, opened: str = "") -> web.Response:
    words = render.words(request)
    for key, one in held.problems.items():
        if key != opened:
            form.values.update(_values(key, one))
    return book.show(
        request,
        at,
        "problems",
        form,
        problems=[(key, held.problems[key]) for key in held.order],
        first=foremost(held.problems, held.order)[:1],
        apart={key for key, one in held.problems.items() if apart(one)},
        opened=opened,
        moved=request.query.get("moved", ""),
        sides=SIDES if at.staff else SIDES[:1],
        tens=book_words.pick({str(one): str(one) for one in range(11)}),
        areas=book_words.pick(book_words.areas(words), words.gettext("not sure")),
        area_words=book_words.areas(words),
        people=[("", "–"), *((key, one.label) for key, one in held.people.items())],
    )


def _values(key: str, one: Problem) -> dict[str, str]:
    found = {f"words-{key}": one.words, f"person-{key}": one.person or ""}
    for side in SIDES:
        view: Opinion = getattr(one, side)
        for name in ("linked", "changeable"):
            weight = getattr(view, name)
            found[f"{side}-{name}-{key}"] = "" if weight is None else str(weight)
        found[f"{side}-area-{key}"] = view.area.value if view.area else ""
    return found


def routes() -> list[web.RouteDef]:
    """The same pages for the member and for a facilitator."""
    found = []
    for base in ("/s/{place}/mine", "/s/{place}/people/{member}"):
        found += [
            web.get(f"{base}/problems", show),
            web.post(f"{base}/problems", add),
            web.post(f"{base}/problems/order", move),
            web.post(base + "/problems/{thing}", save),
            web.post(base + "/problems/{thing}/remove", remove),
        ]
    return found
