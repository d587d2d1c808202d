"""Where a provider says that a message came back: a signed request, as docs/mail.md sets down. It carries
either the provider's notice (JSON) or the report that a mail server wrote (RFC 3464)."""

import logging

from aiohttp import web

import care.returned
import store.returned
from care import request_signature
from care.returned import NotAReport, Returned
from server import keys

log = logging.getLogger(__name__)

ADDRESS = "/returned"
REPORTS = frozenset({"message/rfc822", "multipart/report"})


async def take(request: web.Request) -> web.Response:
    """200 for a report that was understood, whatever came of it; 401 for a signature that does not hold, 404
    where no secret is set."""
    secret = request.app[keys.SETTINGS].returned_secret
    if not secret:
        raise web.HTTPNotFound
    body, now = await request.read(), request.app[keys.CLOCK]().wall
    stamp = request.headers.get(request_signature.TIMESTAMP, "")
    given = request.headers.get(request_signature.SIGNATURE, "")
    if not request_signature.holds(secret.encode(), stamp, body, given, now):
        log.warning("A report was not signed", extra={"action": "report_refused"})
        return web.json_response({"taken": "unsigned"}, status=401)
    try:
        told = _read(request.content_type, body)
    except NotAReport:
        return web.json_response({"taken": "not_a_report"}, status=422)
    async with request.app[keys.DATABASE].write() as tx:
        taken = await store.returned.take(tx, request.app[keys.KEYS], told, "provider", now)
    log.info("A report was taken", extra={"action": "report_taken", "taken": taken.value})
    return web.json_response({"taken": taken.value})


def _read(content_type: str, body: bytes) -> Returned:
    if content_type in REPORTS:
        return care.returned.from_report(body)
    return care.returned.from_notice(body)


def routes() -> list[web.RouteDef]:
    """The one address."""
    return [web.post(ADDRESS, take)]
