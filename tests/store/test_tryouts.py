"""Try-outs: for two sides alone, version after version, gone with the person."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from care import tryout
from care.tryout import Result, Tryout
from store import access_log, audit, groups, people, tryouts
from store.doors import NotAllowed
from store.sealing import SealBroken
from tests.services.circle import NOW, make_circle

WALK = Tryout(step="Ask M. for a walk", whom="M.")


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


async def put(database, keys, member, thing, said, by=None, device="phone"):
    async with database.write() as tx:
        return await tryouts.put(
            tx, keys, member.id, thing, said, by=(by or member).id, device=device, now=NOW
        )


async def look(database, keys, member, actor=None, **about):
    async with database.write() as tx:
        return await tryouts.access_tryouts(tx, keys, member.id, (actor or member).id, "a look", NOW, **about)


async def test_both_sides_write_and_read_and_the_newest_counts(database, keys, circle):
    ada = circle.participants[0]
    assert await put(database, keys, ada, "w", WALK, circle.facilitator) == 1
    told = tryout.told(WALK, Result.DONE, "We laughed", 7)
    assert await put(database, keys, ada, "w", told) == 2
    assert await put(database, keys, ada, "w", told) == 0
    for actor in (ada, circle.facilitator):
        found = await look(database, keys, ada, actor)
        assert [(one.tryout, one.number, one.by) for one in found.values()] == [(told, 2, ada.id)]


async def test_a_facilitators_look_is_logged_and_every_change_is_in_the_audit(database, keys, circle):
    ada, bela = circle.participants
    await put(database, keys, ada, "w", WALK)
    await look(database, keys, ada)
    await look(database, keys, ada, circle.facilitator)
    async with database.write() as tx:
        found = await tryouts.access_of_members(
            tx, keys, [ada.id, bela.id], circle.facilitator.id, "brief", NOW
        )
    assert list(found) == [ada.id]
    async with database.read() as tx:
        looks = await access_log.entries(tx, ada.person)
        acts = await audit.of_group(tx, circle.group)
        assert await access_log.entries(tx, bela.person) == [], "there was nothing to see"
    assert [(one.actor, one.action, one.purpose) for one in looks] == [
        (circle.facilitator.id, "tryouts", "a look"),
        (circle.facilitator.id, "tryouts", "brief"),
    ]
    assert [(one.action, one.actor) for one in acts] == [("tryout_changed", ada.id)]


@pytest.mark.parametrize("who", ["another member", "coordinator", "another group", "left", "nobody"])
async def test_nobody_else_reads_or_writes(database, keys, circle, who):
    ada, bela = circle.participants
    await put(database, keys, ada, "w", WALK)
    async with database.write() as tx:
        theirs = await make_circle(tx, keys)
        await groups.withdraw_member(tx, theirs.facilitator.id, NOW)
    actor = {
        "another member": bela.id,
        "coordinator": circle.coordinator.id,
        "another group": theirs.participants[0].id,
        "left": theirs.facilitator.id,
        "nobody": "",
    }[who]
    about = theirs.participants[0] if who == "left" else ada
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await tryouts.access_tryouts(tx, keys, about.id, actor, "a look", NOW)
        with pytest.raises(NotAllowed):
            await tryouts.access_of_members(tx, keys, [about.id], actor, "a look", NOW)
        with pytest.raises(NotAllowed):
            await tryouts.put(tx, keys, about.id, "w", WALK, by=actor, device="", now=NOW)
        assert await access_log.entries(tx, about.person) == []


async def test_another_device_reads_what_it_wrote_itself(database, keys, circle):
    ada = circle.participants[0]
    await put(database, keys, ada, "w", WALK)
    await put(database, keys, ada, "f", WALK, circle.facilitator, device="tablet")
    assert list(await look(database, keys, ada, device="phone")) == ["w"]
    assert await look(database, keys, ada, device="tablet") == {}


@pytest.mark.parametrize("act", ["UPDATE tryout SET device = 'x'", "DELETE FROM tryout"])
async def test_no_version_is_edited_or_deleted(database, keys, circle, act):
    await put(database, keys, circle.participants[0], "w", WALK)
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.write() as tx:
            await tx.execute(text(act))


async def test_a_version_moved_to_another_member_does_not_open(database, keys, circle):
    ada, bela = circle.participants
    await put(database, keys, ada, "w", WALK)
    async with database.write() as tx:
        await tx.execute(
            text(
                "INSERT INTO tryout (id, member, thing, number, body_sealed, device, by, at)"
                " SELECT 'x', :bela, thing, number, body_sealed, device, by, at FROM tryout"
            ),
            {"bela": bela.id},
        )
    with pytest.raises(SealBroken):
        await look(database, keys, bela)


async def test_with_the_person_it_is_gone(database, keys, circle):
    ada = circle.participants[0]
    await put(database, keys, ada, "w", WALK)
    async with database.write() as tx:
        await people.erase(tx, ada.person, NOW)
    assert await look(database, keys, ada, circle.facilitator) == {}
