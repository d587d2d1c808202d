"""The contract as attendance needs it: the numbers in force for a group at one moment."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.phases import Phases
from care.policy import Policy
from care.standing import Numbers
from care.thresholds import Rules, rules
from store import contracts
from store.tables import group


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What is judged by. `offered` is the newest version's id, None while there is no contract; then the
    defaults hold. `phases` is None where nobody has agreed on any."""

    policy: Policy
    rules: Rules
    phases: Phases | None
    offered: str | None
    sign_by: datetime | None = None  # when the newest version takes effect
    quorum: int = 3

    @property
    def numbers(self) -> Numbers:
        """The numbers about missing sessions."""
        return self.rules.numbers


async def of_group(tx: AsyncConnection, group_id: str, now: datetime) -> Promised:
    """The contract in force: the newest version whose notice is over, the oldest while none is. Raises
    LookupError for no such group."""
    found = (await tx.execute(select(group.c.zone, group.c.sessions).where(group.c.id == group_id))).first()
    if found is None:
        raise LookupError("no such group")
    versions = await contracts.versions(tx, group_id)
    if not versions:
        agreed = Rules(numbers=Numbers(sessions=found.sessions), zone=found.zone)
        return Promised(policy=Policy(), rules=agreed, phases=None, offered=None)
    known = [one for one in versions if one.notice_until <= now] or versions[:1]
    terms = known[-1].terms
    agreed = rules(terms)
    return Promised(
        policy=terms.policy(f"contract.{known[-1].number}"),
        # A session that is cancelled for good is gone at once; the amendment that says so takes its time.
        rules=replace(agreed, numbers=replace(agreed.numbers, sessions=found.sessions)),
        phases=terms.phases,
        offered=versions[-1].id,
        sign_by=versions[-1].notice_until,
        quorum=terms.quorum,
    )
