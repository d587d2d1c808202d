"""Two processes of the operating system work on one group at once: nothing is lost, nothing is doubled."""

import asyncio
import sys
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine

from care import changes
from care.contract import Terms
from store import audit, contracts, date_rows, dates, decided, ledger
from store import tables as t
from store.database import Database
from tests.services.circle import NOW, make_circle
from tests.services.evenings import LASTS, later, over

ROUNDS = 8
COLLEAGUE = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from care import changes
from care.verdict import Status
from store import dates, decisions
from store.conflict import Conflict
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings


async def moved(database, keys, group, ordinal, now, by):
    while True:
        async with database.read() as tx:
            held, number = await dates.series(tx, group), await dates.revision(tx, group)
        own = next(one for one in held if one.ordinal == ordinal)
        minutes = 1 if own.local.minute == 0 else -1
        preview = changes.move(held, ordinal, own.local + timedelta(minutes=minutes), now=now)
        try:
            async with database.write() as tx:
                made = await dates.apply(tx, keys, group, preview, by, "ill", now, number)
        except Conflict:
            continue
        print("change", made.id, flush=True)
        return


async def main(data_dir, url, group, session, member, by, ordinal, rounds, now):
    settings = StoreSettings(data_dir=Path(data_dir), database_url=url or None)
    database, keys = await Database.open(settings), Keys.load(settings)
    for number in range(rounds):
        await moved(database, keys, group, ordinal, now, by)
        status = ("no_show", "attended")[number % 2]
        async with database.write() as tx:
            one = await decisions.decide(
                tx, keys, session, member, status, "facilitator_saw", "", by, "facilitator", now,
                f"form-{number}",
            )
        print("decision", one.id, flush=True)
    await database.close()


given = sys.argv[1:]
asyncio.run(main(*given[:6], int(given[6]), int(given[7]), datetime.fromisoformat(given[8])))
"""


async def colleague(settings, circle, ordinal, now):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        COLLEAGUE,
        str(settings.data_dir),
        settings.database_url or "",
        circle.group,
        circle.session,
        circle.participants[0].id,
        circle.facilitator.id,
        str(ordinal),
        str(ROUNDS),
        now.isoformat(),
        stdout=asyncio.subprocess.PIPE,
    )


async def told(processes):
    """What the processes said they had done, by kind."""
    said = {"change": [], "decision": []}
    for process in processes:
        out, _ = await process.communicate()
        assert process.returncode == 0
        for line in out.decode().splitlines():
            kind, one = line.split()
            said[kind].append(one)
    return said


async def test_two_processes_change_dates_and_decide_and_everything_they_said_is_there_once(
    store_settings, database, keys
):
    now = NOW + LASTS + timedelta(hours=1)
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0].id
        await over(tx, circle.session, {ada: (0, 90)})
        for ordinal in (2, 3, 4):
            await later(tx, circle, ordinal, NOW + timedelta(days=7 * (ordinal - 1)))
    said = await told([await colleague(store_settings, circle, ordinal, now) for ordinal in (2, 4)])
    async with database.read() as tx:
        made = await dates.changes(tx, circle.group, limit=100)
        history = await decided.history(tx, circle.session, ada)
        entries = await ledger.of_member(tx, ada)
        revision = await dates.revision(tx, circle.group)
        held = await dates.series(tx, circle.group)
        lines = [one.action for one in await audit.of_group(tx, circle.group, limit=1000)]
        moved = t.outbox.c.kind == "session_moved"
        messages = (await tx.execute(select(func.count()).select_from(t.outbox).where(moved))).scalar_one()
        assert await audit.verify(tx, keys) is None
    assert sorted(one.id for one in made) == sorted(said["change"])
    assert [one.revision for one in made] == list(range(2 * ROUNDS, 0, -1))
    assert revision == 2 * ROUNDS
    # Moved there and back an even number of times: nobody's change was made on top of an old state.
    assert [one.starts_at for one in held] == [NOW + timedelta(days=7 * number) for number in range(4)]
    assert [one.sequence for one in held] == [0, ROUNDS, 0, ROUNDS]
    assert messages == 3 * 2 * ROUNDS
    assert lines.count("dates_move") == 2 * ROUNDS
    # Both sent the same forms: each counts once, and both were answered with the same decision.
    assert len(history) == ROUNDS
    assert set(said["decision"]) == {one.id for one in history}
    assert len(said["decision"]) == 2 * ROUNDS
    misses = sum(one.amount for one in entries)
    assert misses == (1 if history[-1].status == "no_show" else 0)


async def audited(begin, keys):
    """Eight tasks append one line each; gives how many lines were acknowledged and how many there are."""

    async def one():
        async with begin() as tx:
            await audit.append(tx, keys, actor="a", role="command", action="acted", object="it", now=NOW)

    done = await asyncio.gather(*(one() for _ in range(8)), return_exceptions=True)
    async with begin() as tx:
        lines = (await tx.execute(select(func.count()).select_from(t.audit))).scalar_one()
    return sum(one is None for one in done), lines


async def test_eight_lines_at_once_are_all_written(database, keys):
    assert await audited(database.write, keys) == (8, 8)


async def test_with_the_drivers_own_transactions_some_would_not_be(sqlite_settings, keys_of):
    """Why writers say BEGIN IMMEDIATE. When this fails, the driver has changed."""
    plain = create_async_engine(sqlite_settings.url)
    acknowledged, lines = await audited(plain.begin, keys_of(sqlite_settings))
    await plain.dispose()
    assert lines == acknowledged < 8


async def test_two_coordinators_who_offer_move_and_enrol_at_once_leave_one_state(database, keys):
    terms = Terms(zone="Europe/Berlin", first_local=(NOW + timedelta(days=7)).replace(tzinfo=None))
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        await contracts.offer(tx, keys, circle.group, terms, "one", NOW, 0)
        await later(tx, circle, 2, NOW + timedelta(days=7))

    async def offer(by):
        async with database.write() as tx:
            return await contracts.offer(tx, keys, circle.group, terms, by, NOW, 1)

    async def move(by):
        async with database.read() as tx:
            held = await dates.series(tx, circle.group)
        own = next(one for one in held if one.ordinal == 2)
        preview = changes.move(held, 2, own.local + timedelta(hours=1), now=NOW)
        async with database.write() as tx:
            return await dates.apply(tx, keys, circle.group, preview, by, "ill", NOW, 0)

    done = await asyncio.gather(
        *(work(by) for work in (offer, move) for by in ("one", "two")), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == [
        "Change",
        "Conflict",
        "Conflict",
        "ContractVersion",
    ]
    async with database.read() as tx:
        assert [one.number for one in await contracts.versions(tx, circle.group)] == [1, 2]
        assert await dates.revision(tx, circle.group) == 1
        assert date_rows.document(await dates.series(tx, circle.group)) == date_rows.document(
            await dates.annex(tx, circle.group, 1)
        )
        assert await audit.verify(tx, keys) is None


async def test_two_connections_queue_for_one_group_and_do_not_deadlock(store_settings, database, keys):
    """A second process beside a server, as `ipt-rooms` at the shell is one."""
    other = await Database.open(store_settings)
    try:
        async with database.write() as tx:
            circle = await make_circle(tx, keys)
        terms = Terms(zone="Europe/Berlin", first_local=(NOW + timedelta(days=7)).replace(tzinfo=None))

        async def offer(where, expected):
            async with where.write() as tx:
                return await contracts.offer(tx, keys, circle.group, terms, "one", NOW, expected)

        async with asyncio.timeout(30):
            done = await asyncio.gather(
                *(offer(where, 0) for where in (database, other) * 4), return_exceptions=True
            )
        assert sum(isinstance(one, contracts.ContractVersion) for one in done) == 1
        assert sum(isinstance(one, contracts.Conflict) for one in done) == 7
    finally:
        await other.close()
