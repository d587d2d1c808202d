"""A controlling ICE agent reduced to one pair towards an ICE-lite server (RFC 8445): check until answered,
nominate at once, keep consent (RFC 7675), restart with new credentials while the old ones still count."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from tests.peers import stun

CONSENT = 2.5
RESEND = 0.1


class Ice:
    """`send` puts a datagram on the wire; `heard` is called on every valid answer."""

    def __init__(self, send: Callable[[bytes], object], heard: Callable[[], object]) -> None:
        self._send, self._heard = send, heard
        self._tie = secrets.randbits(64)
        self.remote = ("", "")
        self._open: dict[bytes, str] = {}
        self._next = 0.0
        self.renew()
        self.last_heard = 0.0
        self.mapped: tuple[str, int] | None = None
        self.sent = self.answered = self.refused = self.spoilt = 0
        self.silent = False

    def renew(self) -> None:
        """New local credentials for the next offer."""
        self.ufrag, self.password = secrets.token_urlsafe(3), secrets.token_urlsafe(18)

    def start(self, ufrag: str, password: str) -> None:
        """Check with the credentials of the answer; a repeated call is a restart."""
        if (ufrag, password) != self.remote:
            self.remote = (ufrag, password)
            self._open.clear()
            self.answered = 0
        self.check()

    def check(self) -> None:
        """Send a nominating check now."""
        if not self.remote[0] or self.silent:
            return
        transaction = secrets.token_bytes(12)
        ufrag, password = self.remote
        self._open[transaction] = password
        while len(self._open) > 50:
            del self._open[next(iter(self._open))]
        self.sent += 1
        self._send(stun.request(transaction, f"{ufrag}:{self.ufrag}", password, tie=self._tie))
        self._next = time.monotonic() + (CONSENT if self.answered else RESEND)

    def tick(self, now: float) -> None:
        """Send what is due."""
        if self.remote[0] and now >= self._next:
            self.check()

    def feed(self, datagram: bytes) -> None:
        """Take one STUN datagram; anything wrong is counted and dropped."""
        try:
            message = stun.parse(datagram)
        except ValueError:
            self.spoilt += 1
            return
        if message.kind == stun.REQUEST and message.signed_by(self.password):
            self._send(stun.success(message.transaction, ("0.0.0.0", 9), self.password))
            return
        password = self._open.pop(message.transaction, None)
        if password is None:
            return
        if message.kind == stun.SUCCESS and message.signed_by(password):
            self.answered += 1
            self.mapped = message.mapped
            self.last_heard = time.monotonic()
            self._next = self.last_heard + CONSENT
            self._heard()
        elif message.kind == stun.ERROR:
            self.refused += 1
        else:
            self.spoilt += 1
