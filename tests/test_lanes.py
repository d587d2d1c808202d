"""`make test` runs each test in exactly one lane, shows every line, and fails when a lane fails."""

import sys
from pathlib import Path

import pytest

from tests import lanes
from tests.lanes import Lane


def spoken(lane: Lane) -> list[str]:
    return [word for command in lane.commands for word in command]


def words(name: str) -> tuple[set[str], set[str]]:
    """The paths that a lane names, and those it leaves to others."""
    said = next(spoken(lane) for lane in lanes.lanes(None) if lane.name == name)
    named = {word for word in said if word == "tests" or word.startswith("tests/")}
    return named, {word.removeprefix("--ignore=") for word in said if word.startswith("--ignore=")}


def files(name: str) -> set[Path]:
    """The test files that a lane runs."""
    named, left = words(name)
    found: set[Path] = set()
    for path in named:
        whole = lanes.HOUSE / path
        found |= {whole} if whole.is_file() else set(whole.rglob("test_*.py"))
    return {one for one in found if not any(one.is_relative_to(lanes.HOUSE / path) for path in left)}


def test_each_test_is_in_one_lane() -> None:
    run = [one for name in ("journeys", "media", "rest") for one in files(name)]
    assert sorted(run) == sorted((lanes.HOUSE / "tests").rglob("test_*.py"))


def test_whatever_opens_a_browser_is_in_the_lane_of_browsers() -> None:
    opening = {one for one in (lanes.HOUSE / "tests").rglob("test_*.py") if "playwright" in one.read_text()}
    assert opening - {Path(__file__)} <= files("journeys")


async def test_a_lane_that_fails_fails_the_run_and_is_named_again(capfd: pytest.CaptureFixture[str]) -> None:
    bad = Lane("bad", ((sys.executable, "-c", "print('FAILED tests/x.py'); raise SystemExit(3)"),))
    good = Lane("good", ((sys.executable, "-c", "print('fine')"),))
    assert await lanes.run([bad, good]) == 1
    said = capfd.readouterr().out
    assert said.count("FAILED tests/x.py") >= 2 + 1  # the command itself, its line, and again at the end
    assert "good     | fine" in said
    assert "bad FAILED with code 3" in said.splitlines()[-1]
    assert "good passed" in said.splitlines()[-1]


async def test_a_command_after_one_that_failed_still_runs(capfd: pytest.CaptureFixture[str]) -> None:
    lane = Lane(
        "two", ((sys.executable, "-c", "raise SystemExit(1)"), (sys.executable, "-c", "print('ran')"))
    )
    assert await lanes.run([lane]) == 1
    assert "two      | ran" in capfd.readouterr().out


async def test_reports_are_kept_where_asked(tmp_path: Path) -> None:
    assert any(f"{tmp_path}" in word for lane in lanes.lanes(tmp_path) for word in spoken(lane))
