"""The text line between one person and the facilitators. Passed on, never kept."""

from server.rooms import said, told
from server.rooms.state import Seat, Stage
from server.rooms.turn import Turn

MAY_WRITE = (Stage.DOOR, Stage.LOBBY, Stage.ROOM)


def text(turn: Turn, seat: Seat, message: said.Text) -> None:
    """One line on its way."""
    if seat.facilitator and seat.stage is Stage.ROOM:
        from_facilitator(turn, seat, message)
    elif seat.stage in MAY_WRITE and message.to is None and not seat.facilitator:
        from_participant(turn, seat, message)
    else:
        turn.tell(seat, told.Error(code="not_allowed", words=""))


def from_participant(turn: Turn, seat: Seat, message: said.Text) -> None:
    """To every facilitator who can read it now; the writer learns when there is none."""
    readers = [f for f in turn.room.facilitators() if f.socket is not None]
    if not readers:
        turn.notice(seat, "not_there")
        return
    seat.unread += 1
    for reader in readers:
        turn.tell(reader, line(turn, seat, message, None))


def from_facilitator(turn: Turn, leader: Seat, message: said.Text) -> None:
    """To one participant; the other facilitators see it too."""
    seat = turn.room.seats.get(message.to) if message.to else None
    if seat is None or seat.socket is None or seat.facilitator:
        turn.notice(leader, "not_there")
        return
    seat.unread = 0
    told_line = line(turn, leader, message, seat.member)
    for reader in [seat, *turn.room.facilitators()]:
        if reader is not leader:
            turn.tell(reader, told_line)


def line(turn: Turn, sender: Seat, message: said.Text, to: str | None) -> told.Text:
    """The text as its readers get it."""
    return told.Text(sender=sender.member, name=sender.name, to=to, text=message.text, at_ms=turn.now.wall_ms)
