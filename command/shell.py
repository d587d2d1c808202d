"""How a command of the shell runs: settings checked first, one event loop, the database closed at the end."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import uvloop
from sqlalchemy.ext.asyncio import AsyncConnection

import store.schema
from command import configuration
from store.database import Database
from store.settings import StoreSettings


def go(work: Coroutine[Any, Any, object]) -> None:
    """Runs `work` to its end. Raises configuration.Unusable before it starts when a setting is refused."""
    try:
        configuration.check()
    except configuration.Unusable:
        work.close()
        raise
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


@asynccontextmanager
async def writing() -> AsyncIterator[AsyncConnection]:
    """One transaction on the configured database, committed when the block ends."""
    db = await Database.open(StoreSettings())
    try:
        await store.schema.check(db)
        async with db.write() as tx:
            yield tx
    finally:
        await db.close()
