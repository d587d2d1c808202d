"""Groups, their people and their links at the shell, for a house that has no coordinator's pages yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

import store.enrol
import store.groups
import store.people
from care.timetable import weekly
from store.groups import Member
from store.sealing import Keys

ROLES = ("participant", "facilitator", "coordinator")
SEATS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """What a group needs: weekly sessions at one local time."""

    title: str
    first: datetime
    """Local wall time of session 1, without offset; `zone` says where."""
    zone: str
    sessions: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A person who gets a place in a group."""

    role: str
    name: str
    contact: str
    emergency: str
    locale: str


class GroupRefused(Exception):
    """A group cannot take this; the text says why."""


async def create(tx: AsyncConnection, new: NewGroup, now: datetime) -> str:
    """The new group's id. Sessions keep their local time of day when summer time begins or ends."""
    group = await store.groups.create_group(tx, new.title, new.zone, new.sessions, now, minutes=new.minutes)
    for ordinal, starts_at in enumerate(weekly(new.first, ZoneInfo(new.zone), new.sessions), 1):
        ends_at = starts_at + timedelta(minutes=new.minutes)
        await store.groups.create_session(tx, group, ordinal, starts_at, ends_at, new.zone)
    return group


async def enrol(tx: AsyncConnection, keys: Keys, group: str, newcomer: Newcomer, now: datetime) -> Member:
    """The new member on the lowest free seat; a coordinator has none. Raises GroupRefused."""
    if newcomer.role not in ROLES:
        raise GroupRefused(f"{newcomer.role} is no role; roles are {', '.join(ROLES)}")
    found = await store.groups.find_group(tx, group)
    if found is None:
        raise GroupRefused(f"there is no group {group}")
    if newcomer.role == "participant" and (late := await store.enrol.closed(tx, group, now)) is not None:
        raise GroupRefused(str(late))
    taken = {member.seat for member in await store.groups.members(tx, group)}
    free = [seat for seat in range(SEATS) if seat not in taken]
    if newcomer.role != "coordinator" and not free:
        raise GroupRefused(f"all {SEATS} seats of this group are taken")
    try:
        person = await store.people.create(
            tx,
            keys,
            newcomer.name,
            newcomer.contact,
            newcomer.emergency,
            found.zone,
            newcomer.locale,
            now,
        )
    except ValueError as refused:
        raise GroupRefused(str(refused)) from None
    seat = None if newcomer.role == "coordinator" else free[0]
    return await store.groups.add_member(tx, group, person, newcomer.role, seat, now)
