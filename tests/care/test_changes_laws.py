"""What holds for every change of every group's dates."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from care import changes, zones
from care.preview import Preview
from care.series import Dated, Plan, live
from tests.care.dates import BEFORE, numbered, plans, stored

Step = tuple[str, int, int, int]
steps = st.tuples(
    st.sampled_from(("move", "cancel_append", "cancel", "shift_following", "stand_in", "reinterpret")),
    st.integers(1, 20),
    st.integers(-10, 30),
    st.integers(0, 23),
)


def changed(group: tuple[Dated, ...], plan: Plan, step: Step, now: datetime = BEFORE) -> Preview:
    """The preview of one step: its kind, a session, days and an hour."""
    kind, ordinal, days, hour = step
    if kind == "move":
        local = live(group)[min(ordinal, len(live(group))) - 1].local
        new = (local + timedelta(days=days)).replace(hour=hour)
        return changes.move(group, ordinal, new, now=now, closures=plan.closures)
    if kind == "cancel_append":
        return changes.cancel_append(group, ordinal, plan, now=now)
    if kind == "cancel":
        return changes.cancel(group, ordinal, now=now)
    if kind == "shift_following":
        return changes.shift_following(
            group, ordinal, days, now=now, every_days=plan.every_days, closures=plan.closures
        )
    if kind == "stand_in":
        return changes.stand_in(group, ordinal, f"person-{hour}", now=now)
    return changes.reinterpret(group, zones.version(), now=now)


def plain(each: Dated) -> Dated:
    return replace(each, sequence=0)


@given(plans, st.lists(steps, min_size=1, max_size=5))
def test_whatever_is_changed_the_sessions_stay_numbered_in_order_and_apart(
    plan: Plan, doings: list[Step]
) -> None:
    group = stored(plan)
    count = plan.count

    for number, step in enumerate(doings):
        preview = changed(group, plan, step)
        group = numbered(preview.after, f"new{number}-")
        count = preview.new_count or count

        dates = live(group)
        assert [each.ordinal for each in dates] == list(range(1, count + 1))
        assert all(one.starts_at < other.starts_at for one, other in pairwise(dates))
        assert all(one.ends_at <= other.starts_at for one, other in pairwise(dates))
        assert all(each.minutes == plan.minutes for each in dates)


@given(plans, st.lists(steps, min_size=1, max_size=4))
def test_no_row_is_lost_and_no_sequence_falls(plan: Plan, doings: list[Step]) -> None:
    group = stored(plan)

    for number, step in enumerate(doings):
        preview = changed(group, plan, step)
        after = numbered(preview.after, f"new{number}-")

        assert [each.uid for each in after][: len(group)] == [each.uid for each in group]
        for was, now in zip(group, after, strict=False):
            told_apart = (was.starts_at, was.ends_at, was.state) != (now.starts_at, now.ends_at, now.state)
            assert now.sequence - was.sequence in ((1,) if told_apart else (0, 1))
        group = after


@given(plans, steps)
def test_what_is_refused_changes_nothing_and_tells_nobody(plan: Plan, step: Step) -> None:
    preview = changed(stored(plan), plan, step)

    if preview.refused is not None:
        assert preview.refused in changes.REFUSALS
        assert preview.after == preview.before
        assert (preview.moved, preview.cancelled, preview.appended) == ((), (), ())
        assert (preview.notices, preview.new_count, preview.amendment) == (0, None, False)


@given(plans, steps)
def test_a_preview_tells_of_every_row_that_differs(plan: Plan, step: Step) -> None:
    preview = changed(stored(plan), plan, step)

    if preview.kind in ("stand_in", "reinterpret"):
        return
    told = {each.id for each in (*preview.moved, *preview.renumbered, *preview.cancelled)}
    differ = {was.id for was, now in zip(preview.before, preview.after, strict=False) if was != now}
    assert differ == told
    assert preview.after[len(preview.before) :] == preview.appended


@given(plans, steps)
def test_undone_everything_is_as_before_but_for_the_sequence(plan: Plan, step: Step) -> None:
    group = stored(plan)
    made = changed(group, plan, step)
    current = numbered(made.after, "new")

    back = changes.undo(made, current, now=BEFORE)

    assert back.refused is None
    assert [plain(each) for each in live(back.after)] == [plain(each) for each in group]
    assert all(now.sequence >= was.sequence for was, now in zip(current, back.after, strict=True))


@given(plans, st.integers(1, 20), st.integers(1, 3))
def test_there_and_back_is_the_same_but_for_the_sequence(plan: Plan, ordinal: int, days: int) -> None:
    group = stored(plan)
    local = live(group)[min(ordinal, plan.count) - 1].local

    there = changes.move(group, ordinal, local + timedelta(days=days), now=BEFORE)
    back = changes.move(there.after, ordinal, local, now=BEFORE)

    if there.refused is None:
        assert back.refused is None
        assert [plain(each) for each in back.after] == [plain(each) for each in group]
        assert sum(each.sequence for each in back.after) == 2


@given(plans, st.integers(1, 20), st.integers(0, 20))
def test_what_is_held_is_never_touched(plan: Plan, ordinal: int, over: int) -> None:
    group = tuple(
        replace(each, state="closed") if (each.ordinal or 0) <= over else each for each in stored(plan)
    )
    now = max([BEFORE, *(each.ends_at for each in group if each.state == "closed")])

    for kind in ("move", "cancel_append", "cancel", "shift_following", "stand_in", "reinterpret"):
        preview = changed(group, plan, (kind, ordinal, 7, 12), now)
        assert preview.after[: min(over, plan.count)] == group[: min(over, plan.count)]


@given(plans)
def test_the_instants_follow_from_the_local_times_alone(plan: Plan) -> None:
    group = stored(plan)

    again = changes.reinterpret(
        tuple(replace(each, tzdata="") for each in group), zones.version(), now=BEFORE
    )

    assert again.after == group
    for each in group:
        there = each.starts_at.astimezone(ZoneInfo(each.zone))
        assert there.astimezone(each.starts_at.tzinfo) == each.starts_at


@given(plans, st.integers(1, 20))
def test_an_added_session_keeps_the_rhythm(plan: Plan, ordinal: int) -> None:
    preview = changes.cancel_append(stored(plan), ordinal, plan, now=BEFORE)

    for added in preview.appended:
        assert (added.local - plan.first_local) % timedelta(days=plan.every_days) == timedelta(0)
        assert not any(closure.covers(added.local.date()) for closure in plan.closures)
        assert added.ordinal == plan.count
