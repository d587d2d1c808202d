"""What the staff does with a member's links; every act has its line in the history of the group."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit, chain, link_requests, links
from store.sealing import Keys


async def send(
    tx: AsyncConnection, keys: Keys, member_id: str, *, group: str, by: str, role: str, now: datetime
) -> bool:
    """Queues a fresh link to the address on file; False as `link_requests.resend`, and nothing is written."""
    await chain.hold(tx)
    if not await link_requests.resend(tx, member_id, now):
        return False
    await audit.append(
        tx, keys, actor=by, role=role, action="link_sent", object=f"member:{member_id}", group=group, now=now
    )
    return True


async def end_all(
    tx: AsyncConnection, keys: Keys, member_id: str, *, group: str, by: str, role: str, now: datetime
) -> int:
    """Ends every link and sign-in of a member; returns how many links ended."""
    await chain.hold(tx)
    ended = await links.revoke(tx, member_id, f"by the {role}", now)
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="links_ended",
        object=f"member:{member_id}",
        group=group,
        now=now,
    )
    return ended
