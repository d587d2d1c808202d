"""Notices: the first moment counts, the words are sealed, and nobody gives one for a session that began."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.absence import Category
from care.verdict import Status
from store import absence, attendance, audit, outbox
from store.absence import TooLate
from store.tables import absence_notice
from tests.services.circle import NOW, make_circle
from tests.services.evenings import later, over

DAYS_BEFORE = NOW - timedelta(days=3)


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys, now=NOW)


async def give(database, keys, circle, now=DAYS_BEFORE, category="ill", text="", session=None):
    ada = circle.participants[0]
    async with database.write() as tx:
        return await absence.give(tx, keys, ada.id, session or circle.session, category, text, ada.id, now)


async def test_a_notice_holds_until_it_is_taken_back(database, keys, circle):
    ada = circle.participants[0]
    given = await give(database, keys, circle)
    async with database.read() as tx:
        assert await absence.of_session(tx, circle.session) == {ada.id: given}
        assert await absence.of_member(tx, ada.id) == {circle.session: given}
        assert await absence.of_group(tx, circle.group) == {(circle.session, ada.id): given}
    async with database.write() as tx:
        assert await absence.withdraw(tx, keys, ada.id, circle.session, ada.id, DAYS_BEFORE)
        assert not await absence.withdraw(tx, keys, ada.id, circle.session, ada.id, DAYS_BEFORE)
        assert await absence.of_session(tx, circle.session) == {}


async def test_saying_it_again_changes_the_words_and_keeps_the_first_time(database, keys, circle):
    await give(database, keys, circle)
    again = await give(
        database, keys, circle, now=NOW - timedelta(hours=1), category="family", text="my sister"
    )
    assert (again.given_at, again.category) == (DAYS_BEFORE, Category.FAMILY)
    async with database.read() as tx:
        assert await absence.words(tx, keys, circle.session) == {circle.participants[0].id: "my sister"}
        assert len((await tx.execute(select(absence_notice))).all()) == 1


async def test_the_words_are_sealed_and_the_category_is_not(database, keys, circle):
    await give(database, keys, circle, text="a findable reason")
    async with database.read() as tx:
        row = (await tx.execute(select(absence_notice))).one()
    assert row.category == "ill"
    assert b"findable" not in row.text_sealed


async def test_given_anew_after_it_was_taken_back_it_counts_from_then(database, keys, circle):
    ada = circle.participants[0]
    await give(database, keys, circle)
    async with database.write() as tx:
        await absence.withdraw(tx, keys, ada.id, circle.session, ada.id, DAYS_BEFORE)
    late = NOW - timedelta(hours=1)
    assert (await give(database, keys, circle, now=late)).given_at == late


async def test_each_new_notice_is_thanked_for_once(database, keys, circle):
    for _ in range(2):
        await give(database, keys, circle)
    async with database.read() as tx:
        queued = await outbox.listing(tx)
    assert [(one.kind, one.payload["session"]) for one in queued] == [("absence_thanks", circle.session)]


async def test_once_the_session_has_begun_nobody_gives_notice_or_takes_it_back(database, keys, circle):
    ada = circle.participants[0]
    await give(database, keys, circle)
    with pytest.raises(TooLate):
        await give(database, keys, circle, now=NOW)
    async with database.write() as tx:
        with pytest.raises(TooLate):
            await absence.withdraw(tx, keys, ada.id, circle.session, ada.id, NOW)


@pytest.mark.parametrize(("category", "text"), [("hungover", ""), ("ill", "x" * 1001)])
async def test_an_unknown_category_and_too_many_words_are_refused(database, keys, circle, category, text):
    with pytest.raises(ValueError, match=r"hungover|at most"):
        await give(database, keys, circle, category=category, text=text)


async def test_nobody_gives_notice_for_another_group(database, keys, circle):
    async with database.write() as tx:
        other = await make_circle(tx, keys)
    for session in (other.session, "nothing", "\x00"):
        with pytest.raises(LookupError):
            await give(database, keys, circle, session=session)


@pytest.mark.parametrize(("hours", "status"), [(24, Status.EXCUSED), (23, Status.LATE_CANCEL)])
async def test_the_notice_decides_what_is_proposed_for_who_did_not_come(
    database, keys, circle, hours, status
):
    await give(database, keys, circle, now=NOW - timedelta(hours=hours))
    async with database.write() as tx:
        await over(tx, circle.session, {})
        proposed = {one.member: one.status for one in await attendance.proposals(tx, circle.session)}
    assert proposed[circle.participants[0].id] is status


async def test_who_said_it_and_when_stands_in_the_audit(database, keys, circle):
    async with database.write() as tx:
        next_week = await later(tx, circle, 2, NOW + timedelta(weeks=1))
    await give(database, keys, circle, session=next_week, text="a findable reason")
    async with database.read() as tx:
        (line,) = await audit.of_group(tx, circle.group)
    assert (line.action, line.actor, line.role) == (
        "absence_given",
        circle.participants[0].id,
        "participant",
    )
