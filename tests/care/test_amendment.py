"""A moved date is noticed; another number, rhythm, hour or length must be signed anew."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from care import amendment
from care.amendment import AMENDMENT, NOTHING, REVISION, Difference
from care.contract import Terms
from care.phases import Phases
from care.series import Closure
from tests.care.dates import berlin, stored

TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2026, 9, 7, 18, 0))
CLOSED = (Closure(from_date=date(2026, 10, 5), to_date=date(2026, 10, 9)),)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, NOTHING),
        ({"closures": CLOSED}, REVISION),
        ({"first_local": datetime(2026, 9, 14, 18, 0)}, REVISION),
        ({"first_local": datetime(2026, 9, 8, 18, 0)}, AMENDMENT),  # another weekday
        ({"first_local": datetime(2026, 9, 7, 18, 30)}, AMENDMENT),  # another hour
        ({"sessions": 13, "phases": Phases(initial=3, intermediate=7, ending=3)}, AMENDMENT),
        ({"minutes": 75}, AMENDMENT),
        ({"every_days": 14}, AMENDMENT),
        ({"zone": "Europe/London"}, AMENDMENT),
        ({"notice_hours": 48}, AMENDMENT),
        ({"fees": "10 a session"}, AMENDMENT),
        ({"closures": CLOSED, "minutes": 75}, AMENDMENT),
    ],
)
def test_a_change_of_the_terms_is_of_the_kind_of_its_weightiest_field(
    changes: dict[str, object], kind: str
) -> None:
    assert amendment.kind(TERMS, replace(TERMS, **changes)) == kind  # type: ignore[arg-type]


def test_each_field_that_differs_is_listed() -> None:
    after = replace(TERMS, closures=CLOSED, minutes=75)

    assert amendment.differences(TERMS, after) == (
        Difference(field="minutes", kind=AMENDMENT),
        Difference(field="closures", kind=REVISION),
    )


def test_one_moved_session_is_a_revision_also_on_another_weekday() -> None:
    before = stored(berlin())
    after = tuple(
        replace(each, local=each.local + timedelta(days=2)) if each.ordinal == 5 else each for each in before
    )

    assert amendment.kind_of_dates(before, before) == NOTHING
    assert amendment.kind_of_dates(before, after) == REVISION


def test_the_last_session_alone_on_another_weekday_is_a_revision() -> None:
    before = stored(berlin())
    after = (*before[:-1], replace(before[-1], local=before[-1].local + timedelta(days=2)))

    assert amendment.kind_of_dates(before, after) == REVISION


def test_another_weekday_for_all_that_follow_is_an_amendment() -> None:
    before = stored(berlin())
    after = tuple(
        replace(each, local=each.local + timedelta(days=1)) if (each.ordinal or 0) > 8 else each
        for each in before
    )

    assert amendment.kind_of_dates(before, after) == AMENDMENT


def test_what_is_held_already_does_not_count() -> None:
    before = tuple(replace(each, state="closed") for each in stored(berlin()))
    after = tuple(replace(each, local=each.local + timedelta(hours=1)) for each in before)

    assert amendment.kind_of_dates(before, after) == REVISION


@pytest.mark.parametrize(
    "change",
    [
        {"zone": "Europe/London"},
        {"ends_at": datetime(2026, 9, 7, 18, 0, tzinfo=UTC)},
    ],
)
def test_another_zone_or_length_is_an_amendment(change: dict[str, object]) -> None:
    before = stored(berlin())
    after = (replace(before[0], **change), *before[1:])  # type: ignore[arg-type]

    assert amendment.kind_of_dates(before, after) == AMENDMENT


def test_one_session_less_is_an_amendment() -> None:
    before = stored(berlin())

    assert amendment.kind_of_dates(before, before[:-1]) == AMENDMENT


def test_an_amendment_takes_effect_after_its_notice() -> None:
    offered = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)

    assert amendment.takes_effect(offered, TERMS) == datetime(2026, 10, 8, 9, 0, tzinfo=UTC)
