"""Against guessing: failures are counted for the network, for the account and for everybody, successes never.

Whoever fills an account's budget from outside must not lock its owner out: a browser that once signed in to
the account carries a proof of it and has a budget of its own.
"""

import hmac
import logging
import secrets

from aiohttp import web

from server import keys, network
from server.cookies import cookie_name

log = logging.getLogger(__name__)

Bucket = tuple[str, float, float]

NETWORK = (20.0, 1 / 30)
"One network: bursts of 20, then two a minute."
ACCOUNT = (8.0, 1 / 60)
"One account from browsers that never were in it: bursts of 8, then one a minute."
KNOWN = (8.0, 1 / 60)
"One browser that was in this account before."
EVERYBODY = (500.0, 1.0)
KNOWN_S = 400 * 24 * 3600


def account_of(request: web.Request, address: str) -> str:
    """A name for an account that exists or not: the same budget for both, nothing to read from it."""
    return request.app[keys.KEYS].lookup("account", address.strip().casefold()).hex()[:24]


def buckets(request: web.Request, account: str) -> list[Bucket]:
    """What a failure is charged to."""
    known = known_device(request, account)
    if known is not None:
        return [(f"staff:known:{account}:{known}", *KNOWN)]
    address = network.client_address(request, request.app[keys.SETTINGS].trusted_proxies)
    return [
        (f"staff:network:{network.bucket_of(address)}", *NETWORK),
        (f"staff:account:{account}", *ACCOUNT),
        ("staff:everybody", *EVERYBODY),
    ]


async def may_try(request: web.Request, account: str) -> bool:
    """False while one of the budgets is used up. Takes nothing."""
    live = request.app[keys.LIVE]
    for name, capacity, per_s in buckets(request, account):
        if not await live.allow(name, capacity, per_s, cost=0):
            log.warning(
                "Too many failures", extra={"action": "staff_slow_down", "bucket": name.split(":")[1]}
            )
            return False
    return True


async def failed(request: web.Request, account: str) -> None:
    """Charges one failure."""
    log.info("A staff sign-in failed", extra={"action": "staff_signin_failed"})
    for bucket in buckets(request, account):
        await request.app[keys.LIVE].allow(*bucket)


def known_device(request: web.Request, account: str) -> str | None:
    """The name of this browser, when it proves that it was in the account before."""
    name, _, proof = request.cookies.get(known_cookie(request, account), "").partition(".")
    if not name or not hmac.compare_digest(proof.encode(), proof_of(request, account, name).encode()):
        return None
    return name


def remember(request: web.Request, response: web.Response, account: str) -> None:
    """Gives the browser its proof after a right sign-in."""
    name = secrets.token_urlsafe(9)
    response.set_cookie(
        known_cookie(request, account),
        f"{name}.{proof_of(request, account, name)}",
        max_age=KNOWN_S,
        path="/",
        secure=request.app[keys.SETTINGS].secure,
        httponly=True,
        samesite="Strict",
    )


def known_cookie(request: web.Request, account: str) -> str:
    """One cookie for each account a browser was in."""
    return cookie_name(request, f"known-{account[:12]}")


def proof_of(request: web.Request, account: str, name: str) -> str:
    """What only this server can write beside a browser's name."""
    return request.app[keys.KEYS].lookup("known-device", f"{account}|{name}").hex()[:32]
