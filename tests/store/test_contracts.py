"""Versions of a contract, and what is judged by which of them."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from care.contract import Terms
from store import audit, contracts
from store.conflict import Conflict
from tests.services.circle import NOW, make_circle

TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2026, 3, 10, 18, 0))
LATER = replace(TERMS, late_after_min=10)
OFFICE = "office"


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


async def offer(database, keys, circle, terms, expected, now=NOW):
    async with database.write() as tx:
        return await contracts.offer(tx, keys, circle.group, terms, OFFICE, now, expected)


async def test_the_first_version_binds_at_once_and_is_given_back_exactly(database, keys, circle):
    made = await offer(database, keys, circle, TERMS, 0)
    async with database.read() as tx:
        assert await contracts.latest(tx, circle.group) == made
        assert await contracts.by_id(tx, made.id) == made
        assert await contracts.of_number(tx, circle.group, 1) == made
        entries = await audit.of_group(tx, circle.group)
    assert (made.number, made.terms, made.notice_until, made.state) == (1, TERMS, NOW, "offered")
    assert [(one.action, one.object) for one in entries] == [("contract_offered", f"contract:{made.id}")]


async def test_an_amendment_judges_only_after_its_notice(database, keys, circle):
    await offer(database, keys, circle, TERMS, 0)
    second = await offer(database, keys, circle, LATER, 1)
    assert second.notice_until == NOW + timedelta(days=7)
    async with database.read() as tx:
        early = await contracts.policy_for(tx, circle.group, NOW + timedelta(days=6))
        late = await contracts.policy_for(tx, circle.group, NOW + timedelta(days=7))
        assert [one.number for one in await contracts.versions(tx, circle.group)] == [1, 2]
    assert (early.version, early.late_after) == ("contract.1", timedelta(minutes=5))
    assert (late.version, late.late_after) == ("contract.2", timedelta(minutes=10))


async def test_no_version_in_between_takes_the_agreed_notice_away(database, keys, circle):
    await offer(database, keys, circle, TERMS, 0)
    hasty = await offer(database, keys, circle, replace(LATER, amendment_notice_days=0), 1)
    third = await offer(database, keys, circle, replace(LATER, notice_hours=48), 2)
    assert hasty.notice_until == third.notice_until == NOW + timedelta(days=7)
    longer = await offer(database, keys, circle, replace(LATER, amendment_notice_days=21), 3)
    last = await offer(database, keys, circle, TERMS, 4)
    assert (longer.notice_until, last.notice_until) == (NOW + timedelta(days=7), NOW + timedelta(days=21))


async def test_of_two_who_offer_at_once_one_is_asked_to_look_again(database, keys, circle):
    await offer(database, keys, circle, TERMS, 0)
    done = await asyncio.gather(
        *(offer(database, keys, circle, one, 1) for one in (LATER, TERMS)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "ContractVersion"]
    async with database.read() as tx:
        assert (await contracts.latest(tx, circle.group)).number == 2


async def test_an_offer_from_an_old_page_is_a_conflict_and_writes_nothing(database, keys, circle):
    await offer(database, keys, circle, TERMS, 0)
    with pytest.raises(Conflict):
        await offer(database, keys, circle, LATER, 0)
    async with database.read() as tx:
        assert len(await audit.of_group(tx, circle.group)) == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE contract_version SET number = 7", "DELETE FROM contract_version"]
)
async def test_the_database_refuses_to_edit_a_version(database, keys, circle, statement):
    await offer(database, keys, circle, TERMS, 0)
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.write() as tx:
            await tx.execute(text(statement))


async def test_a_group_without_a_contract_is_judged_by_the_defaults(database, circle):
    async with database.read() as tx:
        assert await contracts.latest(tx, circle.group) is None
        assert (await contracts.policy_for(tx, circle.group, NOW)).version == "seed_default.1"
        assert await contracts.by_id(tx, "no id\x00") is None
        assert await contracts.of_number(tx, circle.group, 1) is None


async def test_a_contract_for_no_group_is_refused(database, keys):
    with pytest.raises(LookupError):
        async with database.write() as tx:
            await contracts.offer(tx, keys, "nobody", TERMS, OFFICE, NOW, 0)


async def test_the_service_sets_defaults_for_new_groups_only(database, keys):
    async with database.write() as tx:
        assert (await contracts.service_terms(tx)).late_after_min == 5
        await contracts.set_service_terms(tx, keys, {"late_after_min": 8}, OFFICE, NOW)
        await contracts.set_service_terms(tx, keys, {"late_after_min": 9}, OFFICE, NOW)
    async with database.read() as tx:
        assert (await contracts.service_terms(tx)).late_after_min == 9
        assert await contracts.service_values(tx) == {"late_after_min": 9}
        assert [one.object for one in await audit.latest(tx)] == ["service:2", "service:1"]


@pytest.mark.parametrize("values", [{"zone": "UTC"}, {"late_after_min": "ten"}, {"unheard_of": 1}])
async def test_what_is_not_the_services_to_set_is_refused(database, keys, values):
    with pytest.raises(ValueError, match=r"."):
        async with database.write() as tx:
            await contracts.set_service_terms(tx, keys, values, OFFICE, NOW)
