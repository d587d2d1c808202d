"""What people do with a concern, who may, and what is written down each time."""

import pytest
from sqlalchemy import select

from care.concern import CallOwed, NotPossible
from store import access_log, audit, concern_access, concern_acts, concern_doors, concerns, groups, staff
from store.doors import NotAllowed
from store.tables import concern_event
from tests.services.circle import HOUR, NOW, make_circle
from tests.services.on_call import make_team

WORDS = "Spoken with by telephone, safe tonight, a friend is there."


@pytest.fixture
async def scene(database, keys):
    """A circle, a team, and an urgent concern about the first participant."""
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        team = await make_team(tx, keys, NOW)
        found = await concerns.assess_answer(
            tx,
            keys,
            member=circle.participants[0].id,
            checkin="c1",
            question="phq9_9",
            value=3,
            now=NOW,
        )
    return circle, team, found.concern


async def test_nothing_is_closed_before_somebody_has_it_and_said_what_came_of_it(database, keys, scene):
    circle, _, key = scene
    fay = circle.facilitator.person
    async with database.write() as tx:
        with pytest.raises(NotPossible):
            await concern_acts.close(tx, keys, key, fay, WORDS, NOW)
        await concern_acts.acknowledge(tx, keys, key, fay, NOW)
        with pytest.raises(NotPossible):
            await concern_acts.close(tx, keys, key, fay, "ok", NOW)
        await concern_acts.tried(tx, keys, key, fay, "no_answer", NOW)
        await concern_acts.contacted(tx, keys, key, fay, "Called back.", NOW + HOUR)
        ended = await concern_acts.close(tx, keys, key, fay, WORDS, NOW + HOUR)
        assert (ended.state, ended.next_at) == ("closed", None)
        content = await concern_access.access_concern(tx, keys, key, fay, NOW)
        assert content.outcome == WORDS
        assert [one.kind for one in content.lines if one.kind != "told"] == [
            "opened",
            "acknowledged",
            "tried",
            "contacted",
            "outcome",
        ]
        with pytest.raises(NotPossible):
            await concern_acts.acknowledge(tx, keys, key, fay, NOW)
        assert "concern_closed" in {one.action for one in await audit.latest(tx)}


async def test_a_wish_for_a_call_is_not_closed_over_without_a_call_or_a_reason(database, keys, scene):
    circle, _, key = scene
    fay, bela = circle.facilitator.person, circle.participants[0].id
    async with database.write() as tx:
        await concerns.wish(tx, keys, key, bela, "today", NOW)
        await concern_acts.acknowledge(tx, keys, key, fay, NOW)
        for reason in ("", "no"):
            with pytest.raises(CallOwed):
                await concern_acts.close(tx, keys, key, fay, WORDS, NOW, reason)
        why = "She came by herself and said so."
        assert (await concern_acts.close(tx, keys, key, fay, WORDS, NOW, why)).state == "closed"
        content = await concern_access.access_concern(tx, keys, key, fay, NOW)
        assert [(one.kind, one.text) for one in content.lines][-2:] == [("uncalled", why), ("outcome", WORDS)]


async def test_a_concern_is_handed_on_to_somebody_who_can_open_it_and_nobody_has_it_until_then(
    database, keys, scene
):
    circle, team, key = scene
    async with database.write() as tx:
        await concern_acts.acknowledge(tx, keys, key, circle.facilitator.person, NOW)
        with pytest.raises(NotAllowed):
            await concern_access.access_concern(tx, keys, key, team.second.person, NOW)
        with pytest.raises(NotAllowed):
            await concern_acts.hand_on(
                tx, keys, key, circle.facilitator.person, circle.coordinator.person, "please", NOW
            )
        with pytest.raises(ValueError, match="whom"):
            await concern_acts.hand_on(tx, keys, key, circle.facilitator.person, team.second.person, " ", NOW)
        after = await concern_acts.hand_on(
            tx, keys, key, circle.facilitator.person, team.second.person, "Please call.", NOW
        )
        assert (after.state, after.owner) == ("open", None)
        content = await concern_access.access_concern(tx, keys, key, team.second.person, NOW)
        assert content.role == "on_call"
        taken = await concern_acts.acknowledge(tx, keys, key, team.second.person, NOW)
        assert taken.owner == team.second.person


async def test_who_may_open_a_concern_and_that_it_is_logged(database, keys, scene):
    circle, team, key = scene
    member = circle.participants[0]
    async with database.write() as tx:
        for person in (circle.facilitator.person, team.first.person):
            content = await concern_access.access_concern(tx, keys, key, person, NOW)
            assert content.value == "3"
            sheet = await concern_access.access_sheet(tx, keys, key, person, NOW)
            assert "Findable Emergency of Bela" in sheet.emergency
        for person in (circle.coordinator.person, member.person, team.second.person, team.lead.person, "x"):
            with pytest.raises(NotAllowed):
                await concern_access.access_concern(tx, keys, key, person, NOW)
            with pytest.raises(NotAllowed):
                await concern_access.access_sheet(tx, keys, key, person, NOW)
            with pytest.raises(NotAllowed):
                await concern_acts.acknowledge(tx, keys, key, person, NOW)
        seen = [(one.actor, one.action) for one in await access_log.entries(tx, member.person)]
        assert seen == [
            (circle.facilitator.person, "concern"),
            (circle.facilitator.person, "sheet"),
            (team.first.person, "concern"),
            (team.first.person, "sheet"),
        ]


async def test_a_clinician_sees_the_one_concern_they_were_called_about(database, keys, scene):
    circle, team, key = scene
    other = circle.participants[1].id
    async with database.write() as tx:
        quiet = await concerns.assess_answer(
            tx, keys, member=other, checkin="c2", question="phq9_9", value=1, now=NOW
        )
        with pytest.raises(NotAllowed):
            await concern_access.access_concern(tx, keys, quiet.concern, team.first.person, NOW)
        assert [one.id for one in await concern_access.of_called(tx, team.first.person)] == [key]
        assert len(await concern_access.of_group(tx, circle.group)) == 2


async def test_a_clinician_who_lost_the_right_or_the_account_sees_nothing_more(database, keys, scene):
    _, team, key = scene
    async with database.write() as tx:
        await staff.disable(tx, keys, team.first.id, "command", NOW)
        with pytest.raises(NotAllowed):
            await concern_access.access_concern(tx, keys, key, team.first.person, NOW)
        assert await concern_access.of_called(tx, team.first.person) == []


async def test_a_facilitator_who_left_the_group_sees_nothing_more(database, keys, scene):
    circle, _, key = scene
    async with database.write() as tx:
        await groups.withdraw_member(tx, circle.facilitator.id, NOW)
        with pytest.raises(NotAllowed):
            await concern_access.access_concern(tx, keys, key, circle.facilitator.person, NOW)


async def test_to_whom_it_can_be_handed_on(database, keys, scene):
    circle, team, key = scene
    async with database.read() as tx:
        found = await concerns.find(tx, key)
        assert await concern_doors.could_take(tx, found) == [
            circle.facilitator.person,
            team.first.person,
            team.second.person,
            team.lead.person,
        ]


async def test_a_coordinator_learns_that_somebody_needs_contact_until_they_were_contacted(
    database, keys, scene
):
    circle, team, key = scene
    member = circle.participants[0].id
    async with database.write() as tx:
        assert await concern_access.needing_contact(tx, [circle.group]) == {member}
        await concern_acts.acknowledge(tx, keys, key, team.first.person, NOW)
        assert await concern_access.needing_contact(tx, [circle.group]) == {member}
        await concern_acts.contacted(tx, keys, key, team.first.person, "Spoken with.", NOW)
        assert await concern_access.needing_contact(tx, [circle.group]) == set()


async def test_every_word_of_the_history_is_sealed(database, keys, scene):
    circle, _, key = scene
    async with database.write() as tx:
        await concern_acts.acknowledge(tx, keys, key, circle.facilitator.person, NOW)
        await concern_acts.contacted(tx, keys, key, circle.facilitator.person, "unspoken words", NOW)
        boxes = (await tx.execute(select(concern_event.c.text_sealed))).scalars().all()
        assert any(boxes)
        assert not any(box and b"unspoken" in box for box in boxes)


async def test_a_quarter_of_an_hour_late_with_an_open_concern_is_a_reason_to_call(database, keys, scene):
    circle, _, _ = scene
    member = circle.participants[0].id
    async with database.write() as tx:
        assert await concern_access.not_come(tx, circle.group, NOW + 0.24 * HOUR) == set()
        assert await concern_access.not_come(tx, circle.group, NOW + 0.25 * HOUR) == {member}
        assert await concern_access.not_come(tx, circle.group, NOW + 2 * HOUR) == set()
