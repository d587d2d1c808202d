"""Which tasks follow from a record, whose they are and until when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.contact_priority import Level, Priority, contact_priority
from care.contract import Terms
from care.standing import Numbers, Row, standing
from care.thresholds import Kind, Owner, Rules, Wanted, due, rules, same_day
from care.verdict import Status
from care.watched import Meeting, Watched

FIRST = datetime(2027, 1, 5, 18, tzinfo=UTC)
WEEK, HOUR, LASTS = timedelta(weeks=1), timedelta(hours=1), timedelta(minutes=90)
BERLIN = Rules(zone="Europe/Berlin")
S = Status
A, X, U, T, B = S.ATTENDED, S.EXCUSED, S.NO_SHOW, S.TECHNICAL_FAILURE, S.BRIEF_CONTACT


def meeting(n: int, **given: object) -> Meeting:
    starts_at = FIRST + (n - 1) * WEEK
    known = Meeting(id=f"s{n}", ordinal=n, starts_at=starts_at, ends_at=starts_at + LASTS)
    return replace(known, **given)  # type: ignore[arg-type]


MEETINGS = [meeting(n) for n in range(1, 13)]


def ada(*statuses: Status, **given: object) -> Watched:
    told = [
        Row(ordinal=n, status=status, decided=True, starts_at=MEETINGS[n - 1].starts_at)
        for n, status in enumerate(statuses, 1)
    ]
    known = Watched(member="ada", rows=told, standing=standing(told, Numbers()))
    return replace(known, **given)  # type: ignore[arg-type]


def after(n: int) -> datetime:
    return MEETINGS[n - 1].ends_at + HOUR if n else FIRST - WEEK


def wanted(*statuses: Status, now: datetime | None = None, **given: object) -> dict[Kind, Wanted]:
    found = due("g", MEETINGS, [ada(*statuses, **given)], BERLIN, now or after(len(statuses)))
    assert len({one.kind for one in found}) == len(found)
    return {one.kind: one for one in found}


def test_who_came_needs_nothing() -> None:
    assert wanted(A, S.ATTENDED_LATE, S.LEFT_EARLY, S.PARTIAL, T) == {}


@pytest.mark.parametrize("n", [1, 2])
def test_an_early_no_show_is_called_within_two_hours(n: int) -> None:
    call = wanted(*[A] * (n - 1), U)[Kind.CALL_2H]
    assert call.due_at == MEETINGS[n - 1].ends_at + 2 * HOUR
    assert (call.owner_role, call.reasons) == (Owner.COORDINATOR, ("no_show", f"session:{n}"))


def test_a_later_no_show_is_called_the_same_day() -> None:
    call = wanted(A, A, U)[Kind.CALL_SAME_DAY]
    assert call.session == "s3"
    assert call.due_at == MEETINGS[2].ends_at + 2 * HOUR  # past eight in Berlin


def test_a_session_in_the_morning_leaves_until_the_evening_to_call() -> None:
    ended = datetime(2027, 7, 6, 9, 30, tzinfo=UTC)
    assert same_day(ended, "Europe/Berlin") == datetime(2027, 7, 6, 18, 0, tzinfo=UTC)
    assert same_day(ended, "America/New_York") == datetime(2027, 7, 7, 0, 0, tzinfo=UTC)


def test_a_notice_is_no_reason_to_call_the_same_day() -> None:
    assert Kind.CALL_SAME_DAY not in wanted(A, A, X)


def test_an_absence_is_not_called_about_once_the_member_came_again() -> None:
    assert Kind.CALL_SAME_DAY not in wanted(A, A, U, A)
    assert Kind.CALL_SAME_DAY in wanted(A, A, U, T)


def test_a_brief_contact_is_called_about() -> None:
    assert wanted(A, A, B)[Kind.BRIEF_CONTACT_CALL].session == "s3"


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        ((A, X, X), ("run:2",)),
        ((X, A, X, A, X), ("share:3/12", "total:3")),
        ((X, X, X), ("run:3", "share:3/12", "total:3")),
    ],
)
def test_a_review_comes_at_two_running_three_in_all_or_a_quarter(
    told: Sequence[Status], reasons: tuple[str, ...]
) -> None:
    review = wanted(*told)[Kind.REVIEW]
    assert review.reasons == reasons
    assert (review.owner_role, review.due_at) == (Owner.COORDINATOR, MEETINGS[len(told)].starts_at)


def test_one_miss_is_no_reason_to_review() -> None:
    assert Kind.REVIEW not in wanted(A, A, X)
    assert Kind.REVIEW not in wanted(X, T, A)


def test_one_more_miss_is_looked_at_anew() -> None:
    keys = {wanted(X, X)[Kind.REVIEW].key, wanted(X, X, A)[Kind.REVIEW].key, wanted(X, X, X)[Kind.REVIEW].key}
    assert len(keys) == 2


def test_three_no_shows_running_bring_the_place_up() -> None:
    assert wanted(A, U, U, S.LATE_NOT_ADMITTED)[Kind.PLACE_REVIEW].reasons == ("no_show_run:3",)
    assert Kind.PLACE_REVIEW not in wanted(A, U, X, U, U)


def test_the_facilitators_hear_that_the_minimum_is_out_of_reach_and_nobody_else() -> None:
    at_risk = wanted(*[X] * 4)[Kind.MINIMUM_AT_RISK]
    assert (at_risk.owner_role, at_risk.reasons) == (Owner.FACILITATOR, ("reachable:8/9",))


def test_after_the_last_session_nothing_is_reviewed_any_more() -> None:
    assert set(wanted(*[U] * 12)) == {Kind.CALL_SAME_DAY}


def test_somebody_who_left_wants_nothing() -> None:
    assert wanted(U, U, U, on_roster=False) == {}


def test_half_of_four_late_is_asked_about() -> None:
    late = S.ATTENDED_LATE
    assert wanted(A, late, A, late)[Kind.LATE_PATTERN].owner_role is Owner.FACILITATOR
    assert Kind.LATE_PATTERN not in wanted(late, late)
    assert Kind.LATE_PATTERN not in wanted(A, A, A, late)


def test_two_technical_failures_running_bring_practical_help_and_no_talk() -> None:
    assert set(wanted(T, T)) == {Kind.TECHNICAL_HELP}
    assert wanted(T, A, T) == {}


def test_attendance_is_confirmed_within_a_day_then_a_coordinator_is_told() -> None:
    held = [meeting(1, closed_at=MEETINGS[0].ends_at, undecided=3)]
    until = MEETINGS[0].ends_at + 24 * HOUR
    (first,) = due("g", held, [], BERLIN, until - HOUR)
    assert (first.kind, first.owner_role, first.due_at) == (Kind.CONFIRM_ATTENDANCE, Owner.FACILITATOR, until)
    assert first.reasons == ("undecided:3",)
    late = due("g", held, [], BERLIN, until)
    assert [one.kind for one in late] == [Kind.CONFIRM_ATTENDANCE, Kind.CONFIRM_OVERDUE]
    assert late[1].owner_role is Owner.COORDINATOR


def test_a_confirmed_session_and_one_that_runs_want_nothing() -> None:
    assert due("g", [meeting(1, closed_at=after(1))], [], BERLIN, after(1)) == ()
    assert due("g", [meeting(1, undecided=3)], [], BERLIN, after(1)) == ()


@pytest.mark.parametrize(("hours", "asked"), [(25, False), (24, True), (-48, True)])
def test_an_unsigned_contract_is_a_task_from_a_day_before_the_first_session(hours: int, asked: bool) -> None:
    found = wanted(now=FIRST - hours * HOUR, unsigned="v1")
    assert (Kind.CONTRACT_UNSIGNED in found) is asked
    assert not asked or found[Kind.CONTRACT_UNSIGNED].due_at == FIRST


def test_an_amendment_is_signed_by_the_day_it_takes_effect() -> None:
    takes_effect = FIRST + 3 * WEEK
    before = wanted(A, A, now=takes_effect - 25 * HOUR, unsigned="v2", sign_by=takes_effect)
    assert Kind.CONTRACT_UNSIGNED not in before
    found = wanted(A, A, now=takes_effect - HOUR, unsigned="v2", sign_by=takes_effect)
    assert found[Kind.CONTRACT_UNSIGNED].due_at == takes_effect


def test_a_refused_address_and_a_question_are_tasks() -> None:
    found = wanted(refused_at=FIRST, asked=[("q1", FIRST)])
    assert {one.kind: one.due_at - FIRST for one in found.values()} == {
        Kind.BOUNCED_CONTACT: 48 * HOUR,
        Kind.QUESTION_ABOUT_RECORD: 72 * HOUR,
    }


def test_two_questions_are_two_tasks() -> None:
    found = due("g", MEETINGS, [ada(asked=[("q1", FIRST), ("q2", FIRST)])], BERLIN, FIRST)
    assert len({one.key for one in found}) == 2


@pytest.mark.parametrize(
    ("told", "points", "level"),
    [
        ((A, A, A), 0, Level.ROUTINE),
        ((A, A, U), 2, Level.ROUTINE),
        ((U, A, A), 3, Level.THIS_WEEK),
        ((A, X, X), 3, Level.THIS_WEEK),
        ((A, A, U, A, U), 4, Level.THIS_WEEK),
        ((U, A, U), 5, Level.WITHIN_48H),
        ((U, U), 8, Level.WITHIN_48H),
        ((T, A, T), 1, Level.ROUTINE),
    ],
)
def test_points_add_up_to_how_soon_somebody_is_called(
    told: Sequence[Status], points: int, level: Level
) -> None:
    found = contact_priority(ada(*told))
    assert (found.points, found.level) == (points, level)


def test_the_contract_and_the_mailbox_count_one_point_each() -> None:
    assert contact_priority(ada(A, unsigned="v1", refused_at=FIRST)) == Priority(
        points=2, level=Level.ROUTINE, reasons=("unsigned", "refused")
    )


some_statuses = st.lists(st.sampled_from(sorted(Status)), max_size=12)


@given(some_statuses)
def test_points_never_come_without_reasons(statuses: list[Status]) -> None:
    found = contact_priority(ada(*statuses))
    assert bool(found.points) is bool(found.reasons)


@given(some_statuses, st.integers(0, 3000))
def test_every_task_has_an_owner_a_key_a_reason_and_a_time(statuses: list[Status], hours: int) -> None:
    now = FIRST + hours * HOUR
    found = due("g", MEETINGS, [ada(*statuses), replace(ada(*statuses), member="ben")], BERLIN, now)
    assert len({one.key for one in found}) == len(found)
    assert all(one.reasons and one.due_at.tzinfo for one in found)
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)


@given(some_statuses, st.integers(0, 3000))
def test_the_same_record_wants_the_same_tasks(statuses: list[Status], hours: int) -> None:
    now = FIRST + hours * HOUR
    assert due("g", MEETINGS, [ada(*statuses)], BERLIN, now) == due(
        "g", list(reversed(MEETINGS)), [ada(*statuses)], BERLIN, now
    )


def test_the_rules_come_from_the_contract() -> None:
    terms = Terms(
        zone="Europe/Berlin",
        first_local=datetime(2027, 1, 5, 19),
        confirm_within_hours=48,
        early_call_hours=3,
        review_running=1,
        early_sessions=0,
        place_review_running=2,
    )
    agreed = rules(terms)
    assert (agreed.zone, agreed.confirm_within, agreed.first_call) == ("Europe/Berlin", 48 * HOUR, 3 * HOUR)
    found = {one.kind for one in due("g", MEETINGS, [ada(U, U)], agreed, after(2))}
    assert {Kind.REVIEW, Kind.PLACE_REVIEW, Kind.CALL_SAME_DAY} <= found
