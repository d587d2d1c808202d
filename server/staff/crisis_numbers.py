"""Admins: the crisis numbers of a country, as everybody sees them, and the day they were checked."""

from datetime import date, timedelta

from aiohttp import web

import store.crisis_book
from server import cookies, keys, render
from server.pages import crisis, forms
from server.pages.crisis_numbers import Country, Line, countries
from server.pages.forms import Form
from server.staff import desk
from store.crisis_book import Number, Numbers
from store.staff_signins import DeskSignIn

PAGE = "crisis"
ROWS = 6
STALE = timedelta(days=180)
"From then on somebody has to call the numbers and see whether they are still right."


async def show(request: web.Request) -> web.Response:
    """The numbers of one country, the installation's own first."""
    await desk.admin(request)
    who = await desk.fresh(request, PAGE)
    country = chosen(request)
    return await page(request, who, forms.filled(filled(country)), country)


def chosen(request: web.Request) -> Country:
    """The country in the address. Raises HTTPNotFound for one we do not know."""
    code = request.query.get("country") or render.country(request)
    known = crisis.book(request)
    code = crisis.ALIASES.get(code, code)
    if code not in known:
        raise web.HTTPNotFound
    return known[code]


async def page(request: web.Request, who: DeskSignIn, form: Form, country: Country) -> web.Response:
    """The page with this form."""
    today = request.app[keys.CLOCK]().wall.date()
    async with request.app[keys.DATABASE].read() as tx:
        own = await store.crisis_book.book(tx)
    return forms.again(
        request,
        "staff/crisis.html",
        form,
        desk=who.desk,
        who=who,
        csrf=cookies.csrf_value(request, who.id),
        country=country,
        countries=tuple(crisis.book(request).values()),
        rows=range(1, ROWS + 1),
        checked=own[country.code].checked if country.code in own else None,
        stale=stale(own, country.code, today),
        builtin=countries(render.words(request))[country.code],
    )


def stale(own: store.crisis_book.Book, code: str, today: date) -> bool:
    """Whether nobody has checked the numbers of this country in half a year."""
    return code not in own or today - own[code].checked > STALE


def filled(country: Country) -> dict[str, str]:
    """A form of what shows now."""
    values = row(0, country.emergency)
    for number, line in enumerate(country.lines[:ROWS], start=1):
        values |= row(number, line)
    return values


def row(number: int, line: Line) -> dict[str, str]:
    """One line's fields."""
    return {
        f"name{number}": line.name,
        f"number{number}": line.number,
        f"note{number}": line.note,
        f"kind{number}": line.kind,
    }


async def post(request: web.Request) -> web.Response:
    """Keeps the numbers, checked today; the file for the page without a database is written at once."""
    await desk.admin(request)
    who = await desk.fresh(request, PAGE)
    form = await forms.read(request)
    country, _ = chosen(request), render.words(request).gettext
    if form.get("checked") != "yes":
        form.refuse("checked", _("Call or look up each number first, then say so here."))
    now = request.app[keys.CLOCK]().wall
    lines = [number_of(form, one) for one in range(1, ROWS + 1) if form.get(f"number{one}")]
    numbers = Numbers(emergency=number_of(form, 0), lines=tuple(lines), checked=now.date())
    try:
        store.crisis_book.refuse(numbers)
    except ValueError:
        form.refuse("", _("Each line needs a name and a number that can be called."))
    if form.errors:
        return await page(request, who, form, country)
    async with request.app[keys.DATABASE].write() as tx:
        found = await store.crisis_book.set_country(
            tx, request.app[keys.KEYS], country.code, numbers, who.staff, now
        )
    store.crisis_book.snapshot(request.app[keys.STORE_SETTINGS], found)
    return forms.see(f"/w/{who.desk}/{PAGE}?country={country.code}")


def number_of(form: Form, number: int) -> Number:
    """One line of the form."""
    return Number(
        name=form.get(f"name{number}")[:80],
        number=form.get(f"number{number}")[:40],
        note=form.get(f"note{number}")[:120],
        kind="text" if form.get(f"kind{number}") == "text" else "call",
    )


def routes() -> list[web.RouteDef]:
    return [web.get(f"/w/{{desk}}/{PAGE}", show), web.post(f"/w/{{desk}}/{PAGE}", post)]
