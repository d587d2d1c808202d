"""Whether the question about thoughts of death may be asked now: only where there is a chain, while somebody
reads the answers, and while the clock that calls them goes."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from care.delivery import Channel
from care.safety import PACES, Level
from store import alerts, on_call, ticks

STALE = timedelta(seconds=60)
TICKS = ("clock", "escalation")
"The ticks of the scheduler without which nobody is called."
AHEAD = PACES[Level.URGENT].acknowledge
"So long before the end of staffed hours the question is asked no more: its answer is taken on within them."


async def item9_open(tx: AsyncConnection, group_id: str, now: datetime) -> bool:
    """Whether item 9 is shown now in this group. Elsewhere items 1 to 8 are."""
    if await phq_version(tx, group_id, now) != "phq9" or not await ticking(tx, now):
        return False
    return (await on_call.rota(tx)).calendar.is_open(now, AHEAD)


async def phq_version(tx: AsyncConnection, group_id: str, now: datetime) -> str:
    """ "phq9" where the service asks for it, has a chain, and the group a facilitator; "phq8" elsewhere."""
    wanted = await on_call.rota(tx)
    if not wanted.phq9 or not await led(tx, group_id):
        return "phq8"
    return "phq9" if await on_call.is_chain(tx, wanted, now) else "phq8"


async def ticking(tx: AsyncConnection, now: datetime) -> bool:
    """Whether the scheduler ticked within the last minute, its escalation too, and an alert could go out."""
    last = await ticks.last(tx)
    fresh = {name for name, at in last.items() if now - at < STALE}
    return fresh.issuperset(TICKS) and not fresh.isdisjoint(Channel)


async def led(tx: AsyncConnection, group_id: str) -> bool:
    """Whether the group has a facilitator who could be told."""
    return bool(await alerts.of_role(tx, group_id, "facilitator"))
