"""Summaries: written by facilitators, sent once, one copy for each member under their own key."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from care.group_summary import State, Warned
from store import audit, group_summaries, groups, outbox, people, summary_copies
from store.doors import NotAllowed
from store.group_summaries import Changed
from store.tables import group_summary, summary_copy
from tests.services.circle import HOUR, NOW, make_circle

WORDS = "A. and B. spoke of endings."


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


async def save(database, keys, circle, words=WORDS, expected=0, by=None):
    async with database.write() as tx:
        return await group_summaries.save(
            tx, keys, circle.session, words, (by or circle.facilitator).id, expected, NOW
        )


async def send(database, keys, circle, number=1, by=None, now=NOW, warned=()):
    async with database.write() as tx:
        return await group_summaries.send(
            tx, keys, circle.session, number, (by or circle.facilitator).id, warned, now
        )


async def own(database, keys, member):
    async with database.read() as tx:
        return await summary_copies.access_own(tx, keys, member.id)


async def queued(database):
    async with database.read() as tx:
        found = await outbox.listing(tx)
    return [one for one in found if one.kind == "something_to_read"]


async def test_a_draft_reaches_nobody_and_the_sent_text_is_the_same_for_all(database, keys, circle):
    ada, bela = circle.participants
    assert await save(database, keys, circle) == 1
    assert await own(database, keys, ada) == []
    assert await queued(database) == []
    assert await send(database, keys, circle) == 2
    for member in (ada, bela):
        (copy,) = await own(database, keys, member)
        assert (copy.text, copy.session, copy.corrected) == (WORDS, circle.session, False)
    async with database.read() as tx:
        boxes = (await tx.execute(select(summary_copy.c.body_sealed))).scalars().all()
        written = await group_summaries.access_written(tx, keys, circle.session, circle.facilitator.id)
        assert await summary_copies.last_of(tx, ada.id) == circle.session
    assert written.state is State.SENT
    assert len({bytes(one) for one in boxes}) == 2, "each under a key of its own"


async def test_each_member_hears_that_there_is_something_and_nothing_of_it(database, keys, circle):
    await save(database, keys, circle)
    await send(database, keys, circle)
    found = await queued(database)
    assert {one.person for one in found} == {one.person for one in circle.participants}
    assert all(set(one.payload) == {"member", "session", "number"} for one in found)


async def test_it_is_sent_once_however_often_somebody_presses(database, keys, circle):
    await save(database, keys, circle)
    done = await asyncio.gather(*(send(database, keys, circle) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Changed", "Changed", "int"]
    async with database.read() as tx:
        assert (await tx.execute(select(func.count()).select_from(summary_copy))).scalar_one() == 2
    assert len(await queued(database)) == 2


async def test_a_correction_is_a_version_and_takes_its_place(database, keys, circle):
    ada = circle.participants[0]
    await save(database, keys, circle)
    await send(database, keys, circle)
    assert await save(database, keys, circle, "A. spoke of endings.", 2) == 3
    (copy,) = await own(database, keys, ada)
    assert copy.text == WORDS, "a draft of a correction is read by nobody"
    await send(database, keys, circle, 3, now=NOW + HOUR)
    (copy,) = await own(database, keys, ada)
    assert (copy.text, copy.corrected, copy.number) == ("A. spoke of endings.", True, 4)
    of_ada = [one for one in await queued(database) if one.person == ada.person]
    assert sorted(one.state for one in of_ada) == ["pending", "withdrawn"]
    async with database.read() as tx:
        assert await summary_copies.newest_for(tx, ada.id, circle.session) == 4
        assert (await tx.execute(select(func.count()).select_from(group_summary))).scalar_one() == 4


async def test_two_who_write_at_once_do_not_lose_each_others_words(database, keys, circle):
    await save(database, keys, circle)
    with pytest.raises(Changed):
        await save(database, keys, circle, "Other words", 0)
    await save(database, keys, circle, "Other words", 1)
    with pytest.raises(Changed):
        await send(database, keys, circle, 1)


async def test_what_the_sender_was_warned_of_stands_in_the_audit_and_no_word_of_it(database, keys, circle):
    await save(database, keys, circle)
    await send(database, keys, circle, warned=(Warned.NAMES, Warned.LATE))
    async with database.read() as tx:
        acts = await audit.of_group(tx, circle.group)
    assert [(one.action, one.reason, one.actor) for one in acts] == [
        ("summary_sent", "names,late", circle.facilitator.id),
        ("summary_saved", "", circle.facilitator.id),
    ]


@pytest.mark.parametrize("who", ["member", "coordinator", "another group", "left", "nobody"])
async def test_nobody_but_the_facilitators_writes_or_reads_drafts(database, keys, circle, who):
    await save(database, keys, circle)
    async with database.write() as tx:
        theirs = await make_circle(tx, keys)
        if who == "left":
            await groups.withdraw_member(tx, circle.facilitator.id, NOW)
    actor = {
        "member": circle.participants[0].id,
        "coordinator": circle.coordinator.id,
        "another group": theirs.facilitator.id,
        "left": circle.facilitator.id,
        "nobody": "",
    }[who]
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await group_summaries.access_written(tx, keys, circle.session, actor)
        with pytest.raises(NotAllowed):
            await group_summaries.access_of_group(tx, keys, circle.group, actor)
        with pytest.raises(NotAllowed):
            await group_summaries.save(tx, keys, circle.session, WORDS, actor, 1, NOW)
        with pytest.raises(NotAllowed):
            await group_summaries.send(tx, keys, circle.session, 1, actor, (), NOW)
        with pytest.raises(NotAllowed):
            await group_summaries.names_of_members(tx, keys, circle.group, actor)


async def test_who_has_left_gets_none_and_reads_none(database, keys, circle):
    ada, bela = circle.participants
    await save(database, keys, circle)
    await send(database, keys, circle)
    async with database.write() as tx:
        await groups.withdraw_member(tx, bela.id, NOW)
    assert await own(database, keys, bela) == []
    await save(database, keys, circle, "More", 2)
    assert await send(database, keys, circle, 3) == 1
    assert len(await own(database, keys, ada)) == 1


async def test_with_the_person_their_copy_is_gone_and_the_others_stays(database, keys, circle):
    ada, bela = circle.participants
    await save(database, keys, circle)
    await send(database, keys, circle)
    async with database.write() as tx:
        await people.erase(tx, ada.person, NOW)
        await people.erase(tx, circle.facilitator.person, NOW)
    assert await own(database, keys, ada) == []
    assert [one.text for one in await own(database, keys, bela)] == [WORDS]
    async with database.read() as tx:
        written = await group_summaries.access_written(tx, keys, circle.session, circle.facilitator.id)
    assert written.text is None


@pytest.mark.parametrize("table", ["group_summary", "summary_copy"])
async def test_nothing_sent_is_edited_or_deleted(database, keys, circle, table):
    await save(database, keys, circle)
    await send(database, keys, circle)
    for act in (f"UPDATE {table} SET seq = seq + 100", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="never changed"):
            async with database.write() as tx:
                await tx.execute(text(act))


@pytest.mark.parametrize("words", ["", "   ", "x" * 6001])
async def test_no_words_or_too_many_are_refused(database, keys, circle, words):
    with pytest.raises(ValueError, match="a summary has"):
        await save(database, keys, circle, words)


@pytest.mark.parametrize(
    ("next_in", "worth"),
    [
        (timedelta(days=2), timedelta(days=2)),
        (timedelta(hours=3), timedelta(hours=24)),
        (None, timedelta(days=7)),
    ],
)
async def test_the_message_is_worth_something_until_the_next_session(database, keys, circle, next_in, worth):
    async with database.write() as tx:
        if next_in:
            starts = NOW + next_in
            await groups.create_session(tx, circle.group, 2, starts, starts + HOUR, "Europe/Berlin")
    await save(database, keys, circle)
    await send(database, keys, circle)
    assert {one.expires_at for one in await queued(database)} == {NOW + worth}
