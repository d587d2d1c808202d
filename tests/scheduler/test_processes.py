"""The scheduler as the operating system sees it: killed in the worst moment, and two of them at once."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from care.delivery import MessageKind
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from tests.scheduler import house, post_office
from tests.scheduler.house import House
from tests.scheduler.post_office import PostOffice

START_ONE = [sys.executable, "-c", "from command.main import run; run()", "scheduler"]


@asynccontextmanager
async def scheduler(settings: StoreSettings, office: PostOffice) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real scheduler process on these settings; killed at the end if it still runs."""
    mine = {
        "IPT_DATA_DIR": str(settings.data_dir),
        "IPT_TICK_S": "0.2",
        "IPT_BASE_URL": "https://rooms.example",
        "IPT_SMTP_HOST": "127.0.0.1",
        "IPT_SMTP_PORT": str(office.port),
        "IPT_SMTP_SECURITY": "none",
        "IPT_MAIL_FROM": "Appointments <appointments@clinic.example>",
    }
    if settings.database_url:
        mine["IPT_DATABASE_URL"] = settings.database_url
    process = await asyncio.create_subprocess_exec(
        *START_ONE,
        env={**{name: value for name, value in os.environ.items() if not name.startswith("IPT_")}, **mine},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def coming(database: Database, keys: Keys) -> House:
    """A group whose session is tomorrow on the real clock."""
    tomorrow = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    return await house.build(database, keys, start=tomorrow)


async def queue(home: House, count: int) -> list[str]:
    """That many links somebody asked for, due now."""
    now = datetime.now(UTC)
    return [
        await home.queue(
            ("Ada", "Ben")[number % 2], MessageKind.JOIN_LINK_AGAIN, now, None, home.start, number
        )
        for number in range(count)
    ]


async def taken(office: PostOffice, count: int) -> None:
    """Returns when the mail server has been handed that many texts."""
    async with asyncio.timeout(120):
        while len(office.took) < count:
            await asyncio.sleep(0.05)


async def test_killed_while_the_provider_accepts_it_repeats_once_under_the_same_message_id(
    store_settings: StoreSettings, database: Database, keys: Keys
) -> None:
    home = await coming(database, keys)
    (key,) = await queue(home, 1)
    async with post_office.opened() as office:
        office.silent = True
        async with scheduler(store_settings, office) as process:
            await taken(office, 1)
            process.send_signal(signal.SIGKILL)
            await process.wait()
        assert (await home.message(key)).state == "transmitting"
        office.silent = False
        sender = home.sender(office.transport(), office.settings())
        for minutes in (6, 7, 8):
            await sender.tick(datetime.now(UTC) + timedelta(minutes=minutes))
        row = await home.message(key)
        assert (row.state, row.repeats) == ("sent", 1)
        assert [mail["Message-ID"] for mail in office.took] == [row.message_id] * 2


async def test_two_schedulers_side_by_side_send_each_message_once(
    postgres_settings: StoreSettings,
) -> None:
    database = await Database.open(postgres_settings)
    try:
        home = await coming(database, Keys.load(postgres_settings))
        keys = await queue(home, 40)
        async with (
            post_office.opened() as office,
            scheduler(postgres_settings, office),
            scheduler(postgres_settings, office),
        ):
            await taken(office, 40)
            async with asyncio.timeout(120):
                while {(await home.message(key)).state for key in keys} != {"sent"}:
                    await asyncio.sleep(0.1)
        ids = [mail["Message-ID"] for mail in office.took]
        assert len(ids) == len(set(ids)) == 40
    finally:
        await database.close()


async def test_on_sqlite_a_second_scheduler_refuses_in_words(
    sqlite_settings: StoreSettings,
) -> None:
    database = await Database.open(sqlite_settings)
    try:
        home = await coming(database, Keys.load(sqlite_settings))
        await queue(home, 1)
        async with post_office.opened() as office, scheduler(sqlite_settings, office):
            await taken(office, 1)
            async with scheduler(sqlite_settings, office) as second:
                assert second.stderr is not None
                said = (await second.stderr.read()).decode()
                assert await second.wait() != 0
        assert "already running" in said
    finally:
        await database.close()


async def test_told_to_end_it_finishes_the_letter_in_its_hands(
    store_settings: StoreSettings, database: Database, keys: Keys
) -> None:
    home = await coming(database, keys)
    (key,) = await queue(home, 1)
    async with post_office.opened() as office:
        office.silent = True
        async with scheduler(store_settings, office) as process:
            await taken(office, 1)
            process.terminate()
            office.released.set()
            async with asyncio.timeout(20):
                assert await process.wait() == 0
    row = await home.message(key)
    assert (row.state, row.repeats) == ("sent", 0)
