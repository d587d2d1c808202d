import hashlib
import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

import store.groups
import store.links
import store.outbox
import store.people
import store.tasks
from care.delivery import MessageKind
from scheduler.outbox import Sender
from store.tables import metadata
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice

NOON = START - timedelta(hours=2)
LEASE_OVER = timedelta(minutes=6)


def token_in(body: str) -> str:
    found = re.search(r"/j#(\S+)", body)
    assert found is not None
    return found[1]


def body_of(office: PostOffice, number: int = 0) -> str:
    return str(office.took[number].get_content()).replace("\r\n", "\n")


async def everything_stored(home: House) -> str:
    """All rows of all tables as one text, to search in."""
    async with home.db.read() as tx:
        rows = [
            repr(tuple(row)) for table in metadata.sorted_tables for row in await tx.execute(select(table))
        ]
    return "\n".join(rows)


# --- sending ------------------------------------------------------------------------------------------


async def test_a_due_message_is_sent_once_and_recorded(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    for later in range(3):
        await sender.tick(NOON + timedelta(seconds=later))
    assert office.recipients == ["ada@example.org"]
    row = await home.message(key)
    assert (row.state, row.result, row.attempts, row.repeats) == ("sent", "250", 1, 0)
    assert row.message_id == office.took[0]["Message-ID"]


async def test_the_link_in_the_mail_opens_the_members_own_place(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await home.queue()
    await sender.tick(NOON)
    token = token_in(body_of(office))
    async with home.db.write() as tx:
        redeemed = await store.links.redeem(tx, token, None, NOON + timedelta(minutes=1))
    assert isinstance(redeemed, store.links.Redeemed)
    assert redeemed.member == home.members["Ada"].id


async def test_the_database_holds_the_hash_of_the_token_and_neither_token_nor_body(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await home.queue()
    await sender.tick(NOON)
    token = token_in(body_of(office))
    stored = await everything_stored(home)
    assert token not in stored
    assert "ada@example.org" not in stored
    assert "Please come a few minutes early" not in stored
    assert repr(hashlib.sha256(token.encode()).digest()) in stored


async def test_neither_subject_nor_sender_says_who_or_what_for(
    home: House, office: PostOffice, sender: Sender
) -> None:
    for kind in (MessageKind.INVITATION, MessageKind.JOIN_LINK, MessageKind.JOIN_LINK_AGAIN):
        await home.queue(kind=kind)
    await sender.tick(NOON)
    assert len(office.took) == 3
    for taken in office.took:
        headers = " ".join(str(value) for name, value in taken.items() if name != "To")
        assert not re.search(r"ada|therap|group|tuesday|session|ipt", headers, re.IGNORECASE)
        assert token_in(taken.get_content()) not in headers


async def test_a_message_that_is_not_due_yet_waits(home: House, office: PostOffice, sender: Sender) -> None:
    key = await home.queue(due_at=NOON + timedelta(minutes=10))
    await sender.tick(NOON)
    assert (await home.message(key)).state == "pending"
    await sender.tick(NOON + timedelta(minutes=10))
    assert (await home.message(key)).state == "sent"


async def test_no_log_line_holds_a_token_an_address_or_a_name(
    home: House, office: PostOffice, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await home.queue()
    await sender.tick(NOON)
    office.to_recipient = "550 ada@example.org is unknown"
    await home.queue("Ben")
    await sender.tick(NOON)
    logged = repr([vars(line) for line in caplog.records if line.name.startswith("scheduler")])
    assert "message_handled" in logged
    for secret in (token_in(body_of(office)), "ada@example.org", "ben@example.org", "Ada", "Ben"):
        assert secret not in logged


# --- still wanted? ------------------------------------------------------------------------------------


async def test_nothing_goes_to_somebody_who_left_the_group(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    async with home.db.write() as tx:
        await store.groups.withdraw_member(tx, home.members["Ada"].id, NOON)
    await sender.tick(NOON)
    row = await home.message(key)
    assert (row.state, row.result) == ("withdrawn", "left_the_group")
    assert office.took == []


async def test_nothing_goes_to_somebody_whose_data_was_erased(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    async with home.db.write() as tx:
        await store.people.erase(tx, home.members["Ada"].person, NOON)
    await sender.tick(NOON)
    assert ((await home.message(key)).state, office.took) == ("withdrawn", [])


async def test_staff_links_are_never_mailed(home: House, office: PostOffice, sender: Sender) -> None:
    key = await home.queue("Fay")
    await sender.tick(NOON)
    assert (await home.message(key)).result == "not_for_this_role"


async def test_no_link_goes_out_for_a_session_that_was_cancelled(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    async with home.db.write() as tx:
        await store.groups.set_session_state(tx, home.session, "cancelled", NOON)
    await sender.tick(NOON)
    assert (await home.message(key)).result == "session_over"
    assert office.took == []


async def test_a_message_that_is_too_late_expires_unsent(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    await sender.tick(START)
    assert (await home.message(key)).state == "expired"
    assert office.took == []


async def test_after_downtime_only_what_is_not_too_late_goes_out_oldest_first(
    home: House, office: PostOffice, sender: Sender
) -> None:
    missed = await home.queue("Ada", expires_at=NOON + timedelta(hours=1))
    newer = await home.queue("Ada", MessageKind.JOIN_LINK_AGAIN, due_at=NOON + timedelta(minutes=9))
    older = await home.queue("Ben", due_at=NOON + timedelta(minutes=3))
    await sender.tick(NOON + timedelta(minutes=90))
    assert (await home.message(missed)).state == "expired"
    assert office.recipients == ["ben@example.org", "ada@example.org"]
    assert {(await home.message(key)).state for key in (older, newer)} == {"sent"}


async def test_a_person_without_an_address_is_recorded_and_stops_nobody_else(
    home: House, office: PostOffice, sender: Sender
) -> None:
    async with home.db.write() as tx:
        await store.people.change_contact(tx, home.keys, home.members["Ada"].person, "", NOON)
    nowhere, other = await home.queue("Ada"), await home.queue("Ben")
    await sender.tick(NOON)
    assert (await home.message(nowhere)).result == "no_address"
    async with home.db.read() as tx:
        (call,) = await store.tasks.of_groups(tx, [home.group], NOON)
    assert (call.kind, call.member, call.reasons) == (
        "tell_by_phone",
        home.members["Ada"].id,
        ("tell_link",),
    )
    assert (await home.message(other)).state == "sent"
