"""Scores are made from the answers each time, behind their door, and each look is a line in the log."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from care.measures import GAD7, PHQ8, PHQ9
from care.scoring import score
from store import access_log, groups, scores
from store.doors import NotAllowed
from store.tables import person_key, score_look
from tests.services.circle import HOUR, NOW, make_circle
from tests.services.scored import fill, totalling

DAY = timedelta(days=1)
PROMPT = ("sudden_rise", "phq9", "c1")


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


@pytest.fixture
def filled(database, keys, circle):
    """Ada fills something in."""

    async def one(at=NOW, **what):
        async with database.write() as tx:
            return await fill(tx, keys, circle.participants[0].id, circle.session, at, **what)

    return one


async def look(database, keys, circle, actor=None):
    async with database.write() as tx:
        ada = circle.participants[0].id
        return await scores.access_course(tx, keys, ada, actor or circle.facilitator.id, "test", NOW)


async def test_sheets_come_in_the_order_of_time_with_their_rounds(database, keys, circle, filled):
    await filled(NOW - DAY, wave="weekly", number=1, total=12)
    await filled(NOW - 9 * DAY, wave="pre", given={PHQ9: totalling(PHQ9, 16), GAD7: totalling(GAD7, 9)})
    await filled(NOW, wave="followup", number=3, total=4)
    told = await look(database, keys, circle)
    found = [
        (one.wave, one.session, one.number, score(one.measure, one.answers).total) for one in told.sheets
    ]
    assert sorted(found[:2]) == [("pre", None, 1, 9), ("pre", None, 1, 16)]
    assert found[2:] == [("weekly", 1, 1, 12), ("followup", None, 3, 4)]


async def test_the_form_in_the_middle_belongs_to_the_session_it_hangs_on(database, keys, circle, filled):
    await filled(wave="mid", total=10)
    (sheet,) = (await look(database, keys, circle)).sheets
    assert sheet.session == 1


async def test_a_last_item_that_was_not_asked_makes_it_a_phq8(database, keys, circle, filled):
    eight = {name: value for name, value in totalling(PHQ9, 9).items() if name != "phq9_9"}
    await filled(given={PHQ9: eight})
    (sheet,) = (await look(database, keys, circle)).sheets
    assert sheet.measure == PHQ8
    assert score(sheet.measure, sheet.answers).total == 8


async def test_a_last_item_that_was_passed_over_leaves_it_a_phq9_with_safety_unknown(
    database, keys, circle, filled
):
    await filled(given={PHQ9: {**totalling(PHQ9, 9), "phq9_9": None}})
    (sheet,) = (await look(database, keys, circle)).sheets
    assert sheet.measure == PHQ9
    assert score(sheet.measure, sheet.answers).safety_unknown


async def test_the_newest_wish_comes_with_its_checkin(database, keys, circle, filled):
    await filled(NOW - 7 * DAY, number=1, also={"want_today": "first", "mood": 3})
    second = await filled(NOW, number=2, also={"want_today": "second"})
    week = (await look(database, keys, circle)).week
    assert (week["want_today"].value, week["want_today"].checkin, week["mood"].value) == ("second", second, 3)


async def test_each_look_at_each_member_is_a_line_in_the_log(database, keys, circle, filled):
    await filled(total=9)
    async with database.write() as tx:
        everybody = [one.id for one in circle.participants]
        await scores.access_courses(tx, keys, everybody, circle.facilitator.id, "brief", NOW)
        for one in circle.participants:
            (line,) = await access_log.entries(tx, one.person)
            assert (line.actor, line.action, line.purpose) == (circle.facilitator.id, "scores", "brief")


async def test_nobody_else_opens_them_and_nothing_is_logged(database, keys, circle, filled):
    await filled(total=9)
    async with database.write() as tx:
        other = await make_circle(tx, keys)
        others = (circle.coordinator.id, circle.participants[0].id, circle.participants[1].id, "nobody")
    for actor in (*others, other.facilitator.id):
        with pytest.raises(NotAllowed):
            await look(database, keys, circle, actor)
    async with database.write() as tx:
        await groups.withdraw_member(tx, circle.facilitator.id, NOW)
    with pytest.raises(NotAllowed):
        await look(database, keys, circle)
    async with database.read() as tx:
        assert await access_log.entries(tx, circle.participants[0].person) == []


async def test_an_erased_person_has_no_scores(database, keys, circle, filled):
    await filled(total=9)
    async with database.write() as tx:
        await tx.execute(delete(person_key).where(person_key.c.person == circle.participants[0].person))
    assert (await look(database, keys, circle)).sheets == []


async def test_a_prompt_is_looked_at_once_and_it_stays_so(database, keys, circle):
    ada, by = circle.participants[0].id, circle.facilitator.id
    async with database.write() as tx:
        assert await scores.look(tx, keys, ada, PROMPT, by, NOW)
        assert not await scores.look(tx, keys, ada, PROMPT, by, NOW + HOUR)
        assert await scores.looked_at(tx, [ada]) == {(ada, *PROMPT)}
    with pytest.raises(DBAPIError):
        async with database.write() as tx:
            await tx.execute(update(score_look).values(about="other"))


async def test_only_the_groups_facilitators_look_at_prompts(database, keys, circle):
    for actor in (circle.coordinator.id, circle.participants[0].id):
        with pytest.raises(NotAllowed):
            async with database.write() as tx:
                await scores.look(tx, keys, circle.participants[0].id, PROMPT, actor, NOW)
