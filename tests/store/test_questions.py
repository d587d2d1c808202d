"""Something is wrong here: a question is sealed, asked once for a form, answered once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from store import audit, questions
from store.tables import question
from tests.services.circle import NOW, make_circle

LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


async def ask(database, keys, circle, text="a findable question", session=None, key="form"):
    async with database.write() as tx:
        return await questions.ask(tx, keys, circle.participants[0].id, session, text, NOW, key)


async def test_a_question_is_asked_and_answered(database, keys, circle):
    ada = circle.participants[0]
    asked = await ask(database, keys, circle, session=circle.session)
    for expected in (True, False):
        async with database.write() as tx:
            done = await questions.answer(
                tx, keys, asked, "you are right", circle.coordinator.id, "coordinator", LATER
            )
        assert done is expected
    async with database.read() as tx:
        (found,) = await questions.of_member(tx, keys, ada.id)
        assert await questions.of_group(tx, keys, circle.group) == []
        assert await questions.find(tx, keys, asked) == found
    assert (found.text, found.answer, found.session) == (
        "a findable question",
        "you are right",
        circle.session,
    )
    assert (found.answered_by, found.answered_at) == (circle.coordinator.id, LATER)


async def test_the_same_form_asks_once(database, keys, circle):
    assert await ask(database, keys, circle) == await ask(database, keys, circle)
    async with database.read() as tx:
        assert len(await questions.of_group(tx, keys, circle.group)) == 1


async def test_the_words_are_sealed_and_the_audit_holds_none(database, keys, circle):
    await ask(database, keys, circle)
    async with database.read() as tx:
        row = (await tx.execute(select(question))).one()
        (line,) = await audit.of_group(tx, circle.group)
    assert b"findable" not in row.text_sealed
    assert "findable" not in repr(line)


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
async def test_a_question_without_words_or_with_too_many_is_refused(database, keys, circle, text):
    with pytest.raises(ValueError, match="characters"):
        await ask(database, keys, circle, text=text)
    async with database.write() as tx:
        with pytest.raises(ValueError, match="characters"):
            await questions.answer(tx, keys, "x", text, "x", "coordinator", LATER)


async def test_nobody_asks_about_another_groups_session(database, keys, circle):
    async with database.write() as tx:
        other = await make_circle(tx, keys)
    for session in (other.session, "nothing", "\x00"):
        with pytest.raises(LookupError):
            await ask(database, keys, circle, session=session)
    async with database.write() as tx:
        with pytest.raises(LookupError):
            await questions.answer(tx, keys, "nothing", "yes", "x", "coordinator", LATER)
