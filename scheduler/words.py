"""The texts of messages: templates in the recipient's language, times in the recipient's zone."""

import functools
import gettext
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2
from babel import Locale, dates
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

WEB = Path(__file__).resolve().parent.parent / "web"
DEFAULT_LANGUAGE = "en"


class Words:
    """The mail templates in every language there is a catalogue for."""

    def __init__(self, root: Path = WEB) -> None:
        self._environments = _environments(root)

    def subject_and_body(self, kind: str, locale: str, **context: object) -> tuple[str, str]:
        """The subject (one line) and the body of a kind of message. Raises jinja2.TemplateNotFound.

        `locale` is a language tag; a language without a catalogue gets English.
        """
        language = locale.replace("_", "-").split("-")[0].lower()
        environment = self._environments.get(language, self._environments[DEFAULT_LANGUAGE])
        module = environment.get_template(f"mail/{kind}.txt").make_module(dict(context))
        subject = " ".join(str(module.subject).split())  # type: ignore[attr-defined]
        return subject, str(module).strip() + "\n"

    def entry(self, locale: str) -> str:
        """The one word a calendar entry shows."""
        return self.subject_and_body("calendar_entry", locale)[0]


@functools.cache
def _environments(root: Path) -> Mapping[str, jinja2.Environment]:
    """The templates below `root` by language, read once in a process: it takes half a second."""
    catalogues = {DEFAULT_LANGUAGE: gettext.NullTranslations(), **_catalogues(root / "locale")}
    return {language: _environment(root, language, catalogue) for language, catalogue in catalogues.items()}


def _catalogues(folder: Path) -> dict[str, gettext.NullTranslations]:
    """A catalogue for each language, put together from its files: one a subject."""
    found: dict[str, gettext.NullTranslations] = {}
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


def _environment(root: Path, language: str, catalogue: gettext.NullTranslations) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(root / "templates"),
        autoescape=False,  # noqa: S701 - plain text; HTML is never built here
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    locale = Locale.parse(language)
    environment.filters["day"] = lambda moment, zone: _day(moment, zone, locale)
    environment.filters["clock"] = lambda moment, zone: _clock(moment, zone)
    environment.filters["zone"] = lambda zone: _zone(zone, locale)
    return environment


def _day(moment: datetime, zone: str, locale: Locale) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    pattern = "EEEE, d. MMMM" if locale.language == "de" else "EEEE d MMMM"
    return str(dates.format_date(local, pattern, locale=locale))


def _zone(zone: str, locale: Locale) -> str:
    """The zone by its own name and by the city that stands for it, as people say them."""
    named = dates.get_timezone_name(zone, width="long", locale=locale)
    return f"{named}, {dates.get_timezone_location(zone, locale=locale, return_city=True)}"


def _clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"
