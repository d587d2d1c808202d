"""docs/attendance.md is read, not believed."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from care.came import MISSED
from care.facts import Kind
from care.verdict import Status
from tests.care.evening import Evening

PAGE = Path(__file__).resolve().parents[2] / "docs" / "attendance.md"
MINUTE = timedelta(minutes=1)


def table(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    below = PAGE.read_text(encoding="utf-8").split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip().strip("|").split("|") for line in below.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def spans(cell: str) -> list[tuple[str, int, int]]:
    """`outage 30-40, 50-60` as words and minutes."""
    found = re.findall(r"(?:(\w+) )?(\d+)-(\d+)", cell)
    return [(word, int(start), int(end)) for word, start, end in found]


@pytest.mark.parametrize("row", table("Worked evenings"), ids=lambda row: " / ".join(row[:3]))
def test_the_worked_evenings_come_out_as_the_page_says(row: list[str]) -> None:
    opened, ours, there, window, present, status = row
    told = Evening()
    for _, start, end in spans(opened):
        told.held(start, end)
    for what, start, end in spans(ours):
        gone, back = (
            (Kind.SERVICE_STOPPED, Kind.SERVICE_STARTED)
            if what == "outage"
            else (Kind.ROOM_HELD, Kind.ROOM_RESUMED)
        )
        told.say(start, gone).say(end, back)
    for number, (_, came, went) in enumerate(spans(there)):
        told.there(came, went, connection=f"c{number}")
    ada = told.ada()
    assert (f"`{ada.status}`", ada.window / MINUTE, ada.present / MINUTE) == (
        status,
        int(window),
        int(present),
    )


def test_the_page_explains_every_status_once() -> None:
    named = [row[0].strip("`") for row in table("One order of rules, the first match wins")]
    assert sorted(named) == sorted(status.value for status in Status)


def test_what_the_page_calls_a_miss_is_what_the_count_calls_missed() -> None:
    rows = table("One order of rules, the first match wins")
    assert {row[0].strip("`") for row in rows if row[2] == "yes"} == {status.value for status in MISSED}
