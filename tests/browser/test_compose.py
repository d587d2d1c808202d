"""docker-compose.yml works: its processes carry the first thread, over TURN too, and outlive Redis."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from command import certificate, demo, ready
from command.link_sheet import RoomLinks
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from tests.browser import containers, figures, thread
from tests.browser.containers import Compose
from tests.browser.thread import Visit, all_see_and_hear
from tests.services.redis_server import RedisServer

EVENING = timedelta(minutes=1.5)
RELAY_ONLY = """
(() => {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(options) { super({ ...options, iceTransportPolicy: 'relay' }); }
  };
})();
"""


@dataclass(frozen=True)
class Clinic:
    """The running services and the people of one group."""

    state: StoreSettings
    redis: RedisServer
    room: dict[str, Any]


def as_room(links: RoomLinks) -> dict[str, Any]:
    people = {
        role: [vars_of(one) for one in getattr(links, role)]
        for role in ("coordinator", "facilitators", "participants")
    }
    return {"session": links.session, "ends_at": links.ends_at.isoformat(), **people}


def vars_of(one: Any) -> dict[str, str]:
    return {name: getattr(one, name) for name in ("member", "place", "name", "link")}


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(tmp_path, empty_postgres_url: str, own_redis: RedisServer) -> AsyncIterator[Clinic]:
    if shutil.which("turnserver") is None:
        pytest.skip("NOT RUN: coturn is not installed")
    page, inner, metrics, media, turn = containers.free_ports(5)
    secrets = containers.make_secrets(tmp_path)
    (secrets / "database_url").write_text(empty_postgres_url)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    compose = Compose(
        containers.read(),
        {
            "${HOST:?the name people type}": f"localhost:{page}",
            "${HOST}:3478": f"127.0.0.1:{turn}",
            "${HOST}": "localhost",
            "${PUBLIC_ADDRESS:?the address that reaches this machine}": "127.0.0.1",
            "${PUBLIC_ADDRESS}": "127.0.0.1",
            "${SMTP_HOST:?the mail server}": "localhost",
            "${SMTP_USERNAME:?the account at the mail server}": "rooms",
            "${MAIL_FROM:?the sender of mail, one address}": "Appointments <appointments@example.org>",
            "0.0.0.0:8080": f"127.0.0.1:{inner}",
            "0.0.0.0:9090": f"127.0.0.1:{metrics}",
            "40000": str(media),
            "redis://redis:6379/0": own_redis.url(0),
            "/run/secrets": str(secrets),
            "/var/lib/ipt-rooms": str(state),
        },
    )
    (secrets / "smtp_password").write_text("unused")
    site = f"https://localhost:{page}"
    settings = StoreSettings(data_dir=state, database_url=empty_postgres_url)
    await containers.run_to_end(compose.command("migrate"), compose.environment("migrate"))
    links = await people_of(settings, site)
    made = certificate.make(tmp_path, "127.0.0.1", datetime.now(UTC))
    async with AsyncExitStack() as house:
        # coturn is told to refuse this machine's own addresses, where a test has everything.
        here = ["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={turn}"]
        loop = ["--allow-loopback-peers", "--allowed-peer-ip=127.0.0.1", "--cli-password=unused"]
        turnserver = ["turnserver", *compose.command("turn"), *here, *loop, f"--pidfile={tmp_path / 'pid'}"]
        await house.enter_async_context(containers.running(turnserver, {}, tmp_path / "turn.log"))
        for name in ("server", "scheduler"):
            words, environment = compose.command(name), compose.environment(name)
            await house.enter_async_context(containers.running(words, environment, tmp_path / "log"))
        await house.enter_async_context(containers.tls_proxy(made, page, inner))
        try:
            await ready.wait_until_ready(site, containers.READY_S)
            yield Clinic(settings, own_redis, as_room(links))
        except BaseException:
            print((tmp_path / "log").read_text()[-6000:])
            raise


async def people_of(settings: StoreSettings, site: str) -> RoomLinks:
    """A group whose session is open now."""
    plan = demo.Plan(base_url=site, members=4, began_ago=timedelta(seconds=5), lasts=EVENING)
    db = await Database.open(settings)
    try:
        (links,) = await demo.load(db, Keys.load(settings), plan, datetime.now(UTC))
    finally:
        await db.close()
    return links


async def test_the_first_thread_runs_over_turn_too_and_goes_on_when_redis_is_gone(
    visit: Visit, clinic: Clinic
):
    room = clinic.room
    trusting = {"ignore_https_errors": True}
    ada = await visit(room, "facilitators", **trusting)
    ben = await visit(room, "participants", 0, **trusting)
    cleo = await visit(room, "participants", 1, **trusting)
    await cleo.page.context.add_init_script(RELAY_ONLY)
    await ada.lead()
    for newcomer in (ben, cleo):
        await newcomer.knock()
        await ada.let_in(newcomer)
    await all_see_and_hear(ada, ben, cleo)
    assert (await figures.read(cleo.page)).pair["kind"] == "relay"

    clinic.redis.stop()

    await all_see_and_hear(ada, ben, cleo)
    await ada.tell("send-back", ben)
    await ada.confirm()
    await ben.is_at("lobby")
    await ada.press("admit", ben)
    await all_see_and_hear(ada, ben, cleo)
    await thread.until_end(room)
    await ada.open_panel()
    await ada.press("end")
    await ada.confirm()
    await ben.is_at("ended")
    await thread.closed(clinic.state, room["session"])
    await thread.assert_stored(clinic.state, room, (ben, cleo))
    nora = await visit(room, "coordinator", **trusting)
    await thread.assert_shown(nora, (ben, cleo), [room["participants"][2]["member"]])
