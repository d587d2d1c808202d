"""The closeness circle and the people in it: a picture, the same as a list, and one page for each person.
Everything works without a script; with one a tap on a ring answers the question about it."""

from datetime import date, datetime

from aiohttp import web
from multidict import MultiDict

from care.inventory import (
    LONGEST_LINE,
    LONGEST_TEXT,
    MOST,
    RINGS,
    TEXTS,
    Channel,
    Domain,
    Fit,
    Mood,
    Often,
    Relation,
    Settled,
    Support,
    Tie,
    label_wrong,
    moved,
    untouched,
)
from care.workbook import NOTE, RELATION, Workbook
from server import render
from server.pages import book, book_words, circle_picture, forms
from server.pages.book import Sitting
from server.pages.forms import Form

NEW = "new"
LONGEST_NOTE = 2000


async def show(request: web.Request) -> web.Response:
    """The circle."""
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
        then = await book.look(request, tx, at, until=_start(at)) if at.staff else held
    return _circle(request, at, held, forms.filled({"now": "", "wished": ""}), then)


def _start(at: Sitting) -> datetime:
    """The start of the first session: until then the circle is made, from then on it is looked at again."""
    return min((one.starts_at for one in at.here.sessions), default=at.here.now)


async def add(request: web.Request) -> web.Response:
    """Another person, with a name, a part of life and the two rings; the rest can come later."""
    form = await forms.read(request)
    async with book.opened(request) as (tx, at):
        held = await book.take(request, tx, at)
        relation = _read(request, form, Relation(label="?"), whole=False)
        if relation is not None and len(held.people) >= MOST:
            form.refuse("label", render.words(request).gettext("These are as many as the circle holds."))
        if relation is None or form.errors:
            return _circle(request, at, await book.look(request, tx, at), form)
        await book.keep(request, tx, at, RELATION, {book.new(): relation})
    return forms.see(at.address("circle", said="added"))


def _circle(
    request: web.Request, at: Sitting, held: Workbook, form: Form, then: Workbook | None = None
) -> web.Response:
    words = render.words(request)
    rings = book_words.rings(words)
    places = moved(then.people, held.people) if then is not None else {}
    return book.show(
        request,
        at,
        "circle",
        form,
        spots=circle_picture.spots(held.people),
        people=held.people,
        rings=rings,
        moves=[
            (held.people[key].label, rings[was], rings[now])
            for key, (was, now) in places.items()
            if was is not None and now is not None
        ],
        ring_options=_rings(request),
        domains=book_words.pick(book_words.domains(words)),
        domain_words=book_words.domains(words),
        untouched=[book_words.domains(words)[one] for one in untouched(list(held.people.values()))],
    )


def _rings(request: web.Request) -> list[tuple[str, str]]:
    return [(str(key), words) for key, words in book_words.rings(render.words(request)).items()]


async def show_one(request: web.Request) -> web.Response:
    """One person of the circle."""
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
    thing = request.match_info["thing"]
    if thing not in held.people:
        raise web.HTTPNotFound
    return _one(request, at, held, thing, _filled(held.people[thing], held.notes.get(thing, "")))


async def save(request: web.Request) -> web.Response:
    """What was said about one person."""
    form = await forms.read(request)
    thing = request.match_info["thing"]
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
        if thing not in held.people:
            raise web.HTTPNotFound
        relation = _read(request, form, held.people[thing], whole=True)
        if relation is None or form.errors:
            return _one(request, at, held, thing, form)
        await book.keep(request, tx, at, RELATION, {thing: relation})
    return forms.see(at.address("circle", said="saved"))


async def remove(request: web.Request) -> web.Response:
    """Takes somebody off the circle. What was written before stays among the older versions."""
    await forms.read(request)
    thing = request.match_info["thing"]
    async with book.opened(request) as (tx, at):
        if thing not in (await book.look(request, tx, at)).people:
            raise web.HTTPNotFound
        await book.keep(request, tx, at, RELATION, {thing: None})
    return forms.see(at.address("circle", said="removed"))


async def note(request: web.Request) -> web.Response:
    """A clinician's note about the member's safety with somebody. Others do not find this."""
    form = await forms.read(request)
    thing = request.match_info["thing"]
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
        if not at.clinician or thing not in held.people:
            raise web.HTTPNotFound
        text = form.get("note")
        if len(text) > LONGEST_NOTE:
            form.refuse("note", render.words(request).gettext("Write at most 2000 letters."))
            shown = _filled(held.people[thing], text)
            shown.errors = form.errors
            return _one(request, at, held, thing, shown)
        await book.keep(request, tx, at, NOTE, {thing: {"text": text} if text else None})
    return forms.see(at.address(f"circle/{thing}", said="noted"))


def _one(request: web.Request, at: Sitting, held: Workbook, thing: str, form: Form) -> web.Response:
    choices = book_words.choices(render.words(request))
    return book.show(
        request,
        at,
        "relation",
        form,
        thing=thing,
        relation=held.people[thing],
        spots=circle_picture.spots(held.people, thing),
        ring_options=_rings(request),
        choices={name: list(each.items()) for name, each in choices.items()},
        picks={name: book_words.pick(each) for name, each in choices.items()},
        tens=book_words.pick({str(one): str(one) for one in range(11)}),
        day=_today(at),
    )


def _today(at: Sitting) -> date:
    return at.here.now.date()


def _read(request: web.Request, form: Form, before: Relation, *, whole: bool) -> Relation | None:
    """The person of a form; what a short form does not ask stays as it was. None after an error, which the
    form holds then."""
    _ = render.words(request).gettext
    label = " ".join(form.get("label").split())
    wrong = {
        "missing": _("Please write initials or a nickname."),
        "long": _("Initials or a nickname are enough: at most 20 signs."),
        "full_name": _("Please no full names: initials or a nickname, so that nobody can be recognised."),
        "contact": _("Please no addresses or numbers here: initials or a nickname."),
    }.get(label_wrong(label))
    if wrong:
        form.refuse("label", wrong)
    odd = _("Please choose one of these, or leave it empty.")
    rings = [form.one_of(name, ["", *map(str, RINGS)], odd) for name in ("now", "wished")]
    domain = form.one_of("domain", ["", *Domain], odd)
    if form.errors:
        return None
    about: dict[str, object] = {
        "label": label,
        "now": int(rings[0]) if rings[0] else None,
        "wished": int(rings[1]) if rings[1] else None,
        "domain": Domain(domain) if domain else None,
        "kind": form.get("kind"),
    }
    if len(form.get("kind")) > LONGEST_LINE:
        form.refuse("kind", _("That is too long; a word or two are enough."))
    if whole:
        about |= _more(form, odd, _("That is too long; please say it shorter."), _("Please check this date."))
    if form.errors:
        return None
    known = {name: getattr(before, name) for name in Relation.__dataclass_fields__}
    return Relation(**(known | about))


def _more(form: Form, odd: str, long: str, wrong_day: str) -> dict[str, object]:
    """Everything else that may be said about somebody."""
    found: dict[str, object] = {}
    for name in TEXTS:
        if len(form.get(name)) > LONGEST_TEXT:
            form.refuse(name, long)
        found[name] = form.get(name)
    for name, kind in (
        ("often", Often),
        ("channel", Channel),
        ("knows", Fit),
        ("matches", Fit),
        ("disagree", Often),
        ("settled", Settled),
        ("mood", Mood),
    ):
        said = form.one_of(name, ["", *kind], odd)
        found[name] = kind(said) if said else None
    tie = form.one_of("tie", ["", *Tie], odd)
    found["tie"] = Tie(tie) if tie else Tie.LIVING
    for name in ("they_give", "i_give"):
        given = {one for one in form.all(name) if one in list(Support)}
        found[name] = frozenset(Support(one) for one in given if one != "none" or len(given) == 1)
    found["satisfied"] = form.whole("satisfied", 0, 10, odd) if form.get("satisfied") else None
    for name in ("since", "changed_on"):
        found[name] = form.date(name, wrong_day) if form.get(name) else None
    found["ally"] = form.get("ally") == "yes"
    return found


def _filled(one: Relation, safety: str) -> Form:
    """A person as the form shows them."""
    values: MultiDict[str] = MultiDict()
    for name in Relation.__dataclass_fields__:
        value = getattr(one, name)
        if isinstance(value, frozenset):
            for each in sorted(value):
                values.add(name, str(each.value))
        elif isinstance(value, bool):
            values[name] = "yes" if value else ""
        else:
            values[name] = "" if value is None else str(getattr(value, "value", value))
    values["note"] = safety
    return Form(values=values)


def routes() -> list[web.RouteDef]:
    """The same pages for the member and for a facilitator."""
    found = []
    for base in ("/s/{place}/mine", "/s/{place}/people/{member}"):
        one = base + "/circle/{thing}"
        found += [
            web.get(f"{base}/circle", show),
            web.post(f"{base}/circle", add),
            web.get(one, show_one),
            web.post(one, save),
            web.post(f"{one}/remove", remove),
        ]
    return [*found, web.post("/s/{place}/people/{member}/circle/{thing}/note", note)]
