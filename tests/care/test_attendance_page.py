"""docs/attendance.md is read, not believed."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from care import ledger, nhs
from care.came import MISSED
from care.completion import label
from care.contact_priority import contact_priority
from care.decision import Decision, Reason
from care.facts import Kind
from care.interval import Span
from care.policy import ByHand, Otherwise, Place
from care.standing import Count, Numbers, Row, standing
from care.thresholds import Rules, due
from care.verdict import Status
from care.watched import Meeting, Watched
from tests.care.evening import Evening, at

PAGE = Path(__file__).resolve().parents[2] / "docs" / "attendance.md"
MINUTE = timedelta(minutes=1)


def table(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    below = PAGE.read_text(encoding="utf-8").split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip().strip("|").split("|") for line in below.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def lines(heading: str, first: str) -> list[list[str]]:
    """The cells of the table below a heading whose head begins with this word."""
    below = PAGE.read_text(encoding="utf-8").split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    block = below.split(f"\n| {first} ", 1)[1].split("\n\n", 1)[0]
    rows = [line.strip().strip("|").split("|") for line in block.splitlines()[2:]]
    return [[cell.strip() for cell in row] for row in rows]


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
    by_hand = []
    for number, (how, came, went) in enumerate(spans(there)):
        if how:
            by_hand.append(ByHand(kind=Otherwise(how), span=Span(at(came), at(went))))
        else:
            told.there(came, went, connection=f"c{number}")
    ada = told.ada(Place(member="ada", by_hand=tuple(by_hand)))
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


LETTERS = {
    "a": Status.ATTENDED,
    "l": Status.ATTENDED_LATE,
    "e": Status.LEFT_EARLY,
    "p": Status.PARTIAL,
    "b": Status.BRIEF_CONTACT,
    "x": Status.EXCUSED,
    "c": Status.LATE_CANCEL,
    "u": Status.NO_SHOW,
    "r": Status.LATE_NOT_ADMITTED,
    "t": Status.TECHNICAL_FAILURE,
    "o": Status.PROVIDER_CANCELLED,
    "k": Status.CUT_SHORT,
    "z": Status.AGREED_PAUSE,
    "n": Status.NOT_ON_ROSTER,
    "s": Status.SAFETY_EXIT,
}
FIRST = datetime(2027, 1, 5, 18, tzinfo=UTC)
WEEK, HOUR, LASTS = timedelta(weeks=1), timedelta(hours=1), timedelta(minutes=90)


def rows(told: str) -> list[Row]:
    """A row for each letter."""
    return [
        Row(ordinal=n, status=LETTERS[letter], decided=True, starts_at=FIRST + (n - 1) * WEEK)
        for n, letter in enumerate(told, 1)
    ]


def test_the_page_names_the_letters_as_the_test_reads_them() -> None:
    text = PAGE.read_text(encoding="utf-8")
    found = dict(re.findall(r"\b([a-z]) `(\w+)`", text.split("Letters:", 1)[1].split("\n\n", 1)[0]))
    assert found == {letter: status.value for letter, status in LETTERS.items()}


@pytest.mark.parametrize("row", table("The standing"), ids=lambda row: " ".join(row[:2]))
def test_the_worked_standings_come_out_as_the_page_says(row: list[str]) -> None:
    n, told, rate, reachable, run, left, in_reach = row
    found = standing(rows(told), Numbers(sessions=int(n)))
    assert (_share(found.rate), _share(found.reachable)) == (rate, reachable)
    assert (str(found.run), str(found.allowance_left)) == (run, left)
    assert ("yes" if found.can_reach else "no") == in_reach


def _share(count: Count | None) -> str:
    return f"{count.of}/{count.out_of} = {count.percent} %" if count else ""


@pytest.mark.parametrize("row", table("The ledger"), ids=lambda row: row[0])
def test_the_worked_ledgers_come_out_as_the_page_says(row: list[str]) -> None:
    told, written, total = row
    history = [
        Decision(
            id=str(number),
            session=session,
            member="ada",
            status=Status(status),
            reason=Reason.OTHER,
            note_given=False,
            by="fay",
            role="facilitator",
            at=FIRST,
        )
        for number, (session, status) in enumerate(re.findall(r"(s\d) `(\w+)`", told))
    ]
    made = ledger.entries(history)
    assert " ".join(f"{entry.amount:+d}" for entry in made) == written
    assert str(ledger.balance(made)) == total


@pytest.mark.parametrize("row", lines("What opens a task", "Sessions so far"), ids=lambda row: row[0])
def test_the_worked_tasks_come_out_as_the_page_says(row: list[str]) -> None:
    told, tasks = row
    starts = [FIRST + number * WEEK for number in range(12)]
    meetings = [
        Meeting(id=f"s{n}", ordinal=n, starts_at=at, ends_at=at + LASTS) for n, at in enumerate(starts, 1)
    ]
    ended = meetings[len(told) - 1].ends_at
    ada = Watched(member="ada", rows=rows(told), standing=standing(rows(told), Numbers()))
    found = {one.kind.value: (one.due_at - ended) / HOUR for one in due("g", meetings, [ada], BERLIN, ended)}
    assert found == {kind: float(hours) for kind, hours in re.findall(r"`(\w+)` (-?[\d.]+) h", tasks)}


BERLIN = Rules(zone="Europe/Berlin")


@pytest.mark.parametrize("row", table("Labels for reports"), ids=lambda row: row[0])
def test_the_worked_labels_come_out_as_the_page_says(row: list[str]) -> None:
    told, code, definition = row
    found = label(rows(told), 12)
    assert (f"`{found.code}`", found.definition) == (code, definition)


def test_the_page_gives_each_status_its_code() -> None:
    assert {row[0].strip("`"): row[1] for row in table("Codes in exports")} == {
        status.value: nhs.code(status) for status in Status
    }


@pytest.mark.parametrize(
    ("number", "told", "more"),
    [
        (0, "u", {}),
        (1, "aau", {}),
        (2, "axx", {}),
        (3, "tat", {}),
        (4, "caca", {}),
        (5, "a", {"unsigned": "v1"}),
        (6, "a", {"refused_at": FIRST}),
    ],
)
def test_the_points_are_those_of_the_page(number: int, told: str, more: dict[str, object]) -> None:
    points = lines("What opens a task", "What")[number][1]
    ada = Watched(
        member="ada",
        rows=rows(told),
        standing=standing(rows(told), Numbers()),
        **more,  # type: ignore[arg-type]
    )
    assert str(contact_priority(ada).points) == points
