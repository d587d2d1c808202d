"""The question about thoughts of death is asked only with a chain, in staffed hours, while the clock goes."""

from datetime import UTC, datetime, time, timedelta

import pytest

from care.staffed import Hours
from store import groups, on_call, staff, ticks
from store.safety_state import TICKS, item9_open, phq_version
from tests.services.circle import NOW, make_circle
from tests.services.on_call import make_team, tick

# NOW is a Monday, 18:00 in Berlin.
EVENING = (Hours(weekday=0, starts=time(17), ends=time(19)),)


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


async def test_nobody_is_asked_before_there_is_a_chain(database, circle):
    async with database.write() as tx:
        assert await phq_version(tx, circle.group, NOW) == "phq8"
        assert not await item9_open(tx, circle.group, NOW)


async def test_with_a_chain_the_question_is_asked(database, keys, circle):
    async with database.write() as tx:
        await make_team(tx, keys, NOW)
        assert await phq_version(tx, circle.group, NOW) == "phq9"
        assert await item9_open(tx, circle.group, NOW)


@pytest.mark.parametrize(
    ("minutes", "asked"), [(-61, False), (-59, True), (0, True), (29, True), (31, False)]
)
async def test_outside_staffed_hours_and_in_their_last_half_hour_it_is_not(
    database, keys, circle, minutes, asked
):
    now = NOW + timedelta(minutes=minutes)
    async with database.write() as tx:
        await make_team(tx, keys, now, hours=EVENING)
        await tick(tx, now)
        assert await item9_open(tx, circle.group, now) is asked
        assert await phq_version(tx, circle.group, now) == "phq9"


@pytest.mark.parametrize(("seconds", "asked"), [(59, True), (60, False), (3600, False)])
async def test_while_the_clock_stands_it_is_not(database, keys, circle, seconds, asked):
    async with database.write() as tx:
        await make_team(tx, keys, NOW)
        assert await item9_open(tx, circle.group, NOW + timedelta(seconds=seconds)) is asked


@pytest.mark.parametrize("channel", ["mail", "text"])
async def test_while_no_alert_can_go_out_it_is_not(database, keys, circle, channel):
    later = NOW + timedelta(minutes=2)
    async with database.write() as tx:
        await make_team(tx, keys, NOW)
        for name in TICKS:
            await ticks.beat(tx, name, later)
        assert not await item9_open(tx, circle.group, later)
        await ticks.beat(tx, channel, later)
        assert await item9_open(tx, circle.group, later)


async def test_a_test_that_is_thirty_days_old_proves_nothing_any_more(database, keys, circle):
    later = NOW + timedelta(days=30)
    async with database.write() as tx:
        await make_team(tx, keys, NOW)
        assert await phq_version(tx, circle.group, later - timedelta(seconds=1)) == "phq9"
        assert await phq_version(tx, circle.group, later) == "phq8"


async def test_a_closed_account_breaks_the_chain_at_once(database, keys, circle):
    async with database.write() as tx:
        team = await make_team(tx, keys, NOW)
        await staff.disable(tx, keys, team.second.id, "command", NOW)
        assert await phq_version(tx, circle.group, NOW) == "phq8"
        codes = {gap.code for gap in await on_call.gaps(tx, await on_call.rota(tx), NOW)}
        assert codes == {"no_account", "too_few"}


async def test_a_group_without_a_facilitator_gets_phq8(database, keys, circle):
    async with database.write() as tx:
        await make_team(tx, keys, NOW)
        await groups.withdraw_member(tx, circle.facilitator.id, NOW)
        assert await phq_version(tx, circle.group, NOW) == "phq8"


async def test_phq9_is_refused_without_a_chain_and_the_gaps_are_told(database, keys, circle):
    async with database.write() as tx:
        with pytest.raises(on_call.NoChain) as refused:
            await on_call.set_rota(tx, keys, on_call.Rota(phq9=True), "command", NOW)
        assert {gap.code for gap in refused.value.gaps} == {"no_hours", "too_few", "only_mail"}
        assert (await on_call.rota(tx)).number == 0


async def test_every_version_of_the_chain_stays(database, keys, circle):
    async with database.write() as tx:
        await make_team(tx, keys, NOW)
        first = await on_call.rota(tx)
        assert await on_call.set_rota(tx, keys, first, "command", datetime(2026, 4, 1, tzinfo=UTC)) == 2
        second = await on_call.rota(tx)
        assert (second.chain, second.calendar, second.phq9) == (first.chain, first.calendar, True)
