"""What was worked on with a member in a session: the checklist of its phase and of the areas of then."""

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.promised
from care.areas import holding
from care.strategies import NOTE, Worked, checklist, counted
from care.workbook import WORKED, Workbook
from server import render
from server.pages import book, book_words, forms, strategy_words
from server.pages.book import Sitting
from server.pages.forms import Form
from server.pages.prompts import phase_words
from store.groups import Session


async def show(request: web.Request) -> web.Response:
    """The checklist as it was kept."""
    async with book.opened(request, staff=True) as (tx, at):
        session = _session(request, at)
        held = await book.look(request, tx, at)
        return await _page(request, tx, at, session, held, None)


async def save(request: web.Request) -> web.Response:
    """Keeps what was worked on in this session."""
    form = await forms.read(request)
    async with book.opened(request, staff=True) as (tx, at):
        session = _session(request, at)
        held = await book.take(request, tx, at)
        known = {one.key for one in await _list(tx, at, session, held)}
        before = held.worked.get(session.id, Worked())
        if len(form.get("note")) > NOTE:
            form.refuse("note", render.words(request).gettext("That is too long; please say it shorter."))
            return await _page(request, tx, at, session, held, form)
        # What stood on the list of another area before stays: it was done.
        chosen = {one for one in form.all("keys") if one in known} | (before.keys - known)
        worked = Worked(keys=frozenset(chosen), note=form.get("note"))
        await book.keep(request, tx, at, WORKED, {session.id: worked})
    return forms.see(at.address(f"strategies/{session.id}", said="saved"))


def _session(request: web.Request, at: Sitting) -> Session:
    """The session in the address. Raises HTTPNotFound for one that does not take place."""
    session = at.here.session(request.match_info["session"])
    if session.state == "cancelled" or not session.ordinal:
        raise web.HTTPNotFound
    return session


async def _list(
    tx: AsyncConnection, at: Sitting, session: Session, held: Workbook
) -> list[strategy_words.Strategy]:
    promised = await store.promised.of_group(tx, at.who.group, at.here.now)
    areas = [held.areas[key].area for key in holding(held.areas, session.ordinal)]
    return list(checklist(areas, book.phase(promised.phases, session.ordinal)))


async def _page(
    request: web.Request,
    tx: AsyncConnection,
    at: Sitting,
    session: Session,
    held: Workbook,
    form: Form | None,
) -> web.Response:
    words = render.words(request)
    listed = await _list(tx, at, session, held)
    known = strategy_words.strategies(words)
    ordinals = {one.id: one.ordinal for one in at.here.sessions}
    done = counted({ordinals[key]: one for key, one in held.worked.items() if ordinals.get(key)})
    here = held.worked.get(session.id, Worked())
    promised = await store.promised.of_group(tx, at.who.group, at.here.now)
    if form is None:
        form = Form()
        for key in sorted(here.keys):
            form.values.add("keys", key)
        form.values["note"] = here.note
    areas = book_words.areas(words)
    groups = []
    for area in dict.fromkeys(one.area for one in listed):
        inside = [one for one in listed if one.area == area]
        title = areas[area.value] if area else words.gettext("For everybody")
        groups.append(
            (title, [(one.key, known[one.key], _before(words, done, one.key, session)) for one in inside])
        )
    return book.show(
        request,
        at,
        "strategies",
        form,
        session=session,
        groups=groups,
        any_area=bool(holding(held.areas, session.ordinal)),
        phase=phase_words(words, book.phase(promised.phases, session.ordinal).value),
        earlier=[
            (known[key], sessions) for key, sessions in done.items() if key not in {one.key for one in listed}
        ],
        sessions=[one for one in at.here.sessions if one.ordinal and one.state != "cancelled"],
    )


def _before(
    words: strategy_words.NullTranslations, done: dict[str, tuple[int, ...]], key: str, session: Session
) -> str:
    """In which other sessions it was worked on, in words."""
    others = [str(one) for one in done.get(key, ()) if one != session.ordinal]
    if not others:
        return ""
    return words.ngettext("also in session %(list)s", "also in sessions %(list)s", len(others)) % {
        "list": ", ".join(others)
    }


def routes() -> list[web.RouteDef]:
    base = "/s/{place}/people/{member}/strategies/{session}"
    return [web.get(base, show), web.post(base, save)]
