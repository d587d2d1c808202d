"""The rows of concerns: one concern, its clock as columns, its history. Who may see what of them is
`store.concern_access`'s question."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.concern import WISHED, Clock, State
from care.safety import Level
from store.ids import fresh_id, plausible
from store.sealing import Keys
from store.tables import concern, concern_event, member

LONGEST = 2000
"Characters of a line of the history."


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One concern without its content. `owner` is the person who said "I have it"."""

    id: str
    group: str
    member: str
    trigger: str
    level: str
    new: bool
    state: str
    hop: int
    next_at: datetime | None
    opened_at: datetime
    acknowledge_by: datetime
    contact_by: datetime
    owner: str | None
    wish: str
    closed_at: datetime | None
    checkin: str | None
    question: str | None

    @property
    def clock(self) -> Clock:
        """Its clock."""
        return Clock(
            level=Level(self.level),
            state=State(self.state),
            hop=self.hop,
            next_at=self.next_at,
            acknowledge_by=self.acknowledge_by,
            contact_by=self.contact_by,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The member a concern is about."""

    id: str
    group: str
    person: str


async def move(tx: AsyncConnection, known: Concern, clock: Clock, now: datetime, **more: object) -> None:
    """Keeps a clock."""
    await tx.execute(
        update(concern).where(concern.c.id == known.id).values(hopped_at=now, **columns(clock), **more)
    )


async def note(
    tx: AsyncConnection,
    keys: Keys,
    about: Concern,
    kind: str,
    by: str,
    now: datetime,
    code: str = "",
    text: str = "",
) -> None:
    """One line of a concern's history; its words are sealed under the member's key."""
    key, sealed = fresh_id(), None
    if text:
        person = (await place_of(tx, about.member)).person
        sealed = await keys.seal(tx, person, "concern_event", "text", key, text[:LONGEST])
    await tx.execute(
        insert(concern_event).values(
            id=key, concern=about.id, kind=kind, by=by, at=now, code=code, text_sealed=sealed
        )
    )


async def open_one(tx: AsyncConnection, member_id: str, cause: str) -> Concern | None:
    """The open concern of this cause."""
    row = (
        await tx.execute(
            select(concern).where(
                concern.c.member == member_id,
                concern.c.cause == cause,
                concern.c.state != State.CLOSED.value,
            )
        )
    ).first()
    return None if row is None else as_concern(row)


async def awaiting(tx: AsyncConnection, member_id: str) -> Concern | None:
    """The newest concern for which this member wished for a call that nobody has made yet."""
    waiting = (State.OPEN.value, State.ACKNOWLEDGED.value)
    asked = select(concern).where(
        concern.c.member == member_id, concern.c.wish.in_(WISHED), concern.c.state.in_(waiting)
    )
    row = (await tx.execute(asked.order_by(concern.c.opened_at.desc()).limit(1))).first()
    return None if row is None else as_concern(row)


async def find(tx: AsyncConnection, concern_id: str) -> Concern | None:
    """A concern, None when there is none."""
    if not plausible(concern_id):
        return None
    row = (await tx.execute(select(concern).where(concern.c.id == concern_id))).first()
    return None if row is None else as_concern(row)


async def find_known(tx: AsyncConnection, concern_id: str) -> Concern:
    """A concern that is there. Raises LookupError."""
    found = await find(tx, concern_id)
    if found is None:
        raise LookupError("no such concern")
    return found


async def place_of(tx: AsyncConnection, member_id: str) -> Place:
    """Whose concern it is. Raises LookupError for no such member."""
    row = (
        await tx.execute(select(member.c.id, member.c.group, member.c.person).where(member.c.id == member_id))
    ).first()
    if row is None:
        raise LookupError("no such member")
    return Place(id=row.id, group=row.group, person=row.person)


def columns(clock: Clock) -> dict[str, object]:
    """A clock as columns."""
    return {
        "level": clock.level.value,
        "state": clock.state.value,
        "hop": clock.hop,
        "next_at": clock.next_at,
        "acknowledge_by": clock.acknowledge_by,
        "contact_by": clock.contact_by,
    }


def as_concern(row: Row[Any]) -> Concern:
    """The concern of a row."""
    return Concern(**{name: getattr(row, name) for name in Concern.__dataclass_fields__})
