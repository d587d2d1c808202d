"""`/staff/passkey`: the challenge for a browser's script, and the sign-in by what it signed."""

import logging

from aiohttp import web

from server import keys, network, render
from server.pages import forms
from server.refusals import Refused
from server.staff import entry, passkeys
from server.staff.passkeys import PasskeyRefused

log = logging.getLogger(__name__)

CHALLENGES = (30.0, 0.5)
"Challenges that one network may ask for."


async def options(request: web.Request) -> web.Response:
    """A challenge as JSON."""
    address = network.client_address(request, request.app[keys.SETTINGS].trusted_proxies)
    if not await request.app[keys.LIVE].allow(f"challenges:{network.bucket_of(address)}", *CHALLENGES):
        raise Refused("slow_down")
    return web.json_response(text=await passkeys.asking(request))


async def post(request: web.Request) -> web.Response:
    """In, or the sign-in page with one sentence for whatever was wrong."""
    form = await forms.read(request)
    try:
        came = await passkeys.came_in(request, form.get("credential"))
    except PasskeyRefused as refusal:
        log.info("A passkey was refused", extra={"action": "passkey_refused", "code": str(refusal)})
        _ = render.words(request).gettext
        form.refuse("", _("The passkey was not used. Try again, or sign in with password and code."))
        return await entry.answer(request, form)
    return entry.enter(request, came)


def routes() -> list[web.RouteDef]:
    return [web.post("/staff/passkey/options", options), web.post("/staff/passkey", post)]
