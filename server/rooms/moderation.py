"""What a facilitator may do to the room and to people in it.

Nobody's microphone or camera is ever switched on by another.
"""

from care.facts import Kind
from server.rooms import coming, said, told
from server.rooms.effects import OpenSheet
from server.rooms.state import Seat, Stage
from server.rooms.timing import end_room
from server.rooms.turn import Turn


def mute(turn: Turn, leader: Seat, message: said.Mute) -> None:
    """Stops the sound of somebody in the room until they switch it on again."""
    seat = inside(turn, leader, message.member)
    if seat is not None:
        seat.mic = False
        seat.muted = True
        turn.note(Kind.MUTED, seat.member)
        turn.notice(seat, "muted")


def ask(turn: Turn, leader: Seat, message: said.Ask) -> None:
    """Asks somebody in the room to switch something on."""
    seat = inside(turn, leader, message.member)
    if seat is not None:
        turn.tell(seat, told.Asked(what=message.what, words=""))


def remove(turn: Turn, leader: Seat, message: said.Remove) -> None:
    """Puts a participant out. Facilitators cannot remove each other."""
    seat = turn.room.seats.get(message.member)
    if seat is None or seat.facilitator or seat.stage is not Stage.ROOM:
        turn.notice(leader, "not_there")
        return
    turn.note(Kind.REMOVED, seat.member)
    coming.unmeet(seat)
    coming.go(turn, seat, Stage.REMOVED, "removed")


def lock(turn: Turn, leader: Seat, message: said.Lock) -> None:
    """Nobody new while locked."""
    if turn.room.locked != message.on:
        turn.room.locked = message.on
        turn.note(Kind.LOCKED if message.on else Kind.UNLOCKED)


def end(turn: Turn, leader: Seat, message: said.End) -> None:
    """Ends the room for everybody."""
    end_room(turn, "by_facilitator")


def sheet(turn: Turn, leader: Seat, message: said.Sheet) -> None:
    """Asks for the emergency sheet of anybody with a seat; opening it is logged where it is read."""
    if message.member not in turn.room.seats or leader.socket is None:
        turn.notice(leader, "not_there")
    else:
        turn.effects.append(OpenSheet(leader.socket, leader.member, message.member))


def inside(turn: Turn, leader: Seat, member: str) -> Seat | None:
    """The seat of somebody in the room; otherwise the facilitator is told."""
    seat = turn.room.seats.get(member)
    if seat is None or seat.stage is not Stage.ROOM:
        turn.notice(leader, "not_there")
        return None
    return seat
