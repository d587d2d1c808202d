"""What browsers are told, and what a person sees when something is wrong."""

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import make_mocked_request

import store.ticks
from server.network import bucket_of, client_address, parse
from server.settings import ServerSettings
from store.database import READERS
from tests.server.house import Guest, House


async def test_every_answer_carries_the_same_guards(house: House) -> None:
    async with Guest(house, house.circle.participants[0]) as guest:
        for path in ("/", "/j", "/help", "/nothing-here", "/healthz"):
            async with guest.http.get(house.origin + path) as reply:
                policy = reply.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe-inline" not in policy
                assert "[" not in policy
                assert reply.headers["X-Content-Type-Options"] == "nosniff"
                assert reply.headers["Referrer-Policy"] == "no-referrer"
                assert reply.headers["Cross-Origin-Opener-Policy"] == "same-origin"
                assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
                assert reply.headers["Cache-Control"] == "no-store"
                assert "Server" not in reply.headers
                assert "camera=()" in reply.headers["Permissions-Policy"]


async def test_the_nonce_is_fresh_and_the_pages_own(house: House) -> None:
    async with Guest(house, house.circle.participants[0]) as guest:
        nonces = []
        for _ in range(2):
            async with guest.http.get(f"{house.origin}/j") as reply:
                found = re.search(r"'nonce-([^']+)'", reply.headers["Content-Security-Policy"])
                assert found is not None
                nonces.append(found[1])
                scripts = re.findall(r"<script[^>]*>", await reply.text())
                assert all(f'nonce="{found[1]}"' in script for script in scripts)
        assert nonces[0] != nonces[1]


async def test_camera_and_microphone_are_for_the_room_page_only(house: House) -> None:
    ada = await house.guest(house.circle.participants[0])
    async with ada.http.get(ada.page()) as reply:
        assert reply.status == 200
        assert "camera=(self)" in reply.headers["Permissions-Policy"]


async def test_what_is_not_there_is_a_calm_page(house: House) -> None:
    async with (
        Guest(house, house.circle.participants[0]) as guest,
        guest.http.get(f"{house.origin}/nothing-here") as reply,
    ):
        assert reply.status == 404
        assert reply.content_type == "text/html"
        assert reply.headers["X-Request-Id"]


async def test_without_a_sign_in_a_persons_pages_are_closed(house: House) -> None:
    async with Guest(house, house.circle.participants[0]) as guest:
        for path in (f"/s/{guest.place}/", f"/s/{guest.place}/room/{house.circle.session}", "/s/nobody/"):
            async with guest.http.get(house.origin + path) as reply:
                assert reply.status == 403


async def test_health_tells_what_is_missing(house: House) -> None:
    async with Guest(house, house.circle.participants[0]) as guest:
        async with guest.http.get(f"{house.origin}/healthz") as reply:
            assert reply.status == 200
        async with guest.http.get(f"{house.origin}/readyz") as reply:
            assert reply.status == 503
            checks = await reply.json()
    assert checks == {
        "database": True,
        "schema": True,
        "scheduler": False,
        "rooms": True,
        "live": True,
        "mail": False,
        "escalation": False,
        "retention_policy": False,
        "clock_steady": True,
    }


async def test_a_ticking_scheduler_makes_the_server_ready(house: House) -> None:
    async with house.db.write() as tx:
        await store.ticks.beat(tx, "clock", datetime.now(UTC))
        await store.ticks.beat(tx, "mail", datetime.now(UTC))
    async with (
        Guest(house, house.circle.participants[0]) as guest,
        guest.http.get(f"{house.origin}/readyz") as reply,
    ):
        assert reply.status == 200
        assert (await reply.json())["mail"]


async def test_crisis_pages_need_no_database(house: House) -> None:
    """Every connection to the database is taken, and stays so."""
    async with AsyncExitStack() as taken:
        for _ in range(READERS):
            await taken.enter_async_context(house.db.read())
        await taken.enter_async_context(house.db.write())
        for path in ("/help", "/help/de", "/healthz"):
            async with (
                asyncio.timeout(5),
                Guest(house, house.circle.participants[0]) as guest,
                guest.http.get(house.origin + path) as reply,
            ):
                assert reply.status == 200


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_may_say_who_comes(remote: str, forwarded: str, client: str) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded})
    request = request.clone(remote=remote)
    assert str(client_address(request, ("10.0.0.0/8",))) == client


def test_a_network_is_one_ipv4_address_or_one_ipv6_64() -> None:
    assert bucket_of(parse("203.0.113.9")) == "203.0.113.9"
    assert bucket_of(parse("::ffff:203.0.113.9")) == "203.0.113.9"
    assert (
        bucket_of(parse("2001:db8:1:2:3:4:5:6")) == bucket_of(parse("[2001:db8:1:2::9]")) == "2001:db8:1:2::"
    )
    assert bucket_of(None) == "unknown"


@pytest.mark.parametrize(
    "bad",
    [
        {"mode": "demo", "bind": "0.0.0.0:8080"},
        {"bind": "nowhere"},
        {"bind": "127.0.0.1:99999"},
        {"base_url": "ftp://rooms.example.org"},
        {"base_url": "https://rooms.example.org/path"},
        {"tls_cert": "cert.pem"},
        {"turn_urls": "turn:turn.example.org"},
        {"trusted_proxies": "not-a-network"},
        {"media_port": 70000},
    ],
)
def test_bad_settings_are_refused_at_the_start(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ServerSettings(**bad)


def test_a_secret_is_not_printed() -> None:
    settings = ServerSettings(turn_urls=("turn:turn.example.org",), turn_secret="findable")
    assert "findable" not in repr(settings)
