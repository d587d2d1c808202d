"""What one person has to do, over all groups, and nothing of other people's groups."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from store import duties, groups, people, worklist
from store.tables import member
from tests.services.circle import NOW, make_circle
from tests.services.evenings import LASTS, later, over

END = NOW + LASTS
AFTER = END + timedelta(minutes=5)


@pytest.fixture
async def circles(database, keys):
    """Two groups of one coordinator, a third of somebody else; in each session 1 is over and nobody came."""
    made = []
    async with database.write() as tx:
        for number in range(3):
            one = await make_circle(tx, keys, participants=2)
            await later(tx, one, 2, NOW + timedelta(weeks=1, hours=-number))
            await over(tx, one.session, {})
            await duties.renew(tx, one.group, AFTER)
            made.append(one)
        first, second, _ = made
        await tx.execute(
            update(member).where(member.c.id == second.coordinator.id).values(person=first.coordinator.person)
        )
    return made


async def test_a_coordinator_sees_their_tasks_of_all_their_groups_soonest_first(database, keys, circles):
    first, second, _ = circles
    async with database.read() as tx:
        found = await worklist.rows(tx, keys, first.coordinator.person, AFTER)
        assert await worklist.waiting(tx, first.coordinator.person) == len(found)
    assert {one.group for one in found} == {first.group, second.group}
    assert {one.kind for one in found} == {"call_2h"}
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
    assert {one.name for one in found} == {"Bela Findable-Name", "Cleo Findable-Name"}
    assert {one.place for one in found} == {first.coordinator.place, second.coordinator.place}
    assert {(one.ordinal, one.title, one.overdue) for one in found} == {(1, "Tuesday group", False)}


async def test_a_facilitator_sees_what_facilitators_do(database, keys, circles):
    async with database.read() as tx:
        found = await worklist.rows(tx, keys, circles[0].facilitator.person, AFTER)
    assert {one.kind for one in found} == {"confirm_attendance", "call_this_week"}
    assert {one.role for one in found} == {"facilitator"}
    confirm = next(one for one in found if one.kind == "confirm_attendance")
    assert (confirm.member, confirm.name) == (None, "")


async def test_a_participant_and_somebody_who_left_have_no_list(database, keys, circles):
    one = circles[2]
    async with database.write() as tx:
        await groups.withdraw_member(tx, one.coordinator.id, AFTER)
        assert await worklist.rows(tx, keys, one.participants[0].person, AFTER) == []
        assert await worklist.rows(tx, keys, one.coordinator.person, AFTER) == []
        assert await worklist.groups(tx, one.coordinator.person, AFTER) == []


async def test_after_its_time_a_task_is_overdue(database, keys, circles):
    async with database.read() as tx:
        found = await worklist.rows(tx, keys, circles[0].coordinator.person, END + timedelta(hours=2))
    assert all(one.overdue for one in found)


async def test_a_page_of_the_list_is_as_long_as_asked(database, keys, circles):
    async with database.read() as tx:
        person = circles[0].coordinator.person
        everything = await worklist.rows(tx, keys, person, AFTER)
        assert await worklist.rows(tx, keys, person, AFTER, limit=2) == everything[:2]


async def test_an_erased_person_has_no_name_in_the_list(database, keys, circles):
    one = circles[2]
    async with database.write() as tx:
        await people.erase(tx, one.participants[0].person, AFTER)
    async with database.read() as tx:
        found = await worklist.rows(tx, keys, one.coordinator.person, AFTER)
    assert sorted(item.name for item in found) == ["", "Cleo Findable-Name"]


async def test_own_groups_come_with_the_next_session_soonest_first(database, circles):
    first, second, _ = circles
    async with database.read() as tx:
        lines = await worklist.groups(tx, first.coordinator.person, AFTER)
    assert [line.group for line in lines] == [second.group, first.group]
    line = lines[1]
    assert (line.role, line.held, line.members, line.count) == ("coordinator", 1, 2, 12)
    assert (line.next_ordinal, line.next_starts_at) == (2, NOW + timedelta(weeks=1))
    assert line.last_starts_at == NOW + timedelta(weeks=1)
