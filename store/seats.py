"""The twelve fixed seats of a group."""

from sqlalchemy.ext.asyncio import AsyncConnection

from store import groups

SEATS = 12
LEADING = 0


class Full(ValueError):
    """There are not enough free seats; `free` says how many there are."""

    def __init__(self, free: int) -> None:
        super().__init__(f"{free} seats are free")
        self.free = free


async def free(tx: AsyncConnection, group_id: str) -> list[int]:
    """The free seats of a group in the order they are given to participants: the facilitator's comes
    last."""
    taken = {one.seat for one in await groups.members(tx, group_id)}
    return [seat for seat in (*range(1, SEATS), LEADING) if seat not in taken]
