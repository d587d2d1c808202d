"""Decisions about attendance, written: each with its ledger entry or reversal, its line in the audit and the
tasks that follow, in one transaction. Nothing is ever overwritten. A form sent twice decides once; one that
somebody went back to and filled in differently decides again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import decision as rules
from care.attendance import Proposal
from care.decision import Change, Circumstances, Decision, Reason, Refusal
from care.verdict import Status
from store import attendance, audit, chain, decided, duties, ledger, promised, tasks
from store.decided import NOT_ASKED, history, notes, of_group, of_session
from store.ids import fresh_id, plausible
from store.sealing import Keys
from store.tables import decision, group, member, person, reopening
from store.tables import session as meeting

# The reading half, under the name pages know.
__all__ = ["NOT_ASKED", "history", "notes", "of_group", "of_session"]

REOPENED_FOR = timedelta(hours=24)
LONGEST = 1000


class Refused(Exception):
    """Nothing was stored. `codes` says why, by member; "" is the session as a whole."""

    def __init__(self, codes: Mapping[str, Refusal]) -> None:
        super().__init__(", ".join(sorted({code.value for code in codes.values()})))
        self.codes = dict(codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What one form decided, and the members whose proposal still asks for a person's own choice."""

    decided: tuple[Decision, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A session as decisions look at it."""

    id: str
    group: str
    closed_at: datetime | None
    confirm_within: timedelta
    group_ended: bool
    reopened: bool
    people: Mapping[str, str]  # participants who are not erased: member -> person
    proposals: Mapping[str, Proposal]
    current: Mapping[str, Decision]


async def decide(
    tx: AsyncConnection,
    keys: Keys,
    session_id: str,
    member_id: str,
    status: str,
    reason: str,
    note: str,
    by: str,
    role: str,
    now: datetime,
    key: str,
) -> Decision:
    """The decision about one member, stored; the earlier one where this form (`key`) said the same before.
    Raises Refused, ValueError for an unknown status or reason, LookupError for a member of another group."""
    change = Change(status=Status(status), reason=Reason(reason), note=note.strip())
    held = await _hold(tx, session_id, now)
    form = await _form(tx, keys, session_id, key)
    if (earlier := form.said(member_id, change)) is not None:
        return earlier
    code = _refusal(held, member_id, change, role, now)
    if code is not None:
        raise Refused({member_id: code})
    made = await _store(tx, keys, held, member_id, change, by, role, now, form.key_for(member_id))
    await duties.renew(tx, held.group, now)
    return made


async def confirm_all(
    tx: AsyncConnection,
    keys: Keys,
    session_id: str,
    changes: Mapping[str, Change],
    by: str,
    role: str,
    now: datetime,
    key: str,
    shown: Mapping[str, Status] | None = None,
) -> Confirmed:
    """Stores the changes, and confirms every other proposal nobody decided on yet as it is. All or nothing:
    raises Refused with a code for each change that cannot be taken.

    `shown` is the proposed status of each member as the person saw it: somebody who was not shown is left,
    and one that has become another since is refused. None confirms the proposals of this moment."""
    held = await _hold(tx, session_id, now)
    form = await _form(tx, keys, session_id, key)
    done = {one: made[-1] for one, made in form.made.items()}
    asked = {one: change for one, change in changes.items() if form.said(one, change) is None}
    for one, proposal in held.proposals.items():
        free = one in held.people and one not in held.current and one not in asked
        if free and _confirmable(proposal) and (shown is None or one in shown):
            seen = proposal.status if shown is None else shown[one]
            asked[one] = Change(status=seen, reason=Reason.AS_PROPOSED)
    codes = {one: _refusal(held, one, change, role, now) for one, change in asked.items()}
    if refused := {one: code for one, code in codes.items() if code is not None}:
        raise Refused(refused)
    for member_id, change in asked.items():
        done[member_id] = await _store(
            tx, keys, held, member_id, change, by, role, now, form.key_for(member_id)
        )
    if asked:
        await duties.renew(tx, held.group, now)
    left = [
        one
        for one, proposal in held.proposals.items()
        if one in held.people
        and one not in held.current
        and one not in done
        and proposal.status not in NOT_ASKED
    ]
    return Confirmed(decided=tuple(done.values()), left=tuple(left))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What a form decided when it came before, oldest first by member, and the notes it left by decision."""

    key: str
    made: Mapping[str, Sequence[Decision]]
    notes: Mapping[str, str]

    def said(self, member_id: str, change: Change) -> Decision | None:
        """The decision by which this form said the same about a member the last time."""
        if not (made := self.made.get(member_id)):
            return None
        last = made[-1]
        same = (last.status, last.reason, self.notes.get(last.id, "")) == (
            change.status,
            change.reason,
            change.note,
        )
        return last if same else None

    def key_for(self, member_id: str) -> str:
        """The key of one more decision about a member."""
        times = len(self.made.get(member_id, ()))
        return decided.again(self.key, times) if times else self.key


async def _form(tx: AsyncConnection, keys: Keys, session_id: str, key: str) -> _Form:
    made = await decided.by_form(tx, session_id, key)
    noted = any(one.note_given for history in made.values() for one in history)
    return _Form(key=key, made=made, notes=await decided.notes(tx, keys, session_id) if noted else {})


def _confirmable(proposal: Proposal) -> bool:
    return not proposal.decide and proposal.status not in NOT_ASKED


def _refusal(held: Held, member_id: str, change: Change, role: str, now: datetime) -> Refusal | None:
    if member_id not in held.people:
        raise LookupError("not a participant of this group")
    if len(change.note) > LONGEST:
        raise ValueError(f"a note has at most {LONGEST} characters")
    proposal, current = held.proposals.get(member_id), held.current.get(member_id)
    known = Circumstances(
        role=role,
        closed_at=held.closed_at,
        confirm_within=held.confirm_within,
        group_ended=held.group_ended,
        reopened=held.reopened,
        proposal=proposal.status if proposal else None,
        needs_choice=proposal is not None and proposal.decide,
        current=current.status if current else None,
    )
    return rules.refusal(change, known, now)


async def _hold(tx: AsyncConnection, session_id: str, now: datetime) -> Held:
    """The session with everything a decision needs, its group held until the transaction ends. Raises
    LookupError for no such session."""
    found = (
        await tx.execute(select(meeting.c.group).where(meeting.c.id == session_id))
        if plausible(session_id)
        else None
    )
    group_id = None if found is None else found.scalar_one_or_none()
    if group_id is None:
        raise LookupError("no such session")
    await chain.hold(tx)
    await tasks.hold(tx, group_id)
    row = (
        await tx.execute(
            select(meeting.c.closed_at, meeting.c.ends_at, meeting.c.state, group.c.state.label("of_group"))
            .join(group, group.c.id == meeting.c.group)
            .where(meeting.c.id == session_id)
        )
    ).one()
    people = await tx.execute(
        select(member.c.id, member.c.person)
        .join(person, person.c.id == member.c.person)
        .where(member.c.group == group_id, member.c.role == "participant", person.c.erased_at.is_(None))
    )
    agreed = await promised.of_group(tx, group_id, now)
    said = await decided.of_session(tx, session_id)
    return Held(
        id=session_id,
        group=group_id,
        closed_at=_since(row.state, row.ends_at, row.closed_at),
        confirm_within=agreed.rules.confirm_within,
        group_ended=row.of_group == "ended",
        reopened=await is_reopened(tx, session_id, now),
        people={one.id: one.person for one in people},
        proposals={one.member: one for one in await attendance.proposals(tx, session_id)},
        current={one: made[-1] for one, made in said.items()},
    )


def _since(state: str, ends_at: datetime, closed_at: datetime | None) -> datetime | None:
    """Since when a session can be decided about; None while it is not over."""
    if state not in ("closed", "cancelled"):
        return None
    called_off = state == "cancelled" and closed_at is not None
    return closed_at if called_off else max(ends_at, closed_at or ends_at)


async def _store(
    tx: AsyncConnection,
    keys: Keys,
    held: Held,
    member_id: str,
    change: Change,
    by: str,
    role: str,
    now: datetime,
    key: str,
) -> Decision:
    current, proposal = held.current.get(member_id), held.proposals.get(member_id)
    whose = held.people[member_id]
    made = Decision(
        id=fresh_id(),
        session=held.id,
        member=member_id,
        status=change.status,
        reason=change.reason,
        note_given=bool(change.note),
        by=by,
        role=role,
        at=now,
        replaces=current.status if current else None,
        proposal=proposal.status if proposal else None,
    )
    sealed = await keys.seal(tx, whose, "decision", "note", made.id, change.note) if change.note else None
    await tx.execute(
        insert(decision).values(
            id=made.id,
            session=made.session,
            member=made.member,
            status=made.status.value,
            reason=made.reason.value,
            note_sealed=sealed,
            by=by,
            role=role,
            at=now,
            replaces=made.replaces.value if made.replaces else None,
            proposal=made.proposal.value if made.proposal else None,
            evidence=proposal.evidence if proposal else None,
            key=key,
        )
    )
    await ledger.enter(tx, made, now)
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="attendance_decided" if current is None else "attendance_corrected",
        object=f"attendance:{held.id}:{member_id}",
        reason=made.reason.value,
        group=held.group,
        before=made.replaces.value if made.replaces else None,
        after=made.status.value,
        now=now,
        person=whose,
    )
    return made


async def reopen(
    tx: AsyncConnection,
    keys: Keys,
    session_id: str,
    by: str,
    role: str,
    reason: str,
    now: datetime,
    lasts: timedelta = REOPENED_FOR,
) -> datetime:
    """Lets a session of a group that is over be corrected again, and returns until when. Only a coordinator
    does; raises Refused for anybody else, ValueError without a reason, LookupError for no such session."""
    if role != "coordinator":
        raise Refused({"": Refusal.NOT_YOURS})
    why = Reason(reason)
    if why is Reason.AS_PROPOSED:
        raise ValueError("reopening needs a reason")
    held = await _hold(tx, session_id, now)
    until = now + lasts
    key = fresh_id()
    row = {"id": key, "session": session_id, "by": by, "reason": why.value, "at": now, "until": until}
    await tx.execute(insert(reopening).values(**row))
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="attendance_reopened",
        object=f"session:{session_id}",
        reason=why.value,
        group=held.group,
        now=now,
    )
    return until


async def is_reopened(tx: AsyncConnection, session_id: str, now: datetime) -> bool:
    """True while a reopening of this session lasts."""
    query = select(reopening.c.id).where(
        reopening.c.session == session_id, reopening.c.at <= now, reopening.c.until > now
    )
    return (await tx.execute(query)).first() is not None
