"""Where a request comes from: the client's address behind trusted proxies, its network, its origin."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web

from server.settings import ServerSettings, is_loopback

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(request: web.Request, trusted: Sequence[str]) -> Address | None:
    """The nearest address in the chain that is not one of our own proxies; None when it cannot be told."""
    lines = ",".join(request.headers.getall("X-Forwarded-For", []))
    chain = [part.strip() for part in lines.split(",") if part.strip()]
    networks = [ipaddress.ip_network(network) for network in trusted]
    here = parse(request.remote)
    while here is not None and any(here in network for network in networks) and chain:
        further = parse(chain.pop())
        if further is None:
            break
        here = further
    return here


def is_here(request: web.Request) -> bool:
    """True for a request of this very machine: by no proxy, to no other name (DNS rebinding)."""
    host = urlsplit(f"//{request.host}").hostname or ""
    return is_loopback(host) and "X-Forwarded-For" not in request.headers


def parse(text: str | None) -> Address | None:
    """The address in a text, without brackets, port or zone."""
    if not text:
        return None
    bare = text.rpartition("]")[0].removeprefix("[") if text.startswith("[") else text
    try:
        return ipaddress.ip_address(bare.split("%", 1)[0])
    except ValueError:
        return None


def bucket_of(address: Address | None) -> str:
    """The network that shares a budget of failures: one IPv4 address, one IPv6 /64."""
    if address is None:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is not None:
            return str(mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


def same_origin(request: web.Request, settings: ServerSettings) -> bool:
    """True when the request's Origin is ours, exactly.

    Our pages send no referrer, and then browsers write `null` as the Origin of a form (Fetch Standard,
    "append a request Origin header"); the browser's own word, Sec-Fetch-Site, decides in that case. A request
    with neither comes from no browser that could be misled.
    """
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if origin is None or origin == "null":
        return site == "same-origin" or (site is None and origin is None)
    return origin in settings.origins()


def language(request: web.Request) -> str:
    """The primary language the browser asks for first, such as `de`."""
    first = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip().lower()
    primary = first.split("-")[0]
    return primary if primary.isalpha() and len(primary) <= 3 else "en"
