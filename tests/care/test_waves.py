from datetime import UTC, date, datetime, timedelta

import pytest

from care.contract import Terms
from care.waves import Moment, Point, Wave, at, months_later, rhythms

TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2027, 3, 2, 18, 0))
START = datetime(2027, 3, 2, 17, 0, tzinfo=UTC)
NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"


def test_days_keep_the_hour_on_the_members_clock_through_a_change_of_clocks():
    point = Point(of=Moment.OPENS, days=28)
    assert at(point, {Moment.OPENS: START}, BERLIN) == START + timedelta(days=28, hours=-1)
    fortnight = Point(of=Moment.OPENS, days=14)
    assert at(fortnight, {Moment.OPENS: START}, NEW_YORK) == START + timedelta(days=14, hours=-1)
    assert at(fortnight, {Moment.OPENS: START}, BERLIN) == START + timedelta(days=14)


def test_hours_pass_whatever_the_clocks_do():
    assert at(Point(of=Moment.OPENS, hours=672), {Moment.OPENS: START}, BERLIN) == START + timedelta(days=28)


def test_a_point_of_a_moment_nobody_knows_is_unknown():
    assert at(Point(of=Moment.MEETING_STARTS, hours=-48), {Moment.OPENS: START}, BERLIN) is None


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2027, 6, 15), 6, date(2027, 12, 15)),
        (date(2027, 7, 31), 6, date(2028, 1, 31)),
        (date(2027, 5, 5), 0, date(2027, 5, 5)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day, months, later):
    assert months_later(day, months) == later


def test_the_days_of_the_contract_are_the_days_of_the_waves():
    changed = TERMS.with_changes({"pre_opens_days": 21, "post_closes_days": 28, "post_target_days": 10})
    before, _, _, after, *_ = rhythms(changed)
    assert (before.wave, before.opens.days) == (Wave.PRE, -21)
    assert (after.wave, after.target.days, after.closes.days) == (Wave.POST, 10, 28)


def test_every_wave_has_its_rounds():
    found = [(one.wave, one.number) for one in rhythms(TERMS)]
    assert found == [
        (Wave.PRE, 1),
        (Wave.WEEKLY, 1),
        (Wave.MID, 1),
        (Wave.POST, 1),
        (Wave.FOLLOWUP, 1),
        (Wave.FOLLOWUP, 3),
        (Wave.FOLLOWUP, 6),
    ]
