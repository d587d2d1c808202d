"""Ten weeks of one group in two countries, played on the real store and scheduler and held against a ledger
written by hand; and that the comparison sees what differs. All three groups for half a year are played by
`make bench FIGURES=replan_26_weeks`."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.bench import ledger, replanning
from tests.bench.programme_acts import on

LONDON = next(one for one in replanning.SCRIPTS if one.name == "london")
TEN_WEEKS = on("Europe/London", "2026-11-10 12:00")


async def test_ten_weeks_with_a_move_a_cancellation_and_the_clocks_going_back_go_by_the_ledger(
    tmp_path: Path,
) -> None:
    played = await replanning.play([LONDON], tmp_path / "var", TEN_WEEKS)
    assert list(played.differences) == []
    assert played.letters > 200


@pytest.mark.parametrize("name", ["berlin", "new_york", "london"])
def test_every_ledger_can_be_read_and_names_everybody(name: str) -> None:
    script = next(one for one in replanning.SCRIPTS if one.name == name)
    accounts = ledger.read(replanning.LEDGERS / f"{name}.txt")
    assert accounts.keys() == {*script.members, script.facilitator}
    assert all(accounts[one].rounds and accounts[one].standing for one in script.members)


def test_a_letter_an_hour_late_a_round_in_another_state_and_a_lost_standing_are_differences() -> None:
    wanted = ledger.read(replanning.LEDGERS / "london.txt")
    seen = {name: one.copy() for name, one in wanted.items()}
    assert ledger.differences(wanted, seen) == []
    nora = seen["Nora"]
    (at, kind), _ = nora.letters.popitem()
    nora.letters[at + timedelta(hours=1), kind] += 1
    opens, closes, _ = nora.rounds["pre", 1]
    nora.rounds["pre", 1] = (opens, closes, "expired")
    nora.standing = ""
    found = ledger.differences(wanted, seen)
    assert len(found) == 4
    assert all(one.startswith("Nora: ") for one in found)


@pytest.mark.parametrize("line", ["weekly 1 soon", "- 2026-01-01 10:00 join_link", "clock Nowhere/Town", "x"])
def test_a_line_nobody_can_read_stops_everything(tmp_path: Path, line: str) -> None:
    path = tmp_path / "odd.txt"
    path.write_text(f"group Europe/London\neverybody\n{line}\n", encoding="utf-8")
    with pytest.raises((ledger.Unreadable, KeyError)):
        ledger.read(path)
