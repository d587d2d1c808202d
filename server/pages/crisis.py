"""Help now: who to call, by country. No sign-in, no database, no script. What the service has set stands in a
file beside the data (`store.crisis_book`); the rest is the product's own."""

import logging
from collections.abc import Mapping

from aiohttp import web

import store.crisis_book
from care import zones
from server import keys, render
from server.pages.crisis_numbers import Country, Line, countries
from store.crisis_book import Number, Numbers

log = logging.getLogger(__name__)

ALIASES = {"uk": "gb", "at": "eu", "fr": "eu"}
REFRESH_S = 60.0


async def first(request: web.Request) -> web.Response:
    """The page of the country that fits best."""
    return _page(request, render.country(request))


async def chosen(request: web.Request) -> web.Response:
    """The page of a country; one we do not know gets the page for everywhere."""
    return _page(request, request.match_info["country"].lower())


def _page(request: web.Request, code: str) -> web.Response:
    known = book(request)
    country = known.get(ALIASES.get(code, code), known["any"])
    return render.page(request, "pages/help.html", country=country, countries=tuple(known.values()))


def country_of(request: web.Request, zone: str = "") -> Country:
    """The numbers of the country of somebody's zone, where we have them; else of the one that fits this
    visitor best: the language of a browser says little about where it is."""
    known = book(request)
    code = render.country(request)
    return of_zone(request, zone) or known.get(ALIASES.get(code, code), known["any"])


def of_zone(request: web.Request, zone: str) -> Country | None:
    """The numbers of the country that a zone lies in; None where the zone does not say or we have none."""
    code = zones.country(zone)
    return book(request).get(ALIASES.get(code, code))


def book(request: web.Request) -> Mapping[str, Country]:
    """Every country, with the numbers of the service where it has set its own."""
    known = countries(render.words(request))
    own = store.crisis_book.read_snapshot(request.app[keys.STORE_SETTINGS])
    return {code: _set(one, own[code]) if code in own else one for code, one in known.items()}


def _set(country: Country, numbers: Numbers) -> Country:
    return Country(
        country.code, country.name, _line(numbers.emergency), tuple(_line(one) for one in numbers.lines)
    )


def _line(one: Number) -> Line:
    return Line(one.name, one.number, one.note, one.kind)


async def refresh(app: web.Application) -> None:
    """Writes the file anew where another server saved other numbers."""
    settings = app[keys.STORE_SETTINGS]
    async with app[keys.DATABASE].read() as tx:
        found = await store.crisis_book.book(tx)
    if found and found != store.crisis_book.read_snapshot(settings):
        store.crisis_book.snapshot(settings, found)
        log.info("The crisis numbers were renewed", extra={"action": "crisis_renewed"})


def routes() -> list[web.RouteDef]:
    return [web.get("/help", first), web.get("/help/{country}", chosen)]
