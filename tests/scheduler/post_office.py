"""A real SMTP server that does what a test tells it: takes mail, refuses it, keeps silent, hangs up."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from scheduler.settings import SchedulerSettings
from scheduler.transports import SmtpTransport


@dataclass
class PostOffice:
    """What it answers and what it took. `silent`: no answer to the text; `dies`: hangs up instead."""

    port: int = 0
    to_recipient: str = "250 OK"
    to_text: str = "250 OK"
    silent: bool = False
    dies: bool = False
    took: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    asked: int = 0
    servers: list[SMTP] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked += 1
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.to_text.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.took.append(message_from_bytes(content, policy=policy.default))
        if self.dies:
            assert server.transport is not None
            server.transport.close()
        if self.silent:
            await self.released.wait()
        return self.to_text

    def settings(self, **more: object) -> SchedulerSettings:
        """Settings that send here, without encryption unless `more` says so."""
        chosen: dict[str, object] = {
            "base_url": "https://rooms.example",
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_security": "none",
            "smtp_timeout_s": 5.0,
            "mail_from": "Appointments <appointments@clinic.example>",
            **more,
        }
        return SchedulerSettings.model_validate(chosen)

    def transport(self, **more: object) -> SmtpTransport:
        """A transport that sends here."""
        return SmtpTransport(self.settings(**more))


@asynccontextmanager
async def opened(
    tls: ssl.SSLContext | None = None, office: PostOffice | None = None
) -> AsyncIterator[PostOffice]:
    """The server, listening on a free port of the loopback while the block runs."""
    office = PostOffice() if office is None else office

    def speak() -> SMTP:
        spoken = SMTP(office, hostname="post.example", tls_context=tls, require_starttls=tls is not None)
        office.servers.append(spoken)
        return spoken

    server = await asyncio.get_running_loop().create_server(speak, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        office.released.set()
        server.close()
        for spoken in office.servers:
            if spoken.transport is not None:
                spoken.transport.close()
        await server.wait_closed()
