"""People come into a group: one, or a whole list at once. Either everybody on the list is in, or nobody."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.contact import SafeContact
from store import audit, chain, contracts, groups, people, plan, seats, tasks
from store.groups import Member
from store.people import one_line
from store.sealing import Keys
from store.tables import person


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One person who is to have a place. `name` as in the papers; `chosen_name` is what the others see, ""
    where it is the same. `contact` is an e-mail address or "", `phone` a number to call back."""

    name: str = field(repr=False)
    chosen_name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    zone: str
    locale: str
    emergency: str = field(default="", repr=False)
    safe: SafeContact | None = None


class Closed(ValueError):
    """The contract in force lets nobody new in any more: its session `session` began at `since`."""

    def __init__(self, session: int, since: datetime, zone: str) -> None:
        super().__init__(
            f"nobody new joins since session {session} began at {since:%Y-%m-%d %H:%M} UTC; "
            "who may join, and until when, is changed by an amendment of the contract"
        )
        self.session = session
        self.since = since
        self.zone = zone


class RowRefused(ValueError):
    """One row of the list cannot be taken, so none was. `row` counts from 0; `code` is already_here,
    twice_here or invalid."""

    def __init__(self, row: int, code: str) -> None:
        super().__init__(f"row {row}: {code}")
        self.row = row
        self.code = code


async def enrol(
    tx: AsyncConnection,
    keys: Keys,
    group_id: str,
    rows: Sequence[Enrolment],
    by: str,
    now: datetime,
    role: str = "coordinator",
    founding: bool = False,
) -> list[Member]:
    """The new participants, in the order of the rows. Raises RowRefused for a row that cannot be or a name
    that is in the group already (so a second press of the button adds nobody), Closed for a group that runs
    with those who are in, seats.Full, LookupError for no such group. `founding` are those a group is made
    with. An exception must end the transaction."""
    await chain.hold(tx)
    await contracts.lock(tx, group_id)
    if not founding and (too_late := await closed(tx, group_id, now)) is not None:
        raise too_late
    await refuse_known(tx, keys, group_id, rows)
    free = await seats.free(tx, group_id)
    if len(free) < len(rows):
        raise seats.Full(len(free))
    made = []
    for number, (row, seat) in enumerate(zip(rows, free, strict=False)):
        try:
            who = await create(tx, keys, row, now)
        except (ValueError, KeyError):
            raise RowRefused(number, "invalid") from None
        new = await groups.add_member(tx, group_id, who, "participant", seat, now)
        await audit.append(
            tx,
            keys,
            actor=by,
            role=role,
            action="member_enrolled",
            object=f"member:{new.id}",
            group=group_id,
            now=now,
        )
        made.append(new)
    await tasks.touch(tx, group_id)
    await plan.reconcile(tx, group_id, now)
    return made


async def closed(tx: AsyncConnection, group_id: str, now: datetime) -> Closed | None:
    """Why nobody new joins this group at `now`: the session the contract in force names has begun. None while
    people may join, and where no contract was made or it keeps the group open."""
    found = await contracts.in_force(tx, group_id, now)
    if found is None or not found.terms.closed:
        return None
    last = found.terms.join_until_session
    begun = [
        one
        for one in await groups.sessions_of(tx, group_id)
        if one.ordinal is not None
        and one.ordinal >= last
        and one.state != "cancelled"
        and one.starts_at <= now
    ]
    return Closed(last, begun[0].starts_at, found.terms.zone) if begun else None


async def create(tx: AsyncConnection, keys: Keys, row: Enrolment, now: datetime) -> str:
    """The id of the new person. Raises ValueError, KeyError (ZoneInfoNotFoundError) for an unknown zone."""
    shown = row.chosen_name.strip() or row.name
    who = await people.create(
        tx, keys, shown, row.contact, row.emergency, row.zone, one_line("language", row.locale), now
    )
    key = await keys.one(tx, who)
    values = {
        "callback_sealed": key.seal("person", "callback", who, one_line("number", row.phone, empty=True))
    }
    if shown != row.name:
        values["real_name_sealed"] = key.seal("person", "real_name", who, one_line("name", row.name))
    if row.safe is not None:
        rule = json.dumps(row.safe.document(), sort_keys=True)
        values["safe_sealed"] = key.seal("person", "safe", who, rule)
    await tx.execute(update(person).where(person.c.id == who).values(**values))
    return who


async def refuse_known(tx: AsyncConnection, keys: Keys, group_id: str, rows: Sequence[Enrolment]) -> None:
    """Raises RowRefused for a name that the group has, or that stands twice on the list: people in one room
    are told apart by it."""
    present = [one.id for one in await groups.members(tx, group_id)]
    here = {name.casefold() for name in (await people.names(tx, keys, present)).values()}
    listed: set[str] = set()
    for number, row in enumerate(rows):
        name = (row.chosen_name.strip() or row.name.strip()).casefold()
        if name in here:
            raise RowRefused(number, "already_here")
        if name in listed:
            raise RowRefused(number, "twice_here")
        listed.add(name)
