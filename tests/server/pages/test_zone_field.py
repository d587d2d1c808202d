"""A time zone as people type it."""

import pytest

from server.pages import zone_field
from server.pages.forms import filled


@pytest.mark.parametrize(
    ("typed", "language", "zone"),
    [
        ("Europe/Berlin", "en", "Europe/Berlin"),
        ("Berlin", "en", "Europe/Berlin"),
        (" new york ", "en", "America/New_York"),
        ("america/new york", "en", "America/New_York"),
        ("Wien", "de", "Europe/Vienna"),
        ("Kolkata", "en", "Asia/Kolkata"),
        ("Buenos Aires", "en", "America/Argentina/Buenos_Aires"),
    ],
)
def test_a_city_is_understood(typed: str, language: str, zone: str) -> None:
    assert zone_field.understood(typed, language) == zone


@pytest.mark.parametrize("typed", ["", "Moon/Base", "Utopia", "Europe"])
def test_nothing_is_guessed(typed: str) -> None:
    assert zone_field.understood(typed, "en") == ""


def test_the_field_then_holds_the_whole_name() -> None:
    form = filled({"zone": "london"})
    assert zone_field.read(form, "zone", "en", "wrong") == "Europe/London"
    assert form.get("zone") == "Europe/London"
    assert zone_field.read(filled({"zone": "x"}), "zone", "en", "wrong") == ""
