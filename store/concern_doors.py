"""Who may open a concern: facilitators of the member's group, and the clinicians who were called about this
one. Nobody else, whatever their account; a clinician's other way in is emergency access."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.roles import Action, may
from store import alerts, on_call
from store.concern_rows import Concern, find
from store.doors import NotAllowed
from store.tables import alert, member, staff

FACILITATOR, ON_CALL = "facilitator", "on_call"


async def of_staff(tx: AsyncConnection, concern_id: str, person: str) -> Concern:
    """The concern, for a person who may open it. Raises NotAllowed."""
    return (await opened_by(tx, concern_id, person))[0]


async def opened_by(tx: AsyncConnection, concern_id: str, person: str) -> tuple[Concern, str]:
    """The concern and as what this person opens it: `facilitator` or `on_call`. Raises NotAllowed."""
    found = await find(tx, concern_id)
    if found is not None and await leads(tx, found.group, person):
        return found, FACILITATOR
    if found is not None and await was_called(tx, found.id, person):
        return found, ON_CALL
    raise NotAllowed("concern")


async def leads(tx: AsyncConnection, group_id: str, person: str) -> bool:
    """Whether the person is a present facilitator of the group."""
    roles = await tx.execute(
        select(member.c.role).where(
            member.c.group == group_id, member.c.person == person, member.c.left_at.is_(None)
        )
    )
    return any(may(role, Action.READ_CONCERN) for role in roles.scalars())


async def was_called(tx: AsyncConnection, concern_id: str, person: str) -> bool:
    """Whether a clinician with an open account was told of this concern."""
    rows = await tx.execute(
        select(alert.c.id)
        .join(staff, staff.c.person == alert.c.person)
        .where(
            alert.c.concern == concern_id,
            alert.c.kind == "concern",
            alert.c.person == person,
            staff.c.clinician,
            staff.c.disabled_at.is_(None),
        )
        .limit(1)
    )
    return rows.first() is not None


async def could_take(tx: AsyncConnection, about: Concern) -> list[str]:
    """To whom it can be handed on, by person: the group's facilitators, the chain, the lead."""
    rota = await on_call.rota(tx)
    able = await on_call.able(tx)
    named = [one.staff for one in rota.chain.people] + [rota.chain.lead]
    called = await on_call.people(tx, [one for one in named if one in able])
    facilitators = await alerts.of_role(tx, about.group, "facilitator")
    return list(dict.fromkeys([*facilitators, *(called[one] for one in named if one in called)]))
