"""Names and values that every kind of sign-in shares: cookies and what forms send along."""

import hmac

from aiohttp import web

from server import keys


def cookie_name(request: web.Request, name: str) -> str:
    """`__Host-` pins a cookie to this host and to TLS (RFC 6265bis); plain http has no use for it."""
    return f"__Host-{name}" if request.app[keys.SETTINGS].secure else name


def csrf_value(request: web.Request, signin: str) -> str:
    """What forms and scripts of the sign-in with this id must send along; it changes with each sign-in."""
    return request.app[keys.KEYS].lookup("csrf", signin).hex()[:32]


def csrf_matches(request: web.Request, signin: str, given: str) -> bool:
    """True when the value is this sign-in's."""
    return hmac.compare_digest(csrf_value(request, signin).encode(), given.encode("utf-8", "surrogateescape"))
