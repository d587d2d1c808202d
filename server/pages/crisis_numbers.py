"""Who can be called in a crisis, by country. Static: readable without sign-in and without a database.

Public numbers as the services themselves publish them. A clinic puts its own first and checks them regularly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Line:
    """One way to reach somebody: a number to call, or a text number with what to write."""

    name: str
    number: str
    note: str = ""
    kind: str = "call"

    @property
    def address(self) -> str:
        """The `tel:` or `sms:` address."""
        digits = "".join(sign for sign in self.number if sign.isdigit() or sign == "+")
        return f"{'sms' if self.kind == 'text' else 'tel'}:{digits}"


@dataclass(frozen=True, slots=True)
class Country:
    """The emergency number and the people who listen, of one country."""

    code: str
    name: str
    emergency: Line
    lines: tuple[Line, ...]


def countries(translations: NullTranslations) -> Mapping[str, Country]:
    """Every country we know, with words in the language of `translations`; `any` comes last."""
    _ = translations.gettext
    emergency = _("Ambulance and police")
    day_and_night = _("day and night, free")
    found = (
        Country(
            "gb",
            _("United Kingdom"),
            Line(emergency, "999", _("or 112")),
            (
                Line(
                    _("NHS mental health crisis line"),
                    "111",
                    _("choose option 2 (England, Wales), day and night"),
                ),
                Line("Samaritans", "116 123", day_and_night),
                Line(_("Shout, by text"), "85258", _("write SHOUT, day and night"), "text"),
                Line(_("Lifeline, Northern Ireland"), "0808 808 8000", day_and_night),
            ),
        ),
        Country(
            "ie",
            _("Ireland"),
            Line(emergency, "112", _("or 999")),
            (
                Line("Samaritans", "116 123", day_and_night),
                Line("Pieta", "1800 247 247", day_and_night),
                Line(_("Text About It"), "50808", _("write HELLO, day and night"), "text"),
            ),
        ),
        Country(
            "us",
            _("United States"),
            Line(emergency, "911"),
            (
                Line("988 Suicide & Crisis Lifeline", "988", _("call or text, day and night")),
                Line(_("Crisis Text Line"), "741741", _("write HOME, day and night"), "text"),
            ),
        ),
        Country(
            "ca",
            _("Canada"),
            Line(emergency, "911"),
            (Line("9-8-8 Suicide Crisis Helpline", "988", _("call or text, day and night")),),
        ),
        Country(
            "au",
            _("Australia"),
            Line(emergency, "000"),
            (
                Line("Lifeline", "13 11 14", _("day and night")),
                Line("Suicide Call Back Service", "1300 659 467", _("day and night")),
                Line("Beyond Blue", "1300 22 4636", _("day and night")),
            ),
        ),
        Country(
            "nz",
            _("New Zealand"),
            Line(emergency, "111"),
            (
                Line(_("Need to talk?"), "1737", _("call or text, day and night")),
                Line("Lifeline Aotearoa", "0800 543 354", _("day and night")),
            ),
        ),
        Country(
            "de",
            _("Germany"),
            Line(emergency, "112", _("police 110")),
            (
                Line("Telefonseelsorge", "0800 111 0 111", day_and_night),
                Line("Telefonseelsorge", "0800 111 0 222", day_and_night),
                Line("Telefonseelsorge", "116 123", day_and_night),
                Line(_("Doctors on call"), "116 117", _("outside surgery hours")),
            ),
        ),
        Country(
            "eu",
            _("European Union, other countries"),
            Line(emergency, "112", _("in every country of the Union")),
            (Line(_("Emotional support"), "116 123", _("in many countries of the Union")),),
        ),
        Country("any", _("Somewhere else"), Line(_("Emergency number of mobile phones"), "112"), ()),
    )
    return MappingProxyType({country.code: country for country in found})
