"""When to ask a publisher for a key frame.

All layers of a camera answer one request, so there is one throttle per camera. A request inside the pause
is kept and made afterwards, for whoever was admitted a moment too late; it is repeated until a key frame
comes.
"""

PAUSE_S = 0.4
"Between two requests to one publisher."
SLOWEST_S = 4.0
TRIES = 8
FORGIVEN_S = 10.0
"A subscriber that did not ask for so long starts again with the short pause."


class Throttle:
    """Requests towards one publisher."""

    __slots__ = ("_next_at", "_pause_s", "_tries", "pending", "sent")

    def __init__(self) -> None:
        self.pending = False
        self.sent = 0
        self._next_at = 0.0
        self._pause_s = PAUSE_S
        self._tries = 0

    def ask(self) -> None:
        """Somebody needs a key frame."""
        if not self.pending:
            self.pending, self._tries, self._pause_s = True, 0, PAUSE_S

    def due(self, now: float) -> bool:
        """True when a request is to be sent now; it counts as sent."""
        if not self.pending or now < self._next_at:
            return False
        self.sent += 1
        self._tries += 1
        self._next_at = now + self._pause_s
        self._pause_s = min(SLOWEST_S, self._pause_s * 2)
        self.pending = self._tries < TRIES
        return True

    def forget_pause(self, now: float) -> None:
        """The camera was off: requests of that time met nobody, so the next one need not wait long."""
        self._pause_s = PAUSE_S
        self._next_at = min(self._next_at, now)

    def came(self, now: float) -> None:
        """A key frame starts now."""
        if self._tries:
            self.pending = False
            self._tries = 0
            self._next_at = now + PAUSE_S


class Patience:
    """How often one subscriber is listened to.

    One that can decode nothing must not cost the others their picture.
    """

    __slots__ = ("_allowed_at", "_asked_at", "_pause_s")

    def __init__(self) -> None:
        self._pause_s = PAUSE_S
        self._allowed_at = 0.0
        self._asked_at = 0.0

    def hears(self, now: float) -> bool:
        """True when the request of this subscriber is passed on; each one doubles the pause up to 8 s."""
        if now - self._asked_at > FORGIVEN_S:
            self._pause_s = PAUSE_S
        self._asked_at = now
        if now < self._allowed_at:
            return False
        self._allowed_at = now + self._pause_s
        self._pause_s = min(8.0, self._pause_s * 2)
        return True
