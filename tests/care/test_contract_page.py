"""The tables of docs/contract.md against the code they speak of."""

import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from care import changes, clauses, contract, delivery, document, phases, timetable, zones
from care.contract import Terms
from care.delivery import MessageKind
from care.preview import Preview
from tests.care.dates import BEFORE, berlin, stored

PAGE = (Path(__file__).parent.parent.parent / "docs/contract.md").read_text()
GROUP = stored(berlin())


def rows(title: str) -> list[list[str]]:
    """The cells of every row of the table whose head begins so, code marks left out."""
    found = re.search(rf"^\| {re.escape(title)} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert found is not None, title
    return [
        [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
        for line in found.group(1).splitlines()
    ]


def span(numbers: Iterable[int | None]) -> str:
    """Numbers as the page writes them: "", "5" or "5-12"."""
    held = sorted(number for number in numbers if number is not None)
    if len(held) < 2:
        return "".join(map(str, held))
    assert held == list(range(held[0], held[-1] + 1))
    return f"{held[0]}-{held[-1]}"


def test_every_clause_stands_with_its_part_and_sources() -> None:
    said = [(int(row[0]), row[1], row[3], row[4]) for row in rows("No.")]

    assert said == [(each.number, each.key, each.part, "; ".join(each.sources)) for each in clauses.CLAUSES]


def shown(value: object) -> str:
    plain = document.plain(value)
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    return ", ".join(map(str, plain)) if isinstance(plain, list) else str(plain) or "(empty)"


def test_every_number_stands_with_its_default_range_and_clause() -> None:
    clause_of = {name: str(each.number) for each in clauses.CLAUSES for name in each.fields}
    expected = {
        each.name: [
            clause_of[each.name],
            shown(each.default),
            "{} to {}".format(*contract.RANGES[each.name]) if each.name in contract.RANGES else "",
        ]
        for each in fields(Terms)
        if each.name not in contract.OF_A_GROUP
    }

    assert {row[0]: row[1:4] for row in rows("Field")} == expected
    assert all(row[4] for row in rows("Field"))


def test_the_examples_of_the_minimum_are_right() -> None:
    for count, minimum, allowance in ((12, 9, 3), (8, 6, 2), (20, 14, 6)):
        terms = Terms(
            zone="UTC",
            first_local=datetime(2026, 9, 7, 18, 0),
            sessions=count,
            phases=phases.preset("seed_default", count),
        )
        assert (terms.minimum(), terms.allowance()) == (minimum, allowance)
    assert (
        "The minimum of 12 sessions is 9, so 3 may be missed; of 8 it is 6 and 2; of 20 it is 14 and 6."
        in PAGE
    )


def test_the_phases_are_those_of_the_code() -> None:
    expected = []
    for count, line in phases.TABLE.items():
        cut, end = line.phases.initial, line.phases.last_intermediate
        parts = (range(1, cut + 1), range(cut + 1, end + 1), range(end + 1, count + 1))
        between = ", ".join(map(str, line.mid))
        expected.append([str(count), *map(span, parts), between, str(line.ending_prompt)])

    assert rows("Sessions") == expected


@pytest.mark.parametrize("row", rows("Zone"), ids=lambda row: " ".join(row[:2]))
def test_each_worked_date_is_what_the_code_makes_of_it(row: list[str]) -> None:
    zone, agreed, instant, said = row

    found = timetable.resolve(datetime.fromisoformat(agreed), ZoneInfo(zone))

    assert found.at == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert (found.caution or "") == said


MADE: dict[str, Preview] = {
    "move": changes.move(GROUP, 5, datetime(2026, 10, 7, 18, 0), now=BEFORE),
    "cancel_append": changes.cancel_append(GROUP, 5, berlin(), now=BEFORE),
    "cancel": changes.cancel(GROUP, 5, now=BEFORE),
    "shift_following by 7 days": changes.shift_following(GROUP, 5, 7, now=BEFORE),
    "shift_following by 1 day": changes.shift_following(GROUP, 5, 1, now=BEFORE),
    "stand_in": changes.stand_in(GROUP, 5, "person", now=BEFORE),
    "member_zone": changes.member_zone(GROUP, "Asia/Kolkata"),
    "reinterpret with the same instants": changes.reinterpret(GROUP, f"{zones.version()}x", now=BEFORE),
}


def told(preview: Preview) -> list[str]:
    """What a preview comes to, in the columns of the page."""
    raised = [
        was.ordinal for was, now in zip(GROUP, preview.after, strict=False) if now.sequence > was.sequence
    ]
    methods = ["CANCEL"] * bool(preview.cancelled) + ["REQUEST"] * bool(preview.moved or preview.appended)
    return [
        str(preview.new_count or len(GROUP)),
        span(each.from_ for each in preview.renumbered),
        span(raised),
        ", ".join(methods),
        str(preview.notices),
        "yes" if preview.amendment else "no",
    ]


def test_each_change_does_what_the_page_says() -> None:
    said = {row[0]: row[1:] for row in rows("Change")}

    assert said == {name: told(preview) for name, preview in MADE.items()}
    assert all(preview.refused is None for preview in MADE.values())


def test_every_refusal_is_explained() -> None:
    assert {row[0] for row in rows("Refused as")} == changes.REFUSALS


def test_every_message_about_dates_is_listed_as_it_is_treated() -> None:
    listed = {row[0]: row[2:] for row in rows("Kind")}
    promised = {
        MessageKind.DATES,
        MessageKind.SESSION_MOVED,
        MessageKind.DATES_CHANGED,
        MessageKind.SESSION_CANCELLED,
        MessageKind.SESSION_LED,
        MessageKind.CONTRACT_REMINDER,
        MessageKind.ABSENCE_THANKS,
        MessageKind.SOMETHING_TO_READ,
        MessageKind.CONFIRM_ATTENDANCE,
    }

    assert set(listed) == {kind.value for kind in promised}
    for name, (link, _, waits) in listed.items():
        rule = delivery.RULES[MessageKind(name)]
        assert rule.quiet
        assert waits == ("yes, unless it would be too late" if rule.hurries else "yes")
        leads = (
            "staff sign-in" if rule.roles == ("facilitator",) else "personal" if rule.link else "sign-in page"
        )
        assert link == leads
