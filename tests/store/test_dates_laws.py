"""Whatever is done to a group's dates, in whatever order, its rows stay a course of numbered sessions."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from care import changes
from care.contract import Terms
from store import dates, setup_rows
from tests.services.circle import NOW, make_circle

TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2026, 3, 10, 18, 0))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "cancel_append", "cancel", "shift", "stand_in", "undo"]),
        st.integers(1, 12),
        st.integers(1, 20),
    ),
    min_size=1,
    max_size=6,
)


def previewed(kind, held, ordinal, days, circle):
    if kind == "move":
        own = next((one for one in held if one.ordinal == ordinal), held[0])
        return changes.move(held, ordinal, own.local + timedelta(hours=days), now=NOW)
    if kind == "cancel_append":
        return changes.cancel_append(held, ordinal, TERMS.plan(), now=NOW)
    if kind == "cancel":
        return changes.cancel(held, ordinal, now=NOW)
    if kind == "shift":
        return changes.shift_following(held, ordinal, days, now=NOW)
    return changes.stand_in(held, ordinal, circle.facilitator.person, now=NOW)


async def step(database, keys, circle, kind, ordinal, days):
    """One change or undo; True when it was made."""
    async with database.write() as tx:
        held, number = await dates.series(tx, circle.group), await dates.revision(tx, circle.group)
        if kind == "undo":
            newest = await dates.changes(tx, circle.group, limit=1)
            if not newest or not newest[0].can_undo:
                return False
            await dates.undo(tx, keys, newest[0].id, "office", NOW)
            return True
        preview = previewed(kind, held, ordinal, days, circle)
        if preview.refused is not None:
            return False
        await dates.apply(tx, keys, circle.group, preview, "office", "ill", NOW, number)
        return True


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_numbers_run_from_one_names_stay_and_every_revision_is_kept(
    sqlite_database, sqlite_settings, keys_of, steps
):
    keys = keys_of(sqlite_settings)
    async with sqlite_database.write() as tx:
        circle = await make_circle(tx, keys)
        await tx.execute(dates.meeting.delete().where(dates.meeting.c.group == circle.group))
        await setup_rows.put_dates(tx, circle.group, TERMS, "office", NOW)
        before = {one.id: one for one in await dates.series(tx, circle.group)}
    done = 0
    for one in steps:
        done += await step(sqlite_database, keys, circle, *one)
    async with sqlite_database.read() as tx:
        held = await dates.series(tx, circle.group)
        assert await dates.revision(tx, circle.group) == 1 + done
        assert await dates.annex(tx, circle.group, 1 + done) == held
    live = [one for one in held if one.ordinal is not None]
    assert [one.ordinal for one in live] == list(range(1, len(live) + 1))
    assert all((one.ordinal is None) == (one.state == "cancelled") for one in held)
    assert len({one.uid for one in held}) == len(held)
    after = {one.id: one for one in held}
    assert all(after[key].uid == one.uid for key, one in before.items())
    assert all(after[key].sequence >= one.sequence for key, one in before.items())
