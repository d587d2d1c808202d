"""When a local time is: the instant of a wall clock's reading, through the changes of summer time.

The local time is what people agreed on; instants follow from it once and are then stored as rows.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

WEEK = timedelta(weeks=1)
MINUTE = timedelta(minutes=1)
SKIPPED = "clock_skipped"  # the clocks go forward over this time
REPEATED = "clock_repeated"  # the clocks go back and show this time twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An instant in aware UTC, the local time a clock will show at it, and why that was not plain."""

    at: datetime
    local: datetime
    caution: str | None


def weekly(first: datetime, zone: tzinfo, count: int) -> list[datetime]:
    """UTC instants of `count` weekly sessions whose first is at local wall time `first` (naive) in `zone`."""
    return [instant(first + WEEK * number, zone) for number in range(count)]


def instant(local: datetime, zone: tzinfo) -> datetime:
    """The UTC instant of a naive local time: the first one where clocks go back, the first valid minute
    after it where clocks go forward. Raises ValueError for a time that already has an offset."""
    return resolve(local, zone).at


def resolve(local: datetime, zone: tzinfo) -> Resolved:
    """As `instant`, with the local time that results and whether the clocks skip or repeat the one asked
    for. Raises ValueError for a time that already has an offset."""
    if local.tzinfo is not None:
        raise ValueError("a local time comes without an offset")
    candidate = local
    while not _exists(candidate, zone):
        candidate += MINUTE
    first, second = (candidate.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    caution = SKIPPED if candidate != local else REPEATED if first != second else None
    return Resolved(at=first, local=candidate.replace(fold=0), caution=caution)


def _exists(local: datetime, zone: tzinfo) -> bool:
    there_and_back = local.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None, fold=0) == local.replace(fold=0)
