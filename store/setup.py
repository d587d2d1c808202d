"""Setting up a group: drafts that are kept while a coordinator works on them, and the one transaction that
makes a group of a draft."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.contract import Fault, Terms, check
from store import audit, chain, contracts, decided, enrol, groups, seats, setup_rows
from store.conflict import Conflict
from store.enrol import Enrolment
from store.ids import fresh_id, plausible
from store.sealing import Keys
from store.tables import group, group_draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A group that is being set up. `group` is its id once it was made; `values` are then empty."""

    id: str
    values: Mapping[str, Any] = field(repr=False)
    revision: int
    group: str | None
    updated_at: datetime


class SetupRefused(ValueError):
    """A group cannot be made like this: `faults` of the terms, or `code` no_facilitator,
    too_many_facilitators, twice_named."""

    def __init__(self, code: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.faults = faults


async def save_draft(
    tx: AsyncConnection,
    keys: Keys,
    person: str,
    values: Mapping[str, Any],
    now: datetime,
    draft: str | None = None,
    expected: int | None = None,
) -> str:
    """The id of the draft, which now holds these JSON values. Raises Conflict for one that was saved
    elsewhere since revision `expected`, or is a group already; LookupError for somebody else's."""
    key = draft or fresh_id()
    text = json.dumps(dict(values), sort_keys=True)
    sealed = await keys.seal(tx, person, "group_draft", "body", key, text)
    if draft is None:
        await tx.execute(
            insert(group_draft).values(
                id=key, person=person, body_sealed=sealed, revision=1, created_at=now, updated_at=now
            )
        )
        return key
    row = await row_of(tx, person, draft)
    if row is None:
        raise LookupError("no such draft")
    done = await tx.execute(
        update(group_draft)
        .where(
            group_draft.c.id == draft,
            group_draft.c.group.is_(None),
            group_draft.c.revision == (row.revision if expected is None else expected),
        )
        .values(body_sealed=sealed, revision=group_draft.c.revision + 1, updated_at=now)
    )
    if done.rowcount != 1:
        raise Conflict("this draft was changed meanwhile")
    return key


async def draft(tx: AsyncConnection, keys: Keys, person: str, draft_id: str) -> Draft | None:
    """One of a person's drafts, None when there is none."""
    row = await row_of(tx, person, draft_id)
    return None if row is None else await opened(tx, keys, row)


async def drafts(tx: AsyncConnection, keys: Keys, person: str) -> list[Draft]:
    """The drafts of a person that are no groups yet, newest first."""
    rows = await tx.execute(
        select(group_draft)
        .where(group_draft.c.person == person, group_draft.c.group.is_(None))
        .order_by(group_draft.c.updated_at.desc(), group_draft.c.id)
    )
    return [await opened(tx, keys, row) for row in rows.all()]


async def discard(tx: AsyncConnection, person: str, draft_id: str) -> bool:
    """Throws a draft away; False for one that is not there or is a group already."""
    done = await tx.execute(
        delete(group_draft).where(
            group_draft.c.id == draft_id, group_draft.c.person == person, group_draft.c.group.is_(None)
        )
    )
    return done.rowcount == 1


async def create(
    tx: AsyncConnection,
    keys: Keys,
    *,
    draft: str,
    title: str,
    terms: Terms,
    facilitators: Sequence[str],
    people: Sequence[Enrolment],
    by: str,
    person: str,
    now: datetime,
) -> str:
    """The id of the group that the draft has become, with its sessions, contract, staff and participants; a
    second call gives the same group. `person` is its coordinator, `facilitators` are persons. Raises
    SetupRefused, LookupError for somebody else's draft, and as `enrol`; an exception must end the
    transaction."""
    await chain.hold(tx)
    row = await row_of(tx, person, draft, lock=True)
    if row is None:
        raise LookupError("no such draft")
    if row.group is not None:
        return str(row.group)
    refuse(terms, facilitators, person)
    made = await groups.create_group(
        tx, title, terms.zone, terms.sessions, now, minutes=terms.minutes, state="active"
    )
    await setup_rows.put_dates(tx, made, terms, by, now)
    version = await contracts.add(tx, made, terms, None, by, now)
    await groups.add_member(tx, made, person, "coordinator", None, now)
    for seat, one in enumerate(facilitators):
        await groups.add_member(tx, made, one, "facilitator", seat, now)
    await enrol.enrol(tx, keys, made, people, by, now, founding=True)
    emptied = await keys.seal(tx, person, "group_draft", "body", draft, "{}")
    await tx.execute(
        update(group_draft)
        .where(group_draft.c.id == draft)
        .values(group=made, body_sealed=emptied, updated_at=now)
    )
    await audit.append(
        tx,
        keys,
        actor=by,
        role="coordinator",
        action="group_created",
        object=f"group:{made}",
        group=made,
        after=contracts.text_of(version.terms),
        now=now,
    )
    return made


def refuse(terms: Terms, facilitators: Sequence[str], person: str) -> None:
    """Raises SetupRefused for what no group can begin with."""
    faults = check(terms)
    if faults:
        raise SetupRefused("terms", faults)
    if not facilitators:
        raise SetupRefused("no_facilitator")
    if len(facilitators) >= seats.SEATS:
        raise SetupRefused("too_many_facilitators")
    if len({*facilitators, person}) != len(facilitators) + 1:
        raise SetupRefused("twice_named")


class StillRunning(ValueError):
    """The group has sessions to come, or attendance that nobody has decided on."""


async def end(
    tx: AsyncConnection, keys: Keys, group_id: str, by: str, now: datetime, role: str = "coordinator"
) -> bool:
    """The group is over: its decisions are closed from here on. False when it was over already. Raises
    StillRunning, LookupError for no such group."""
    await chain.hold(tx)
    await contracts.lock(tx, group_id)
    held = await groups.sessions_of(tx, group_id)
    if any(one.state in ("planned", "open") for one in held):
        raise StillRunning(group_id)
    if await decided.undecided(tx, group_id):
        raise StillRunning(group_id)
    done = await tx.execute(
        update(group)
        .where(group.c.id == group_id, group.c.state != "ended")
        .values(state="ended", ended_at=now)
    )
    if done.rowcount != 1:
        return False
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="group_ended",
        object=f"group:{group_id}",
        group=group_id,
        now=now,
    )
    return True


async def row_of(tx: AsyncConnection, person: str, draft_id: str, *, lock: bool = False) -> Row[Any] | None:
    """The row of a person's draft, None when there is none."""
    if not plausible(draft_id):
        return None
    query = select(group_draft).where(group_draft.c.id == draft_id, group_draft.c.person == person)
    return (await tx.execute(query.with_for_update() if lock else query)).first()


async def opened(tx: AsyncConnection, keys: Keys, row: Row[Any]) -> Draft:
    """The draft of a row."""
    text = await keys.open(tx, row.person, "group_draft", "body", row.id, row.body_sealed)
    return Draft(
        id=row.id,
        values=json.loads(text),
        revision=row.revision,
        group=row.group,
        updated_at=row.updated_at,
    )
