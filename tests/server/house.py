"""A whole server for tests: real database, real application, one group with a session now; people who come in
as browsers do. The media engine is either the real one or one that writes down its commands, where a test
is about signalling alone.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient
from yarl import URL

import store.links
import store.signins
from server import keys as app_keys
from server.app import build_app
from server.media import messages
from server.media.messages import Engine
from server.rooms.registry import Registry
from server.settings import ServerSettings
from store.database import Database
from store.groups import Member
from store.live import InProcessLive, Live
from store.sealing import Keys
from store.settings import StoreSettings
from tests.services.circle import Circle, make_circle

Json = dict[str, Any]
Client = TestClient[web.Request, web.Application]


class WritingEngine:
    """An engine that connects everybody at once and writes down what it was told."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.commands: list[messages.Command] = []
        self.tables: dict[str, tuple[messages.Slot, ...]] = {}

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    def send(self, command: messages.Command) -> None:
        """Answers an offer and says Up; says Down for a closed leg."""
        self.commands.append(command)
        match command:
            case messages.Offer(leg=leg, request=request):
                self.say(messages.Answered(leg=leg, request=request, sdp="v=0"))
                self.say(messages.Up(leg=leg, at_ms=self.now_ms()))
            case messages.CloseLeg(leg=leg):
                self.say(messages.Down(leg=leg, reason="requested", last_alive_ms=self.now_ms()))
            case messages.Arrange(tables=tables):
                self.tables |= {table.leg: table.slots for table in tables}

    def now_ms(self) -> int:
        """The server's monotonic clock."""
        return self._registry.clock().mono_ms

    def say(self, event: messages.Event) -> None:
        """An event, on the loop, never inside `send`."""
        asyncio.get_running_loop().call_soon(self._registry.on_event, event)


@dataclass
class House:
    """A running server."""

    client: Client
    app: web.Application
    circle: Circle
    db: Database
    keys: Keys
    origin: str
    guests: list["Guest"] = field(default_factory=list)
    sessions: list[aiohttp.ClientSession] = field(default_factory=list)

    @property
    def engine(self) -> WritingEngine:
        """The writing engine."""
        engine = self.app[app_keys.REGISTRY].engine
        assert isinstance(engine, WritingEngine)
        return engine

    @property
    def registry(self) -> Registry:
        """The live rooms."""
        return self.app[app_keys.REGISTRY]

    async def link(self, member: Member, purpose: str | None = None) -> str:
        """A fresh token for a member."""
        now = datetime.now(UTC)
        purpose = purpose or ("join" if member.role == "participant" else "staff")
        async with self.db.write() as tx:
            return await store.links.mint(tx, member.id, purpose, now, now + timedelta(hours=5))

    async def guest(self, member: Member) -> "Guest":
        """A browser of this member, signed in."""
        guest = Guest(self, member)
        reply = await guest.enter(await self.link(member))
        assert reply.status == 303, reply.status
        return guest

    async def seated(self, member: Member, **hello: Any) -> "Guest":
        """A member who is in the room (facilitator) or knocks (participant), connected."""
        guest = await self.guest(member)
        await guest.join(**hello)
        await guest.offer()
        await guest.say("arrive")
        await guest.until(lambda s: s["stage"] in ("room", "lobby"))
        return guest

    async def close(self) -> None:
        """Everybody goes home."""
        for guest in self.guests:
            await guest.close()
        for http in self.sessions:
            await http.close()


class Guest:
    """One browser of one person: cookies, a socket, the newest state."""

    def __init__(self, house: House, member: Member) -> None:
        self.house = house
        self.member = member
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.place = member.place
        self.state: Json = {"version": -1, "stage": "none"}
        self.states: list[Json] = []
        self.heard: list[Json] = []
        self.ws: aiohttp.ClientWebSocketResponse | None = None
        self.connections = 0
        self._changed = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        house.guests.append(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def enter(self, token: str) -> aiohttp.ClientResponse:
        """Presses the button of the link page."""
        reply = await self.http.post(
            f"{self.house.origin}/j",
            data={"token": token},
            headers={"Origin": self.house.origin},
            allow_redirects=False,
        )
        await reply.read()
        return reply

    async def csrf(self) -> str:
        """The value that this person's pages hold."""
        cookies = self.http.cookie_jar.filter_cookies(URL(self.house.origin))
        token = cookies[f"seat-{self.place}"].value
        async with self.house.db.read() as tx:
            signin = await store.signins.find(tx, self.place, token, datetime.now(UTC))
        assert signin is not None
        return self.house.keys.lookup("csrf", signin.id).hex()[:32]

    def page(self) -> str:
        """The room page's address."""
        return f"{self.house.origin}/s/{self.place}/room/{self.house.circle.session}"

    async def ticket(self, **headers: str) -> tuple[int, Json]:
        """Asks for a ticket as the page's script does."""
        sent = {"Origin": self.house.origin, "X-CSRF": await self.csrf()} | headers
        address = f"{self.house.origin}/s/{self.place}/ticket/{self.house.circle.session}"
        async with self.http.post(address, headers=sent) as reply:
            return reply.status, await reply.json()

    async def socket(
        self, address: str | None = None, origin: str | None = None
    ) -> aiohttp.ClientWebSocketResponse:
        """An open socket that has said nothing yet."""
        path = address or f"/s/{self.place}/socket/{self.house.circle.session}"
        return await self.http.ws_connect(
            self.house.origin + path, origin=origin or self.house.origin, max_msg_size=1 << 22
        )

    async def join(self, *, slots: int = 11, device: str = "desktop", tab: str | None = None) -> Json:
        """Ticket, socket, hello; the first state."""
        status, ticket = await self.ticket()
        assert status == 200, ticket
        self.ws = await self.socket(ticket["socket"])
        self._reader = asyncio.create_task(self._read(self.ws))
        tabs = {"tab": tab} if tab else {}
        before = self.state["version"]
        await self.say("hello", ticket=ticket["ticket"], versions=[1], slots=slots, device=device, **tabs)
        return await self.until(lambda s: s["version"] > before)

    async def offer(self, connection: str | None = None, request: int = 0) -> str:
        """Offers; the connection's id."""
        self.connections += 1
        name = connection or f"connection-{self.member.seat}-{self.connections}"
        await self.say("offer", request=request, connection=name, sdp="v=0")
        await self.hears("answer", connection=name, request=request)
        return name

    async def say(self, kind: str, **fields: Any) -> None:
        """One message."""
        assert self.ws is not None
        await self.ws.send_str(json.dumps({"type": kind, **fields}))

    async def until(self, right: Callable[[Json], bool], timeout_s: float = 5) -> Json:
        """The newest state once it is right."""
        async with asyncio.timeout(timeout_s):
            while self.state["version"] < 0 or not right(self.state):
                await self._next()
        return self.state

    async def hears(self, kind: str, timeout_s: float = 5, **fields: Any) -> Json:
        """The newest message of that kind with those fields, once it has come."""
        async with asyncio.timeout(timeout_s):
            while True:
                for message in reversed(self.heard):
                    if message["type"] == kind and fields.items() <= message.items():
                        return message
                await self._next()

    async def ended(self) -> int | None:
        """The close code, once the server has closed the socket."""
        assert self.ws is not None
        assert self._reader is not None
        async with asyncio.timeout(15):
            await self._reader
        return self.ws.close_code

    async def _next(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _read(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in ws:
            message = json.loads(frame.data)
            self.heard.append(message)
            if message["type"] == "state" and message["version"] > self.state["version"]:
                self.state = message
                self.states.append(message)
            self._changed.set()
        self._changed.set()

    async def drop(self) -> None:
        """The socket vanishes; cookies stay."""
        assert self.ws is not None
        assert self._reader is not None
        await self.ws.close()
        await self._reader

    async def close(self) -> None:
        """Closes the browser."""
        if self.ws is not None and not self.ws.closed:
            await self.drop()
        await self.http.close()


OpenHouse = Callable[..., Awaitable[House]]


async def open_house(
    aiohttp_client: Any,
    port: int,
    db: Database,
    keys: Keys,
    store_settings: StoreSettings,
    *,
    participants: int = 2,
    live: Live | None = None,
    engine: Callable[[Registry], Engine] | None = WritingEngine,
    circle: Circle | None = None,
    more: Iterable[web.RouteDef] = (),
    **settings: Any,
) -> House:
    """A server on this port with a circle of its own."""
    origin = f"http://127.0.0.1:{port}"
    if circle is None:
        async with db.write() as tx:
            circle = await make_circle(tx, keys, participants, datetime.now(UTC))
    about: dict[str, Any] = {"mode": "demo", "bind": f"127.0.0.1:{port}", "base_url": origin} | settings
    chosen = ServerSettings(**about)
    app = build_app(chosen, store_settings, db, keys, live or InProcessLive(), engine)
    app.add_routes(more)
    client = await aiohttp_client(app, server_kwargs={"port": port})
    return House(client=client, app=app, circle=circle, db=db, keys=keys, origin=origin)
