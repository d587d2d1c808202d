"""Help now: who to call, by country. No sign-in, no database, no script."""

from aiohttp import web

from server import render
from server.pages.crisis_numbers import Country, countries

ALIASES = {"uk": "gb", "at": "eu", "fr": "eu"}


async def first(request: web.Request) -> web.Response:
    """The page of the country that fits best."""
    return _page(request, render.country(request))


async def chosen(request: web.Request) -> web.Response:
    """The page of a country; one we do not know gets the page for everywhere."""
    return _page(request, request.match_info["country"].lower())


def _page(request: web.Request, code: str) -> web.Response:
    known = countries(render.words(request))
    country = known.get(ALIASES.get(code, code), known["any"])
    return render.page(request, "pages/help.html", country=country, countries=tuple(known.values()))


def country_of(request: web.Request) -> Country:
    """The numbers of the country that fits this visitor best."""
    known = countries(render.words(request))
    code = render.country(request)
    return known.get(ALIASES.get(code, code), known["any"])


def routes() -> list[web.RouteDef]:
    return [web.get("/help", first), web.get("/help/{country}", chosen)]
