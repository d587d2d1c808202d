"""The guard of every `access_*` function: who asks, about whose data, in which group."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.roles import Action, may
from store.tables import member, session

# The scheduler writes to people; it has no place in a group.
PROCESSES = {"scheduler": frozenset({Action.SEE_CONTACT})}


class NotAllowed(LookupError):
    """This actor may not do this to this person's data. Shown as "not found": a refusal says nothing about
    anybody."""


async def by_person(tx: AsyncConnection, actor: str, action: Action, person: str) -> None:
    """Nothing, when the actor is a process or a present member of one of the person's groups that may do
    this. Raises NotAllowed."""
    if action in PROCESSES.get(actor, frozenset()):
        return
    other = member.alias()
    roles = await tx.execute(
        select(member.c.role)
        .join(other, other.c.group == member.c.group)
        .where(member.c.id == actor, member.c.left_at.is_(None), other.c.person == person)
    )
    if not any(may(role, action) for role in roles.scalars()):
        raise NotAllowed(action.value)


async def by_session(
    tx: AsyncConnection, actor: str, action: Action, session_id: str, member_id: str
) -> None:
    """Nothing, when the actor is a present member of the session's group that may do this, and the other
    belongs to the same group; an individual meeting is about its own member alone. Raises NotAllowed."""
    other = member.alias()
    roles = await tx.execute(
        select(member.c.role)
        .join(other, other.c.group == member.c.group)
        .join(session, or_(session.c.group == member.c.group, session.c.member == other.c.id))
        .where(
            session.c.id == session_id,
            member.c.id == actor,
            member.c.left_at.is_(None),
            other.c.id == member_id,
        )
    )
    if not any(may(role, action) for role in roles.scalars()):
        raise NotAllowed(action.value)
