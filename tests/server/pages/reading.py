"""Pages as a person reads and sends them."""

from collections.abc import Mapping
from html import unescape

from tests.server.house import Guest


async def read(guest: Guest, path: str = "", status: int = 200) -> str:
    """The text of a page below the guest's place."""
    async with guest.http.get(f"{guest.house.origin}/s/{guest.place}/{path}") as reply:
        assert reply.status == status, (path, reply.status)
        return unescape(await reply.text())


async def send(guest: Guest, path: str, fields: Mapping[str, str]) -> tuple[int, str]:
    """Sends a form; the status, and where it leads or what the page says."""
    data = {"csrf": await guest.csrf(), **fields}
    async with guest.http.post(
        f"{guest.house.origin}/s/{guest.place}/{path}",
        data=data,
        headers={"Origin": guest.house.origin},
        allow_redirects=False,
    ) as reply:
        text = unescape(await reply.text())
        return reply.status, reply.headers.get("Location", text)
