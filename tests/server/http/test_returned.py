"""Reports of returned messages come in signed, lately, and by nobody else."""

import json
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

import store.outbox
import store.people
from care import request_signature
from server.settings import ServerSettings
from tests.server.house import House, OpenHouse
from tests.services.reports import report

SECRET = "what the provider and the clinic both know"


@pytest.fixture
async def listening(houses: OpenHouse) -> House:
    """A server that takes reports."""
    return await houses(returned_secret=SECRET)


async def sent(house: House) -> str:
    """A message to a participant that was sent; its Message-ID."""
    ada, now = house.circle.participants[0], datetime.now(UTC)
    message_id = store.outbox.message_id("k", "clinic.example")
    async with house.db.write() as tx:
        later = now + timedelta(hours=1)
        await store.outbox.put(tx, "k", "join_link", ada.person, {"member": ada.id}, now, later, now)
        (row,) = await store.outbox.claim(tx, now)
        assert row.token is not None
        await store.outbox.transmitting(tx, row.id, row.token, message_id, now)
        await store.outbox.sent(tx, row.id, row.token, "250", now)
    return message_id


async def post(
    house: House,
    body: bytes,
    kind: str = "application/json",
    secret: str = SECRET,
    age: timedelta = timedelta(0),
) -> tuple[int, str]:
    stamp = request_signature.stamp(datetime.now(UTC) - age)
    headers = {
        "Content-Type": kind,
        request_signature.TIMESTAMP: stamp,
        request_signature.SIGNATURE: request_signature.sign(secret.encode(), stamp, body),
    }
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{house.origin}/returned", data=body, headers=headers) as reply,
    ):
        return reply.status, await reply.text()


async def flagged(house: House) -> bool:
    ada = house.circle.participants[0]
    async with house.db.read() as tx:
        return ada.id in await store.people.flagged(tx, [ada.id])


async def test_a_signed_notice_flags_the_address(listening: House) -> None:
    body = json.dumps({"id": await sent(listening), "event": "bounced", "status": "5.1.1"}).encode()
    assert await post(listening, body) == (200, '{"taken": "flagged"}')
    assert await flagged(listening)
    assert await post(listening, body) == (200, '{"taken": "known"}')


async def test_a_mail_servers_report_is_taken_as_it_is(listening: House) -> None:
    raw = report(await sent(listening), "ada@findable.example")
    status, said = await post(listening, raw, "message/rfc822")
    assert status == 200
    assert "flagged" in said or "noted" in said


@pytest.mark.parametrize(
    "wrong", [{"secret": "a" * 40}, {"age": timedelta(minutes=6)}], ids=["secret", "age"]
)
async def test_what_is_not_signed_lately_with_the_secret_changes_nothing(
    listening: House, wrong: dict[str, object]
) -> None:
    body = json.dumps({"id": await sent(listening), "event": "bounced"}).encode()
    status, _ = await post(listening, body, **wrong)  # type: ignore[arg-type]
    assert status == 401
    assert not await flagged(listening)


async def test_what_is_no_report_is_told_so(listening: House) -> None:
    assert (await post(listening, b"hello"))[0] == 422
    assert (await post(listening, b"hello", "message/rfc822"))[0] == 422


async def test_without_a_secret_there_is_no_such_address(house: House) -> None:
    body = json.dumps({"id": await sent(house), "event": "bounced"}).encode()
    assert (await post(house, body))[0] == 404
    assert not await flagged(house)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="IPT_RETURNED_SECRET"):
        ServerSettings(returned_secret="short")
