"""Sockets come and go; the seat stays with the person.

One live device a seat, moved only on purpose or when the other is plainly gone.
"""

from care.facts import Kind
from server.rooms import told, view
from server.rooms.state import Seat, Socket, Stage
from server.rooms.turn import Turn

FINAL = {Stage.DECLINED: "declined", Stage.REMOVED: "removed"}
MOST_ELSEWHERE = 3
"Waiting sockets of one person; a further one pushes out the oldest."


def opened(turn: Turn, socket: Socket) -> None:
    """A socket has said hello."""
    room = turn.room
    seat = room.seats[socket.entrant.member]
    room.sockets[socket.id] = socket
    turn.note(Kind.SOCKET_OPEN, seat.member, socket.id)
    if room.state == "ended":
        final(turn, socket, "ended")
    elif seat.stage in FINAL:
        final(turn, socket, FINAL[seat.stage])
    elif may_take(seat, socket, room.sockets):
        take(turn, seat, socket)
    else:
        crowd_out(turn, seat)


def crowd_out(turn: Turn, seat: Seat) -> None:
    """Keeps the sockets that wait elsewhere few."""
    own = [s.id for s in turn.room.sockets.values() if s.entrant.member == seat.member]
    elsewhere = [socket for socket in own if socket != seat.socket]
    if len(elsewhere) > MOST_ELSEWHERE:
        turn.dismiss(elsewhere[0], "taken")


def may_take(seat: Seat, socket: Socket, sockets: dict[str, Socket]) -> bool:
    """True when the seat is free, the same tab comes back, or the other device has lost its media."""
    if seat.socket is None:
        return True
    other = sockets[seat.socket]
    same_tab = socket.tab is not None and socket.tab == other.tab
    if same_tab and socket.entrant.device == other.entrant.device:
        return True
    return seat.was_up and not seat.up


def take(turn: Turn, seat: Seat, socket: Socket) -> None:
    """The seat moves here; the former socket is dismissed and, on another device or tab, its media ends."""
    former = turn.room.sockets.get(seat.socket) if seat.socket else None
    same_device = seat.device == socket.entrant.device
    same_page = same_device and (former is None or (socket.tab is not None and former.tab == socket.tab))
    if not same_page:
        turn.close_leg(seat)
    if former is not None:
        turn.dismiss(former.id, "taken")
    if seat.device is not None and not same_device:
        turn.note(Kind.MOVED_DEVICE, seat.member)
    sit(turn, seat, socket)


def sit(turn: Turn, seat: Seat, socket: Socket) -> None:
    """The seat knows its socket and device. A participant not met on this device is back in the lobby."""
    entrant = socket.entrant
    seat.socket = socket.id
    seat.unseen_ms = None
    seat.device = entrant.device
    seat.link = entrant.link
    seat.known = entrant.known
    seat.new_device = entrant.new_device
    seat.slots = socket.slots
    seat.heights = ()
    if not seat.up:
        seat.mic = seat.camera = False
    if seat.stage is Stage.LEFT:
        seat.stage = Stage.DOOR
        seat.since = None
    if seat.stage is Stage.ROOM and seat.must_greet:
        seat.stage = Stage.LOBBY
        turn.note(Kind.SENT_BACK, seat.member, detail="device")
    seat.since = seat.since or turn.now.wall


def closed(turn: Turn, socket: str) -> None:
    """A socket is gone without a goodbye. Media may still flow; the engine knows better."""
    if socket not in turn.room.sockets:
        return
    member = turn.room.seat_of(socket).member
    turn.note(Kind.SOCKET_CLOSED, member, socket)
    turn.forget(socket)


def take_over(turn: Turn, socket: str) -> None:
    """The person wants the seat here."""
    if turn.room.live(socket):
        turn.send(socket, told.Error(code="not_allowed", words=""))
        return
    take(turn, turn.room.seat_of(socket), turn.room.sockets[socket])


def leave(turn: Turn, socket: str) -> None:
    """A deliberate goodbye. From elsewhere only that socket goes."""
    seat = turn.room.seat_of(socket)
    if turn.room.live(socket):
        turn.note(Kind.LEFT, seat.member)
        go(turn, seat, Stage.LEFT, "left")
    else:
        turn.note(Kind.SOCKET_CLOSED, seat.member, socket)
        turn.dismiss(socket, "left")


def go(turn: Turn, seat: Seat, stage: Stage, code: str, words: str = "") -> None:
    """The seat reaches a final stage: media ends, its sockets are told and closed."""
    turn.end_greet(seat)
    turn.close_leg(seat)
    seat.stage = stage
    seat.lost_ms = seat.lost_at = None
    for socket in [s for s in turn.room.sockets.values() if s.entrant.member == seat.member]:
        turn.note(Kind.SOCKET_CLOSED, seat.member, socket.id)
        final(turn, socket, code, words)


def unmeet(seat: Seat) -> None:
    """Nobody counts as met on this device any more: it was turned away."""
    seat.known = False
    seat.greeted_device = seat.greeted_at = None


def final(turn: Turn, socket: Socket, code: str, words: str = "") -> None:
    """The last state and the goodbye."""
    turn.send(socket.id, view.state(turn.room, socket, turn.now))
    turn.dismiss(socket.id, code, words)


def put_out(turn: Turn, seat: Seat) -> None:
    """The seat is at the door again, without media."""
    turn.close_leg(seat)
    if seat.stage is Stage.ROOM:
        turn.note(Kind.SENT_BACK, seat.member, detail="revoked")
    if seat.stage in (Stage.ROOM, Stage.LOBBY):
        seat.stage = Stage.DOOR
        seat.since = None
    seat.lost_ms = seat.lost_at = None


def forwarded(turn: Turn, member: str) -> None:
    """Tells the facilitators whose link was tried elsewhere."""
    name = turn.room.seats[member].name
    for leader in turn.room.facilitators():
        turn.tell(leader, told.Notice(code="other_device", words=name))


def revoked(turn: Turn, member: str, link: str | None) -> None:
    """A link was withdrawn, or all of a member's: those sockets close at once, their media ends, and the seat
    is back at the door, to be taken with another link.
    """
    seat = turn.room.seats[member]
    if seat.device is not None and link in (None, seat.link):
        put_out(turn, seat)
    hit = [
        s
        for s in turn.room.sockets.values()
        if s.entrant.member == member and (link is None or s.entrant.link == link)
    ]
    for socket in hit:
        turn.note(Kind.SOCKET_CLOSED, member, socket.id, detail="revoked")
        turn.dismiss(socket.id, "revoked", close=1008)


def vacated(turn: Turn, member: str) -> None:
    """The seat is gone; whoever comes back with another role gets another. A seat whose media the engine
    still holds stays until that is closed: it is at the door, with nothing to see or hear.
    """
    room = turn.room
    if any(socket.entrant.member == member for socket in room.sockets.values()):
        return
    if all(leg.member != member for leg in room.legs.values()):
        room.seats.pop(member, None)
