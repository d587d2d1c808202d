"""Personal links: minted, redeemed once a device presses the button, revoked. The database holds only hashes.

A token is 32 random bytes and travels in the fragment of an address. The first redemption binds the link
to the device's secret; another device is refused politely and the refusal is recorded for the facilitator.
Only when the answer to that first press was lost on the way, the link may be bound anew for two minutes.
A token that never existed, has expired or was revoked gives one and the same answer from one and the same
query.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import signals, signins, staff_signins, upsert
from store.ids import fresh_id
from store.sealing import Keys
from store.tables import device, link, link_event, member

STAFF_LIFE = timedelta(hours=12)
CODE_LIFE = timedelta(minutes=10)
ON_THE_WAY = timedelta(seconds=5)
LOST_ANSWER = timedelta(minutes=2)
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
STAFF = ("facilitator", "coordinator")
TOPIC = "links"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """A device is signed in. `signin_token` and `device_secret` belong in cookies and nowhere else."""

    member: str
    place: str
    purpose: str
    link: str
    device: str
    signin_token: str = field(repr=False)
    signin_expires: datetime
    device_secret: str = field(repr=False)
    first_use: bool
    new_device: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """No sign-in. `unknown` also stands for expired and revoked; `other_device` for a link bound
    elsewhere."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEvent:
    """One line of a link's history. `kind` is minted, bound, opened, other_device or revoked."""

    link: str
    kind: str
    at: datetime
    detail: str


async def mint(tx: AsyncConnection, member_id: str, purpose: str, now: datetime, expires_at: datetime) -> str:
    """A new token of a member. A staff link lives at most 12 hours. Raises LookupError for a member who
    has left, ValueError for a purpose that does not fit the role."""
    role = (
        await tx.execute(select(member.c.role).where(member.c.id == member_id, member.c.left_at.is_(None)))
    ).scalar_one_or_none()
    if role is None:
        raise LookupError("no such member")
    if (purpose == "staff") != (role in STAFF):
        raise ValueError(f"a {role} does not come in by a {purpose} link")
    token = secrets.token_urlsafe(32)
    if purpose == "staff":
        expires_at = min(expires_at, now + STAFF_LIFE)
    await add(tx, member_id, purpose, digest(token), now, expires_at, single_use=False)
    return token


async def mint_code(tx: AsyncConnection, keys: Keys, member_id: str, purpose: str, now: datetime) -> str:
    """A code to type, `ABCDE-FGHJK`, good once within ten minutes. Earlier codes of the member end. Raises
    as `mint`."""
    await tx.execute(
        update(link)
        .where(link.c.member == member_id, link.c.single_use, link.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_why="newer code")
    )
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    await add(tx, member_id, purpose, code_digest(keys, code), now, now + CODE_LIFE, single_use=True)
    return f"{code[:5]}-{code[5:]}"


async def redeem(
    tx: AsyncConnection, token: str, device_secret: str | None, now: datetime, label: str = ""
) -> Redeemed | Refusal:
    """Signs a device in, binding an unbound link to it. `device_secret` is the browser's earlier one, if
    any; `label` names the device in general words for staff. Call it only for a person's button press, in
    a write transaction that commits either way: refusals are recorded too."""
    return await exchange(tx, digest(token), device_secret, now, label)


async def redeem_code(
    tx: AsyncConnection, keys: Keys, code: str, device_secret: str | None, now: datetime, label: str = ""
) -> Redeemed | Refusal:
    """The same for a typed code; case, spaces and dashes do not matter."""
    return await exchange(tx, code_digest(keys, code), device_secret, now, label)


async def opens(tx: AsyncConnection, token: str, now: datetime) -> bool:
    """True when a press of the button could do something: a reader's question, asked before `redeem`, so
    that a flood of wrong tokens never stands in the writers' way."""
    return (await tx.execute(usable(digest(token), now).with_only_columns(link.c.id))).first() is not None


async def code_opens(tx: AsyncConnection, keys: Keys, code: str, now: datetime) -> bool:
    """The same for a typed code."""
    found = await tx.execute(usable(code_digest(keys, code), now).with_only_columns(link.c.id))
    return found.first() is not None


async def exchange(
    tx: AsyncConnection, token_hash: bytes, device_secret: str | None, now: datetime, label: str
) -> Redeemed | Refusal:
    """Link to sign-in."""
    found = (await tx.execute(usable(token_hash, now).with_for_update(of=link))).first()
    if found is None:
        return Refusal("unknown")
    secret = device_secret or secrets.token_urlsafe(32)
    device_hash = digest(secret)
    first_use = found.device_hash is None
    if not first_use and found.device_hash != device_hash:
        first_use = await unbound(tx, found, now)
    if not first_use and found.device_hash != device_hash:
        await record(tx, found.id, found.member, "other_device", now, label)
        await signals.put(tx, TOPIC, {"what": "other_device", "member": found.member, "link": found.id}, now)
        return Refusal("other_device")
    new_device = await remember_device(tx, found.member, device_hash, label, now)
    await tx.execute(
        update(link)
        .where(link.c.id == found.id)
        .values(device_hash=device_hash, bound_at=now if first_use else link.c.bound_at, uses=link.c.uses + 1)
    )
    await record(tx, found.id, found.member, "bound" if first_use else "opened", now, label)
    opened = await signins.open_one(tx, found, device_hash, now, first_use=first_use, new_device=new_device)
    return Redeemed(
        member=found.member,
        place=found.place,
        purpose=found.purpose,
        link=found.id,
        device=signins.device_name(device_hash),
        signin_token=opened.token,
        signin_expires=opened.expires_at,
        device_secret=secret,
        first_use=first_use,
        new_device=new_device,
    )


async def unbound(tx: AsyncConnection, found: Row[tuple[Any, ...]], now: datetime) -> bool:
    """Frees a link from a device that never came on: True when it was bound within two minutes, but not
    just now, and no sign-in of it was ever used. That device's sign-in ends, and a first meeting with it is
    forgotten."""
    if not ON_THE_WAY <= now - found.bound_at <= LOST_ANSWER or await signins.used(tx, found.id):
        return False
    await signins.close_all(tx, [found.id], now)
    await tx.execute(
        delete(device).where(
            device.c.member == found.member,
            device.c.device_hash == found.device_hash,
            device.c.first_seen_at == found.bound_at,
        )
    )
    return True


async def signin(tx: AsyncConnection, place: str, signin_token: str, now: datetime) -> signins.SignIn | None:
    """The sign-in of a cookie at this place, None when it does not hold; see `store.signins.find`."""
    return await signins.find(tx, place, signin_token, now)


async def revoke(tx: AsyncConnection, target: str, reason: str, now: datetime) -> int:
    """Ends a link, or every link of a member, with the sign-ins made from them; `target` is either id.
    Returns how many links ended. A signal on the topic `links` tells the server to close sockets."""
    rows = await tx.execute(
        select(link.c.id, link.c.member)
        .where(or_(link.c.id == target, link.c.member == target), link.c.revoked_at.is_(None))
        .with_for_update()
    )
    ended = rows.all()
    for row in ended:
        await tx.execute(update(link).where(link.c.id == row.id).values(revoked_at=now, revoked_why=reason))
        await record(tx, row.id, row.member, "revoked", now, reason)
        await signals.put(tx, TOPIC, {"what": "revoked", "member": row.member, "link": row.id}, now)
    await signins.close_all(tx, [row.id for row in ended], now)
    await staff_signins.close_linked(tx, [row.member for row in ended], now)
    return len(ended)


async def history(tx: AsyncConnection, member_id: str, limit: int = 50) -> list[LinkEvent]:
    """What happened with a member's links, newest first: what staff are shown instead of tokens."""
    rows = await tx.execute(
        select(link_event)
        .where(link_event.c.member == member_id)
        .order_by(link_event.c.seq.desc())
        .limit(limit)
    )
    return [LinkEvent(link=row.link, kind=row.kind, at=row.at, detail=row.detail) for row in rows]


async def add(
    tx: AsyncConnection,
    member_id: str,
    purpose: str,
    token_hash: bytes,
    now: datetime,
    expires_at: datetime,
    *,
    single_use: bool,
) -> None:
    """One link row."""
    key = fresh_id()
    await tx.execute(
        insert(link).values(
            id=key,
            member=member_id,
            purpose=purpose,
            token_hash=token_hash,
            single_use=single_use,
            created_at=now,
            expires_at=expires_at,
            uses=0,
        )
    )
    await record(tx, key, member_id, "minted", now, purpose)


def usable(token_hash: bytes, now: datetime) -> Select[tuple[Any, ...]]:
    """The link of this hash, if a device may use it now."""
    return (
        select(link, member.c.place, member.c.role)
        .join(member, member.c.id == link.c.member)
        .where(
            link.c.token_hash == token_hash,
            link.c.revoked_at.is_(None),
            link.c.expires_at > now,
            or_(~link.c.single_use, link.c.uses == 0),
            member.c.left_at.is_(None),
        )
    )


async def remember_device(
    tx: AsyncConnection, member_id: str, device_hash: bytes, label: str, now: datetime
) -> bool:
    """True when this member never used the device before; it is known from now on."""
    known = await tx.execute(
        select(device.c.member).where(device.c.member == member_id, device.c.device_hash == device_hash)
    )
    if known.first() is not None:
        return False
    row = {"member": member_id, "device_hash": device_hash, "label": general(label), "first_seen_at": now}
    await upsert.put_new(tx, device, [row])
    return True


async def record(
    tx: AsyncConnection, link_id: str, member_id: str, kind: str, now: datetime, detail: str
) -> None:
    """One line of a link's history."""
    await tx.execute(
        insert(link_event).values(link=link_id, member=member_id, kind=kind, at=now, detail=general(detail))
    )


def general(words: str) -> str:
    """At most 80 characters that can be shown and stored: part of it comes from a browser."""
    return "".join(letter for letter in words if letter.isprintable())[:80]


def digest(token: str) -> bytes:
    """What the database keeps of a token: with 256 random bits a plain SHA-256 cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def code_digest(keys: Keys, code: str) -> bytes:
    """What the database keeps of a code: keyed, because a code is short enough to be searched."""
    return keys.lookup("code", "".join(letter for letter in code.upper() if letter in CODE_LETTERS))
