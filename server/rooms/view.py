"""What each client may know: the complete `state` of one socket."""

from server.rooms import tables, told
from server.rooms.moment import Now, epoch_ms
from server.rooms.state import RoomData, Seat, Socket, Stage

AWAY_MS = 120_000
"After this long without media or a goodbye the facilitators are asked to call."

OUTSIDE = ("door", "lobby", "greet")
WAITING = (Stage.DOOR, Stage.LOBBY)


def state(room: RoomData, socket: Socket, now: Now) -> told.State:
    """The view of this socket, with version and time zero so that two views can be compared."""
    seat = room.seats[socket.entrant.member]
    stage = stage_of(room, seat, socket)
    inside = stage in ("room", "held") or (stage == "greet" and seat.facilitator)
    leads = inside and seat.facilitator
    return told.State(
        version=0,
        now_ms=0,
        stage=stage,
        you=_you(seat, stage),
        session=_session(room),
        room=told.RoomView(state=room.state, locked=room.locked),
        members=_members(room, seat, stage, now) if inside or stage == "greet" else (),
        slots=_slots(room, seat, socket) if stage != "elsewhere" else (),
        waiting=_waiting(room, now) if leads else (),
        lobby=None if seat.facilitator or stage not in OUTSIDE else _lobby(room, seat, now),
        greet=_greet(room, seat) if stage == "greet" else None,
        calls=_calls(room, now) if leads else (),
        turned_away=_turned_away(room) if leads else (),
    )


def stage_of(room: RoomData, seat: Seat, socket: Socket | None = None) -> str:
    """The stage a client sees for a seat."""
    if room.state == "ended":
        return "ended"
    if socket is not None and seat.socket != socket.id and seat.stage not in (Stage.DECLINED, Stage.REMOVED):
        return "left" if seat.stage is Stage.LEFT else "elsewhere"
    if seat.stage in (Stage.ROOM, Stage.LOBBY) and room.greet_of(seat.member) is not None:
        return "greet"
    if seat.stage is Stage.ROOM and room.state == "held":
        return "held"
    return seat.stage.value


def connection(seat: Seat, now: Now) -> told.Connection:
    """The words for a person's line: up, connecting, reconnecting, away."""
    if seat.up:
        return "up"
    if seat.lost_ms is not None and now.mono_ms - seat.lost_ms >= AWAY_MS:
        return "away"
    return "reconnecting" if seat.was_up else "connecting"


def gone(seat: Seat, now: Now) -> bool:
    """True for an admitted person who has been without media for two minutes and did not say goodbye."""
    return (
        seat.stage is Stage.ROOM
        and not seat.up
        and seat.lost_ms is not None
        and now.mono_ms - seat.lost_ms >= AWAY_MS
    )


def present(seat: Seat, now: Now) -> bool:
    """True for a waiting person who is really there: the socket is open, or was a moment ago."""
    return seat.socket is not None or (
        seat.stage is Stage.LOBBY and seat.unseen_ms is not None and now.mono_ms - seat.unseen_ms < AWAY_MS
    )


def waiting(room: RoomData, now: Now) -> list[Seat]:
    """People at the door, oldest first."""
    found = (s for s in room.seats.values() if s.stage in WAITING and not s.facilitator and present(s, now))
    return sorted(found, key=lambda s: (s.since is None, s.since, s.seat))


def _you(seat: Seat, stage: str) -> told.You:
    return told.You(
        member=seat.member,
        seat=seat.seat,
        role=seat.role.value,
        name=seat.name,
        stage=stage,
        first_use=seat.must_greet,
        mic=seat.mic,
        camera=seat.camera,
        muted=seat.muted,
    )


def _session(room: RoomData) -> told.SessionView:
    session = room.session
    return told.SessionView(
        ordinal=session.ordinal,
        count=session.count,
        title=session.title,
        starts_at_ms=epoch_ms(session.starts_at),
        ends_at_ms=epoch_ms(session.ends_at),
        deadline_ms=epoch_ms(room.deadline_at),
    )


def _members(room: RoomData, seat: Seat, stage: str, now: Now) -> tuple[told.MemberView, ...]:
    shown = tables.in_room(room)
    if stage == "greet" and not seat.facilitator:
        greet = room.greet_of(seat.member)
        shown = [s for s in room.seats.values() if greet and s.member in (greet.facilitator, greet.member)]
        shown.sort(key=lambda s: s.seat)
    return tuple(_member(room, s, now) for s in shown)


def _member(room: RoomData, seat: Seat, now: Now) -> told.MemberView:
    return told.MemberView(
        member=seat.member,
        seat=seat.seat,
        name=seat.name,
        role=seat.role.value,
        stage=stage_of(room, seat),
        mic=seat.mic,
        camera=seat.camera,
        muted=seat.muted,
        connection=connection(seat, now),
    )


def _slots(room: RoomData, seat: Seat, socket: Socket) -> tuple[told.SlotView, ...]:
    placed = tables.slots_of(room, seat)
    return tuple(
        told.SlotView(slot=slot, member=placed[slot].member if slot in placed else None)
        for slot in range(socket.slots)
    )


def _waiting(room: RoomData, now: Now) -> tuple[told.WaitingView, ...]:
    return tuple(
        told.WaitingView(
            member=s.member,
            seat=s.seat,
            name=s.name,
            stage=stage_of(room, s),
            since_ms=epoch_ms(s.since) if s.since else 0,
            first_use=s.must_greet,
            new_device=s.new_device and s.must_greet,
            alone=s.alone,
            headphones=s.headphones,
            connection=connection(s, now),
            text_unread=s.unread,
        )
        for s in waiting(room, now)
    )


def _lobby(room: RoomData, seat: Seat, now: Now) -> told.LobbyView:
    before = (s for s in waiting(room, now) if s.stage is Stage.LOBBY and s.member != seat.member)
    return told.LobbyView(
        ahead=sum(s.since is not None and (seat.since is None or s.since < seat.since) for s in before),
        facilitator_here=any(f.socket is not None or f.up for f in room.facilitators()),
    )


def _greet(room: RoomData, seat: Seat) -> told.GreetView | None:
    greet = room.greet_of(seat.member)
    if greet is None:
        return None
    other = greet.member if greet.facilitator == seat.member else greet.facilitator
    return told.GreetView(member=other, name=room.seats[other].name, open=greet.open)


def _calls(room: RoomData, now: Now) -> tuple[told.CallView, ...]:
    return tuple(
        told.CallView(member=s.member, name=s.name, gone_since_ms=epoch_ms(s.lost_at))
        for s in tables.in_room(room)
        if not s.facilitator and s.lost_at is not None and gone(s, now)
    )


def _turned_away(room: RoomData) -> tuple[told.TurnedAwayView, ...]:
    out = (s for s in room.seats.values() if s.stage in (Stage.DECLINED, Stage.REMOVED))
    return tuple(
        told.TurnedAwayView(member=s.member, name=s.name, stage=s.stage.value)
        for s in sorted(out, key=lambda s: s.seat)
    )
