"""One reading of both clocks, taken at the border and handed in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Now:
    """`mono_ms`: CLOCK_MONOTONIC milliseconds, for durations. `wall`: aware UTC, for people and tables."""

    mono_ms: int
    wall: datetime

    @property
    def wall_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return epoch_ms(self.wall)

    def at(self, mono_ms: int) -> datetime:
        """The wall time of another moment of the same monotonic clock."""
        return self.wall + timedelta(milliseconds=mono_ms - self.mono_ms)


def epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970 UTC of an aware instant."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
