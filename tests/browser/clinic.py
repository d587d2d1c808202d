"""A real service that begins empty: `ipt-rooms serve` with its scheduler, a mail server, and a first link
from the shell."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Page
from sqlalchemy import update

import store.staff
from command import ready
from store import tables
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from tests.browser.house import END_S, READY_S, SHOWN, free_port
from tests.scheduler import post_office
from tests.scheduler.post_office import PostOffice
from tests.server import staff_desk

ADMIN = "vera@clinic.example"
NewPage = Callable[..., Awaitable[Page]]
"""A function that gives a person a browser of their own."""
MAIL_WITHIN_S = 60.0
TO_THE_GROUP = ("A message for you", "Your appointment", "Your link", "Please choose a time")
"""Subjects of the letters whose link opens the group. Others open a form and nothing else."""
TO_A_FORM = ("A form is waiting for you",)


@dataclass(frozen=True)
class Clinic:
    """One running service. `invitation` is the first admin's link."""

    base_url: str
    invitation: str
    state: StoreSettings
    office: PostOffice

    async def link_for(self, address: str, subjects: Sequence[str] = TO_THE_GROUP) -> str:
        """The personal link in the newest mail of these subjects to this address, once one has come."""
        async with asyncio.timeout(MAIL_WITHIN_S):
            while True:
                for number, to in reversed(list(enumerate(self.office.recipients))):
                    text = self._text(number, subjects) if to == address else ""
                    if found := re.search(r"https?://\S+/j#\S+", text):
                        return found[0]
                await asyncio.sleep(0.1)

    def _text(self, number: int, subjects: Sequence[str]) -> str:
        """What a letter of these subjects says; "" for any other letter."""
        if number >= len(self.office.took):
            return ""
        if self.office.took[number]["Subject"] not in subjects:
            return ""
        part = self.office.took[number].get_body(("plain",))
        return "" if part is None else str(part.get_content())

    async def employ(self, name: str) -> str:
        """The address of a new colleague whose account is complete: the usual password, the usual app."""
        keys, now = Keys.load(self.state), datetime.now(UTC)
        address = f"{name.lower()}-{now:%H%M%S%f}@clinic.example"  # nobody is employed twice
        db = await Database.open(self.state)
        try:
            async with db.write() as tx:
                made = await store.staff.create(
                    tx, keys, name=name, contact=address, zone="Europe/Berlin", locale="en", now=now
                )
                await store.staff.set_password(tx, keys, made.id, staff_desk.hashed(), now)
                await store.staff.set_totp(tx, keys, made.id, staff_desk.SECRET, 1, now)
        finally:
            await db.close()
        return address

    async def begin_now(self, session: str, lasts: timedelta) -> datetime:
        """Moves a session that nobody has entered to this moment and makes it short: no test waits for an
        hour. When it ends."""
        now = datetime.now(UTC)
        times = {"starts_at": now - timedelta(seconds=2), "ends_at": now + lasts}
        db = await Database.open(self.state)
        try:
            async with db.write() as tx:
                await tx.execute(update(tables.session).where(tables.session.c.id == session).values(times))
        finally:
            await db.close()
        return times["ends_at"]


@asynccontextmanager
async def open_clinic(folder: Path) -> AsyncIterator[Clinic]:
    """A service in `folder` with nobody in it yet; ended with the block."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    async with post_office.opened() as office:
        environment = {
            "IPT_DATA_DIR": str(folder / "data"),
            "IPT_BASE_URL": base_url,
            "IPT_BIND": f"127.0.0.1:{port}",
            "IPT_MEDIA_BIND": "127.0.0.1",
            "IPT_TICK_S": "1",
            "IPT_SMTP_HOST": "127.0.0.1",
            "IPT_SMTP_PORT": str(office.port),
            "IPT_SMTP_SECURITY": "none",
            "IPT_MAIL_FROM": "Appointments <appointments@clinic.example>",
            "IPT_MAIL_QUIET_FROM": "00:00",
            "IPT_MAIL_QUIET_UNTIL": "00:00",
        }
        await _shell(environment, "migrate")
        first = ("staff", "invite", "--admin", "--name", "Vera", "--address", ADMIN)
        invitation = (await _shell(environment, *first)).split()[-1]
        log = folder / "serve.log"
        process = await _start(environment, log)
        try:
            await ready.wait_until_ready(base_url, READY_S)
            yield Clinic(base_url, invitation, StoreSettings(data_dir=folder / "data"), office)
        except BaseException:
            print(log.read_text(errors="replace")[-SHOWN:])
            raise
        finally:
            await _end(process)


async def _shell(environment: Mapping[str, str], *words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "command.main", *words,
        env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, words
    return said.decode()


async def _start(environment: Mapping[str, str], log: Path) -> asyncio.subprocess.Process:
    with log.open("wb") as stream:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "command.main", "serve",
            env={**os.environ, **environment}, stdin=asyncio.subprocess.DEVNULL, stdout=stream, stderr=stream,
        )  # fmt: skip


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), END_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
