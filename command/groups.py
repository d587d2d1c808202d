"""Groups, their people and their links at the shell, for a house that has no coordinator's pages yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """What a group needs: weekly sessions at one local time."""

    title: str
    first: datetime
    """Local wall time of session 1, without offset; `zone` says where."""
    zone: str
    sessions: int
    minutes: int


async def create(tx: AsyncConnection, new: NewGroup, now: datetime) -> str:
    """The new group's id. Sessions keep their local time of day when summer time begins or ends."""
    group = await store.groups.create_group(tx, title=new.title, zone=new.zone, count=new.sessions, now=now)
    zone = ZoneInfo(new.zone)
    for ordinal in range(1, new.sessions + 1):
        local = new.first + timedelta(weeks=ordinal - 1)
        starts_at = local.replace(tzinfo=zone)
        await store.groups.create_session(
            tx,
            group=group,
            ordinal=ordinal,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=new.minutes),
            zone=new.zone,
        )
    return group
