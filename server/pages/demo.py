"""Demo mode only: everybody's links on one page, and the mailbox of the invented people."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from aiohttp import web
from markupsafe import Markup, escape

import store.delivered
from server import keys, render

LINKS = "demo-links.json"
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


async def links(request: web.Request) -> web.Response:
    """The links that were made when the demo started."""
    path = request.app[keys.STORE_SETTINGS].data_dir / LINKS
    rooms = await asyncio.to_thread(_read, path)
    return render.page(request, "pages/demo/links.html", rooms=rooms)


async def outbox(request: web.Request) -> web.Response:
    """The newest messages, whole, because nobody here is real."""
    async with request.app[keys.DATABASE].read() as tx:
        messages = await store.delivered.listing(tx, request.app[keys.KEYS])
    return render.page(request, "pages/demo/outbox.html", messages=messages, linked=linked)


def linked(text: str) -> Markup:
    """Plain text with its web addresses made pressable; everything else escaped."""
    parts: list[str] = []
    end = 0
    for found in WEB_ADDRESS.finditer(text):
        address = found.group().rstrip(".,;)")
        parts.append(str(escape(text[end : found.start()])))
        parts.append(str(Markup('<a href="{}">{}</a>').format(address, address)))
        end = found.start() + len(address)
    parts.append(str(escape(text[end:])))
    return Markup("".join(parts))  # noqa: S704 (every part was escaped above)


def _read(path: Path) -> list[dict[str, Any]]:
    """The rooms of the links file; none while the demo has not written it."""
    if not path.exists():
        return []
    document = json.loads(path.read_text(encoding="utf-8"))
    rooms = document["rooms"]
    return list(rooms)


def routes() -> list[web.RouteDef]:
    return [web.get("/demo", links), web.get("/demo/outbox", outbox)]
