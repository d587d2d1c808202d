"""When the sessions of a group are: weekly at one local time, through the changes of summer time.

The local time is what people agreed on; instants follow from it once and are then stored as rows.
"""

from datetime import UTC, datetime, timedelta, tzinfo

WEEK = timedelta(weeks=1)
MINUTE = timedelta(minutes=1)


def weekly(first: datetime, zone: tzinfo, count: int) -> list[datetime]:
    """UTC instants of `count` weekly sessions whose first is at local wall time `first` (naive) in `zone`."""
    return [instant(first + WEEK * number, zone) for number in range(count)]


def instant(local: datetime, zone: tzinfo) -> datetime:
    """The UTC instant of a naive local time: the first one where clocks go back, the first valid minute
    after it where clocks go forward. Raises ValueError for a time that already has an offset."""
    if local.tzinfo is not None:
        raise ValueError("a local time comes without an offset")
    candidate = local
    while not _exists(candidate, zone):
        candidate += MINUTE
    return candidate.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _exists(local: datetime, zone: tzinfo) -> bool:
    there_and_back = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None) == local
