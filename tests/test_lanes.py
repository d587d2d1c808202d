"""`make test` runs each test in exactly one lane, shows every line, and fails when a lane fails."""

import sys
from pathlib import Path

import pytest

from tests import lanes
from tests.lanes import Lane


def spoken(lane: Lane) -> list[str]:
    return [word for command in lane.commands for word in command]


def test_each_test_is_in_one_lane() -> None:
    by_name = {lane.name: spoken(lane) for lane in lanes.lanes(None)}
    named = [path for name in ("journeys", "media") for path in by_name[name] if path.startswith("tests/")]
    left_out = [word.removeprefix("--ignore=") for word in by_name["rest"] if word.startswith("--ignore=")]
    assert sorted(named) == sorted(left_out)
    assert len(named) == len(set(named))
    assert "tests" in by_name["rest"]
    for path in named:
        assert (lanes.HOUSE / path).is_dir(), path


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
