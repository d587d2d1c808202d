"""Texts leave as signed HTTPS requests to an address the clinic names: a provider's gateway, or a
small program of the clinic's own that knows one. docs/channels.md is the contract with whoever receives them.

The signature is HMAC-SHA-256 over the time and the body, so that nobody else can send and an old request
cannot be sent again. The id is the same at each attempt of one purpose, so that a receiver can drop repeats.
"""

import json
import ssl
from datetime import datetime
from types import SimpleNamespace

import aiohttp

from care import request_signature
from care.contact import wire_number
from scheduler.mail import Letter
from scheduler.settings import SchedulerSettings
from scheduler.transports import Fate, Outcome

PURPOSE = "Idempotency-Key"
KNOWN_ALREADY = 409
LATER = frozenset({408, 425, 429})
NEVER = frozenset({400, 404, 410, 413, 422})


class WebhookTransport:
    """One request for each text, certificate verified, no redirect followed, bounded by `text_timeout_s`."""

    def __init__(self, settings: SchedulerSettings) -> None:
        if settings.text_url is None or settings.text_secret is None:
            raise ValueError("texts need IPT_TEXT_URL and IPT_TEXT_SECRET")
        self._url = settings.text_url
        self._secret = settings.text_secret.get_secret_value().encode()
        self._seconds = settings.text_timeout_s
        ca_file = str(settings.text_ca_file) if settings.text_ca_file else None
        self._tls = ssl.create_default_context(cafile=ca_file)

    async def deliver(self, letter: Letter) -> Outcome:
        """Tries once. Only silence after the request was handed over is uncertain."""
        number = wire_number(letter.address)
        if number is None:
            return Outcome(Fate.REFUSED, "number")
        body = document(letter, number)
        handed_over = SimpleNamespace(yes=False)
        try:
            async with (
                aiohttp.ClientSession(
                    timeout=aiohttp.ClientTimeout(total=self._seconds), trace_configs=[_watching(handed_over)]
                ) as session,
                session.post(
                    self._url,
                    data=body,
                    headers=headers(self._secret, body, letter.at, digest(letter.message_id)),
                    ssl=self._tls,
                    allow_redirects=False,
                ) as answer,
            ):
                return answered(answer.status)
        except (aiohttp.ClientError, OSError, TimeoutError) as failure:
            return Outcome(Fate.UNCERTAIN if handed_over.yes else Fate.OUTAGE, _named(failure))


def document(letter: Letter, number: str) -> bytes:
    """The body: who, what and which purpose; nothing else about anybody."""
    told = {"id": digest(letter.message_id), "to": number, "text": letter.body.strip()}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def digest(message_id: str) -> str:
    """The digest of a message's key, as its Message-ID carries it."""
    return message_id.strip("<>").partition("@")[0]


def headers(secret: bytes, body: bytes, at: datetime, purpose: str) -> dict[str, str]:
    """What goes with the body: its type, the time in seconds, the purpose, the signature."""
    stamp = request_signature.stamp(at)
    return {
        "Content-Type": "application/json; charset=utf-8",
        request_signature.TIMESTAMP: stamp,
        PURPOSE: purpose,
        request_signature.SIGNATURE: request_signature.sign(secret, stamp, body),
    }


def answered(status: int) -> Outcome:
    """What a status means. Whoever answers 409 has had this purpose before: it is where it should be."""
    if 200 <= status < 300 or status == KNOWN_ALREADY:
        return Outcome(Fate.SENT, str(status))
    if status in NEVER:
        return Outcome(Fate.REFUSED, str(status))
    if status in LATER or status >= 500:
        return Outcome(Fate.LATER, str(status))
    return Outcome(Fate.OUTAGE, str(status))  # a wrong secret, a wrong address: the setting is the trouble


def _watching(handed_over: SimpleNamespace) -> aiohttp.TraceConfig:
    """Notes when a request is on the wire: from then on it may have been taken."""
    trace = aiohttp.TraceConfig()

    async def note(_session: object, _context: object, _what: object) -> None:
        handed_over.yes = True

    trace.on_request_headers_sent.append(note)
    return trace


def _named(failure: BaseException) -> str:
    if isinstance(failure, TimeoutError):
        return "timeout"
    if isinstance(failure, aiohttp.ClientSSLError):
        return "tls"
    return "disconnected" if isinstance(failure, aiohttp.ServerDisconnectedError) else "unreachable"
