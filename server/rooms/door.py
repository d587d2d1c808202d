"""The door: knocking, the private look, letting in, sending back, turning away."""

from care.facts import Kind
from server.rooms import coming, said, view
from server.rooms.effects import KeepDoorstep
from server.rooms.state import Greet, Seat, Stage
from server.rooms.timing import open_room
from server.rooms.turn import Turn

GREET_NOTICE_MS = 1500
"Between telling a person that somebody will look in and the first picture."


def arrive(turn: Turn, seat: Seat, message: said.Arrive) -> None:
    """The doorstep answers. A participant knocks; a facilitator walks in and so opens the room."""
    keep_answers(turn, seat, message)
    if seat.stage is not Stage.DOOR:
        return
    turn.note(Kind.ARRIVED, seat.member)
    if seat.facilitator:
        enter(turn, seat)
        open_room(turn)
    else:
        seat.stage = Stage.LOBBY
        seat.since = turn.now.wall


def keep_answers(turn: Turn, seat: Seat, message: said.Arrive) -> None:
    """Remembers what facilitators see in the list and stores the rest."""
    seat.alone, seat.headphones = message.alone, message.headphones
    if seat.facilitator and not (message.where or message.phone):
        return
    turn.effects.append(
        KeepDoorstep(seat.member, message.where or "", message.phone or "", message.alone, message.headphones)
    )


def greet(turn: Turn, leader: Seat, message: said.Greet) -> None:
    """Opens a private look: both are told now, media opens a moment later."""
    seat = knocking(turn, leader, message.member)
    if seat is None:
        return
    if turn.room.greet_of(leader.member) or turn.room.greet_of(seat.member):
        turn.notice(leader, "busy")
    elif not (seat.up and leader.up):
        turn.notice(leader, "not_connected")
    else:
        opens_ms = turn.now.mono_ms + GREET_NOTICE_MS
        turn.room.greets[leader.member] = Greet(
            facilitator=leader.member, member=seat.member, opens_ms=opens_ms
        )
        turn.notice(seat, "greeting")


def end_greet(turn: Turn, leader: Seat, message: said.EndGreet) -> None:
    """Ends the facilitator's own look."""
    look = turn.room.greets.get(leader.member)
    if look is None or look.member != message.member:
        turn.notice(leader, "not_there")
    else:
        turn.end_greet(leader)


def admit(turn: Turn, leader: Seat, message: said.Admit) -> None:
    """Lets people in, all in one change. What stands in the way is said once."""
    if turn.room.state != "open":
        turn.notice(leader, "held")
        return
    if message.members is None:
        waiting = view.waiting(turn.room, turn.now)
        asked = [s for s in waiting if s.stage is Stage.LOBBY and s.socket is not None]
    else:
        asked = [s for m in dict.fromkeys(message.members) if (s := knocking(turn, leader, m)) is not None]
    obstacles = {why for seat in asked if (why := let_in(turn, seat)) is not None}
    for why in sorted(obstacles):
        turn.notice(leader, why)


def let_in(turn: Turn, seat: Seat) -> str | None:
    """Admits one knocking person, or names what stands in the way."""
    if turn.room.locked and seat.admitted_at is None:
        return "locked"
    look = turn.room.greet_of(seat.member)
    if seat.must_greet and not (look is not None and look.open):
        return "greet_first"
    turn.end_greet(seat)
    enter(turn, seat)
    return None


def enter(turn: Turn, seat: Seat) -> None:
    """The person is in the room."""
    seat.stage = Stage.ROOM
    seat.admitted_at = turn.now.wall
    seat.greeted_device = seat.device
    seat.unread = 0
    if not seat.up:
        turn.without_media(seat, turn.now.mono_ms)
    turn.note(Kind.ADMITTED, seat.member)


def send_back(turn: Turn, leader: Seat, message: said.SendBack) -> None:
    """From the room to the lobby, or a second chance for somebody turned away."""
    seat = turn.room.seats.get(message.member)
    if seat is None or seat.facilitator or seat.stage in (Stage.DOOR, Stage.LOBBY, Stage.LEFT):
        turn.notice(leader, "not_there")
        return
    turn.note(Kind.SENT_BACK, seat.member)
    if seat.stage is Stage.ROOM:
        seat.stage = Stage.LOBBY
        seat.since = turn.now.wall
        turn.notice(seat, "sent_back")
    else:
        seat.stage = Stage.DOOR
        seat.since = None


def decline(turn: Turn, leader: Seat, message: said.Decline) -> None:
    """Turns a waiting person away, with words if there are any."""
    seat = turn.room.seats.get(message.member)
    if seat is None or seat not in view.waiting(turn.room, turn.now):
        turn.notice(leader, "not_there")
        return
    turn.end_greet(seat, counts=False)
    coming.unmeet(seat)
    turn.note(Kind.DECLINED, seat.member)
    coming.go(turn, seat, Stage.DECLINED, "declined", message.words or "")


def knocking(turn: Turn, leader: Seat, member: str) -> Seat | None:
    """The seat of somebody who knocks and is connected; otherwise the facilitator is told."""
    seat = turn.room.seats.get(member)
    if seat is None or seat.facilitator or seat.stage is not Stage.LOBBY or seat.socket is None:
        turn.notice(leader, "not_there")
        return None
    return seat
