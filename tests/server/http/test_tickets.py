"""Tickets and the way to the socket: origin, sign-in, page value, once, in time."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

import store.groups
import store.links
from server.rooms.admission import TICKETS
from tests.server.house import Guest, House, OpenHouse


async def hello(guest: Guest, ticket: str) -> tuple[dict[str, object], int | None]:
    """The first answer to a hello with this ticket, and the close code."""
    ws = await guest.socket()
    await ws.send_str(
        json.dumps({"type": "hello", "ticket": ticket, "versions": [1], "slots": 0, "device": "phone"})
    )
    first = json.loads((await ws.receive(5)).data)
    if first["type"] == "state":
        await ws.close()
        return first, None
    await ws.receive(5)
    return first, ws.close_code


async def test_a_ticket_works_once(house: House) -> None:
    ada = await house.guest(house.circle.participants[0])
    _, ticket = await ada.ticket()
    assert ticket["ice_servers"] == []
    assert ticket["versions"] == [1]
    first, _ = await hello(ada, ticket["ticket"])
    assert first["type"] == "state"
    again, code = await hello(ada, ticket["ticket"])
    assert (again["type"], again["code"], code) == ("error", "ticket", 1008)


async def test_a_ticket_opens_only_its_owners_socket(house: House) -> None:
    ada, bela = [await house.guest(m) for m in house.circle.participants]
    _, ticket = await ada.ticket()
    first, _ = await hello(bela, ticket["ticket"])
    assert first["code"] == "ticket"


async def test_a_ticket_of_an_ended_sign_in_is_worth_nothing(house: House) -> None:
    ada = await house.guest(house.circle.participants[0])
    _, ticket = await ada.ticket()
    async with house.db.write() as tx:
        await store.links.revoke(tx, ada.member.id, "test", datetime.now(UTC))
    first, _ = await hello(ada, ticket["ticket"])
    assert first["code"] == "ticket"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Origin": "https://evil.example"}, 403, "origin"),
        ({"Origin": "null"}, 403, "origin"),
        ({"X-CSRF": "0" * 32}, 403, "csrf"),
        ({"X-CSRF": ""}, 403, "csrf"),
        ({"X-CSRF": "\udcff"}, 403, "csrf"),
    ],
)
async def test_only_our_own_page_gets_a_ticket(
    house: House, headers: dict[str, str], status: int, code: str
) -> None:
    ada = await house.guest(house.circle.participants[0])
    found = await ada.ticket(**headers)
    assert found[0] == status


async def test_both_names_of_this_machine_are_our_own_in_a_demo(house: House) -> None:
    ada = await house.guest(house.circle.participants[0])
    status, _ = await ada.ticket(Origin=house.origin.replace("127.0.0.1", "localhost"))
    assert status == 200


async def test_without_a_sign_in_there_is_no_ticket(house: House) -> None:
    async with Guest(house, house.circle.participants[0]) as nobody:
        address = f"{house.origin}/s/{nobody.place}/ticket/{house.circle.session}"
        async with nobody.http.post(address, headers={"Origin": house.origin, "X-CSRF": "x"}) as reply:
            assert reply.status == 401
            assert (await reply.json())["code"] == "signin"


async def test_a_coordinator_and_a_check_in_link_open_no_room(house: House) -> None:
    for member, purpose in (
        (house.circle.coordinator, "staff"),
        (house.circle.participants[0], "checkin"),
    ):
        guest = Guest(house, member)
        assert (await guest.enter(await house.link(member, purpose))).status == 303
        status, answer = await guest.ticket()
        assert (status, answer["code"]) == (404, "unknown")


async def test_another_groups_session_does_not_exist_for_a_person(houses: OpenHouse) -> None:
    house, other = await houses(), await houses()
    ada = await house.guest(house.circle.participants[0])
    address = f"{house.origin}/s/{ada.place}/ticket/{other.circle.session}"
    headers = {"Origin": house.origin, "X-CSRF": await ada.csrf()}
    async with ada.http.post(address, headers=headers) as reply:
        assert reply.status == 404


async def test_too_early_and_too_late_are_said(house: House) -> None:
    now = datetime.now(UTC)
    async with house.db.write() as tx:
        early = await store.groups.create_session(
            tx, house.circle.group, 2, now + timedelta(hours=3), now + timedelta(hours=4), "Europe/Berlin"
        )
        late = await store.groups.create_session(
            tx, house.circle.group, 3, now - timedelta(hours=3), now - timedelta(hours=1), "Europe/Berlin"
        )
    ada = await house.guest(house.circle.participants[0])
    headers = {"Origin": house.origin, "X-CSRF": await ada.csrf()}
    for session, code in ((early, "too_early"), (late, "ended")):
        async with ada.http.post(f"{house.origin}/s/{ada.place}/ticket/{session}", headers=headers) as reply:
            answer = await reply.json()
            assert (reply.status, answer["code"]) == (409, code)
            assert bool(answer["words"])
            assert ("opens_at_ms" in answer) == (code == "too_early")


async def test_relay_credentials_are_short_lived_and_name_nobody(houses: OpenHouse) -> None:
    house = await houses(turn_urls=("turns:turn.example.org:443",), turn_secret="the-shared-secret")
    ada = await house.guest(house.circle.participants[0])
    _, first = await ada.ticket()
    _, second = await ada.ticket()
    (server,) = first["ice_servers"]
    assert server["urls"] == ["turns:turn.example.org:443"]
    expires, opaque = server["username"].split(":")
    ends_s = int(expires) - datetime.now(UTC).timestamp()
    assert 119 * 60 < ends_s <= 120 * 60
    assert ada.member.id not in server["username"]
    assert opaque != second["ice_servers"][0]["username"].split(":")[1]
    mac = hmac.new(b"the-shared-secret", server["username"].encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(mac).decode()


async def test_a_cross_site_page_cannot_open_our_socket(house: House) -> None:
    ada = await house.guest(house.circle.participants[0])
    for origin in (
        "https://evil.example",
        house.origin.replace("http", "https"),
        house.origin + ".evil.example",
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await ada.socket(origin=origin)
        assert refused.value.status == 403


async def test_tickets_of_one_person_are_limited_but_not_those_of_a_network(houses: OpenHouse) -> None:
    house = await houses(participants=9)
    ada = await house.guest(house.circle.participants[0])
    statuses = [(await ada.ticket())[0]]
    while statuses[-1] == 200:
        statuses.append((await ada.ticket())[0])
    assert statuses[-1] == 429
    assert len(statuses) > TICKETS
    for member in house.circle.participants[1:]:
        guest = await house.guest(member)
        status, _ = await guest.ticket()
        assert status == 200
