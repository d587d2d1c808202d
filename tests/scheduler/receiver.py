"""A real HTTP receiver of texts that does what docs/channels.md asks, and what a test tells it: takes,
refuses, keeps silent, takes and hangs up."""

import asyncio
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from scheduler.settings import SchedulerSettings
from scheduler.webhook import WebhookTransport

SECRET = "the secret of the clinic and its gateway"
OLD_S = 300


@dataclass
class Receiver:
    """What it answers and what it handed on. `silent`: no answer; `dies`: hangs up after it took the text."""

    port: int = 0
    status: int = 202
    silent: bool = False
    dies: bool = False
    scheme: str = "http"
    clock: Callable[[], float] = time.time
    handed_on: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0
    known: set[str] = field(default_factory=set)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One request, judged as the contract says."""
        body = await request.read()
        self.asked += 1
        stamp = request.headers.get("IPT-Timestamp", "")
        expected = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v1={expected}", request.headers.get("IPT-Signature", "")):
            return web.Response(status=401)
        if abs(self.clock() - int(stamp)) > OLD_S:
            return web.Response(status=401)
        text = json.loads(body)
        if text["id"] in self.known:
            return web.Response(status=409)
        if 200 <= self.status < 300:
            self.known.add(text["id"])
            self.handed_on.append(text)
        if self.dies:
            assert request.transport is not None
            request.transport.abort()
        if self.silent:
            await self.released.wait()
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})

    def settings(self, **more: object) -> SchedulerSettings:
        """Settings that send here."""
        chosen: dict[str, object] = {
            "base_url": "https://rooms.example",
            "text_url": f"{self.scheme}://127.0.0.1:{self.port}/texts",
            "text_secret": SECRET,
            "text_timeout_s": 5.0,
            **more,
        }
        return SchedulerSettings.model_validate(chosen)

    def transport(self, **more: object) -> WebhookTransport:
        """A transport that sends here."""
        return WebhookTransport(self.settings(**more))


@asynccontextmanager
async def opened(
    clock: Callable[[], float] = time.time, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """The receiver, listening on a free port of the loopback while the block runs."""
    receiver = Receiver(clock=clock, scheme="http" if tls is None else "https")
    app = web.Application()
    app.router.add_post("/texts", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        receiver.port = runner.addresses[0][1]
        yield receiver
    finally:
        receiver.released.set()
        await runner.cleanup()
