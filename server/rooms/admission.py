"""From a sign-in to a ticket, from a ticket to a seat."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.openable
import store.rooms
import store.signins
import store.staff_signins
from care import roles
from care.roles import Action
from server.refusals import Refused
from server.rooms import loading
from server.rooms.live_room import LiveRoom
from server.rooms.moment import Now, epoch_ms
from server.rooms.registry import Registry, RoomRefused
from server.rooms.state import OVERRUN, Entrant
from server.staff.desk import LINK
from store.groups import Session
from store.signins import SignIn

TICKET_S = 30.0
EARLY = timedelta(minutes=60)
"How long before the planned start the door can be reached."
TICKETS = 30.0
TICKETS_PER_S = 1.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket speaks for."""

    place: str
    session: str
    signin: str
    entrant: Entrant


async def issue(
    registry: Registry, signin: SignIn, session_id: str, language: str, now: Now
) -> tuple[str, Session]:
    """A ticket for this person to this session, and the session. Raises Refused."""
    if not await registry.live.allow(f"tickets:{signin.member}", TICKETS, TICKETS_PER_S):
        raise Refused("too_many")
    async with registry.db.read() as tx:
        session = await store.openable.find(tx, session_id)
        record = await store.rooms.load(tx, session_id)
        met = await store.rooms.greeted(tx, signin.member, signin.device)
    if session is None or not store.openable.open_to(session, signin.group, signin.member, signin.role):
        raise Refused("unknown")
    if not roles.may(signin.role, Action.ENTER_ROOM, signin.purpose):
        raise Refused("unknown")
    check_time(session, now)
    if record is not None and record.state == "ended":
        raise Refused("ended")
    await reach(registry, session_id, signin.member)
    entrant = Entrant(
        member=signin.member,
        device=signin.device,
        link=signin.link,
        # A link that is used for the first time may have been read by somebody else at the same machine.
        known=met and not signin.first_use,
        new_device=signin.new_device,
        language=language,
        signin=signin.id,
    )
    ticket = secrets.token_urlsafe(32)
    body = write(Ticket(signin.place, session_id, signin.id, entrant))
    await registry.live.ticket_put(ticket, body, TICKET_S)
    return ticket, session


def check_time(session: Session, now: Now) -> None:
    """Raises Refused `too_early` or `ended`."""
    if session.state in ("closed", "cancelled") or now.wall >= session.ends_at + OVERRUN:
        raise Refused("ended")
    opens_at = session.starts_at - EARLY
    if now.wall < opens_at:
        raise Refused("too_early", opens_at_ms=epoch_ms(opens_at))


async def reach(registry: Registry, session: str, member: str) -> LiveRoom:
    """The live room with a seat for this member. Raises Refused."""
    try:
        live = await registry.room(session)
    except RoomRefused as refusal:
        raise Refused(refusal.code) from refusal
    if live.ended:
        raise Refused("ended")
    if member not in live.room.data.seats:
        await enlist(registry, live, member)
    return live


async def enlist(registry: Registry, live: LiveRoom, member: str) -> None:
    """Gives a seat to somebody who joined the group after the room was made. Raises Refused."""
    async with registry.db.read() as tx:
        found = await store.openable.find(tx, live.session)
    seats = await loading.roster(registry.db, registry.keys, found) if found else []
    taken = {s.seat for s in live.room.data.seats.values()}
    fresh = next((s for s in seats if s.member == member and s.seat not in taken), None)
    if fresh is None:
        raise Refused("unknown")
    live.room.data.seats.setdefault(member, fresh)


async def redeem(registry: Registry, ticket: str, place: str, session: str, now: Now) -> Ticket:
    """What the ticket stands for, once. Raises Refused `signin` when it is unknown, used, late, for another
    address, or when the sign-in behind it has ended since.
    """
    body = await registry.live.ticket_take(ticket)
    found = read(body) if body is not None else None
    if found is None or found.place != place or found.session != session:
        raise Refused("signin")
    async with registry.db.read() as tx:
        if not await holds(tx, found, now):
            raise Refused("signin")
    return found


async def holds(tx: AsyncConnection, ticket: Ticket, now: Now) -> bool:
    """True while the sign-in behind the ticket holds: a personal link's, or a desk's and the place still its
    person's.
    """
    if not ticket.entrant.link.startswith(LINK):
        return await store.signins.holds(tx, ticket.signin, now.wall)
    member = await store.groups.member_by_id(tx, ticket.entrant.member)
    return member is not None and await store.staff_signins.holds(tx, ticket.signin, now.wall)


def write(ticket: Ticket) -> str:
    """The ticket as the directory keeps it."""
    return json.dumps([ticket.place, ticket.session, ticket.signin, asdict(ticket.entrant)])


def read(body: str) -> Ticket:
    """The ticket of a body that `write` made."""
    place, session, signin, entrant = json.loads(body)
    return Ticket(place, session, signin, Entrant(**entrant))


def relay(urls: tuple[str, ...], secret: str, ends_at: datetime, opaque: str) -> dict[str, object]:
    """Credentials for a TURN relay that checks a shared secret (coturn: use-auth-secret), good until 30
    minutes after the session. The name holds an opaque id, never a person.
    """
    username = f"{int((ends_at + OVERRUN).timestamp())}:{opaque}"
    # The relay defines SHA-1 here; as a MAC with a secret key it is not affected by collisions.
    mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return {"urls": list(urls), "username": username, "credential": base64.b64encode(mac).decode()}
