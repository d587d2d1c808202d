"""The work with a member: the inventory, problems, areas, goals, strategies, the plan for afterwards. Sealed
under the member's key, version after version; for the member and the facilitators of the group alone, and
what concerns somebody's safety for clinicians among them.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import workbook as care_workbook
from care.workbook import KINDS, NOTE, OWN, Version, Workbook
from store import access_log, audit, chain, sheets
from store.doors import NotAllowed
from store.ids import fresh_id
from store.sealing import Keys
from store.tables import member, staff, workbook

LONGEST = 40_000


async def access_workbook(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    actor: str,
    purpose: str,
    now: datetime,
    *,
    device: str | None = None,
    until: datetime | None = None,
    hold: bool = False,
) -> Workbook:
    """What holds now. A facilitator's look is logged, the member's own is not; notes are there for
    clinicians. With `device` only what the member wrote on it, with `until` what held at that moment;
    `hold` keeps it from changing until this transaction ends, for whoever writes next. Raises NotAllowed
    for anybody else."""
    person, role = await sheets.door(tx, member_id, actor)
    own = role != "facilitator"
    kinds = set(OWN) if own else set(KINDS)
    if not own and not await is_clinician(tx, actor):
        kinds -= {NOTE}
    if hold:
        await chain.hold(tx)
    found = await _versions(tx, keys, member_id, person, kinds)
    if until is not None:
        found = [one for one in found if one.at <= until]
    if device is not None:
        found = care_workbook.from_device(found, member_id, device)
    if not own:
        await access_log.append(
            tx, keys, actor=actor, action="workbook", person=person, purpose=purpose, now=now
        )
    return care_workbook.read(found)


async def put(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    kind: str,
    thing: str,
    body: Mapping[str, object],
    *,
    by: str,
    device: str,
    now: datetime,
) -> int:
    """Keeps another version of a thing and gives its number; 0 where the newest one says the same. Raises
    NotAllowed for a kind this actor may not write, ValueError for a body beyond measure."""
    person, role = await sheets.door(tx, member_id, by)
    allowed = kind in KINDS if role == "facilitator" else kind in OWN
    if not allowed or (kind == NOTE and not await is_clinician(tx, by)):
        raise NotAllowed("workbook")
    text = json.dumps(dict(body), sort_keys=True)
    if len(text) > LONGEST:
        raise ValueError("more than a workbook takes")
    await chain.hold(tx)
    last = await _last(tx, keys, member_id, person, kind, thing)
    if last is not None and json.dumps(dict(last.body), sort_keys=True) == text:
        return 0
    number = last.number + 1 if last is not None else 1
    place = _place(member_id, kind, thing, number)
    sealed = await keys.seal(tx, person, "workbook", "body", place, text)
    about = {"id": fresh_id(), "member": member_id, "kind": kind, "thing": thing, "number": number}
    await tx.execute(insert(workbook).values(**about, body_sealed=sealed, device=device, by=by, at=now))
    group = (await tx.execute(select(member.c.group).where(member.c.id == member_id))).scalar_one()
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="workbook_changed",
        object=f"member:{member_id}",
        group=group,
        reason=kind,
        after=text,
        person=person,
        now=now,
    )
    return number


async def access_history(
    tx: AsyncConnection, keys: Keys, member_id: str, kind: str, thing: str, actor: str, now: datetime
) -> list[Version]:
    """Every version of one thing, oldest first, logged for facilitators. Raises NotAllowed."""
    person, role = await sheets.door(tx, member_id, actor)
    own = role != "facilitator"
    if (own and kind not in OWN) or (kind == NOTE and not await is_clinician(tx, actor)):
        raise NotAllowed("workbook")
    if not own:
        await access_log.append(
            tx, keys, actor=actor, action="workbook", person=person, purpose="history", now=now
        )
    found = await _versions(tx, keys, member_id, person, {kind})
    return [one for one in found if one.thing == thing]


async def is_clinician(tx: AsyncConnection, actor: str) -> bool:
    """Whether the person at this place has a clinician's open account."""
    found = await tx.execute(
        select(staff.c.id)
        .join(member, member.c.person == staff.c.person)
        .where(member.c.id == actor, staff.c.clinician, staff.c.disabled_at.is_(None))
    )
    return found.first() is not None


async def _versions(
    tx: AsyncConnection, keys: Keys, member_id: str, person: str, kinds: set[str]
) -> list[Version]:
    """Every version of these kinds, oldest first; none of an erased person."""
    key = (await keys.of(tx, [person])).get(person)
    if key is None:
        return []
    rows = await tx.execute(
        select(workbook)
        .where(workbook.c.member == member_id, workbook.c.kind.in_(sorted(kinds)))
        .order_by(workbook.c.seq)
    )
    found = []
    for row in rows:
        place = _place(member_id, row.kind, row.thing, row.number)
        text = key.open("workbook", "body", place, row.body_sealed)
        found.append(
            Version(
                kind=row.kind,
                thing=row.thing,
                number=row.number,
                body=json.loads(text),
                device=row.device,
                by=row.by,
                at=row.at,
            )
        )
    return found


async def _last(
    tx: AsyncConnection, keys: Keys, member_id: str, person: str, kind: str, thing: str
) -> Version | None:
    where = (workbook.c.member == member_id, workbook.c.kind == kind, workbook.c.thing == thing)
    newest = select(func.max(workbook.c.number)).where(*where).scalar_subquery()
    row = (await tx.execute(select(workbook).where(*where, workbook.c.number == newest))).first()
    if row is None:
        return None
    place = _place(member_id, kind, thing, row.number)
    text = await keys.open(tx, person, "workbook", "body", place, row.body_sealed)
    return Version(
        kind=kind,
        thing=thing,
        number=row.number,
        body=json.loads(text),
        device=row.device,
        by=row.by,
        at=row.at,
    )


def _place(member_id: str, kind: str, thing: str, number: int) -> str:
    """What a sealed version belongs to: as another thing it does not open."""
    return f"{member_id}:{kind}:{thing}:{number}"
