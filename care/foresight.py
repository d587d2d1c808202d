"""Who will see a different local hour, and from which session: not all clocks change on the same date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from care.series import Dated, live


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Sessions `from_ordinal` to `to_ordinal` at one wall time of one weekday (0 is Monday) in a zone."""

    from_ordinal: int
    to_ordinal: int
    at: time
    weekday: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A member whose own clock does not show the group's hour throughout."""

    member: str
    zone: str
    runs: tuple[Run, ...]

    @property
    def changes(self) -> bool:
        """Whether the member's own hour or weekday changes on the way."""
        return len({(run.at, run.weekday) for run in self.runs}) > 1


def local_hours(series: Sequence[Dated], zone: str) -> tuple[Run, ...]:
    """The wall times at which someone in `zone` meets, as runs of equal ones. Raises KeyError
    (ZoneInfoNotFoundError) for an unknown zone."""
    runs: list[Run] = []
    for each in live(series):
        local = each.starts_at.astimezone(ZoneInfo(zone))
        number = each.ordinal or 0
        if runs and (runs[-1].at, runs[-1].weekday) == (local.time(), local.weekday()):
            runs[-1] = Run(
                from_ordinal=runs[-1].from_ordinal,
                to_ordinal=number,
                at=runs[-1].at,
                weekday=runs[-1].weekday,
            )
        else:
            runs.append(Run(from_ordinal=number, to_ordinal=number, at=local.time(), weekday=local.weekday()))
    return tuple(runs)


def differences(series: Sequence[Dated], member_zones: Mapping[str, str]) -> tuple[Difference, ...]:
    """The members whose clocks differ from the group's at any session, in the given order."""
    groups = {each.zone: local_hours(series, each.zone) for each in live(series)}
    found = []
    for member, zone in member_zones.items():
        runs = local_hours(series, zone)
        if any(runs != own for own in groups.values()):
            found.append(Difference(member=member, zone=zone, runs=runs))
    return tuple(found)


def in_zone(dated: Dated, zone: str) -> datetime:
    """When a session starts on a clock in `zone`, with its offset."""
    return dated.starts_at.astimezone(ZoneInfo(zone))
