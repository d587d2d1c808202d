"""What the passing of time does to a room: holding, resuming, warning, ending, and when to look next."""

from datetime import datetime, timedelta

from care.facts import Kind
from server.media.messages import CloseRoom
from server.rooms import coming, view
from server.rooms.state import Seat, Stage
from server.rooms.turn import Turn

HOLD_MS = 20_000
"A facilitator may be without media this long (a reload, a change of network) before the room is held."
MEDIA_ALONE_MS = 120_000
"Media without a socket cannot be moderated in words; it ends after this long."
ENDING_SOON = timedelta(minutes=5)


def open_room(turn: Turn) -> None:
    """The first facilitator opens the room."""
    if turn.room.state == "waiting":
        turn.room.state = "open"
        turn.room.opened_at = turn.now.wall
        turn.note(Kind.ROOM_OPENED)


def end_room(turn: Turn, why: str) -> None:
    """The room is over for everybody."""
    room = turn.room
    if room.state == "ended":
        return
    if room.state != "waiting":
        turn.note(Kind.ROOM_CLOSED, detail=why)
    room.state = "ended"
    room.greets.clear()
    for seat in room.seats.values():
        turn.close_leg(seat)
    turn.order(CloseRoom(room=room.session.id))
    for socket in list(room.sockets.values()):
        turn.note(Kind.SOCKET_CLOSED, socket.entrant.member, socket.id)
        coming.final(turn, socket, "ended")


def pass_time(turn: Turn) -> None:
    """Everything that is due by now. Called after each input, and at the times `next_ms` names."""
    room, now = turn.room, turn.now
    if room.state == "ended":
        return
    if now.wall >= room.deadline_at:
        end_room(turn, "deadline")
        return
    for greet in room.greets.values():
        greet.open = greet.open or now.mono_ms >= greet.opens_ms
    for seat in room.seats.values():
        if seat.up and seat.unseen_ms is not None and now.mono_ms - seat.unseen_ms >= MEDIA_ALONE_MS:
            turn.close_leg(seat)
    hold_or_resume(turn)
    warn(turn)


def hold_or_resume(turn: Turn) -> None:
    """An open room without facilitators is held; a held one resumes when one is truly back."""
    room = turn.room
    if room.state == "open" and not any(leads(f, turn) for f in room.facilitators()):
        room.state = "held"
        turn.note(Kind.ROOM_HELD, at_ms=last_lead_ms(turn))
        tell_room(turn, "held")
    elif room.state == "held" and any(f.up for f in room.facilitators()):
        room.state = "open"
        turn.note(Kind.ROOM_RESUMED)
        tell_room(turn, "resumed")


def last_lead_ms(turn: Turn) -> int:
    """When the last facilitator was lost: by media, or by leaving just now."""
    lost = [f.lost_ms for f in turn.room.facilitators() if f.lost_ms is not None]
    if turn.room.led_ms is not None:
        lost.append(turn.room.led_ms)
    return max(lost, default=turn.now.mono_ms)


def leads(seat: Seat, turn: Turn) -> bool:
    """True while a facilitator has media or has lost it only a moment ago."""
    return seat.up or (seat.lost_ms is not None and turn.now.mono_ms - seat.lost_ms < HOLD_MS)


def warn(turn: Turn) -> None:
    """Once, before the deadline."""
    room = turn.room
    if not room.warned and room.state != "waiting" and turn.now.wall >= room.deadline_at - ENDING_SOON:
        room.warned = True
        tell_room(turn, "ending_soon")


def tell_room(turn: Turn, code: str) -> None:
    """A notice to everybody admitted."""
    for seat in turn.room.seats.values():
        if seat.stage is Stage.ROOM:
            turn.notice(seat, code)


def next_ms(turn: Turn) -> int | None:
    """The monotonic time at which something will be due; None for an ended room."""
    room, now = turn.room, turn.now
    if room.state == "ended":
        return None
    due = [_mono(turn, room.deadline_at)]
    if not room.warned:
        due.append(_mono(turn, room.deadline_at - ENDING_SOON))
    due += [g.opens_ms for g in room.greets.values() if not g.open]
    for seat in room.seats.values():
        due += _of_seat(seat)
    return min((at for at in due if at > now.mono_ms), default=None)


def _mono(turn: Turn, at: datetime) -> int:
    return turn.now.mono_ms + int((at - turn.now.wall) / timedelta(milliseconds=1)) + 1


def _of_seat(seat: Seat) -> list[int]:
    due: list[int] = []
    if not seat.up and seat.lost_ms is not None and seat.stage in (Stage.ROOM, Stage.LOBBY):
        due += [seat.lost_ms + view.AWAY_MS, *([seat.lost_ms + HOLD_MS] if seat.facilitator else [])]
    if seat.unseen_ms is not None:
        due += [seat.unseen_ms + MEDIA_ALONE_MS, seat.unseen_ms + view.AWAY_MS]
    return due
