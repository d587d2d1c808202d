"""Answers: each is kept as it was given, the newest counts, and only those who may read them do."""

import asyncio
import itertools
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from store import access_log, answers
from store.doors import NotAllowed
from store.ids import fresh_id
from store.sealing import SealBroken
from store.tables import answer, checkin, person_key
from tests.services.asked import ask
from tests.services.circle import HOUR, NOW, make_circle

PHONE, LAPTOP = "a" * 16, "b" * 16


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


@pytest.fixture
async def asked(database, circle):
    async with database.write() as tx:
        return await ask(tx, circle.participants[0].id, circle.session, NOW)


@pytest.fixture
def save(database, keys, circle, asked):
    """Saves one answer of Ada's, unless something else is said."""

    async def one(question="mood", value=7, **other):
        given = {
            "checkin_id": asked,
            "question": question,
            "value": value,
            "form": "mid.1",
            "device": PHONE,
            "by": circle.participants[0].id,
            "now": NOW,
        }
        async with database.write() as tx:
            return await answers.save(tx, keys, **given | other)

    return one


async def rows(database):
    async with database.read() as tx:
        return (await tx.execute(select(answer).order_by(answer.c.seq))).all()


@pytest.mark.parametrize("value", [0, 10, "a findable word", "", ("sleep", "work"), (), None], ids=str)
async def test_an_answer_is_read_as_it_was_given(database, keys, save, asked, value):
    assert await save(value=value, instrument="phq9.1")
    async with database.read() as tx:
        found = await answers.of_checkin(tx, keys, asked)
    assert found["mood"].value == value
    assert (found["mood"].form, found["mood"].instrument, found["mood"].at) == ("mid.1", "phq9.1", NOW)


async def test_what_was_said_stands_nowhere_in_clear(database, save):
    await save(value="a findable word")
    (row,) = await rows(database)
    assert all("findable" not in repr(one) for one in row)


async def test_the_newest_answer_counts_and_the_earlier_one_stays(database, keys, save, asked):
    assert await save(value=3)
    assert await save(value=4, now=NOW + HOUR)
    async with database.read() as tx:
        found = await answers.of_checkin(tx, keys, asked)
    assert found["mood"].value == 4
    assert len(await rows(database)) == 2


async def test_a_second_press_adds_nothing(database, save):
    assert [await save(), await save()] == [True, False]
    assert len(await rows(database)) == 1


async def test_two_devices_at_once_lose_nothing_and_double_nothing(database, save):
    done = await asyncio.gather(
        *(save(value=3, device=device) for device in (PHONE, LAPTOP) for _ in range(3))
    )
    kept = [(row.device, row.question) for row in await rows(database)]
    assert len(kept) == sum(done)
    assert {PHONE, LAPTOP} == {device for device, _ in kept}
    assert all(one != following for one, following in itertools.pairwise(kept))


async def test_another_device_learns_that_there_is_an_answer_and_not_which(
    database, keys, circle, save, asked
):
    await save("mood", 7)
    await save("moment", "a findable moment", device=LAPTOP)
    async with database.read() as tx:
        assert await answers.answered_ids(tx, asked, PHONE, circle.participants[0].id) == {
            "mood": True,
            "moment": False,
        }
        assert set(await answers.given_here(tx, keys, asked, PHONE, circle.participants[0].id)) == {"mood"}
        assert set(await answers.given_here(tx, keys, asked, LAPTOP, circle.participants[0].id)) == {"moment"}
        assert await answers.given_here(tx, keys, asked, "c" * 16, circle.participants[0].id) == {}


async def test_what_was_replaced_elsewhere_is_not_read_back_either(database, keys, circle, save, asked):
    await save(value=7)
    await save(value=2, device=LAPTOP)
    async with database.read() as tx:
        assert await answers.answered_ids(tx, asked, PHONE, circle.participants[0].id) == {"mood": False}
        assert await answers.given_here(tx, keys, asked, PHONE, circle.participants[0].id) == {}


async def test_what_a_facilitator_wrote_down_is_marked_and_not_read_back(database, keys, circle, save, asked):
    await save(by=circle.facilitator.id, mode="phone")
    async with database.read() as tx:
        found = await answers.of_checkin(tx, keys, asked)
        assert await answers.given_here(tx, keys, asked, PHONE, circle.participants[0].id) == {}
    assert (found["mood"].by, found["mood"].mode) == (circle.facilitator.id, "phone")


@pytest.mark.parametrize(
    "closed",
    [
        {"state": "submitted", "form": "mid.1", "opened_at": NOW - HOUR, "done_at": NOW - HOUR},
        {"state": "expired"},
        {"state": "superseded"},
        {"state": "waived", "waived_code": "away"},
        {"opens_at": NOW + HOUR, "target_at": NOW + HOUR},
        {"target_at": NOW, "closes_at": NOW},
    ],
    ids=str,
)
async def test_nothing_is_saved_that_is_not_asked_now(database, save, closed):
    async with database.write() as tx:
        await tx.execute(update(checkin).values(**closed))
    with pytest.raises(answers.Closed):
        await save()
    assert await rows(database) == []


@pytest.mark.parametrize("who", ["another member", "coordinator", "another group's facilitator", "nobody"])
@pytest.mark.parametrize("mode", ["self", "phone", "meeting"])
async def test_nobody_else_answers(database, keys, circle, save, who, mode):
    async with database.write() as tx:
        other = await make_circle(tx, keys)
    by = {
        "another member": circle.participants[1].id,
        "coordinator": circle.coordinator.id,
        "another group's facilitator": other.facilitator.id,
        "nobody": fresh_id(),
    }[who]
    with pytest.raises(NotAllowed):
        await save(by=by, mode=mode)
    assert await rows(database) == []


async def test_a_member_cannot_pass_for_a_facilitator_nor_the_other_way(circle, save):
    with pytest.raises(NotAllowed):
        await save(mode="phone")
    with pytest.raises(NotAllowed):
        await save(by=circle.facilitator.id)


@pytest.mark.parametrize("checkin_id", ["", "nothing", "../etc", "a" * 65])
async def test_a_check_in_that_is_not_there_takes_no_answer(save, checkin_id):
    with pytest.raises(NotAllowed):
        await save(checkin_id=checkin_id)


async def test_an_answer_without_measure_is_refused(database, save):
    with pytest.raises(ValueError, match="at most"):
        await save(value="x" * 20_001)
    assert await rows(database) == []


async def test_a_facilitators_reading_is_written_down(database, keys, circle, save, asked):
    await save()
    async with database.write() as tx:
        found = await answers.access_answers(tx, keys, asked, circle.facilitator.id, "a call", NOW)
        (line,) = await access_log.entries(tx, circle.participants[0].person)
    assert found["mood"].value == 7
    assert (line.actor, line.action, line.session) == (circle.facilitator.id, "answers", circle.session)


@pytest.mark.parametrize(
    "who", ["the member", "another member", "coordinator", "another group's facilitator"]
)
async def test_nobody_else_reads(database, keys, circle, save, asked, who):
    await save()
    async with database.write() as tx:
        other = await make_circle(tx, keys)
        actor = {
            "the member": circle.participants[0],
            "another member": circle.participants[1],
            "coordinator": circle.coordinator,
            "another group's facilitator": other.facilitator,
        }[who]
        with pytest.raises(NotAllowed):
            await answers.access_answers(tx, keys, asked, actor.id, "a look", NOW)
        assert await access_log.entries(tx, circle.participants[0].person) == []


async def test_history_tells_each_check_in_once_oldest_first(database, keys, circle, save, asked):
    ada = circle.participants[0].id
    async with database.write() as tx:
        later = await ask(tx, ada, circle.session, NOW, "post")
    await save(value=3)
    await save(value=4, now=NOW + HOUR)
    await save("moment", "not asked for")
    await save(value=9, checkin_id=later, now=NOW + 2 * HOUR)
    async with database.read() as tx:
        found = await answers.history(tx, keys, ada, ["mood"])
        latest = await answers.latest_of_member(tx, keys, ada, ["mood", "unknown"])
    assert [(one.checkin, one.value) for one in found] == [(asked, 4), (later, 9)]
    assert {question: one.value for question, one in latest.items()} == {"mood": 9}


async def test_a_sealed_answer_does_not_open_under_another_question(database, keys, save, asked):
    await save("mood", 7)
    await save("safe", "yes")
    first, second = await rows(database)
    copied = {k: v for k, v in second._mapping.items() if k != "seq"}
    copied |= {"id": fresh_id(), "value_sealed": first.value_sealed}
    async with database.write() as tx:
        await tx.execute(insert(answer).values(**copied))
    with pytest.raises(SealBroken):
        async with database.read() as tx:
            await answers.of_checkin(tx, keys, asked)


async def test_with_the_key_the_answers_of_a_person_are_gone(database, keys, circle, save, asked):
    await save()
    async with database.write() as tx:
        await tx.execute(delete(person_key).where(person_key.c.person == circle.participants[0].person))
        assert await answers.of_checkin(tx, keys, asked) == {}
        assert await answers.answered_ids(tx, asked, PHONE, circle.participants[0].id) == {"mood": True}


@pytest.mark.parametrize("act", [update(answer).values(question="other"), delete(answer)], ids=str)
async def test_an_answer_is_never_edited(database, save, act):
    await save()
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.write() as tx:
            await tx.execute(act)


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": ""},
        {"form": ""},
        {"device": ""},
        {"mode": "letter"},
        {"mode": "phone"},
        {"checkin": "nothing"},
        {"member": "nobody"},
        {"value_sealed": None},
    ],
    ids=str,
)
async def test_an_answer_cannot_be_like_this(database, save, wrong):
    await save()
    (row,) = await rows(database)
    values = {k: v for k, v in row._mapping.items() if k != "seq"} | {"id": fresh_id()}
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tx.execute(insert(answer).values(**values | wrong))


async def test_a_check_in_that_was_answered_is_not_deleted(database, save):
    await save(now=NOW + timedelta(minutes=1))
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tx.execute(delete(checkin))
