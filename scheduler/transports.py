"""How a letter leaves: over SMTP, or, in demo mode, onto the local outbox page.

SMTP cannot take a message back, and once its text is handed over it may have been accepted although no
answer came. So the answer of a transport has five shapes, and silence after the text is its own.
"""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum
from typing import Protocol

import aiosmtplib

import store.delivered
from scheduler import mail
from scheduler.mail import Letter
from scheduler.settings import SchedulerSettings
from store.database import Database
from store.sealing import Keys


class Fate(StrEnum):
    """What became of one attempt."""

    SENT = "sent"
    LATER = "later"  # the provider says: try again
    REFUSED = "refused"  # the provider will never take it
    OUTAGE = "outage"  # nothing was handed over; the provider, not this letter, is the trouble
    UNCERTAIN = "uncertain"  # handed over, no answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of an attempt and a short code for the record, such as an SMTP reply code. Never free text."""

    fate: Fate
    code: str


class Transport(Protocol):
    """Anything that delivers a letter. Does not raise for what a provider or a network can do."""

    async def deliver(self, letter: Letter) -> Outcome:
        """Tries once."""


class SmtpTransport:
    """One connection per letter, certificate verified, the whole attempt bounded by `smtp_timeout_s`."""

    def __init__(self, settings: SchedulerSettings) -> None:
        self._settings = settings
        self._sender = mail.wire_address(parseaddr(settings.mail_from)[1])
        ca_file = str(settings.smtp_ca_file) if settings.smtp_ca_file else None
        self._tls = ssl.create_default_context(cafile=ca_file)

    async def deliver(self, letter: Letter) -> Outcome:
        """Tries once. Only silence after the text was handed over is uncertain."""
        try:
            message = mail.build(letter, self._settings.mail_from).as_bytes()
            recipient = mail.wire_address(letter.address)
        except mail.Undeliverable:
            return Outcome(Fate.REFUSED, "address")
        client = self._client()
        try:
            outcome = await self._greet(client)
            if outcome is None:
                outcome = await self._hand_over(client, recipient, message)
            return outcome
        finally:
            # The fate is settled; how the provider takes the farewell does not change it.
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await client.quit()
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=password,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            tls_context=None if settings.smtp_security == "none" else self._tls,
            timeout=settings.smtp_timeout_s,
        )

    async def _greet(self, client: aiosmtplib.SMTP) -> Outcome | None:
        """None once connected, encrypted, signed in and accepted as a sender; an outage otherwise."""
        try:
            async with asyncio.timeout(self._settings.smtp_timeout_s):
                await client.connect()
                await client.mail(self._sender)
        except aiosmtplib.SMTPResponseException as answer:
            return Outcome(Fate.OUTAGE, str(answer.code))
        except ssl.SSLError:
            return Outcome(Fate.OUTAGE, "tls")
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as failure:
            return Outcome(Fate.OUTAGE, _named(failure))
        return None

    async def _hand_over(self, client: aiosmtplib.SMTP, recipient: str, message: bytes) -> Outcome:
        try:
            async with asyncio.timeout(self._settings.smtp_timeout_s):
                await client.rcpt(recipient)
        except aiosmtplib.SMTPResponseException as answer:
            return _answered(answer.code)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as failure:
            return Outcome(Fate.OUTAGE, _named(failure))
        try:
            async with asyncio.timeout(self._settings.smtp_timeout_s):
                reply = await client.data(message)
        except aiosmtplib.SMTPResponseException as answer:
            return _answered(answer.code)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as failure:
            return Outcome(Fate.UNCERTAIN, _named(failure))
        return Outcome(Fate.SENT, str(reply.code))


class LocalOutbox:
    """Demo mode: the letter is kept, sealed, for the local outbox page; nothing leaves the machine."""

    def __init__(self, db: Database, keys: Keys) -> None:
        self._db = db
        self._keys = keys

    async def deliver(self, letter: Letter) -> Outcome:
        """Keeps the letter."""
        async with self._db.write() as tx:
            await store.delivered.put(
                tx, self._keys, letter.person, letter.kind, letter.subject, letter.body, letter.at
            )
        return Outcome(Fate.SENT, "demo")


def _answered(code: int) -> Outcome:
    """A reply to the recipient or the text: 4yz asks for another try, 5yz is final (RFC 5321, 4.2.1)."""
    return Outcome(Fate.LATER if 400 <= code < 500 else Fate.REFUSED, str(code))


def _named(failure: BaseException) -> str:
    if isinstance(failure, TimeoutError):
        return "timeout"
    return "disconnected" if isinstance(failure, aiosmtplib.SMTPServerDisconnected) else "unreachable"
