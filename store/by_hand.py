"""Presence written down by a person: who took part by telephone, or beside somebody else on one link. Facts
cannot show either, so it is entered with its times and a reason, and the proposal is worked out anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.decision import Reason
from care.interval import Span
from care.policy import ByHand, Otherwise
from store import audit, chain, duties, proposing, tasks
from store.decided import again
from store.decisions import is_reopened
from store.groups import Session, sessions_query
from store.groups import as_session as session_of
from store.ids import fresh_id, plausible
from store.sealing import Keys
from store.tables import by_hand, group, member
from store.tables import session as meeting

# Later than this the facts themselves may be gone, and a proposal without them would be wrong.
ENTERED_FOR = timedelta(days=30)


class NotNow(Exception):
    """Nothing can be entered by hand: the session has not begun, was called off, is too long ago, or the
    group's record is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One entry. `joined_with` is the member on whose link somebody took part."""

    id: str
    session: str
    member: str
    kind: Otherwise
    starts_at: datetime
    ends_at: datetime
    joined_with: str | None
    reason: str
    by: str
    at: datetime

    @property
    def presence(self) -> ByHand:
        """What a proposal is computed from."""
        return ByHand(kind=self.kind, span=Span(self.starts_at, self.ends_at))


async def enter(
    tx: AsyncConnection,
    keys: Keys,
    session_id: str,
    member_id: str,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    joined_with: str | None,
    reason: str,
    by: str,
    role: str,
    now: datetime,
    key: str,
) -> Entered:
    """Stores an entry, once for a form `key` that says the same, and the proposals it changes. Raises
    ValueError for an unknown kind or reason, for times that are no span of this session, or for joining
    oneself; LookupError where session and members do not belong together; NotNow."""
    chosen, why = Otherwise(kind), Reason(reason)
    await chain.hold(tx)
    earlier = await _by_form(tx, key)
    for done in earlier.values():
        if done is not None and (
            done.session,
            done.member,
            done.kind,
            done.starts_at,
            done.ends_at,
            done.joined_with,
        ) == (
            *(session_id, member_id, chosen),
            *(starts_at, ends_at, joined_with),
        ):
            return done
    session = await _session(tx, session_id, [member_id, *([joined_with] if joined_with else [])])
    _check(session, starts_at, ends_at, now)
    await _unlocked(tx, session, now)
    if (joined_with is not None) and (chosen is not Otherwise.JOINT or joined_with == member_id):
        raise ValueError("joined with somebody else, on one link")
    entry_id = fresh_id()
    row = {
        "id": entry_id,
        "session": session_id,
        "member": member_id,
        "kind": chosen.value,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "joined_with": joined_with,
        "reason": why.value,
        "by": by,
        "at": now,
        "key": again(key, len(earlier)) if earlier else key,
    }
    await tx.execute(insert(by_hand).values(**row))
    await _follow(tx, keys, session, "presence_by_hand", entry_id, by, role, why.value, now)
    made = await tx.execute(select(by_hand).where(by_hand.c.id == entry_id))
    return as_entered(made.one())


def _check(session: Session, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if session.state == "cancelled" or now < session.starts_at or now > session.ends_at + ENTERED_FOR:
        raise NotNow("nothing can be entered for this session now")
    Span(starts_at, ends_at)
    if ends_at > now or ends_at <= session.starts_at or starts_at >= session.ends_at:
        raise ValueError("the times lie outside of the session")


async def withdraw(tx: AsyncConnection, keys: Keys, entry_id: str, by: str, role: str, now: datetime) -> bool:
    """Takes an entry back; False when there is none. The proposals follow. Raises NotNow."""
    await chain.hold(tx)
    found = (
        await tx.execute(select(by_hand).where(by_hand.c.id == entry_id, by_hand.c.withdrawn_at.is_(None)))
    ).first()
    if found is None:
        return False
    session = await _session(tx, found.session, [found.member])
    if now > session.ends_at + ENTERED_FOR:
        raise NotNow("this session is too long ago")
    await _unlocked(tx, session, now)
    await tx.execute(update(by_hand).where(by_hand.c.id == entry_id).values(withdrawn_at=now))
    await _follow(tx, keys, session, "presence_by_hand_withdrawn", entry_id, by, role, "", now)
    return True


async def _follow(
    tx: AsyncConnection,
    keys: Keys,
    session: Session,
    action: str,
    entry_id: str,
    by: str,
    role: str,
    reason: str,
    now: datetime,
) -> None:
    """What an entry leads to: a line in the audit and, once the session is closed, proposals and tasks."""
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action=action,
        object=f"by_hand:{entry_id}",
        reason=reason,
        group=session.group,
        now=now,
    )
    if session.state == "closed":
        await tasks.hold(tx, session.group)
        await proposing.propose(tx, session, now)
        await duties.renew(tx, session.group, now)


async def of_session(tx: AsyncConnection, session_id: str) -> list[Entered]:
    """The entries of a session that hold, oldest first."""
    rows = await tx.execute(
        select(by_hand)
        .where(by_hand.c.session == session_id, by_hand.c.withdrawn_at.is_(None))
        .order_by(by_hand.c.at, by_hand.c.id)
    )
    return [as_entered(row) for row in rows]


async def _session(tx: AsyncConnection, session_id: str, members: list[str]) -> Session:
    if not all(map(plausible, [session_id, *members])):
        raise LookupError("no such session of this member")
    row = (await tx.execute(sessions_query().where(meeting.c.id == session_id))).first()
    if row is None:
        raise LookupError("no such session")
    query = select(member.c.id).where(
        member.c.id.in_(members), member.c.group == row.group, member.c.role == "participant"
    )
    if set((await tx.execute(query)).scalars()) != set(members):
        raise LookupError("no such session of this member")
    return session_of(row)


async def _by_form(tx: AsyncConnection, key: str) -> dict[str, Entered | None]:
    """What this form entered before, by its row; None for what was taken back."""
    rows = await tx.execute(
        select(by_hand).where((by_hand.c.key == key) | by_hand.c.key.startswith(again(key), autoescape=True))
    )
    return {row.id: None if row.withdrawn_at else as_entered(row) for row in rows}


async def _unlocked(tx: AsyncConnection, session: Session, now: datetime) -> None:
    """Raises NotNow once the group is over and its record closed."""
    state = await tx.execute(select(group.c.state).where(group.c.id == session.group).with_for_update())
    if state.scalar_one() == "ended" and not await is_reopened(tx, session.id, now):
        raise NotNow("the record of this group is closed")


def as_entered(row: Row[tuple[object, ...]]) -> Entered:
    """The entry of a row."""
    return Entered(
        id=row.id,
        session=row.session,
        member=row.member,
        kind=Otherwise(row.kind),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        joined_with=row.joined_with,
        reason=row.reason,
        by=row.by,
        at=row.at,
    )
