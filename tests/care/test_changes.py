"""Each change of dates as a preview, on one group of Mondays at six in Berlin, 7 September 2026 onwards."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from care import changes, zones
from care.preview import Moved, Preview, Renumbered
from care.series import Closure, Dated, Plan, live
from tests.care.dates import BEFORE, berlin, numbered, stored

PLAN = berlin()
GROUP = stored(PLAN)
AUTUMN = Closure(from_date=date(2026, 10, 5), to_date=date(2026, 10, 11), why="autumn break")


def held(count: int) -> tuple[Dated, ...]:
    """The group after `count` sessions."""
    return tuple(replace(each, state="closed") if (each.ordinal or 0) <= count else each for each in GROUP)


def during(count: int) -> datetime:
    """The day after session `count`."""
    return GROUP[count - 1].starts_at + timedelta(days=1)


def days(sessions: tuple[Dated, ...]) -> list[tuple[int | None, date]]:
    return [(each.ordinal, each.local.date()) for each in live(sessions)]


def test_moving_one_session_changes_nothing_else() -> None:
    preview = changes.move(GROUP, 5, datetime(2026, 10, 7, 19, 0), now=BEFORE)

    assert preview.refused is None
    assert preview.moved == (
        Moved(
            id="s5",
            ordinal=5,
            from_=datetime(2026, 10, 5, 16, 0, tzinfo=UTC),
            to=datetime(2026, 10, 7, 17, 0, tzinfo=UTC),
            from_local=datetime(2026, 10, 5, 18, 0),
            to_local=datetime(2026, 10, 7, 19, 0),
        ),
    )
    moved = preview.after[4]
    assert (moved.uid, moved.sequence, moved.ordinal, moved.minutes) == (GROUP[4].uid, 1, 5, 90)
    assert [each for each in preview.after if each is not moved] == [*GROUP[:4], *GROUP[5:]]
    assert (preview.amendment, preview.notices, preview.new_count) == (False, 1, None)
    assert preview.cancelled == preview.appended == preview.renumbered == preview.warnings == ()


def test_moving_onto_a_closed_day_is_possible_and_warned_of() -> None:
    preview = changes.move(GROUP, 4, datetime(2026, 10, 1, 18, 0), now=BEFORE, closures=(AUTUMN,))
    into = changes.move(GROUP, 5, datetime(2026, 10, 6, 18, 0), now=BEFORE, closures=(AUTUMN,))

    assert preview.warnings == ()
    assert [(each.code, each.ordinal, each.why) for each in into.warnings] == [
        (changes.IN_CLOSURE, 5, "autumn break")
    ]


def test_moving_into_the_hour_the_clocks_repeat_is_warned_of() -> None:
    preview = changes.move(GROUP, 7, datetime(2026, 10, 25, 2, 30), now=BEFORE)

    assert [each.code for each in preview.warnings] == ["clock_repeated"]
    assert preview.moved[0].to == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ordinal", "new_local", "code"),
    [
        (13, datetime(2026, 10, 7, 18, 0), "no_such_session"),
        (0, datetime(2026, 10, 7, 18, 0), "no_such_session"),
        (2, datetime(2026, 10, 7, 18, 0), "already_held"),
        (5, datetime(2026, 10, 5, 18, 0), "unchanged"),
        (5, datetime(2026, 9, 1, 18, 0), "in_the_past"),
        (5, datetime(2026, 9, 28, 19, 0), "onto_another"),
        (5, datetime(2026, 9, 28, 16, 31), "onto_another"),
        (5, datetime(2026, 10, 13, 18, 0), "out_of_order"),
        (5, datetime(2026, 9, 24, 18, 0), "out_of_order"),
    ],
)
def test_a_move_that_cannot_be_is_refused_with_a_code(ordinal: int, new_local: datetime, code: str) -> None:
    preview = changes.move(held(3), ordinal, new_local, now=during(3))

    assert preview.refused == code
    assert preview.after == preview.before == held(3)


def test_one_session_may_end_as_the_next_begins() -> None:
    assert changes.move(GROUP, 5, datetime(2026, 9, 28, 19, 30), now=BEFORE).refused is None


@pytest.mark.parametrize(
    ("state", "code"), [("closed", "already_held"), ("open", "running"), ("cancelled", "cancelled")]
)
def test_what_is_not_planned_any_more_stays(state: str, code: str) -> None:
    group = (*GROUP[:4], replace(GROUP[4], state=state), *GROUP[5:])

    assert changes.move(group, 5, datetime(2026, 10, 7, 18, 0), now=BEFORE).refused == code
    assert changes.cancel(group, 5, now=BEFORE).refused == code
    assert changes.cancel_append(group, 5, PLAN, now=BEFORE).refused == code
    assert changes.stand_in(group, 5, "p", now=BEFORE).refused == code
    assert changes.shift_following(group, 5, 7, now=BEFORE).refused == code


def test_a_session_that_should_have_begun_is_not_moved_any_more() -> None:
    assert (
        changes.move(GROUP, 1, datetime(2026, 9, 8, 18, 0), now=GROUP[0].starts_at).refused == "already_begun"
    )


def test_a_cancelled_session_is_appended_at_the_end_and_its_content_moves_up() -> None:
    preview = changes.cancel_append(GROUP, 5, PLAN, now=BEFORE)

    assert [each.id for each in preview.cancelled] == ["s5"]
    gone = preview.cancelled[0]
    assert (gone.ordinal, gone.state, gone.sequence, gone.starts_at) == (
        None,
        "cancelled",
        1,
        GROUP[4].starts_at,
    )
    (added,) = preview.appended
    assert (added.id, added.ordinal, added.local) == (None, 12, datetime(2026, 11, 30, 18, 0))
    assert preview.renumbered == tuple(
        Renumbered(id=f"s{each}", from_=each, to=each - 1) for each in range(6, 13)
    )
    assert [each.sequence for each in preview.after if each.id not in ("s5", None)] == [0] * 11
    assert (preview.amendment, preview.new_count, preview.notices) == (False, None, 2)
    assert len(live(preview.after)) == 12


def test_the_added_session_keeps_to_the_rhythm_and_out_of_closures() -> None:
    winter = Closure(from_date=date(2026, 11, 30), to_date=date(2026, 12, 6), why="away")
    moved_last = changes.move(GROUP, 12, datetime(2026, 11, 25, 10, 0), now=BEFORE).after

    preview = changes.cancel_append(moved_last, 5, replace(PLAN, closures=(winter,)), now=BEFORE)

    assert preview.appended[0].local == datetime(2026, 12, 7, 18, 0)
    assert [each.code for each in preview.warnings] == ["closure_skipped"]


def test_the_last_session_itself_is_replaced_by_the_next_slot() -> None:
    late = GROUP[-1].starts_at - timedelta(hours=1)
    preview = changes.cancel_append(held(11), 12, PLAN, now=late)

    assert preview.appended[0].local == datetime(2026, 11, 30, 18, 0)
    assert preview.appended[0].ordinal == 12


def test_a_session_cannot_begin_at_this_very_moment() -> None:
    now = datetime(2026, 9, 7, 15, 0, tzinfo=UTC)

    assert changes.move(GROUP, 1, datetime(2026, 9, 7, 17, 0), now=now).refused == "in_the_past"
    assert changes.move(GROUP, 1, datetime(2026, 9, 7, 17, 1), now=now).refused is None


def test_a_session_cancelled_for_good_is_one_less_and_an_amendment() -> None:
    preview = changes.cancel(GROUP, 5, now=BEFORE)

    assert preview.new_count == 11
    assert preview.amendment
    assert [each.ordinal for each in live(preview.after)] == list(range(1, 12))
    assert (len(preview.cancelled), preview.appended, preview.moved, preview.notices) == (1, (), (), 1)


def test_a_group_of_eight_cannot_lose_a_session_without_another_for_it() -> None:
    assert changes.cancel(GROUP[:9], 4, now=BEFORE).new_count == 8
    assert changes.cancel(GROUP[:8], 4, now=BEFORE).refused == "too_few_left"


def test_all_that_follow_shift_by_a_week() -> None:
    preview = changes.shift_following(held(4), 5, 7, now=during(4))

    assert [each.ordinal for each in preview.moved] == list(range(5, 13))
    assert days(preview.after)[3:6] == [
        (4, date(2026, 9, 28)),
        (5, date(2026, 10, 12)),
        (6, date(2026, 10, 19)),
    ]
    assert (preview.amendment, preview.notices, preview.warnings) == (False, 1, ())
    assert all(each.sequence == 1 for each in preview.after[4:])


def test_a_shift_goes_round_closures_and_keeps_the_order() -> None:
    break_ = Closure(from_date=date(2026, 10, 19), to_date=date(2026, 10, 25), why="break")

    preview = changes.shift_following(GROUP, 5, 7, now=BEFORE, closures=(break_,))

    assert days(preview.after)[4:7] == [
        (5, date(2026, 10, 12)),
        (6, date(2026, 10, 26)),
        (7, date(2026, 11, 2)),
    ]
    assert [(each.code, each.ordinal) for each in preview.warnings] == [("closure_skipped", 6)]


@pytest.mark.parametrize(
    ("shift", "at", "amends"),
    [(7, None, False), (1, None, True), (0, time(17, 0), True), (8, time(18), True)],
)
def test_a_shift_to_another_weekday_or_hour_is_an_amendment(
    shift: int, at: time | None, amends: bool
) -> None:
    preview = changes.shift_following(GROUP, 8, shift, now=BEFORE, at=at)

    assert preview.refused is None
    assert preview.amendment is amends


@pytest.mark.parametrize(
    ("ordinal", "shift", "code"),
    [(5, 0, "unchanged"), (5, -7, "onto_another"), (5, -8, "out_of_order"), (13, 7, "no_such_session"),
     (3, 7, "already_held")],
)  # fmt: skip
def test_a_shift_that_cannot_be_is_refused(ordinal: int, shift: int, code: str) -> None:
    preview = changes.shift_following(held(3), ordinal, shift, now=during(3))

    assert preview.refused == code
    assert preview.after == held(3)


def test_a_shift_into_the_past_is_refused() -> None:
    group = stored(berlin())
    now = group[0].starts_at - timedelta(days=2)

    assert changes.shift_following(group, 1, -7, now=now).refused == "in_the_past"


def test_someone_else_leads_and_no_date_changes() -> None:
    preview = changes.stand_in(GROUP, 5, "person-7", now=BEFORE)

    assert preview.after[4] == replace(GROUP[4], stand_in="person-7")
    assert (preview.moved, preview.notices, preview.amendment) == ((), 1, False)
    assert changes.stand_in(preview.after, 5, "person-7", now=BEFORE).refused == "unchanged"
    assert changes.stand_in(preview.after, 5, None, now=BEFORE).after == GROUP


def test_a_member_who_moves_to_another_zone_changes_no_session() -> None:
    assert changes.member_zone(GROUP, "Asia/Kolkata").after == GROUP
    assert changes.member_zone(GROUP, "Europe/Atlantis").refused == "unknown_zone"


def dated_by_old_rules(zone: str, local: datetime, hours: float) -> tuple[Dated, ...]:
    """Two sessions whose second was dated when the zone's rules were others."""
    first, second = stored(Plan(zone=zone, first_local=local, count=2))
    off = timedelta(hours=hours)
    return (
        replace(first, tzdata="2020a"),
        replace(second, starts_at=second.starts_at + off, ends_at=second.ends_at + off, tzdata="2020a"),
    )


def test_new_zone_data_moves_the_instant_and_keeps_the_local_hour() -> None:
    group = dated_by_old_rules("Africa/Casablanca", datetime(2026, 9, 14, 18, 0), -1)

    preview = changes.reinterpret(group, zones.version(), now=BEFORE)

    assert [each.ordinal for each in preview.moved] == [2]
    assert preview.moved[0].from_local == preview.moved[0].to_local == datetime(2026, 9, 21, 18, 0)
    assert preview.moved[0].to - preview.moved[0].from_ == timedelta(hours=1)
    assert [(each.sequence, each.tzdata) for each in preview.after] == [
        (0, zones.version()),
        (1, zones.version()),
    ]
    assert (preview.amendment, preview.notices) == (False, 1)


def test_new_zone_data_that_changes_nothing_tells_nobody() -> None:
    group = tuple(replace(each, tzdata="2020a") for each in GROUP)

    preview = changes.reinterpret(group, zones.version(), now=BEFORE)

    assert (preview.refused, preview.moved, preview.notices) == (None, (), 0)
    assert {each.tzdata for each in preview.after} == {zones.version()}
    assert changes.reinterpret(preview.after, zones.version(), now=BEFORE).refused == "unchanged"


def test_new_zone_data_leaves_what_is_over_alone() -> None:
    group = tuple(replace(each, tzdata="2020a") for each in held(4))

    preview = changes.reinterpret(group, zones.version(), now=during(4))

    assert [each.tzdata for each in preview.after] == ["2020a"] * 4 + [zones.version()] * 8


ALL: list[Preview] = [
    changes.move(GROUP, 5, datetime(2026, 10, 7, 19, 0), now=BEFORE),
    changes.cancel_append(GROUP, 5, PLAN, now=BEFORE),
    changes.cancel(GROUP, 5, now=BEFORE),
    changes.shift_following(GROUP, 5, 7, now=BEFORE),
    changes.stand_in(GROUP, 5, "person-7", now=BEFORE),
]


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.kind)
def test_undoing_gives_every_session_its_date_and_number_back(made: Preview) -> None:
    current = numbered(made.after, "new")

    preview = changes.undo(made, current, now=BEFORE)

    assert preview.refused is None
    back = live(preview.after)
    assert [replace(each, sequence=0) for each in back] == [replace(each, sequence=0) for each in GROUP]
    assert all(now.sequence >= was.sequence for was, now in zip(current, preview.after, strict=True))
    assert [each.state for each in preview.after if each.id and each.id.startswith("new")] == [
        "cancelled"
    ] * len(made.appended)


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.kind)
def test_undoing_raises_the_sequence_of_what_a_calendar_may_have_seen(made: Preview) -> None:
    current = numbered(made.after, "new")

    back = changes.undo(made, current, now=BEFORE).after

    for was, now in zip(current, back, strict=True):
        told_apart = (was.starts_at, was.state) != (now.starts_at, now.state)
        assert now.sequence == was.sequence + told_apart


def test_undoing_an_amendment_is_one_again() -> None:
    made = changes.cancel(GROUP, 5, now=BEFORE)

    preview = changes.undo(made, made.after, now=BEFORE)

    assert (preview.new_count, preview.amendment) == (12, True)


def test_what_was_changed_again_since_is_not_undone() -> None:
    made = changes.move(GROUP, 5, datetime(2026, 10, 7, 19, 0), now=BEFORE)
    again = changes.move(made.after, 5, datetime(2026, 10, 8, 19, 0), now=BEFORE)

    assert changes.undo(made, again.after, now=BEFORE).refused == "changed_since"


def test_what_has_begun_since_is_not_undone() -> None:
    made = changes.move(GROUP, 5, datetime(2026, 10, 7, 19, 0), now=BEFORE)

    assert changes.undo(made, made.after, now=GROUP[4].starts_at).refused == "already_begun"
