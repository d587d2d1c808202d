"""Whether the server answers: used to print links only once they work."""

import asyncio

import aiohttp

EVERY_S = 0.1


async def wait_until_ready(base_url: str, deadline_s: float) -> None:
    """Returns when `/readyz` answers 200. Raises TimeoutError after `deadline_s` seconds."""
    # A self-signed certificate of `--lan` is our own: nothing secret is sent, only the status is read.
    async with asyncio.timeout(deadline_s), aiohttp.ClientSession() as client:
        while not await _answers(client, f"{base_url}/readyz"):  # noqa: ASYNC110 - another process, no event
            await asyncio.sleep(EVERY_S)


async def _answers(client: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with client.get(url, ssl=False) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
