"""Offers to the media engine and what the engine reports: who is up, who was lost, who speaks."""

from care.facts import Kind
from server.media import messages
from server.media.messages import CloseLeg, Down, FirstMedia, NoMedia, Prefer, Up
from server.rooms import said, tables, told
from server.rooms.state import Leg, Seat, Stage
from server.rooms.turn import Turn

MAY_OFFER = (Stage.DOOR, Stage.LOBBY, Stage.ROOM)
FAILED = {"ice_failed", "dtls_failed", "silent"}
NEEDS_RENEWAL = {"ice_failed", "dtls_failed", "silent", "replaced"}


def offer(turn: Turn, seat: Seat, message: said.Offer) -> None:
    """A new connection replaces the former; a known one restarts; a dead one is refused."""
    if seat.stage not in MAY_OFFER:
        refuse(turn, seat, message.request, message.connection, "stage")
        return
    known = seat.leg is not None and seat.leg.connection == message.connection
    if not known and (message.request > 0 or message.connection in seat.dead):
        refuse(turn, seat, message.request, message.connection, "gone")
        return
    leg = seat.leg if known and seat.leg is not None else fresh_leg(turn, seat, message.connection)
    turn.order(
        messages.Offer(room=turn.room.session.id, leg=leg.id, request=message.request, sdp=message.sdp)
    )


def fresh_leg(turn: Turn, seat: Seat, connection: str) -> Leg:
    """The seat's new leg; the former one is closed."""
    turn.close_leg(seat)
    leg = Leg(
        id=f"{turn.room.session.id}.{seat.member}.{connection}", member=seat.member, connection=connection
    )
    seat.leg = leg
    turn.room.legs[leg.id] = leg
    if seat.lost_ms is None:
        turn.without_media(seat, turn.now.mono_ms)
    return leg


def refuse(turn: Turn, seat: Seat, request: int, connection: str, cause: str) -> None:
    """The offer is not taken, and why."""
    turn.tell(seat, told.Refused(request=request, connection=connection, cause=cause, words=""))


def show(turn: Turn, seat: Seat, message: said.Show) -> None:
    """How tall each slot is drawn; said again when a new leg is up."""
    seat.heights = tuple(sorted((int(slot), height) for slot, height in message.slots.items()))
    if seat.up:
        prefer(turn, seat)


def prefer(turn: Turn, seat: Seat) -> None:
    """Passes the seat's sizes on."""
    if seat.leg is not None and seat.heights:
        turn.order(Prefer(leg=seat.leg.id, heights=seat.heights))


def mic(turn: Turn, seat: Seat, message: said.Mic) -> None:
    """The person's own switch. It alone lifts a facilitator's mute."""
    seat.mic = message.on
    seat.muted = seat.muted and not message.on


def camera(turn: Turn, seat: Seat, message: said.Camera) -> None:
    """The person's own switch."""
    seat.camera = message.on


def event(turn: Turn, happened: messages.Event) -> None:
    """One event of the engine about a leg of this room, or about who speaks in it."""
    if isinstance(happened, messages.Levels):
        levels(turn, happened)
        return
    leg = turn.room.legs.get(getattr(happened, "leg", ""))
    if leg is None:
        return
    seat = turn.room.seats[leg.member]
    match happened:
        case messages.Answered() | messages.Refused():
            answered(turn, seat, leg, happened)
        case Up():
            up(turn, seat, leg, happened)
        case FirstMedia(kind=kind, at_ms=at_ms):
            turn.note(Kind.FIRST_MEDIA, leg.member, leg.id, kind, at_ms)
        case NoMedia():
            turn.note(Kind.NO_MEDIA, leg.member, leg.id)
        case Down():
            down(turn, seat, leg, happened.reason, happened.last_alive_ms)
        case messages.Held():
            paused(turn, seat, leg, happened)


def answered(turn: Turn, seat: Seat, leg: Leg, reply: messages.Answered | messages.Refused) -> None:
    """Passes an answer on. A refused first offer leaves no leg behind."""
    if seat.leg is not leg:
        return
    if isinstance(reply, messages.Answered):
        turn.tell(seat, told.Answer(request=reply.request, connection=leg.connection, sdp=reply.sdp))
        return
    refuse(turn, seat, reply.request, leg.connection, reply.cause)
    if not leg.up and reply.request == 0:
        turn.note(Kind.ATTEMPT_FAILED, seat.member, leg.id, reply.cause)
        turn.lose(seat, leg, seat.lost_ms or turn.now.mono_ms)
        turn.room.legs.pop(leg.id, None)


def up(turn: Turn, seat: Seat, leg: Leg, happened: Up) -> None:
    """Media can flow."""
    if leg.up:
        return
    leg.up = True
    turn.note(Kind.TRANSPORT_UP, leg.member, leg.id, at_ms=happened.at_ms)
    if seat.leg is leg:
        seat.lost_ms = seat.lost_at = None
        seat.was_up = True
        prefer(turn, seat)


def down(turn: Turn, seat: Seat, leg: Leg, reason: str, last_alive_ms: int) -> None:
    """A leg is over since its last proof of life. A client that did not end it is asked for a new one."""
    turn.room.legs.pop(leg.id, None)
    if leg.up:
        turn.note(Kind.TRANSPORT_DOWN, leg.member, leg.id, reason, last_alive_ms)
    elif reason in FAILED:
        turn.note(Kind.ATTEMPT_FAILED, leg.member, leg.id, reason)
    if reason == "replaced":
        # Another DTLS identity under the same id: a new connection must have a new id.
        turn.order(CloseLeg(leg=leg.id))
    if seat.leg is not leg:
        return
    turn.lose(seat, leg, last_alive_ms if leg.up else (seat.lost_ms or turn.now.mono_ms))
    if reason in NEEDS_RENEWAL:
        turn.tell(seat, told.Renew(connection=leg.connection, words=""))


def worker_lost(turn: Turn, legs: tuple[str, ...], last_alive: dict[str, int]) -> None:
    """A media process died: seats stay, clients are asked for fresh connections."""
    for name in legs:
        leg = turn.room.legs.pop(name, None)
        if leg is None:
            continue
        alive_ms = last_alive.get(name, turn.now.mono_ms)
        if leg.up:
            turn.note(Kind.TRANSPORT_DOWN, leg.member, leg.id, "worker_lost", alive_ms)
        seat = turn.room.seats[leg.member]
        if seat.leg is leg:
            turn.lose(seat, leg, alive_ms)
            turn.tell(seat, told.Renew(connection=leg.connection, words=""))


def levels(turn: Turn, happened: messages.Levels) -> None:
    """Who speaks, to everybody in the room. A private look is nobody else's business."""
    room = turn.room
    if room.state != "open":
        return
    speakers = {leg.member for name in happened.speaking if (leg := room.legs.get(name)) is not None}
    heard = [s for s in tables.in_room(room) if room.greet_of(s.member) is None]
    speaking = tuple(s.member for s in heard if s.member in speakers and s.mic)
    if speaking == room.speaking:
        return
    room.speaking = speaking
    for seat in heard:
        turn.tell(seat, told.Levels(speaking=speaking))


def paused(turn: Turn, seat: Seat, leg: Leg, happened: messages.Held) -> None:
    """Whose picture is paused for this seat."""
    if seat.leg is not leg:
        return
    placed = tables.slots_of(turn.room, seat)
    members = tuple(placed[slot].member for slot in sorted(happened.slots) if slot in placed)
    turn.tell(seat, told.Quality(paused=members, words=""))
