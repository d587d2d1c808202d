"""What a person decides about a message whose fate the machine does not know: again, or it was received."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit, chain
from store.ids import plausible
from store.sealing import Keys
from store.tables import outbox

OPEN_QUESTIONS = ("uncertain", "failed")
RECEIVED = "received"


class Choice(StrEnum):
    """What somebody says about a message."""

    AGAIN = "again"  # it may then arrive twice
    RECEIVED = RECEIVED


async def decide(
    tx: AsyncConnection,
    keys: Keys,
    message: str,
    choice: Choice,
    now: datetime,
    *,
    by: str,
    role: str,
    group: str | None = None,
) -> bool:
    """Records the decision in the audit; False when the message is no open question, or is too late to send.
    One that failed can be sent again, not declared received."""
    await chain.hold(tx)
    if not plausible(message):
        return False
    again = choice is Choice.AGAIN
    statement = update(outbox).where(outbox.c.id == message)
    if again:
        statement = statement.where(outbox.c.state.in_(OPEN_QUESTIONS), outbox.c.expires_at > now).values(
            state="pending", repeats=outbox.c.repeats + 1, due_at=now, finished_at=None
        )
    else:
        statement = statement.where(outbox.c.state == "uncertain").values(state="sent", result=RECEIVED)
    if (await tx.execute(statement)).rowcount != 1:
        return False
    person = (await tx.execute(select(outbox.c.person).where(outbox.c.id == message))).scalar_one()
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="message_decided",
        object=f"message:{message}",
        group=group,
        reason=choice.value,
        person=person,
        now=now,
    )
    return True
