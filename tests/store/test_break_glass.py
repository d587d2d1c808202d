"""Emergency access: for a clinician, for an hour, written down, and looked at by somebody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from store import access_log, audit, break_glass, staff
from store import tables as t
from store.doors import NotAllowed
from tests.services.circle import NOW, make_circle

REASON = "Findable reason for looking"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def house(database, keys):
    """A group, its clinician on call, and an admin."""
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        made = [
            await staff.create(
                tx,
                keys,
                name=name,
                contact=f"{name}@findable.example",
                zone="UTC",
                locale="en",
                now=NOW,
                admin=name == "admin",
                clinician=name != "admin",
            )
            for name in ("clinician", "admin", "colleague")
        ]
    return circle, *made


async def opened(database, keys, house, now=NOW):
    circle, clinician, *_ = house
    async with database.write() as tx:
        return await break_glass.open_one(tx, keys, clinician.id, circle.group, REASON, now)


async def test_it_opens_one_group_for_an_hour_with_a_task_and_a_sealed_reason(database, keys, house):
    circle, clinician, admin, _ = house
    glass = await opened(database, keys, house)
    async with database.write() as tx:
        assert await break_glass.current(tx, clinician.id, NOW + 59 * MINUTE) == [glass]
        assert await break_glass.current(tx, clinician.id, NOW + 60 * MINUTE) == []
        assert await break_glass.unreviewed(tx) == [glass]
        names = await break_glass.access_people(tx, keys, glass.id, clinician.id, NOW)
        ada = circle.participants[0]
        reach = await break_glass.access_reach(tx, keys, glass.id, clinician.id, ada.id, NOW)
        row = (await tx.execute(select(t.break_glass))).one()
        task = (await tx.execute(select(t.task))).one()
        log = await access_log.entries(tx, ada.person)
        assert await break_glass.access_reason(tx, keys, glass.id, admin.id, NOW) == REASON
    assert set(names) == {one.id for one in circle.participants}
    assert reach.address == "bela@findable.example"
    assert b"Findable" not in row.reason_sealed
    assert (task.owner_role, task.state) == ("admin", "open")
    assert [(one.actor, one.action) for one in log] == [(clinician.id, "break_glass")]


async def test_nobody_else_opens_reads_or_closes_it(database, keys, house):
    circle, clinician, admin, colleague = house
    glass = await opened(database, keys, house)
    async with database.write() as tx:
        other = await make_circle(tx, keys)
        for who in (admin.id, "nobody"):
            with pytest.raises(NotAllowed):
                await break_glass.open_one(tx, keys, who, circle.group, REASON, NOW)
        for who in (admin.id, colleague.id):
            with pytest.raises(NotAllowed):
                await break_glass.access_people(tx, keys, glass.id, who, NOW)
        stranger = other.participants[0].id
        with pytest.raises(LookupError):
            await break_glass.access_reach(tx, keys, glass.id, clinician.id, stranger, NOW)
        with pytest.raises(NotAllowed):
            await break_glass.access_people(tx, keys, glass.id, clinician.id, NOW + 60 * MINUTE)
        with pytest.raises(NotAllowed):
            await break_glass.access_reason(tx, keys, glass.id, colleague.id, NOW)
        with pytest.raises(LookupError):
            await break_glass.access_reason(tx, keys, "nobody", admin.id, NOW)
        await break_glass.close(tx, keys, glass.id, colleague.id, NOW)
        assert await break_glass.current(tx, clinician.id, NOW) == [glass]
        await break_glass.close(tx, keys, glass.id, clinician.id, NOW)
        assert await break_glass.current(tx, clinician.id, NOW) == []


@pytest.mark.parametrize(
    ("group", "reason"), [(None, "short"), ("nobody", REASON), (None, "two\nlines of it")]
)
async def test_without_a_group_or_a_reason_nothing_opens(database, keys, house, group, reason):
    circle, clinician, *_ = house
    with pytest.raises((ValueError, LookupError)):
        async with database.write() as tx:
            await break_glass.open_one(tx, keys, clinician.id, group or circle.group, reason, NOW)
    async with database.read() as tx:
        assert await break_glass.unreviewed(tx) == []


async def test_an_admin_who_is_somebody_else_reviews_it_once(database, keys, house):
    _, clinician, admin, colleague = house
    glass = await opened(database, keys, house)
    async with database.write() as tx:
        for who in (clinician.id, colleague.id):
            with pytest.raises(NotAllowed):
                await break_glass.review(tx, keys, glass.id, who, "looked at it", NOW)
        await break_glass.review(tx, keys, glass.id, admin.id, "looked at it", NOW)
        assert await break_glass.unreviewed(tx) == []
        assert (await tx.execute(select(t.task.c.state))).scalar_one() == "done"
        with pytest.raises(LookupError):
            await break_glass.review(tx, keys, glass.id, admin.id, "again", NOW)
        actions = [one.action for one in await audit.latest(tx, 3)]
        assert await audit.verify(tx, keys) is None
    assert actions[0] == "break_glass_reviewed"
