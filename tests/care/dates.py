"""A group's stored sessions and plans to draw, for the tests about dates."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from care.series import Closure, Dated, Plan, generate

BEFORE = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)  # nothing has begun
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Casablanca",
    "UTC",
)


def stored(plan: Plan) -> tuple[Dated, ...]:
    """The sessions of a plan as a database would hold them."""
    return numbered(generate(plan).sessions)


def numbered(sessions: tuple[Dated, ...], mark: str = "s") -> tuple[Dated, ...]:
    """The sessions, each new one with an id and a uid."""
    return tuple(
        each if each.id else replace(each, id=f"{mark}{number}", uid=f"{mark}{number}@test")
        for number, each in enumerate(sessions, start=1)
    )


def berlin(count: int = 12, first: datetime = datetime(2026, 9, 7, 18, 0), **more: object) -> Plan:
    """Mondays at six in Berlin."""
    return replace(Plan(zone="Europe/Berlin", first_local=first, count=count), **more)


closures = st.lists(
    st.builds(
        lambda start, days: Closure(from_date=start, to_date=start + timedelta(days=days), why="closed"),
        st.dates(date(2026, 9, 8), date(2028, 6, 1)),
        st.integers(0, 20),
    ),
    max_size=3,
).map(tuple)

plans = st.builds(
    Plan,
    zone=st.sampled_from(ZONES),
    first_local=st.datetimes(datetime(2026, 9, 7), datetime(2027, 12, 31)).map(
        lambda each: each.replace(second=0, microsecond=0)
    ),
    every_days=st.sampled_from((7, 14)),
    minutes=st.integers(60, 120),
    count=st.integers(8, 20),
    closures=closures,
)
