"""What every request passes: an id, one place for errors, the check that changes come from our own pages,
headers.
"""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from server import cookies, keys, network, refusals, render, returned, signin
from server.observe import METRICS
from server.pages import errors
from server.refusals import Refused
from server.request_keys import NONCE, REQUEST_ID
from server.settings import ServerSettings
from server.staff import desk

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OWN_CHECK = "/s/{place}/ticket/{session}"
"Checks its header by itself, to answer each refusal as JSON."
SIGNED = frozenset({returned.ADDRESS})
"Asked by programs, which have no origin; each request is signed."
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HSTS = "max-age=31536000; includeSubDomains"
CAMERA = "camera=(self), microphone=(self), autoplay=(self), screen-wake-lock=(self), display-capture=()"
NO_CAMERA = "camera=(), microphone=(), display-capture=()"
OTHERS = "geolocation=(), payment=(), usb=(), midi=(), accelerometer=(), gyroscope=()"


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives the request an id and a CSP nonce; counts and logs its end by route, never by address."""
    request[REQUEST_ID] = secrets.token_hex(8)
    request[NONCE] = secrets.token_urlsafe(16)
    route = route_of(request)
    started = time.perf_counter()
    with structlog.contextvars.bound_contextvars(request=request[REQUEST_ID]):
        response = await handler(request)
        if request.method == "GET" and route in ("/j", "/j/code"):
            signin.offer_device(request, response)
        seconds = time.perf_counter() - started
        metrics = request.app[METRICS]
        metrics.requests.labels(route, str(response.status)).inc()
        if not isinstance(response, web.WebSocketResponse):
            metrics.seconds.labels(route).observe(seconds)
        log.info(
            "Answered",
            extra={
                "action": "request",
                "method": request.method,
                "route": route,
                "status": response.status,
                "ms": round(seconds * 1000, 1),
            },
        )
    return response


def route_of(request: web.Request) -> str:
    """The route as it is registered, so that no id or place of a person is named."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error becomes a calm page. What went wrong inside stands in the log under the request's id."""
    try:
        return await handler(request)
    except Refused as refusal:
        request.app[METRICS].refused.labels(refusal.code).inc()
        log.info("Refused", extra={"action": "refused", "code": refusal.code})
        if "X-CSRF" in request.headers:
            return refusals.answer(request, refusal)
        return errors.response(request, refusal.status, refusal.code)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = error.reason if error.status == 403 else ""
        if code in ("desk", "setup"):
            return render.page(request, "staff/closed.html", status=403, setup=code == "setup")
        return errors.response(request, error.status, code)
    except (SQLAlchemyError, OSError) as error:
        log.exception("The database did not answer", extra={"action": "database_failed"}, exc_info=error)
        return errors.response(request, 503, "")
    except Exception as error:  # the border of the process: the page says an id, the log says what
        log.exception("A request failed", extra={"action": "request_failed"}, exc_info=error)
        return errors.response(request, 500, "")


@web.middleware
async def guard_changes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Changes come from our own pages only, and below a person's place with that sign-in's own value."""
    if request.app[keys.SETTINGS].mode == "demo" and not network.is_here(request):
        raise web.HTTPNotFound
    if request.method not in SAFE:
        if route_of(request) in SIGNED:
            return await handler(request)
        if not network.same_origin(request, request.app[keys.SETTINGS]):
            raise Refused("origin")
        if {"place", "desk"} & request.match_info.keys() and route_of(request) != OWN_CHECK:
            await check_value(request)
    return await handler(request)


async def check_value(request: web.Request) -> None:
    """Raises Refused `csrf` for a form or a script's request without this sign-in's value."""
    at_desk = "desk" in request.match_info
    found = (await desk.current(request)).id if at_desk else (await signin.current(request)).id
    given = request.headers.get("X-CSRF") or (await request.post()).get("csrf", "")
    if not isinstance(given, str) or not cookies.csrf_matches(request, found, given):
        raise Refused("csrf")


def headers_for(settings: ServerSettings) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Sets what browsers must be told, on every answer of whatever kind."""
    # A source expression has no form for IPv6 addresses (CSP Level 3, section 2.3.1).
    names = sorted(origin for origin in settings.origins() if "[" not in origin)
    sockets = " ".join(origin.replace("http", "ws", 1) for origin in names)

    async def put(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers["Content-Security-Policy"] = policy(request.get(NONCE, ""), sockets)
        headers["Permissions-Policy"] = f"{CAMERA if '/room/' in request.path else NO_CAMERA}, {OTHERS}"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["X-Robots-Tag"] = "noindex, nofollow"
        headers.setdefault("Cache-Control", "no-store")
        headers.popall("Server", None)
        if request.get(REQUEST_ID):
            headers["X-Request-Id"] = request[REQUEST_ID]
        if settings.secure:
            headers["Strict-Transport-Security"] = HSTS

    return put


def policy(nonce: str, sockets: str) -> str:
    """The content security policy of one answer (CSP Level 3)."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'" if nonce else "script-src 'none'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "media-src 'self' blob:",
            f"connect-src 'self' {sockets}",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )
