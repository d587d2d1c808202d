"""Signatures: the text that was shown, once for each side, never changed."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError, IntegrityError

from care import signing
from care.contract import Terms
from store import audit, contracts, groups, people, sheets, signatures
from store.conflict import Conflict
from store.doors import NotAllowed
from store.sealing import SealBroken
from tests.services.circle import NOW, make_circle

TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2026, 3, 10, 18, 0))
TEXT = "Findable text of the contract\n"
HASH = signing.text_hash(TEXT)


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        await contracts.offer(tx, keys, made.group, TERMS, "office", NOW, 0)
    return made


async def sign(database, keys, member, side="member", by=None, text=TEXT, text_hash=HASH, at=NOW, **more):
    async with database.write() as tx:
        return await signatures.sign(
            tx, keys, member.id, side, by or member.id, text, text_hash, "en", at, **more
        )


async def test_both_sides_sign_the_text_they_were_shown(database, keys, circle):
    ada = circle.participants[0]
    assert await sign(database, keys, ada, version=1)
    later = NOW + timedelta(minutes=1)  # two signatures of one instant stand in no order
    assert await sign(database, keys, ada, "facilitator", circle.facilitator.id, at=later)
    async with database.read() as tx:
        found = await signatures.of_member(tx, keys, ada.id)
        listed = await signatures.of_group(tx, circle.group)
    assert [(one.side, one.by, one.version, one.text, one.text_hash) for one in found] == [
        ("member", ada.id, 1, TEXT, HASH),
        ("facilitator", circle.facilitator.id, 1, TEXT, HASH),
    ]
    assert [(one.member, one.side, one.text) for one in listed] == [
        (ada.id, "member", ""),
        (ada.id, "facilitator", ""),
    ]


async def test_two_presses_at_once_make_one_signature_and_one_line(database, keys, circle):
    done = await asyncio.gather(*(sign(database, keys, circle.participants[0]) for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    async with database.read() as tx:
        assert len(await signatures.of_group(tx, circle.group)) == 1
        actions = [one.action for one in await audit.of_group(tx, circle.group)]
    assert actions.count("contract_signed") == 1


async def test_a_version_that_is_no_longer_the_newest_is_not_signed(database, keys, circle):
    async with database.write() as tx:
        await contracts.offer(tx, keys, circle.group, TERMS, "office", NOW, 1)
    with pytest.raises(Conflict):
        await sign(database, keys, circle.participants[0], version=1)
    assert await sign(database, keys, circle.participants[0], version=2)


@pytest.mark.parametrize(
    "more",
    [{"text_hash": "0" * 64}, {"text": TEXT + "and more"}, {"side": "owner"}],
)
async def test_what_does_not_fit_together_is_not_signed(database, keys, circle, more):
    with pytest.raises(ValueError, match="not the text"):
        await sign(database, keys, circle.participants[0], **more)


async def test_a_member_who_left_or_a_group_without_contract_cannot_be_signed_for(database, keys, circle):
    async with database.write() as tx:
        await groups.withdraw_member(tx, circle.participants[0].id, NOW)
        other = await make_circle(tx, keys)
    with pytest.raises(LookupError):
        await sign(database, keys, circle.participants[0])
    with pytest.raises(Conflict):
        await sign(database, keys, other.participants[0])


async def test_a_signature_says_which_dates_and_which_sheet_it_was_given_with(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        await sheets.save_sheet(tx, keys, ada.id, {"main": "grief"}, ada.id, NOW)
    await sign(database, keys, ada)
    async with database.read() as tx:
        (found,) = await signatures.of_group(tx, circle.group)
    assert (found.dates_number, found.sheet_number) == (0, 1)


async def test_the_text_opens_no_more_once_the_person_is_erased(database, keys, circle):
    await sign(database, keys, circle.participants[0])
    async with database.write() as tx:
        await people.erase(tx, circle.participants[0].person, NOW)
        with pytest.raises(SealBroken):
            await signatures.of_member(tx, keys, circle.participants[0].id)
        assert len(await signatures.of_group(tx, circle.group)) == 1


@pytest.mark.parametrize("table", ["signature", "personal_sheet", "admitted_unsigned"])
async def test_the_database_refuses_to_edit_what_was_agreed(database, keys, circle, table):
    ada = circle.participants[0]
    async with database.write() as tx:
        await sheets.save_sheet(tx, keys, ada.id, {"main": "grief"}, ada.id, NOW)
        await signatures.admit_unsigned(
            tx, keys, ada.id, circle.session, "late_paper", circle.facilitator.id, NOW
        )
    await sign(database, keys, ada)
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.write() as tx:
            await tx.execute(sql(f"DELETE FROM {table}"))


async def test_letting_somebody_in_without_a_contract_is_kept_once_with_its_reason(database, keys, circle):
    ada = circle.participants[0]

    async def admit():
        async with database.write() as tx:
            return await signatures.admit_unsigned(
                tx, keys, ada.id, circle.session, "late_paper", circle.facilitator.id, NOW
            )

    assert [await admit(), await admit()] == [True, False]
    async with database.read() as tx:
        found = await signatures.admitted(tx, circle.session)
    assert found == {
        ada.id: signatures.Admitted(by=circle.facilitator.id, at=NOW, reason="late_paper"),
    }


async def test_a_hash_of_another_length_is_refused_by_the_database(database, keys, circle):
    await sign(database, keys, circle.participants[0])
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tx.execute(
                sql(
                    "INSERT INTO signature SELECT 'x', member, version, 'facilitator', signed_by, "
                    + ("''::bytea" if database.dialect == "postgresql" else "x''")
                    + ", text_sealed, language, dates_number, sheet_number, signed_at FROM signature"
                )
            )


async def test_the_sheet_is_for_the_member_and_the_facilitators_alone(database, keys, circle):
    ada, bela = circle.participants
    async with database.write() as tx:
        assert await sheets.access_sheet(tx, keys, ada.id, ada.id, "own", NOW) is None
        assert await sheets.save_sheet(tx, keys, ada.id, {"main": "grief"}, ada.id, NOW) == 1
        later = NOW + timedelta(days=1)
        assert await sheets.save_sheet(tx, keys, ada.id, {"main": "role"}, circle.facilitator.id, later) == 2
        for actor in (ada.id, circle.facilitator.id):
            found = await sheets.access_sheet(tx, keys, ada.id, actor, "reading", NOW)
            assert (found.number, found.body, found.by) == (2, {"main": "role"}, circle.facilitator.id)
        for actor in (bela.id, circle.coordinator.id, "nobody"):
            with pytest.raises(NotAllowed):
                await sheets.access_sheet(tx, keys, ada.id, actor, "reading", NOW)
            with pytest.raises(NotAllowed):
                await sheets.save_sheet(tx, keys, ada.id, {}, actor, NOW)
