import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.request import urlopen

import pytest

import scheduler.main
import store.delivered
import store.doorstep
import store.groups
import store.signals
import store.ticks
from scheduler import retention
from scheduler.main import Scheduler
from scheduler.observe import Metrics
from scheduler.settings import SchedulerSettings
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from tests.scheduler import house
from tests.scheduler.house import END, House


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Returns when the condition holds; the test's own limit ends the wait."""
    async with asyncio.timeout(20):
        while not await true():
            await asyncio.sleep(0.05)


async def test_a_whole_run_closes_the_session_and_delivers_the_invitations(
    store_settings: StoreSettings, database: Database, keys: Keys
) -> None:
    over = datetime.now(UTC) - timedelta(hours=2)
    home = await house.build(database, keys, start=over.replace(microsecond=0))
    await home.held()
    stop = asyncio.Event()
    settings = SchedulerSettings(mode="demo", tick_s=0.2)
    running = asyncio.create_task(scheduler.main.run(settings, store_settings, stop))

    async def delivered() -> bool:
        async with database.read() as tx:
            kinds = [one.kind for one in await store.delivered.listing(tx, keys)]
            return kinds == ["checkin_invitation"] * 2 and {"clock", "mail"} <= set(
                await store.ticks.last(tx)
            )

    await until(delivered)
    stop.set()
    await running
    assert (await home.now_session()).state == "closed"


async def test_alerts_go_on_while_the_wall_clock_is_in_doubt_and_other_messages_do_not(home: House) -> None:
    made = Scheduler(SchedulerSettings(), home.db, home.keys)
    always = {tick.name for tick in made._table(timedelta(seconds=1)) if tick.always}
    assert {"heartbeat", "alerts"} <= always
    assert not {"outbox", "plan", "checkins", "retention"} & always


async def test_without_mail_the_clock_beats_and_mail_does_not(home: House) -> None:
    made = Scheduler(SchedulerSettings(), home.db, home.keys)
    await made.beat(END)
    async with home.db.read() as tx:
        assert set(await store.ticks.last(tx)) == {"clock"}


async def test_a_person_accepts_a_leap_by_a_signal(home: House) -> None:
    made = Scheduler(SchedulerSettings(mode="demo"), home.db, home.keys)
    await made.beat(END)
    made.clock.leap = timedelta(days=1)
    await made.beat(END)
    async with home.db.write() as tx:
        await store.signals.put(tx, "clock", {"what": "accept"}, END)
    await made.beat(END)
    assert made.clock.leap is None


async def test_the_metrics_are_on_their_own_address_and_name_nobody(
    store_settings: StoreSettings, database: Database
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    stop = asyncio.Event()
    settings = SchedulerSettings(tick_s=0.2, scheduler_metrics_bind=f"127.0.0.1:{port}")
    running = asyncio.create_task(scheduler.main.run(settings, store_settings, stop))

    def fetched() -> str:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            assert answer.status == HTTPStatus.OK
            return str(answer.read().decode())

    async def shown() -> bool:
        try:
            return 'ipt_tick_runs_total{outcome="done",tick="outbox"}' in await asyncio.to_thread(fetched)
        except OSError:
            return False

    await until(shown)
    stop.set()
    await running


async def test_doorstep_answers_are_gone_after_seventy_two_hours(home: House) -> None:
    ada = home.members["Ada"]
    async with home.db.write() as tx:
        await store.doorstep.put(tx, home.keys, home.session, ada.id, "at home", "1", True, True, END)
    for hours, left in ((71, 1), (72, 0)):
        await retention.tick(home.db, Metrics(), END + timedelta(hours=hours))
        async with home.db.read() as tx:
            assert len(await store.doorstep.answered(tx, home.session)) == left


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IPT_TICK_S", "0"),
        ("IPT_SMTP_PORT", "70000"),
        ("IPT_SMTP_SECURITY", "ssl"),
        ("IPT_MAIL_FROM", "not an address"),
        ("IPT_MAIL_DAILY_CAP", "0"),
        ("IPT_MODE", "play"),
    ],
)
def test_a_bad_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name.removeprefix("IPT_").lower()):
        SchedulerSettings()


def test_the_password_may_stand_in_a_file_and_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    secret = f"{tmp_path}/password"
    with open(secret, "w") as file:
        file.write("correct horse\n")
    monkeypatch.setenv("IPT_SMTP_PASSWORD_FILE", secret)
    monkeypatch.setenv("IPT_SMTP_USERNAME", "clinic")
    settings = SchedulerSettings()
    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == "correct horse"
    assert "correct horse" not in repr(settings)


def test_a_name_without_a_password_is_refused() -> None:
    with pytest.raises(ValueError, match="IPT_SMTP_PASSWORD"):
        SchedulerSettings(smtp_username="clinic")
