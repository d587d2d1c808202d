"""One client's WebSocket: origin, hello, then frames in and out until either side ends it."""

import asyncio
import logging

from aiohttp import WSMsgType, web

from server import keys
from server.observe import METRICS
from server.refusals import Refused
from server.rooms import admission, protocol, said, told, words
from server.rooms.live_room import LiveRoom
from server.rooms.outbound import Outbound
from server.rooms.pace import Pace
from server.rooms.protocol import ProtocolError
from server.rooms.state import Socket
from store.ids import fresh_id

log = logging.getLogger(__name__)

HELLO_S = 10.0
HEARTBEAT_S = 10.0
FRAMES = 60.0
FRAMES_PER_S = 20.0
PERSON_LIMITS = {
    said.Offer: ("offers", 10.0, 1.0),
    said.Text: ("texts", 8.0, 1.0),
    said.Arrive: ("answers", 5.0, 1.0),
    said.Sheet: ("sheets", 8.0, 1.0),
    said.Mic: ("switches", 12.0, 2.0),
    said.Camera: ("switches", 12.0, 2.0),
}
CLOSES = {"too_large": 1009}
"Close codes of protocol errors; 1008 for the others (RFC 6455, section 7.4.1)."


async def connect(request: web.Request) -> web.StreamResponse:
    """The room socket of one person. Raises Refused `origin` before it is a socket."""
    if request.headers.get("Origin") not in request.app[keys.SETTINGS].origins():
        raise Refused("origin")
    ws = web.WebSocketResponse(
        max_msg_size=protocol.MAX_OFFER_BYTES, compress=False, heartbeat=HEARTBEAT_S, timeout=5.0
    )
    await ws.prepare(request)
    metrics = request.app[METRICS]
    metrics.sockets.inc()
    try:
        await converse(request, ws)
    except Exception:  # the border of a socket: an answer can no longer be a page
        log.exception("A socket failed", extra={"action": "socket_failed"})
        await ws.close(code=1011)
    finally:
        metrics.sockets.dec()
    return ws


async def converse(request: web.Request, ws: web.WebSocketResponse) -> None:
    """Hello, then the room. What breaks the protocol is told, counted and closed."""
    try:
        hello = await first(ws)
        if hello is None:
            return
        ticket, live = await admit(request, hello)
        socket = Socket(id=fresh_id(), entrant=ticket.entrant, slots=hello.slots, tab=hello.tab)
        await Conversation(request, ws, live, socket).run()
    except ProtocolError as error:
        request.app[METRICS].refused.labels(error.code).inc()
        log.info("A socket was refused", extra={"action": "socket_refused", "code": error.code})
        await say_error(ws, error.code, hello=True)
    except Refused as refusal:
        await say_bye(ws, refusal.code)


async def first(ws: web.WebSocketResponse) -> said.Hello | None:
    """The hello; None when the client went away. Raises ProtocolError."""
    try:
        frame = await ws.receive(HELLO_S)
    except TimeoutError:
        raise ProtocolError("late") from None
    text = text_of(frame.type, frame.data)
    if text is None:
        return None
    message = protocol.parse(text)
    if not isinstance(message, said.Hello):
        raise ProtocolError("not_first")
    if protocol.VERSION not in message.versions:
        raise ProtocolError("version")
    return message


def text_of(kind: WSMsgType, data: object) -> str | None:
    """The text of a frame; None when the socket is over. Raises ProtocolError for a binary frame."""
    if kind is WSMsgType.TEXT and isinstance(data, str):
        return data
    if kind is WSMsgType.BINARY:
        raise ProtocolError("malformed")
    return None


async def admit(request: web.Request, hello: said.Hello) -> tuple[admission.Ticket, LiveRoom]:
    """The ticket's meaning and its room. Raises ProtocolError `ticket`; Refused as `reach` does."""
    registry = request.app[keys.REGISTRY]
    place, session = request.match_info["place"], request.match_info["session"]
    try:
        ticket = await admission.redeem(registry, hello.ticket, place, session, registry.clock())
    except Refused as refusal:
        raise ProtocolError("ticket") from refusal
    return ticket, await admission.reach(registry, session, ticket.entrant.member)


async def say_error(ws: web.WebSocketResponse, code: str, *, hello: bool = False) -> None:
    """The error to a client that has no place yet, and the close."""
    if not ws.closed:
        await ws.send_str(protocol.dump(told.Error(code=code, words=words.ERRORS[code])))
        await ws.close(code=CLOSES.get(code, 1008))


async def say_bye(ws: web.WebSocketResponse, code: str) -> None:
    """A goodbye before there was a place."""
    known = code if code in words.BYES else "busy"
    await ws.send_str(protocol.dump(told.Bye(code=known, words=words.BYES[known])))
    await ws.close(code=1000 if known == "ended" else 1013)


class Conversation:
    """A socket that has its place: reads, checks, hands over; writes what the room says."""

    def __init__(
        self, request: web.Request, ws: web.WebSocketResponse, live: LiveRoom, socket: Socket
    ) -> None:
        self._registry = request.app[keys.REGISTRY]
        self._metrics = request.app[METRICS]
        self._ws = ws
        self._live = live
        self._socket = socket
        self._pace = Pace(FRAMES, FRAMES_PER_S, self._registry.clock().mono_ms)

    async def run(self) -> None:
        """Until either side ends it. The room learns of the end in every case."""
        out = self._live.enter(self._socket)
        writer = asyncio.get_running_loop().create_task(out.run(self._ws))
        try:
            await self._read(out)
        finally:
            self._live.gone(self._socket.id)
            out.finish(1000)
            await writer

    async def _read(self, out: Outbound) -> None:
        """Frames in, until the client is gone or breaks the protocol."""
        async for frame in self._ws:
            try:
                text = text_of(frame.type, frame.data)
                if text is None:
                    return
                await self._take(text)
            except ProtocolError as error:
                self._metrics.refused.labels(error.code).inc()
                log.info("A socket was closed", extra={"action": "socket_closed", "code": error.code})
                out.put(told.Error(code=error.code, words=""))
                out.finish(CLOSES.get(error.code, 1008))
                return

    async def _take(self, text: str) -> None:
        if not self._pace.allow(self._registry.clock().mono_ms):
            raise ProtocolError("too_fast")
        message = protocol.parse(text)
        if isinstance(message, said.Hello):
            raise ProtocolError("not_first")
        self._metrics.messages.labels(message.type).inc()
        if isinstance(message, said.Blind):
            self._metrics.blind.inc()
        if await self._within_limits(message):
            self._live.act(lambda now: self._live.room.handle(self._socket.id, message, now))

    async def _within_limits(self, message: said.Message) -> bool:
        """False, and the person is told, when they do this too often on all their sockets together."""
        limit = PERSON_LIMITS.get(type(message))
        if limit is None:
            return True
        name, capacity, per_s = limit
        if await self._registry.live.allow(f"{name}:{self._socket.entrant.member}", capacity, per_s):
            return True
        self._metrics.refused.labels("too_fast").inc()
        if isinstance(message, said.Offer):
            refusal = told.Refused(
                request=message.request, connection=message.connection, cause="too_fast", words=""
            )
            self._live.tell(self._socket.id, refusal)
        else:
            self._live.tell(self._socket.id, told.Notice(code="too_fast", words=""))
        return False
