"""The public way into a room: link, sign-in, ticket, WebSocket. Knows the pages only by what a person's
browser would use: the form field of the link page and the X-CSRF value that the room page holds."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

_CSRF = re.compile(r"""(?:csrf["']?\s*[:=]\s*|name="csrf"\s+(?:type="hidden"\s+)?value=)["']([^"']+)["']""")
Json = dict[str, Any]


class Turned(Exception):
    """The server said no; the argument says where and why."""


def split_link(link: str) -> tuple[str, str]:
    """(origin, token) of a personal link."""
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}", parts.fragment


class SignIn:
    """A browser of one person: its cookies and place."""

    def __init__(self, link: str) -> None:
        self.origin, self._token = split_link(link)
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), connector=_connector())
        self.place = ""

    async def enter(self) -> None:
        """Press the button of the link page."""
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        data = {"token": self._token}
        async with self.http.post(
            f"{self.origin}/j", data=data, headers=headers, allow_redirects=False
        ) as reply:
            if reply.status != 303:
                raise Turned(f"POST /j: {reply.status}")
            self.place = reply.headers["Location"].split("/s/")[1].split("/")[0]

    async def sessions(self) -> list[str]:
        """The sessions that the person's home page leads to."""
        async with self.http.get(f"{self.origin}/s/{self.place}/") as reply:
            return re.findall(rf"/s/{re.escape(self.place)}/room/([^/\"?#]+)", await reply.text())

    async def ticket(self, session: str) -> Json:
        """What the ticket address answers; Turned when refused."""
        async with self.http.get(f"{self.origin}/s/{self.place}/room/{session}") as page:
            found = _CSRF.search(await page.text())
            if page.status != 200 or found is None:
                raise Turned(f"room page: {page.status}")
        headers = {"Origin": self.origin, "X-CSRF": found[1]}
        async with self.http.post(f"{self.origin}/s/{self.place}/ticket/{session}", headers=headers) as reply:
            body = await reply.json()
            if reply.status != 200:
                raise Turned(f"ticket: {reply.status} {body.get('code')}")
            return dict(body)

    async def close(self) -> None:
        """Forget the browser."""
        await self.http.close()


def _connector() -> aiohttp.TCPConnector:
    return aiohttp.TCPConnector(ssl=False)


class Socket:
    """One WebSocket of a person. `state` is the newest complete view; other messages are kept in
    `messages`."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, http: aiohttp.ClientSession) -> None:
        self.ws, self._http = ws, http
        self.state: Json = {"version": -1, "stage": "connecting"}
        self.messages: list[Json] = []
        self.on_message: Callable[[Json], object] | None = None
        self._changed = asyncio.Event()
        self._open: dict[tuple[str, int], asyncio.Future[str]] = {}
        self._restarts: dict[str, itertools.count[int]] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def join(
        cls, who: SignIn, session: str, *, slots: int, device: str = "desktop", tab: str = ""
    ) -> Socket:
        """Ticket, socket, hello, first state."""
        ticket = await who.ticket(session)
        url = who.origin + ticket["socket"]
        ws = await who.http.ws_connect(url, origin=who.origin, max_msg_size=1 << 20)
        made = cls(ws, who.http)
        hello: Json = {"ticket": ticket["ticket"], "versions": [1], "slots": slots, "device": device}
        await made.say("hello", **hello, **({"tab": tab} if tab else {}))
        await made.until(lambda s: s["version"] >= 0)
        return made

    async def say(self, kind: str, **fields: Any) -> None:
        """Send one message."""
        await self.ws.send_str(json.dumps({"type": kind, **fields}))

    async def _read(self) -> None:
        async for frame in self.ws:
            if frame.type is aiohttp.WSMsgType.TEXT:
                self._take(json.loads(frame.data))
        self._changed.set()

    def _take(self, message: Json) -> None:
        if message["type"] == "state":
            if message["version"] > self.state["version"]:
                self.state = message
        elif message["type"] in ("answer", "refused"):
            self._answered(message)
        self.messages.append(message)
        if self.on_message is not None:
            self.on_message(message)
        self._changed.set()

    def _answered(self, message: Json) -> None:
        waiting = self._open.pop((message["connection"], message["request"]), None)
        if waiting is None or waiting.done():
            return
        if message["type"] == "answer":
            waiting.set_result(message["sdp"])
        else:
            waiting.set_exception(Turned(f"offer: {message['cause']}"))

    def negotiate(self, connection: str | None = None) -> Callable[[str], Any]:
        """The way by which one connection offers; the same callable again restarts its ICE."""
        name = connection or secrets.token_urlsafe(9)
        requests = itertools.count()

        async def offer(sdp: str) -> str:
            request = next(requests)
            answer = self._open[name, request] = asyncio.get_running_loop().create_future()
            await self.say("offer", request=request, connection=name, sdp=sdp)
            return await asyncio.wait_for(answer, 10)

        return offer

    async def until(self, right: Callable[[Json], bool], timeout: float = 10.0) -> Json:
        """The newest state once it is right; TimeoutError, or Turned when the socket closes before."""
        async with asyncio.timeout(timeout):
            while not right(self.state):
                if self.ws.closed:
                    raise Turned(f"socket closed: {self.ws.close_code}")
                self._changed.clear()
                await self._changed.wait()
        return self.state

    async def heard(self, right: Callable[[Json], bool], timeout: float = 10.0) -> Json:
        """The first message that is right, old or new."""
        async with asyncio.timeout(timeout):
            while True:
                for message in self.messages:
                    if right(message):
                        return message
                self._changed.clear()
                await self._changed.wait()

    async def ended(self, timeout: float = 5.0) -> None:
        """Return when the server has closed the socket."""
        await asyncio.wait_for(asyncio.shield(self._reader), timeout)

    def freeze(self) -> None:
        """Read nothing and answer nothing any more, without closing: the network is gone."""
        response = self.ws._response
        assert response.connection is not None
        assert response.connection.transport is not None
        response.connection.transport.pause_reading()

    async def close(self) -> None:
        """Close the socket as a page does that goes away."""
        try:
            async with asyncio.timeout(5):
                await self.ws.close()
        except TimeoutError:  # a frozen socket gets no answer
            self._reader.cancel()
        await asyncio.wait([self._reader])
