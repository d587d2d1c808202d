"""What people do in a programme: a coordinator, a member, each as the pages would do it for them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import store.pauses
import store.people_own
from care import changes
from care.series import Plan
from store import absence
from tests.bench.programme import Act, Group


def on(zone: str, when: str) -> datetime:
    """A local minute as an instant."""
    return datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def says_away(name: str, day: str) -> Act:
    """A member says that they cannot come to the session on this local date."""

    async def act(group: Group) -> None:
        session = await group.session_on(day)
        member = group.members[name].id
        async with group.world.db.write() as tx:
            await absence.give(tx, group.world.keys, member, session, "ill", "", member, group.now)

    return act


def moves(ordinal: int, to: str) -> Act:
    """A session gets another local time."""
    return lambda group: group.change(changes.move, ordinal, datetime.fromisoformat(to))


def cancels_and_adds(ordinal: int) -> Act:
    """A session is cancelled and one is added at the end."""

    async def act(group: Group) -> None:
        script = group.script
        plan = Plan(zone=script.zone, first_local=script.first, count=script.count)
        await group.change(changes.cancel_append, ordinal, plan)

    return act


def cancels(ordinal: int) -> Act:
    """A session is cancelled and the group has one less."""
    return lambda group: group.change(changes.cancel, ordinal)


def leaves(name: str) -> Act:
    """A member leaves the group."""

    async def act(group: Group) -> None:
        world = group.world
        async with world.db.write() as tx:
            by = group.members["Cory"].id
            assert await store.pauses.leave(
                tx, world.keys, group.members[name].id, "own_choice", "none", by, group.now
            )

    return act


def comes_back(name: str) -> Act:
    """A member who left has a place again."""

    async def act(group: Group) -> None:
        world = group.world
        async with world.db.write() as tx:
            by = group.members["Cory"].id
            await store.pauses.come_back(tx, world.keys, group.members[name].id, by, group.now)

    return act


def pauses(name: str, since: datetime, until: datetime) -> Act:
    """A pause is agreed."""

    async def act(group: Group) -> None:
        world = group.world
        async with world.db.write() as tx:
            by, who = group.members["Cory"].id, group.members[name].id
            await store.pauses.pause(tx, world.keys, who, since, until, "bereavement", by, group.now)

    return act


def lives_by(name: str, zone: str) -> Act:
    """A member says that they live in another zone."""

    async def act(group: Group) -> None:
        world, member = group.world, group.members[name]
        async with world.db.write() as tx:
            await store.people_own.change(
                tx,
                world.keys,
                member.person,
                by=member.id,
                role="participant",
                now=group.now,
                zone=zone,
                group=group.id,
            )

    return act
