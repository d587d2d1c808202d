"""The zone data is the package's, and it says which version it is."""

import re
import zoneinfo
from importlib import metadata
from pathlib import Path

from care import zones


def test_the_version_is_the_packages() -> None:
    year, number = metadata.version("tzdata").split(".")[:2]

    assert re.fullmatch(r"\d{4}[a-z]", zones.version())
    assert zones.version() == year + chr(ord("a") + int(number) - 1)


def test_pinning_forgets_zones_of_the_machine(tmp_path: Path) -> None:
    zoneinfo.reset_tzpath(to=(str(tmp_path),))
    try:
        assert not zones.pinned()
        old = zoneinfo.ZoneInfo("Europe/Berlin")
    finally:
        zones.pin()

    assert zones.pinned()
    assert zoneinfo.ZoneInfo("Europe/Berlin") is not old


def test_names_are_known_or_not() -> None:
    assert zones.known("Africa/Casablanca")
    assert not zones.known("Europe/Atlantis")
    assert not zones.known("../../etc/passwd")
    assert not zones.known("")


def test_a_zone_lies_in_a_country_where_the_package_says_so() -> None:
    assert (zones.country("Europe/Berlin"), zones.country("Europe/London")) == ("de", "gb")
    assert zones.country("America/New_York") == "us"
    assert [zones.country(name) for name in ("UTC", "Etc/GMT+1", "", "Nowhere/At_All")] == [""] * 4
    assert set(zones.countries()) <= zones.names()
