"""Closes sessions and individual meetings whose time is over: state, one proposal per participant, the
check-ins that open.

The server ends a room by its own deadline. Whichever of the two comes first, the result is the same: the
state changes once, and proposals are computed again while late facts still arrive.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.attendance
import store.groups
import store.openable
import store.plan
import store.rooms
from scheduler import observe
from scheduler.observe import Metrics
from store import duties, proposing, tasks
from store.database import Database
from store.groups import Session

log = logging.getLogger(__name__)

FACTS_ARRIVE_FOR = timedelta(minutes=15)  # a server that was away writes its last facts when it is back


async def tick(db: Database, metrics: Metrics, now: datetime) -> None:
    """Closes what is over; proposes again for what was closed lately. A poisoned session stops no other."""
    async with db.read() as tx:
        due = [*await store.groups.due_to_close(tx, now), *await store.openable.due_to_close(tx, now)]
        since = now - FACTS_ARRIVE_FOR
        # A clock that was set back does not see what it closed before: to it, nobody would have come yet.
        lately = [
            *await store.groups.closed_between(tx, since, now),
            *await store.openable.closed_between(tx, since, now),
        ]
    for session in due:
        async with alone(session, "close_failed", "A session could not be closed"):
            async with db.write() as tx:
                closed = await close(tx, session, now)
            if closed:
                metrics.sessions_closed.inc()
                log.info("A session is closed", extra={"action": "session_closed", "session": session.id})
    for session in lately:
        async with alone(session, "propose_failed", "Proposals could not be renewed"):
            await propose_again(db, session, now)


@asynccontextmanager
async def alone(session: Session, action: str, words: str) -> AsyncIterator[None]:
    """The border of one session: what fails inside is logged and reaches no other session."""
    try:
        yield
    except Exception as failure:
        log.error(words, extra={"action": action, "session": session.id, **observe.told(failure)})


async def close(tx: AsyncConnection, session: Session, now: datetime) -> bool:
    """True when this call closed the session; all that follows from it is in the same transaction."""
    if not await record(tx, session, now):
        return False
    await store.plan.reconcile(tx, session.group, now)
    return True


async def record(tx: AsyncConnection, session: Session, now: datetime) -> bool:
    """The closing without what it opens, for sessions that are long over."""
    await tasks.hold(tx, session.group)
    if not await store.groups.set_session_state(tx, session.id, "closed", now):
        return False
    await store.rooms.end(tx, session.id, now)
    await proposing.propose(tx, session, now)
    await duties.renew(tx, session.group, now)
    return True


async def propose_again(db: Database, session: Session, now: datetime) -> None:
    """Stores new proposals where facts that came late change them; otherwise only reads."""
    async with db.read() as tx:
        stored = {one.member: one for one in await store.attendance.proposals(tx, session.id)}
        # A session closed by hand without proposals, such as one from before the members came, stays without.
        if not stored:
            return
        fresh = {one.member: one for one in await proposing.proposals(tx, session, now)}
    if fresh != stored:
        async with db.write() as tx:
            await tasks.hold(tx, session.group)
            await proposing.propose(tx, session, now)
            await duties.renew(tx, session.group, now)
