"""The ticket that opens the room socket."""

import secrets

from aiohttp import web

from server import keys, network, refusals, signin
from server.observe import METRICS
from server.refusals import Refused
from server.rooms import admission, protocol


async def post(request: web.Request) -> web.Response:
    """A ticket as JSON, for the signed-in person of this place, from our own page."""
    try:
        return await issue(request)
    except Refused as refusal:
        request.app[METRICS].refused.labels(refusal.code).inc()
        return refusals.answer(request, refusal)


async def issue(request: web.Request) -> web.Response:
    """The ticket. Raises Refused."""
    settings, registry = request.app[keys.SETTINGS], request.app[keys.REGISTRY]
    if request.headers.get("Origin") not in settings.origins():
        raise Refused("origin")
    found = await signin.mine(request)
    if found is None:
        raise Refused("signin")
    if not signin.csrf_matches(request, found, request.headers.get("X-CSRF", "")):
        raise Refused("csrf")
    session_id = request.match_info["session"]
    ticket, session = await admission.issue(
        registry, found, session_id, network.language(request), registry.clock()
    )
    servers = []
    if settings.turn_urls and settings.turn_secret:
        opaque = secrets.token_hex(8)
        servers = [admission.relay(settings.turn_urls, settings.turn_secret, session.ends_at, opaque)]
    return web.json_response(
        {
            "ticket": ticket,
            "socket": f"/s/{found.place}/socket/{session_id}",
            "versions": [protocol.VERSION],
            "ice_servers": servers,
        }
    )
