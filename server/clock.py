"""The one place of the server that reads the clocks. Everything else is handed a `Now`."""

import time
from datetime import UTC, datetime

from server.rooms.moment import Now


def read() -> Now:
    """Both clocks, this instant."""
    return Now(time.monotonic_ns() // 1_000_000, datetime.now(UTC))
