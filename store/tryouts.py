"""Try-outs between sessions, sealed under the member's key, version after version: for the member and the
facilitators of the group alone."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.tryout import Kept, Tryout
from care.written import body, value
from store import access_log, audit, chain, sheets
from store.ids import fresh_id
from store.sealing import DataKey, Keys
from store.tables import member, tryout


async def access_tryouts(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    actor: str,
    purpose: str,
    now: datetime,
    *,
    device: str | None = None,
    hold: bool = False,
) -> dict[str, Kept]:
    """The newest version of each, in the order they came. A facilitator's look is logged where there is
    something to see, the member's own is not. With `device` only what the member wrote on it. `hold` keeps
    them from changing until this transaction ends. Raises NotAllowed for anybody else."""
    person, role = await sheets.door(tx, member_id, actor)
    if hold:
        await chain.hold(tx)
    found = (await _newest(tx, keys, {member_id: person})).get(member_id, {})
    if device is not None:
        found = {key: one for key, one in found.items() if one.by == member_id and one.device == device}
    if role == "facilitator" and found:
        await access_log.append(
            tx, keys, actor=actor, action="tryouts", person=person, purpose=purpose, now=now
        )
    return found


async def access_of_members(
    tx: AsyncConnection, keys: Keys, members: Sequence[str], actor: str, purpose: str, now: datetime
) -> dict[str, dict[str, Kept]]:
    """The same of several members, by member; each look is logged for itself. Raises NotAllowed."""
    people = {one: (await sheets.door(tx, one, actor))[0] for one in members}
    found = await _newest(tx, keys, people)
    for one in found:
        await access_log.append(
            tx, keys, actor=actor, action="tryouts", person=people[one], purpose=purpose, now=now
        )
    return found


async def put(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    thing: str,
    said: Tryout,
    *,
    by: str,
    device: str,
    now: datetime,
) -> int:
    """Keeps another version and gives its number; 0 where the newest one says the same. Raises NotAllowed
    for anybody but the member and the facilitators."""
    person, role = await sheets.door(tx, member_id, by)
    await chain.hold(tx)
    last = (await _newest(tx, keys, {member_id: person})).get(member_id, {}).get(thing)
    if last is not None and last.tryout == said:
        return 0
    number = last.number + 1 if last is not None else 1
    text = json.dumps(body(said), sort_keys=True)
    sealed = await keys.seal(tx, person, "tryout", "body", _place(member_id, thing, number), text)
    about = {"id": fresh_id(), "member": member_id, "thing": thing, "number": number}
    await tx.execute(insert(tryout).values(**about, body_sealed=sealed, device=device, by=by, at=now))
    group = (await tx.execute(select(member.c.group).where(member.c.id == member_id))).scalar_one()
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="tryout_changed",
        object=f"member:{member_id}",
        group=group,
        after=text,
        person=person,
        now=now,
    )
    return number


async def _newest(tx: AsyncConnection, keys: Keys, people: Mapping[str, str]) -> dict[str, dict[str, Kept]]:
    """By member, then by thing in the order the things first came; nothing of an erased person."""
    opened = await keys.of(tx, list(people.values()))
    rows = await tx.execute(select(tryout).where(tryout.c.member.in_(list(people))).order_by(tryout.c.seq))
    newest: dict[str, dict[str, Kept]] = {}
    for row in rows:
        key = opened.get(people[row.member])
        if key is not None:
            newest.setdefault(row.member, {})[row.thing] = _kept(row, key)
    return newest


def _kept(row: Row[Any], key: DataKey) -> Kept:
    place = _place(row.member, row.thing, row.number)
    said = value(Tryout, json.loads(key.open("tryout", "body", place, row.body_sealed)))
    return Kept(tryout=said, number=row.number, device=row.device, by=row.by, at=row.at)


def _place(member_id: str, thing: str, number: int) -> str:
    """What a sealed version belongs to: as another one it does not open."""
    return f"{member_id}:{thing}:{number}"
