"""What the sender makes of what a provider says, or does not say."""

from datetime import timedelta

import pytest

import store.people
from care.delivery import Channel, MessageKind
from scheduler.outbox import Sender
from scheduler.settings import SchedulerSettings
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice

NOON = START - timedelta(hours=2)


async def test_a_later_is_tried_again_after_one_five_thirty_and_a_hundred_and_twenty_minutes(
    home: House, office: PostOffice, sender: Sender
) -> None:
    office.to_recipient = "450 busy"
    key = await home.queue(now=START - timedelta(days=2))
    now = START - timedelta(days=1)
    waits = []
    for _ in range(5):
        await sender.tick(now)
        row = await home.message(key)
        assert (row.state, row.result) == ("pending", "450")
        waits.append((row.due_at - now) / timedelta(minutes=1))
        now = row.due_at
    for waited, planned in zip(waits, (1, 5, 30, 120, 120), strict=True):
        assert planned * 0.9 <= waited <= planned * 1.1
    office.to_recipient = "250 OK"
    await sender.tick(now)
    row = await home.message(key)
    assert (row.state, row.attempts) == ("sent", 6)


async def test_trying_ends_when_the_next_try_would_be_too_late(
    home: House, office: PostOffice, sender: Sender
) -> None:
    office.to_recipient = "450 busy"
    key = await home.queue()
    await sender.tick(START - timedelta(seconds=30))
    row = await home.message(key)
    assert (row.state, row.result) == ("failed", "450 until too late")


async def test_a_refused_address_is_flagged_and_gets_no_further_message(
    home: House, office: PostOffice, sender: Sender
) -> None:
    office.to_recipient = "550 no such person"
    first = await home.queue()
    await sender.tick(NOON)
    second = await home.queue(kind=MessageKind.JOIN_LINK_AGAIN)
    await sender.tick(NOON)
    assert (await home.message(first)).state == "failed"
    assert (await home.message(second)).result == "address_refused"
    assert office.asked == 1
    async with home.db.read() as tx:
        flagged = await store.people.flagged(tx, [home.members["Ada"].id])
    assert flagged == {home.members["Ada"].id}


async def test_silence_after_the_text_repeats_once_with_the_same_message_id_and_no_more(
    home: House, office: PostOffice
) -> None:
    office.silent = True
    sender = home.sender(office.transport(smtp_timeout_s=0.3), office.settings())
    key = await home.queue()
    await sender.tick(NOON)
    await sender.tick(NOON + timedelta(minutes=4))
    assert len(office.took) == 1
    for later in range(5, 9):
        await sender.tick(NOON + timedelta(minutes=later))
    row = await home.message(key)
    assert (row.state, row.repeats, row.result) == ("uncertain", 1, "timeout")
    assert [taken["Message-ID"] for taken in office.took] == [row.message_id] * 2


async def test_an_outage_closes_the_breaker_and_costs_the_waiting_rows_no_attempt(home: House) -> None:
    gone = PostOffice(port=1)
    sender = home.sender(gone.transport(), gone.settings())
    keys = [await home.queue(name, kind) for name in ("Ada", "Ben") for kind in LINKS]
    await sender.tick(NOON)
    rows = [await home.message(key) for key in keys]
    assert sorted(row.attempts for row in rows) == [0, 1, 1, 1]
    assert not sender.going_out(Channel.MAIL)


async def test_the_breaker_lets_one_through_again_and_opens_when_the_provider_answers(
    home: House, office: PostOffice
) -> None:
    gone = PostOffice(port=1)
    sender = home.sender(gone.transport(), gone.settings())
    keys = [await home.queue(name, kind) for name in ("Ada", "Ben") for kind in LINKS]
    await sender.tick(NOON)
    sender._transports = {Channel.MAIL: office.transport()}
    await sender.tick(NOON + timedelta(seconds=30))
    assert office.took == []
    await sender.tick(NOON + timedelta(minutes=2))
    assert sender.going_out(Channel.MAIL)
    await sender.tick(NOON + timedelta(minutes=3))
    assert [(await home.message(key)).state for key in keys] == ["sent"] * 4


async def test_a_provider_that_falls_silent_after_every_text_is_left_alone_after_three(
    home: House, office: PostOffice
) -> None:
    office.silent = True
    sender = home.sender(office.transport(smtp_timeout_s=0.3), office.settings())
    for number in range(6):
        await home.queue("Ada", MessageKind.JOIN_LINK_AGAIN, revision=number)
    await sender.tick(NOON)
    assert len(office.took) == 3
    assert not sender.going_out(Channel.MAIL)


LINKS = (MessageKind.JOIN_LINK, MessageKind.JOIN_LINK_AGAIN)


async def test_without_a_mail_server_messages_wait_and_only_expire(home: House) -> None:
    sender = home.sender(None)
    key = await home.queue()
    await sender.tick(NOON)
    assert (await home.message(key)).state == "pending"
    assert not sender.going_out(Channel.MAIL)
    await sender.tick(START)
    assert (await home.message(key)).state == "expired"


def test_the_settings_refuse_unencrypted_mail_to_another_machine() -> None:
    with pytest.raises(ValueError, match="IPT_SMTP_SECURITY"):
        SchedulerSettings(
            smtp_host="mail.example.org", smtp_security="none", base_url="https://rooms.example"
        )


def test_the_settings_refuse_mail_whose_links_lead_nowhere() -> None:
    with pytest.raises(ValueError, match="IPT_BASE_URL"):
        SchedulerSettings(smtp_host="mail.example.org")
