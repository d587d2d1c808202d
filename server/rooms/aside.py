"""Effects that need the database and must not hold up a room: doorstep answers in, emergency sheets out."""

import logging
from collections.abc import Callable

import store.doorstep
from server.rooms.effects import KeepDoorstep, OpenSheet
from server.rooms.live_room import LiveRoom
from server.rooms.moment import Now, epoch_ms
from server.rooms.told import Notice, Sheet
from store.database import Database
from store.sealing import Keys

log = logging.getLogger(__name__)


async def perform(
    db: Database, keys: Keys, clock: Callable[[], Now], live: LiveRoom, effect: KeepDoorstep | OpenSheet
) -> None:
    """Performs one of them; a database that is away is logged, and a facilitator who waits is told."""
    try:
        if isinstance(effect, KeepDoorstep):
            await keep(db, keys, clock(), live.session, effect)
        else:
            live.tell(effect.socket, await sheet(db, keys, clock(), live.session, effect))
    except Exception as error:  # the border of a task beside the rooms: whoever waits for it is told
        log.error(
            "Doorstep answers were not available",
            extra={"action": "doorstep_failed", "error": type(error).__name__},
        )
        if isinstance(effect, OpenSheet):
            live.tell(effect.socket, Notice(code="no_sheet", words=""))


async def keep(db: Database, keys: Keys, now: Now, session: str, answers: KeepDoorstep) -> None:
    """Stores the answers, sealed."""
    async with db.write() as tx:
        await store.doorstep.put(
            tx,
            keys,
            session,
            answers.member,
            answers.where,
            answers.phone,
            answers.alone,
            answers.headphones,
            now.wall,
        )


async def sheet(db: Database, keys: Keys, now: Now, session: str, wanted: OpenSheet) -> Sheet:
    """The emergency sheet; the same transaction logs who opened it. Raises LookupError."""
    async with db.write() as tx:
        found = await store.doorstep.access_sheet(tx, keys, session, wanted.member, wanted.actor, now.wall)
    return Sheet(
        member=wanted.member,
        where=found.where or None,
        phone=found.phone or None,
        emergency=found.emergency or None,
        alone=found.alone,
        headphones=found.headphones,
        at_ms=epoch_ms(found.at) if found.at else None,
    )
