"""Try-outs: one small step until the next session, written down by a member or by a facilitator with them,
and what became of it. An invitation: no count, no score."""

from collections.abc import Mapping
from gettext import NullTranslations

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.tryouts
from care import tryout
from care.inventory import LONGEST_LABEL, label_wrong
from care.tryout import LINES, LONGEST_LINE, LONGEST_TEXT, Kept, Refused, Result, Safe, Tryout
from server import keys, render
from server.pages import book, forms
from server.pages.book import Sitting
from server.pages.forms import Form
from server.pages.tryout_words import results, safety
from store.ids import fresh_id

NEW = "new"


def home(at: Sitting) -> str:
    """The page itself."""
    return f"{at.base}/tryouts" if at.staff else f"/s/{at.who.place}/tryouts"


async def show(request: web.Request) -> web.Response:
    """What is open, and what became of the others."""
    async with book.opened(request) as (tx, at):
        held = await look(request, tx, at)
    return _page(request, at, held, Form())


async def add(request: web.Request) -> web.Response:
    """One more step."""
    form = await forms.read(request)
    _ = render.words(request).gettext
    async with book.opened(request) as (tx, at):
        held = await look(request, tx, at, hold=True)
        said = _read(render.words(request), form, NEW, book.ordinal(at))
        if said is not None:
            try:
                await _keep(request, tx, at, fresh_id(), tryout.added(held, said))
            except Refused:
                form.refuse(f"step-{NEW}", _("Three are enough at a time. Say first what became of one."))
        if form.errors:
            return _page(request, at, await look(request, tx, at), form, NEW)
    return forms.see(f"{home(at)}?said=added")


async def save(request: web.Request) -> web.Response:
    """The same step in other words."""
    form = await forms.read(request)
    thing = request.match_info["thing"]
    async with book.opened(request) as (tx, at):
        held = await _one(request, tx, at, thing)
        said = _read(render.words(request), form, thing, 0)
        if said is None:
            return _page(request, at, held, form, thing)
        try:
            await _keep(request, tx, at, thing, tryout.reworded(held[thing].tryout, said))
        except Refused:
            return forms.see(home(at))
    return forms.see(f"{home(at)}?said=saved")


async def tell(request: web.Request) -> web.Response:
    """What became of a step."""
    form = await forms.read(request)
    thing = request.match_info["thing"]
    _ = render.words(request).gettext
    async with book.opened(request) as (tx, at):
        held = await _one(request, tx, at, thing)
        result = form.one_of(f"result-{thing}", list(Result), _("Please choose what became of it."))
        happened = form.get(f"happened-{thing}")
        if len(happened) > LONGEST_TEXT:
            form.refuse(f"happened-{thing}", _("That is too long; a few sentences are enough."))
        mood = None
        if form.get(f"mood-{thing}"):
            mood = form.whole(f"mood-{thing}", 0, 10, _("Please choose a number from 0 to 10."))
        if form.errors:
            return _page(request, at, held, form, thing)
        said = tryout.told(held[thing].tryout, Result(result), happened, mood)
        await _keep(request, tx, at, thing, said)
    return forms.see(f"{home(at)}?said=saved")


async def look(
    request: web.Request, tx: AsyncConnection, at: Sitting, *, hold: bool = False
) -> dict[str, Kept]:
    """What this reader may read."""
    secrets, now = request.app[keys.KEYS], at.here.now
    return await store.tryouts.access_tryouts(
        tx, secrets, at.member, at.who.member, "work", now, device=at.device, hold=hold
    )


async def _one(request: web.Request, tx: AsyncConnection, at: Sitting, thing: str) -> dict[str, Kept]:
    """All of them, where this one is among them. Raises HTTPNotFound."""
    held = await look(request, tx, at, hold=True)
    if thing not in held:
        raise web.HTTPNotFound
    return held


async def _keep(request: web.Request, tx: AsyncConnection, at: Sitting, thing: str, said: Tryout) -> None:
    await store.tryouts.put(
        tx,
        request.app[keys.KEYS],
        at.member,
        thing,
        said,
        by=at.who.member,
        device=at.who.device,
        now=at.here.now,
    )


def _read(translations: NullTranslations, form: Form, key: str, session: int) -> Tryout | None:
    """The step a form describes; None, with words beside the fields, where it is not one."""
    _ = translations.gettext
    step = " ".join(form.get(f"step-{key}").split())
    if not step or len(step) > LONGEST_LINE:
        form.refuse(f"step-{key}", _("Please say the step in one sentence of at most 200 signs."))
    whom = form.get(f"whom-{key}")
    if whom and label_wrong(whom):
        form.refuse(
            f"whom-{key}",
            _("Please use initials or a nickname of at most %(count)s signs, no full names and no numbers.")
            % {"count": LONGEST_LABEL},
        )
    lines = {name: form.get(f"{name}-{key}") for name in LINES}
    for name, line in lines.items():
        if len(line) > LONGEST_LINE:
            form.refuse(f"{name}-{key}", _("That is too long; one line is enough."))
    safe = form.one_of(f"safe-{key}", list(Safe), _("Please say whether it is safe."))
    if form.errors:
        return None
    return Tryout(
        step=step,
        whom=whom,
        when=lines["when"],
        where=lines["where"],
        support=lines["support"],
        obstacle=lines["obstacle"],
        safe=Safe(safe),
        session=session,
    )


def _page(
    request: web.Request, at: Sitting, held: Mapping[str, Kept], form: Form, opened: str = ""
) -> web.Response:
    words = render.words(request)
    for key, one in held.items():
        if key != opened:
            _fill(form, key, one.tryout)
    moods = {str(each): str(each) for each in range(11)}
    return book.show(
        request,
        at,
        "tryouts",
        form,
        here_path=home(at),
        waiting={key: one for key, one in held.items() if one.tryout.waits},
        trying={key: one for key, one in held.items() if one.tryout.open},
        over=dict(reversed([(key, one) for key, one in held.items() if one.tryout.over])),
        full=tryout.full(held),
        opened=opened,
        results=list(results(words).items()),
        result_words=results(words),
        safety=list(safety(words, own=not at.staff).items()),
        moods=[("", words.gettext("I would rather not say")), *moods.items()],
    )


def _fill(form: Form, key: str, one: Tryout) -> None:
    for name in ("step", "whom", *LINES, "happened"):
        form.values.setdefault(f"{name}-{key}", getattr(one, name))
    form.values.setdefault(f"safe-{key}", one.safe.value)
    form.values.setdefault(f"result-{key}", one.result.value if one.result else "")
    form.values.setdefault(f"mood-{key}", "" if one.mood is None else str(one.mood))


def routes() -> list[web.RouteDef]:
    """The same pages for the member and for a facilitator with them."""
    found = []
    for base in ("/s/{place}/tryouts", "/s/{place}/people/{member}/tryouts"):
        found += [
            web.get(base, show),
            web.post(base, add),
            web.post(base + "/{thing}", save),
            web.post(base + "/{thing}/result", tell),
        ]
    return found
