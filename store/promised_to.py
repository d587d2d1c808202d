"""Whom the contract is still, or newly, to be spoken of with: members who have not signed the newest version,
and members who signed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import signing
from store.tables import contract_version, group, member, signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A present participant without a signature under the newest version; `since` is when it could first be
    signed."""

    member: str
    person: str
    version: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A present participant who signed; the group is the one the contract is about."""

    member: str
    person: str
    group: str
    at: datetime


async def awaited(tx: AsyncConnection, since: datetime) -> list[Awaited]:
    """Who could sign from `since` on and has not, in running groups."""
    newest = (
        select(contract_version.c.group, func.max(contract_version.c.number).label("number"))
        .group_by(contract_version.c.group)
        .subquery()
    )
    held = (
        select(signature.c.id)
        .where(
            signature.c.member == member.c.id,
            signature.c.version == contract_version.c.id,
            signature.c.side == signing.MEMBER,
        )
        .exists()
    )
    rows = await tx.execute(
        select(
            member.c.id,
            member.c.person,
            member.c.joined_at,
            contract_version.c.number,
            contract_version.c.made_at,
        )
        .join(contract_version, contract_version.c.group == member.c.group)
        .join(
            newest,
            and_(newest.c.group == contract_version.c.group, newest.c.number == contract_version.c.number),
        )
        .join(group, group.c.id == member.c.group)
        .where(
            group.c.state == "active",
            member.c.role == "participant",
            member.c.left_at.is_(None),
            or_(contract_version.c.made_at >= since, member.c.joined_at >= since),
            ~held,
        )
        .order_by(member.c.id)
    )
    return [
        Awaited(member=row.id, person=row.person, version=row.number, since=max(row.made_at, row.joined_at))
        for row in rows
    ]


async def signed(tx: AsyncConnection, since: datetime) -> list[Signed]:
    """Who signed from `since` on, once for each member."""
    rows = await tx.execute(
        select(member.c.id, member.c.person, member.c.group, func.min(signature.c.signed_at).label("at"))
        .join(signature, signature.c.member == member.c.id)
        .where(
            signature.c.side == signing.MEMBER,
            signature.c.signed_at >= since,
            member.c.role == "participant",
            member.c.left_at.is_(None),
        )
        .group_by(member.c.id, member.c.person, member.c.group)
        .order_by(member.c.id)
    )
    return [Signed(member=row.id, person=row.person, group=row.group, at=row.at) for row in rows]
