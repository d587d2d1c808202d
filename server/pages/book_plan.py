"""The plan for harder times, drafted by the member and finished together, and what they wish for then."""

from datetime import date

from aiohttp import web

from care.relapse import HEADINGS, LONGEST, MEETING, Afterwards, Maintenance, Plan, missing
from care.workbook import AFTERWARDS, ONLY, PLAN, Workbook
from server import render
from server.pages import book, book_words, forms
from server.pages.book import Sitting
from server.pages.forms import Form


async def show(request: web.Request) -> web.Response:
    """The plan as it is."""
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
    return _page(request, at, held, _filled(held))


async def save(request: web.Request) -> web.Response:
    """Keeps the plan; it is finished where a facilitator says so and the needed headings have words."""
    form = await forms.read(request)
    _ = render.words(request).gettext
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
        for name in HEADINGS:
            if len(form.get(name)) > LONGEST:
                form.refuse(name, _("That is too long; please say it shorter."))
        finished = form.get("finished") == "yes" if at.staff else held.plan.finished
        wish = _wish(request, form)
        if form.errors:
            return _page(request, at, held, form)
        plan = Plan(**{name: form.get(name) for name in HEADINGS}, finished=finished)
        for name in missing(plan) if at.staff and finished else ():
            form.refuse(name, _("The finished plan needs words here."))
        if form.errors:
            return _page(request, at, held, form)
        await book.keep(request, tx, at, PLAN, {ONLY: plan})
        await book.keep(request, tx, at, AFTERWARDS, {ONLY: wish})
    return forms.see(at.address("plan", said="saved"))


def _wish(request: web.Request, form: Form) -> Maintenance | None:
    """What is wished for afterwards; None where nothing was said, or after an error."""
    _ = render.words(request).gettext
    odd = _("Please choose one of these, or leave it empty.")
    chosen = form.one_of("wish", ["", *Afterwards], odd)
    if not chosen:
        return None
    meets = Afterwards(chosen) in MEETING
    rhythm = form.one_of("rhythm", book_words.rhythms(render.words(request)), odd) if meets else ""
    number = (
        form.whole("number", 1, 24, _("Please choose 1 to 24 meetings."))
        if meets and form.get("number")
        else None
    )
    review: date | None = form.date("review", _("Please check this date.")) if form.get("review") else None
    if form.errors:
        return None
    return Maintenance(wish=Afterwards(chosen), rhythm=rhythm, number=number, review=review)


def _page(request: web.Request, at: Sitting, held: Workbook, form: Form) -> web.Response:
    words = render.words(request)
    return book.show(
        request,
        at,
        "plan",
        form,
        headings=book_words.headings(words),
        finished=held.plan.finished,
        wishes=list(book_words.afterwards(words).items()),
        rhythms=list(book_words.rhythms(words).items()),
    )


def _filled(held: Workbook) -> Form:
    values = {name: getattr(held.plan, name) for name in HEADINGS}
    wish = held.afterwards
    return forms.filled(
        values
        | {
            "finished": "yes" if held.plan.finished else "",
            "wish": wish.wish.value if wish else "",
            "rhythm": (wish.rhythm if wish else "") or "monthly",
            "number": str(wish.number) if wish and wish.number else "",
            "review": wish.review.isoformat() if wish and wish.review else "",
        }
    )


def routes() -> list[web.RouteDef]:
    """The same page for the member and for a facilitator."""
    bases = ("/s/{place}/mine", "/s/{place}/people/{member}")
    return [
        route for base in bases for route in (web.get(f"{base}/plan", show), web.post(f"{base}/plan", save))
    ]
