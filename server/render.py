"""HTML from templates: one Jinja environment per language, addresses of assets, dates in words.

Templates are complete pages with autoescape; a missing variable is an error, never an empty string.
Catalogues are read from their text form at start, so there is no compile step.
"""

import functools
import gettext
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from babel import Locale, dates
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from server.assets import Assets
from server.request_keys import DESK, GLASS, MEMBER_PLACE, NONCE, STILL

WEB = Path(__file__).resolve().parent.parent / "web"
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Templates in every language; `demo` shows the banner, `country` is the first crisis page."""

    environments: Mapping[str, jinja2.Environment]
    assets: Assets
    demo: bool
    country: str

    def environment(self, language: str) -> jinja2.Environment:
        return self.environments.get(language) or self.environments[DEFAULT_LANGUAGE]


RENDERER: web.AppKey[Renderer] = web.AppKey("renderer", Renderer)


@functools.cache
def build(*, demo: bool, country: str, root: Path = WEB) -> Renderer:
    """Templates, catalogues and asset digests below `root`, read once in a process: it takes a while."""
    assets = Assets.read(root / "static")
    environments = {
        language: _environment(root, language, catalogue, assets)
        for language, catalogue in _catalogues(root / "locale").items()
    }
    return Renderer(environments=MappingProxyType(environments), assets=assets, demo=demo, country=country)


def setup(app: web.Application, *, demo: bool, country: str) -> None:
    """Put a renderer into the application."""
    app[RENDERER] = build(demo=demo, country=country)


def language(request: web.Request) -> str:
    """The language of this visitor's pages."""
    return negotiate(request.headers.get("Accept-Language", ""), tuple(request.app[RENDERER].environments))


def country(request: web.Request) -> str:
    """The country whose numbers help here: the installation's own, unless the browser speaks German.
    English says nothing: half the world's browsers claim to be American."""
    return "de" if language(request) == "de" else request.app[RENDERER].country


def page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """The finished page in the visitor's language ."""
    text = markup(request, template, **context)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def markup(request: web.Request, template: str, **context: Any) -> str:
    """The text of a page for this request."""
    renderer = request.app[RENDERER]
    chosen = language(request)
    return (
        renderer.environment(chosen)
        .get_template(template)
        .render(
            language=chosen,
            nonce=request.get(NONCE, ""),
            demo=renderer.demo,
            help_path=help_path(request),
            glass=request.get(GLASS, []),
            still=DESK in request and request.get(STILL, False),
            at_desk=request[DESK].desk if DESK in request else "",
            **context,
        )
    )


def help_path(request: web.Request) -> str:
    """Where "Help now" leads: for a member to the page that can also call their team."""
    if MEMBER_PLACE in request:
        return f"/s/{request[MEMBER_PLACE]}/help-now/help"
    return f"/help/{country(request)}"


def words(request: web.Request) -> gettext.NullTranslations:
    """Translations for text that is built in Python."""
    found = request.app[RENDERER].environment(language(request)).globals["translations"]
    if not isinstance(found, gettext.NullTranslations):
        raise TypeError("an environment always carries its translations")
    return found


def negotiate(accept: str, offered: tuple[str, ...]) -> str:
    """The offered language the header likes best (RFC 9110, 12.5.4); the default if none fits."""
    liked: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        primary = tag.strip().lower().split("-")[0]
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if primary in offered and weight > 0:
            liked.append((-weight, position, primary))
    return min(liked)[2] if liked else DEFAULT_LANGUAGE


@functools.cache
def _catalogues(folder: Path) -> dict[str, gettext.NullTranslations]:
    """A catalogue for each language, put together from its files: one a subject."""
    found: dict[str, gettext.NullTranslations] = {DEFAULT_LANGUAGE: gettext.NullTranslations()}
    for subjects in sorted(folder.glob("*/LC_MESSAGES")):
        language = subjects.parent.name
        whole = Catalog(locale=language)
        for source in sorted(subjects.glob("*.po")):
            with source.open("rb") as lines:
                for message in read_po(lines, locale=language):
                    if message.id:
                        whole[message.id] = message
        compiled = io.BytesIO()
        write_mo(compiled, whole)
        compiled.seek(0)
        found[language] = gettext.GNUTranslations(compiled)
    return found


def _environment(
    root: Path, language: str, catalogue: gettext.NullTranslations, assets: Assets
) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(root / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    locale = Locale.parse(language)
    environment.globals.update(
        translations=catalogue,
        asset=assets.address,
        ring_points=ring_points,
    )
    environment.filters.update(
        day=lambda moment, zone: day(moment, zone, locale),
        date=lambda moment, zone: date(moment, zone, locale),
        clock=lambda moment, zone: clock(moment, zone, locale),
        place=place_name,
    )
    return environment


def day(moment: datetime, zone: str, locale: Locale) -> str:
    """`Tuesday 9 March` in the zone's own calendar."""
    local = moment.astimezone(ZoneInfo(zone))
    pattern = "EEEE, d. MMMM" if locale.language == "de" else "EEEE d MMMM"
    return str(dates.format_date(local, pattern, locale=locale))


def date(moment: datetime, zone: str, locale: Locale) -> str:
    """`Tuesday 9 March 2027`: a day that is written down to be kept."""
    local = moment.astimezone(ZoneInfo(zone))
    pattern = "EEEE, d. MMMM y" if locale.language == "de" else "EEEE d MMMM y"
    return str(dates.format_date(local, pattern, locale=locale))


def clock(moment: datetime, zone: str, locale: Locale) -> str:
    """`18:00` in the zone's own time."""
    return str(dates.format_time(moment.astimezone(ZoneInfo(zone)), "HH:mm", locale=locale))


def place_name(zone: str) -> str:
    """The city of an IANA zone, as people say it: `Europe/London` -> `London`."""
    return zone.rsplit("/", maxsplit=1)[-1].replace("_", " ")


def ring_points(count: int, radius: float) -> list[tuple[float, float]]:
    """Centres of `count` seats on a circle around 0,0, first at the bottom, clockwise."""
    steps = [math.tau * index / count + math.pi / 2 for index in range(count)]
    return [(round(radius * math.cos(angle), 2), round(radius * math.sin(angle), 2)) for angle in steps]
