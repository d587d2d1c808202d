"""Holidays are suggested from a country's calendar, for the days that matter."""

from datetime import date, timedelta

from server.pages.holidays_suggested import countries, on_days, region_names, regions

MONDAYS = [date(2026, 3, 2) + timedelta(weeks=week) for week in range(12)]


def test_only_days_of_sessions_are_suggested() -> None:
    assert [one.day for one in on_days("DE", "", MONDAYS, "en")] == [date(2026, 4, 6)]
    assert on_days("DE", "", MONDAYS, "de")[0].name == "Ostermontag"


def test_a_region_has_holidays_of_its_own() -> None:
    days = [date(2026, 3, 8)]
    assert on_days("DE", "", days, "en") == ()
    assert len(on_days("DE", "BE", days, "en")) == 1
    assert "BE" in regions("DE")


def test_an_unknown_country_or_region_suggests_nothing_of_its_own() -> None:
    assert on_days("XX", "", MONDAYS, "en") == ()
    assert on_days("DE", "nowhere", MONDAYS, "en") == on_days("DE", "", MONDAYS, "en")
    assert on_days("DE", "", [], "en") == ()


def test_countries_have_names_in_the_readers_language() -> None:
    assert ("DE", "Germany") in countries("en")
    assert ("DE", "Deutschland") in countries("de")


def test_regions_go_by_their_names() -> None:
    known = dict(region_names("DE"))
    assert known["BY"] == "Bayern"
    assert set(known) == set(regions("DE"))
    assert region_names("XX") == ()
