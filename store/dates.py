"""The dates of a group: read, changed by one preview at a time, and put back while nobody was told.

A change is one transaction: the rows, a new revision of the dates annex, the messages to be sent, where the
contract asks for it a new version, and one line of the audit.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import changes as care_changes
from care import phases
from care.contract import Terms
from care.preview import Preview
from care.series import Dated
from store import audit, chain, contracts, date_messages, date_rows, plan, tasks
from store.conflict import Conflict
from store.ids import fresh_id, plausible
from store.sealing import Keys
from store.tables import change, dates_revision, group
from store.tables import session as meeting

UNDO = "undo"


class Refused(ValueError):
    """The change cannot be made; `code` says why in the words of `care.changes`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a group's dates. `contract` is the number of the version it made, if it made one."""

    id: str
    group: str
    revision: int
    kind: str
    reason: str
    made_by: str
    made_at: datetime
    contract: int | None
    undoes: str | None
    undone: bool = False
    can_undo: bool = False


async def series(tx: AsyncConnection, group_id: str) -> tuple[Dated, ...]:
    """Every session of a group by its start, cancelled ones included."""
    rows = await tx.execute(
        select(meeting).where(meeting.c.group == group_id).order_by(meeting.c.starts_at, meeting.c.id)
    )
    return tuple(date_rows.as_dated(row) for row in rows)


async def revision(tx: AsyncConnection, group_id: str) -> int:
    """How often the dates of a group were changed. Raises LookupError for no such group."""
    found = await tx.execute(select(group.c.revision).where(group.c.id == group_id))
    number = found.scalar_one_or_none()
    if number is None:
        raise LookupError("no such group")
    return int(number)


async def annex(tx: AsyncConnection, group_id: str, number: int) -> tuple[Dated, ...] | None:
    """The dates as they were promised in one revision, None when there is none."""
    rows = await tx.execute(
        select(dates_revision.c.annex).where(
            dates_revision.c.group == group_id, dates_revision.c.number == number
        )
    )
    found = rows.scalar_one_or_none()
    return None if found is None else date_rows.read(found["sessions"])


async def apply(
    tx: AsyncConnection,
    keys: Keys,
    group_id: str,
    preview: Preview,
    by: str,
    reason: str,
    now: datetime,
    expected_revision: int,
    role: str = "coordinator",
) -> Change:
    """Makes the change as it was shown; the messages wait a few minutes for an undo. `reason` is a code.
    Raises Refused for a preview that was refused, Conflict when the dates are no longer those it was made
    from."""
    if preview.refused is not None:
        raise Refused(preview.refused)
    await begin(tx, group_id, expected_revision, preview)
    appended = await date_rows.write(tx, group_id, preview.before, preview.after, now)
    made = await finish(tx, group_id, preview, expected_revision + 1, by, reason, now)
    await date_messages.put(tx, made.id, group_id, preview, appended, now)
    await record(tx, keys, made, preview, role)
    return made


async def undo(
    tx: AsyncConnection, keys: Keys, change_id: str, by: str, now: datetime, role: str = "coordinator"
) -> Change:
    """Puts the dates back to before the newest change of the group. Raises LookupError for no such change,
    Refused as `sent` once a message has gone out, `changed_since` for an older change, or another code."""
    row = await find(tx, change_id)
    if row is None:
        raise LookupError("no such change")
    await chain.hold(tx)
    await contracts.lock(tx, row.group)
    found = await revision(tx, row.group)
    if found != row.revision or row.kind == UNDO:
        raise Refused("changed_since")
    if not await date_messages.withdraw(tx, change_id, row.group, now):
        raise Refused("sent")
    made = past(row)
    back = care_changes.undo(made, await series(tx, row.group), now=now)
    if back.refused is not None:
        raise Refused(back.refused)
    await begin(tx, row.group, found, back)
    await date_rows.write(tx, row.group, back.before, back.after, now)
    undone = await finish(tx, row.group, back, found + 1, by, row.reason, now, undoes=row)
    await record(tx, keys, undone, back, role)
    return undone


async def begin(tx: AsyncConnection, group_id: str, expected: int, preview: Preview) -> None:
    """Takes the group for this change. Raises Conflict when it is not as the preview found it."""
    await chain.hold(tx)
    done = await tx.execute(
        update(group)
        .where(group.c.id == group_id, group.c.revision == expected)
        .values(revision=group.c.revision + 1)
    )
    if done.rowcount != 1 or set(await series(tx, group_id)) != set(preview.before):
        raise Conflict("the dates were changed meanwhile")


async def finish(
    tx: AsyncConnection,
    group_id: str,
    preview: Preview,
    number: int,
    by: str,
    reason: str,
    now: datetime,
    undoes: Row[Any] | None = None,
) -> Change:
    """Number of sessions, annex, contract and the change's own row, once the sessions are written."""
    if preview.new_count is not None:
        await tx.execute(update(group).where(group.c.id == group_id).values(sessions=preview.new_count))
    contract = await amend(tx, group_id, preview, by, now, undoes)
    after = await series(tx, group_id)
    made = Change(
        id=fresh_id(),
        group=group_id,
        revision=number,
        kind=preview.kind if undoes is None else UNDO,
        reason=reason,
        made_by=by,
        made_at=now,
        contract=contract,
        undoes=None if undoes is None else undoes.id,
    )
    await note_annex(tx, group_id, number, after, by, now)
    await tasks.touch(tx, group_id)
    await plan.reconcile(tx, group_id, now)
    await tx.execute(
        insert(change).values(
            id=made.id,
            group=group_id,
            revision=number,
            kind=made.kind,
            body={
                "before": date_rows.document(preview.before),
                "after": date_rows.document(after),
                "new_count": preview.new_count,
                "contract": contract,
            },
            reason=reason,
            made_by=by,
            made_at=now,
            undoes=made.undoes,
        )
    )
    return made


async def note_annex(
    tx: AsyncConnection, group_id: str, number: int, dated: tuple[Dated, ...], by: str, now: datetime
) -> None:
    """Stores the dates as they are promised from now on."""
    await tx.execute(
        insert(dates_revision).values(
            group=group_id,
            number=number,
            annex={"sessions": date_rows.document(dated)},
            made_by=by,
            made_at=now,
        )
    )


async def amend(
    tx: AsyncConnection, group_id: str, preview: Preview, by: str, now: datetime, undoes: Row[Any] | None
) -> int | None:
    """The number of the new version of the contract where this change is an amendment of it, None where it
    only moves dates or there is no contract."""
    newest = await contracts.latest(tx, group_id)
    if newest is None:
        return None
    if undoes is not None:
        if undoes.body["contract"] is None:
            return None
        earlier = await contracts.of_number(tx, group_id, undoes.body["contract"] - 1)
        terms = newest.terms if earlier is None else earlier.terms
    elif preview.amendment:
        terms = amended(newest.terms, preview)
    else:
        return None
    return (await contracts.add(tx, group_id, terms, newest, by, now)).number


def amended(terms: Terms, preview: Preview) -> Terms:
    """The terms as they would be after the change: its number of sessions, and the rhythm the last session
    now has."""
    if preview.new_count is not None and preview.new_count != terms.sessions:
        gone = {one.id for one in preview.cancelled}
        ordinal = next((one.ordinal for one in preview.before if one.id in gone and one.ordinal), 1)
        shorter = phases.shortened(terms.phases, ordinal)
        terms = replace(
            terms,
            sessions=preview.new_count,
            phases=shorter,
            join_until_session=min(terms.join_until_session, preview.new_count),
        )
    last = max((one.local for one in preview.after if one.ordinal is not None), default=None)
    if last is None:
        return terms
    # The contract says weekday and hour; the dates themselves stand in the annex.
    first = last - timedelta(days=terms.every_days) * (terms.sessions - 1)
    same = (first.weekday(), first.time()) == (terms.first_local.weekday(), terms.first_local.time())
    return terms if same else replace(terms, first_local=first)


async def record(tx: AsyncConnection, keys: Keys, made: Change, preview: Preview, role: str) -> None:
    """The one line of the audit about a change."""
    await audit.append(
        tx,
        keys,
        actor=made.made_by,
        role=role,
        action=f"dates_{made.kind}",
        object=f"change:{made.id}",
        group=made.group,
        reason=made.reason,
        before=repr(date_rows.document(preview.before)),
        after=repr(date_rows.document(preview.after)),
        now=made.made_at,
    )


async def changes(tx: AsyncConnection, group_id: str, limit: int = 20) -> list[Change]:
    """The changes of a group's dates, newest first, with what may still be undone."""
    rows = (
        await tx.execute(
            select(change).where(change.c.group == group_id).order_by(change.c.revision.desc()).limit(limit)
        )
    ).all()
    undone = {row.undoes for row in rows if row.undoes is not None}
    found = [replace(as_change(row), undone=row.id in undone) for row in rows]
    if found and found[0].kind != UNDO:
        open_still = not await date_messages.gone(tx, found[0].id, group_id)
        found[0] = replace(found[0], can_undo=open_still)
    return found


async def find(tx: AsyncConnection, change_id: str) -> Row[Any] | None:
    """The row of a change, None when there is none."""
    if not plausible(change_id):
        return None
    return (await tx.execute(select(change).where(change.c.id == change_id))).first()


def past(row: Row[Any]) -> Preview:
    """A stored change, as far as undoing it asks."""
    before, after = date_rows.read(row.body["before"]), date_rows.read(row.body["after"])
    known = {one.id for one in before}
    return Preview(
        kind=row.kind,
        before=before,
        after=after,
        appended=tuple(one for one in after if one.id not in known),
        new_count=row.body["new_count"],
    )


def as_change(row: Row[Any]) -> Change:
    """The change of a row."""
    return Change(
        id=row.id,
        group=row.group,
        revision=row.revision,
        kind=row.kind,
        reason=row.reason,
        made_by=row.made_by,
        made_at=row.made_at,
        contract=row.body["contract"],
        undoes=row.undoes,
    )
