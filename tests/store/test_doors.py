"""Guarded doors: whoever may not look gets "not found", and the log shows only those who looked."""

import pytest

from store import access_log, doorstep, groups, people
from store.doors import NotAllowed
from tests.services.circle import NOW, make_circle, make_person


@pytest.fixture
async def ours(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


@pytest.fixture
async def theirs(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


def actor(ours, theirs, who):
    return {
        "facilitator": ours.facilitator.id,
        "coordinator": ours.coordinator.id,
        "the member": ours.participants[0].id,
        "another member": ours.participants[1].id,
        "another group's facilitator": theirs.facilitator.id,
        "another group's coordinator": theirs.coordinator.id,
        "scheduler": "scheduler",
        "nobody": "nobody",
        "": "",
    }[who]


EVERYBODY = [
    "facilitator",
    "coordinator",
    "the member",
    "another member",
    "another group's facilitator",
    "another group's coordinator",
    "scheduler",
    "nobody",
    "",
]


@pytest.mark.parametrize("who", EVERYBODY)
async def test_only_the_groups_facilitator_opens_the_emergency_sheet(database, keys, ours, theirs, who):
    ada = ours.participants[0]
    asking = actor(ours, theirs, who)
    async with database.write() as tx:
        if who == "facilitator":
            assert (await doorstep.access_sheet(tx, keys, ours.session, ada.id, asking, NOW)).emergency
        else:
            with pytest.raises(NotAllowed):
                await doorstep.access_sheet(tx, keys, ours.session, ada.id, asking, NOW)
        assert [one.actor for one in await access_log.entries(tx, ada.person)] == (
            [asking] if who == "facilitator" else []
        )


@pytest.mark.parametrize("who", EVERYBODY)
async def test_only_the_groups_staff_and_the_scheduler_see_a_contact(database, keys, ours, theirs, who):
    ada = ours.participants[0]
    asking = actor(ours, theirs, who)
    async with database.write() as tx:
        if who in ("facilitator", "coordinator", "scheduler"):
            contact = await people.access_contact(tx, keys, ada.person, asking, "a call", NOW)
            assert contact.address == "bela@findable.example"
        else:
            with pytest.raises(NotAllowed):
                await people.access_contact(tx, keys, ada.person, asking, "a call", NOW)


async def test_a_facilitator_cannot_reach_another_groups_member_through_the_own_session(
    database, keys, ours, theirs
):
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await doorstep.access_sheet(
                tx, keys, ours.session, theirs.participants[0].id, ours.facilitator.id, NOW
            )


async def test_a_facilitator_who_left_sees_nothing_any_more(database, keys, ours):
    async with database.write() as tx:
        await groups.withdraw_member(tx, ours.facilitator.id, NOW)
        with pytest.raises(NotAllowed):
            await doorstep.access_sheet(
                tx, keys, ours.session, ours.participants[0].id, ours.facilitator.id, NOW
            )


async def test_a_person_of_no_group_is_reached_by_no_member(database, keys, ours):
    async with database.write() as tx:
        person = await make_person(tx, keys, "Zoe")
        with pytest.raises(NotAllowed):
            await people.access_contact(tx, keys, person, ours.facilitator.id, "a call", NOW)
