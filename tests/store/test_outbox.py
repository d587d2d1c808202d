"""The outbox: one row per purpose, one sender per row, and a crash at any point leaves a row that says so."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from care.delivery import Channel
from store import outbox
from store.database import Database
from tests.services.circle import HOUR, NOW, make_person

LATER = NOW + HOUR


@pytest.fixture
async def person(database, keys):
    async with database.write() as tx:
        return await make_person(tx, keys, "Ada")


async def put(database, person, key="k", due=NOW, expires=LATER, **payload):
    async with database.write() as tx:
        return await outbox.put(tx, key, "join_link", person, payload, due, expires, NOW)


async def claim(database, now=NOW, **more):
    async with database.write() as tx:
        return await outbox.claim(tx, now, **more)


async def do(database, step, *arguments):
    async with database.write() as tx:
        return await step(tx, *arguments)


async def state(database, key="k"):
    async with database.read() as tx:
        return (await outbox.find(tx, key)).state


async def test_a_purpose_is_queued_once(database, person):
    assert await put(database, person, member="m")
    assert not await put(database, person, member="m")
    async with database.read() as tx:
        (message,) = await outbox.listing(tx)
    assert (message.key, message.kind, message.person, message.payload) == (
        "k",
        "join_link",
        person,
        {"member": "m"},
    )
    assert (message.state, message.attempts, message.repeats) == ("pending", 0, 0)


async def test_of_two_writers_of_one_purpose_at_once_one_writes_it(database, person):
    assert sorted(await asyncio.gather(*(put(database, person) for _ in range(4)))) == [
        False,
        False,
        False,
        True,
    ]


async def test_putting_again_moves_what_is_pending_and_leaves_what_was_tried(database, person):
    await put(database, person)
    await put(database, person, due=NOW + HOUR / 2, expires=LATER + HOUR, session="moved")
    async with database.read() as tx:
        message = await outbox.find(tx, "k")
    assert (message.due_at, message.expires_at) == (NOW + HOUR / 2, LATER + HOUR)
    assert message.payload == {"session": "moved"}
    (claimed,) = await claim(database, NOW + HOUR / 2)
    await do(database, outbox.withdraw, claimed.id, "left", NOW)
    assert not await put(database, person)
    assert await state(database) == "withdrawn"


async def test_putting_the_same_again_does_not_make_a_message_due_that_waits(database, person):
    await put(database, person, session="s", member="m")
    (claimed,) = await claim(database)
    assert await do(database, outbox.release, claimed.id, claimed.token, NOW + HOUR / 2)
    assert not await put(database, person, member="m", session="s")
    assert await claim(database) == []
    assert not await put(database, person, expires=LATER + HOUR, member="m", session="s")
    assert [one.key for one in await claim(database)] == ["k"]


async def test_a_row_is_born_with_its_cause_or_not_at_all(database, person):
    async def fail():
        async with database.write() as tx:
            await outbox.put(tx, "k", "join_link", person, {}, NOW, LATER, NOW)
            raise RuntimeError("the cause failed")

    with pytest.raises(RuntimeError, match="cause"):
        await fail()
    async with database.read() as tx:
        assert await outbox.listing(tx) == []


async def test_due_and_unexpired_rows_are_claimed_oldest_first(database, person):
    await put(database, person, "too late", NOW - 3 * HOUR, NOW)
    await put(database, person, "second", NOW - HOUR)
    await put(database, person, "first", NOW - 2 * HOUR)
    await put(database, person, "not yet", NOW + HOUR / 60)
    assert [one.key for one in await claim(database)] == ["first", "second"]
    assert await claim(database) == []


async def test_claims_stop_at_the_limit_and_keep_to_the_channels(database, person):
    for number in range(3):
        await put(database, person, f"k{number}")
    assert await claim(database, channels=[Channel.TEXT]) == []
    assert await claim(database, urgent=True) == []
    assert len(await claim(database, limit=2, channels=[Channel.MAIL])) == 2
    assert len(await claim(database)) == 1


async def test_senders_side_by_side_never_share_a_row(database, person):
    for number in range(40):
        await put(database, person, f"k{number}")

    async def sender():
        mine = []
        while got := await claim(database, limit=3):
            mine += [one.key for one in got]
        return mine

    taken = [key for keys in await asyncio.gather(*(sender() for _ in range(4))) for key in keys]
    assert sorted(taken) == sorted(f"k{number}" for number in range(40))


async def test_on_postgres_a_claim_does_not_wait_for_another_senders_rows(postgres_settings, keys_of):
    database = await Database.open(postgres_settings)
    async with database.write() as tx:
        person = await make_person(tx, keys_of(postgres_settings), "Ada")
    for number in range(2):
        await put(database, person, f"k{number}")
    async with database.write() as slow:
        (first,) = await outbox.claim(slow, NOW, limit=1)
        async with asyncio.timeout(5):
            (second,) = await claim(database, limit=1)
    assert first.key != second.key
    await database.close()


async def sending(database, person, key="k"):
    """A claimed row that is being transmitted."""
    await put(database, person, key)
    (row,) = await claim(database)
    assert await do(database, outbox.transmitting, row.id, row.token, "<id@x>", NOW)
    return row


async def test_a_sent_row_is_never_claimed_again(database, person):
    row = await sending(database, person)
    assert await do(database, outbox.sent, row.id, row.token, "250 ok", NOW)
    assert await claim(database, NOW + HOUR / 2) == []
    async with database.read() as tx:
        message = await outbox.find(tx, row.id)
        assert await outbox.sent_since(tx, person, NOW - HOUR) == 1
        assert await outbox.sent_since(tx, person, NOW + HOUR) == 0
        assert await outbox.counts(tx) == {"sent": 1}
    assert (message.state, message.result, message.message_id) == ("sent", "250 ok", "<id@x>")
    assert (message.attempts, message.token) == (1, None)


async def test_a_claim_that_ran_out_may_not_send(database, person):
    await put(database, person)
    (row,) = await claim(database, lease_s=60)
    late = NOW + HOUR / 60
    assert not await do(database, outbox.transmitting, row.id, row.token, "<id@x>", late)


async def test_another_senders_token_moves_nothing(database, person):
    row = await sending(database, person)
    for step, arguments in (
        (outbox.sent, ("ok", NOW)),
        (outbox.failed, ("no", NOW)),
        (outbox.uncertain, ("?", NOW)),
        (outbox.retry, (NOW, "later")),
        (outbox.release, (NOW,)),
    ):
        assert not await do(database, step, row.id, "not my token", *arguments)
    assert await state(database) == "transmitting"


async def test_a_crash_before_transmitting_puts_the_row_back(database, person):
    await put(database, person)
    await claim(database, lease_s=60)
    assert await do(database, outbox.recover, NOW) == ([], [])
    back, lost = await do(database, outbox.recover, NOW + HOUR / 60)
    assert ([one.key for one in back], lost) == (["k"], [])
    assert [one.key for one in await claim(database, NOW + HOUR / 60)] == ["k"]


async def test_a_crash_while_transmitting_leaves_uncertainty_that_is_seen(database, person):
    row = await sending(database, person)
    back, lost = await do(database, outbox.recover, NOW + HOUR / 2)
    assert (back, [one.id for one in lost]) == ([], [row.id])
    assert await state(database) == "uncertain"
    assert await claim(database, NOW + HOUR / 2) == []


async def test_an_uncertain_row_is_repeated_once_under_the_same_message_id(database, person):
    row = await sending(database, person)
    await do(database, outbox.recover, NOW + HOUR / 2)
    assert await do(database, outbox.put_back, row.id, NOW + HOUR / 2)
    (again,) = await claim(database, NOW + HOUR / 2)
    assert (again.id, again.repeats, again.message_id) == (row.id, 1, "<id@x>")
    await do(database, outbox.transmitting, again.id, again.token, again.message_id, NOW + HOUR / 2)
    await do(database, outbox.recover, NOW + HOUR * 0.9)
    assert not await do(database, outbox.put_back, row.id, NOW + HOUR * 0.9)


async def test_an_expired_uncertain_row_is_not_repeated(database, person):
    row = await sending(database, person)
    await do(database, outbox.recover, NOW + HOUR / 2)
    assert not await do(database, outbox.put_back, row.id, LATER)


async def test_an_acceptance_that_comes_after_recovery_still_counts(database, person):
    row = await sending(database, person)
    await do(database, outbox.recover, NOW + HOUR / 2)
    assert await do(database, outbox.sent, row.id, row.token, "250", NOW + HOUR / 2)
    assert await state(database) == "sent"


async def test_a_later_from_the_provider_waits_and_a_refusal_ends(database, person):
    row = await sending(database, person)
    assert await do(database, outbox.retry, row.id, row.token, NOW + HOUR / 60, "450")
    assert await claim(database, NOW) == []
    (again,) = await claim(database, NOW + HOUR / 60)
    assert (again.attempts, again.result) == (1, "450")
    assert await do(database, outbox.failed, again.id, again.token, "550", NOW)
    assert await state(database) == "failed"


async def test_giving_a_row_back_counts_no_attempt(database, person):
    await put(database, person)
    (row,) = await claim(database)
    assert await do(database, outbox.release, row.id, row.token, NOW + HOUR / 2)
    (again,) = await claim(database, NOW + HOUR / 2)
    assert again.attempts == 0


async def test_what_is_being_transmitted_cannot_be_called_back(database, person):
    row = await sending(database, person)
    assert not await do(database, outbox.withdraw, "k", "moved", NOW)
    await do(database, outbox.sent, row.id, row.token, "250", NOW)
    assert not await do(database, outbox.withdraw, "k", "moved", NOW)


async def test_too_late_is_expired_not_sent(database, person):
    await put(database, person)
    assert await do(database, outbox.expire, NOW) == 0
    assert await do(database, outbox.expire, LATER) == 1
    assert await state(database) == "expired"


async def test_what_expires_before_it_is_due_is_refused(database, person):
    with pytest.raises(IntegrityError):
        await put(database, person, due=LATER, expires=NOW)


def test_a_message_id_depends_on_the_purpose_alone():
    assert outbox.message_id("k", "x.y") == outbox.message_id("k", "x.y")
    assert outbox.message_id("k", "x.y") != outbox.message_id("l", "x.y")


STEPS = st.lists(
    st.sampled_from(["claim", "transmit", "sent", "retry", "failed", "crash", "repeat", "withdraw", "put"]),
    max_size=25,
)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happens_a_purpose_goes_out_at_most_once_and_one_repeat(
    sqlite_database, sqlite_person, steps
):
    """Counts what a provider would have taken: each successful `transmitting` is one message on its way."""
    database, person, key = sqlite_database, sqlite_person, f"law {sqlite_database.law()}"
    await put(database, person, key, NOW, NOW + 1000 * HOUR)
    on_the_way, clean_sends, row, now = 0, 0, None, NOW
    for step in steps:
        now += HOUR
        if step == "claim":
            row = next(iter(await claim(database, now, lease_s=1800)), row)
        elif step == "put":
            assert not await put(database, person, key, NOW, NOW + 1000 * HOUR)
        elif step == "withdraw":
            await do(database, outbox.withdraw, key, "", now)
        elif step == "crash":
            await do(database, outbox.recover, now)
        elif row is None:
            continue
        elif step == "repeat":
            await do(database, outbox.put_back, row.id, now)
        elif step == "transmit":
            on_the_way += await do(database, outbox.transmitting, row.id, row.token, "<m>", now - HOUR * 0.9)
        elif step == "sent":
            clean_sends += await do(database, outbox.sent, row.id, row.token, "", now)
        elif step == "retry":
            # The provider said it did not take the message: it never arrived.
            on_the_way -= await state(database, key) == "transmitting" and await do(
                database, outbox.retry, row.id, row.token, now, ""
            )
        elif step == "failed":
            await do(database, outbox.failed, row.id, row.token, "", now)
    assert on_the_way <= 2
    assert clean_sends <= 1
