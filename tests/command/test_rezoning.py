"""New time zone rules: listed first, then taken over group by group, with the agreed hour kept."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from care import zones
from command import rezoning, zone_commands
from store import audit, dates, outbox
from store.tables import change, session
from tests.services.circle import NOW, make_circle

OLD = timedelta(hours=1)
LATER = NOW - timedelta(days=1)  # the one session of a circle is to come


@pytest.fixture
async def circle(database, keys):
    """A group whose session was dated when the zone's rules were others."""
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        await tx.execute(
            update(session).values(tzdata="2020a", starts_at=session.c.starts_at, ends_at=session.c.ends_at)
        )
        row = (await tx.execute(select(session))).one()
        await tx.execute(update(session).values(starts_at=row.starts_at + OLD, ends_at=row.ends_at + OLD))
    return made


async def test_what_would_move_is_listed_and_nothing_changes(database, circle, capsys):
    async with database.read() as tx:
        found = await rezoning.found(tx, LATER)
        before = await dates.series(tx, circle.group)

    zone_commands.tell(found, "would move")

    said = capsys.readouterr().out
    assert f"{circle.group}: session 1, 2026-03-02 18:00 local: 18:00 -> 17:00 UTC" in said
    assert "Groups dated with another: 1. Sessions that would move: 1." in said
    async with database.read() as tx:
        assert await dates.series(tx, circle.group) == before


async def test_taken_over_the_hour_stays_and_members_are_told_once(database, keys, circle):
    (done,) = await rezoning.take_over(database, keys, LATER)
    again = await rezoning.take_over(database, keys, LATER)

    assert (len(done.preview.moved), again) == (1, [])
    async with database.read() as tx:
        (dated,) = await dates.series(tx, circle.group)
        queued = await outbox.listing(tx)
        noted = await audit.of_group(tx, circle.group)
        kinds = (await tx.execute(select(change.c.kind, change.c.reason))).all()
    assert (dated.starts_at, dated.local) == (NOW, datetime(2026, 3, 2, 18, 0))
    assert (dated.sequence, dated.tzdata) == (1, zones.version())
    told = [each.kind for each in queued if not each.kind.startswith("checkin_")]  # those are planned anew
    assert told == ["session_moved"] * 3  # two participants and a facilitator
    assert noted[0].action == "dates_reinterpret"
    assert kinds == [("reinterpret", "new_zone_rules")]


async def test_the_same_rules_under_a_new_version_tell_nobody(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        await tx.execute(update(session).values(tzdata="2020a"))

    (done,) = await rezoning.take_over(database, keys, LATER)

    assert done.preview.moved == ()
    async with database.read() as tx:
        assert [one for one in await outbox.listing(tx) if not one.kind.startswith("checkin_")] == []
        assert [each.tzdata for each in await dates.series(tx, circle.group)] == [zones.version()]
        assert await rezoning.found(tx, LATER) == []


def test_the_version_in_use_is_shown(capsys):
    zone_commands.show()

    assert capsys.readouterr().out == f"{zones.version()}\n"
