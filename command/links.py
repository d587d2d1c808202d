"""Personal links made at the shell: the only way a staff member comes in until there is a staff sign-in."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.links
from store.groups import Member

STAFF_LASTS = timedelta(hours=12)
PARTICIPANT_LASTS = timedelta(days=7)
STAFF = frozenset({"facilitator", "coordinator"})


class LinkRefused(Exception):
    """No link is made; the text says why."""


async def mint(
    tx: AsyncConnection, base_url: str, place: str, *, staff: bool, now: datetime
) -> str:
    """A new link for the member at `place`, bound to the first device that opens it.

    A staff link lasts 12 hours. Raises LinkRefused when nobody has that place or the role does not fit.
    """
    member = await store.groups.member_by_place(tx, place)
    if member is None:
        raise LinkRefused(f"nobody has the place {place}; `ipt-rooms group list GROUP` shows the places")
    if (member.role in STAFF) != staff:
        raise LinkRefused(
            f"the place {place} belongs to a {member.role}; see `ipt-rooms link {_kind(member)}`"
        )
    expires_at = now + (STAFF_LASTS if staff else PARTICIPANT_LASTS)
    purpose = "staff" if staff else "join"
    token = await store.links.mint(tx, member.id, purpose, now, expires_at)
    return f"{base_url}/j#{token}"


def _kind(member: Member) -> str:
    return "staff" if member.role in STAFF else "participant"
