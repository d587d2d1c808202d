"""What a fact costs when a proposal is computed, in a session of a quiet line and in one of two thousand
facts."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from care.attendance import propose
from care.facts import Fact, Kind
from care.policy import Place, Policy, SessionTimes
from tests.bench.figure import Figure, median

START = datetime(2027, 3, 2, 18, 0, tzinfo=UTC)
LASTS = timedelta(minutes=90)
MEMBER = "member"
MANY, FEW = 2000, 20
RUNS = 5
CALLS = {MANY: 3, FEW: 300}
"""How often each is computed in one run, so that both take long enough to be measured."""


def facts(count: int) -> list[Fact]:
    """One member in one session: let in, then connections that come and go until `count` facts are full."""
    made: list[Fact] = []
    first = [(Kind.ROOM_OPENED, None, None), (Kind.ARRIVED, MEMBER, None), (Kind.ADMITTED, MEMBER, None)]
    line = (Kind.TRANSPORT_UP, Kind.FIRST_MEDIA, Kind.TRANSPORT_DOWN)
    lines = [(line[n % 3], MEMBER, f"connection-{n // 3}") for n in range(count - len(first) - 1)]
    for number, (kind, member, connection) in enumerate([*first, *lines, (Kind.ROOM_CLOSED, None, None)]):
        at = START + LASTS * number / count
        made.append(
            Fact(
                id=f"fact-{number:05}",
                session="session",
                member=member,
                connection=connection,
                kind=kind,
                at=at,
                mono_ms=1_000_000 + (at - START) // timedelta(milliseconds=1),
                boot="boot",
            )
        )
    return made


def us_per_fact(count: int) -> float:
    """Microseconds of one thread for each fact of one computation."""
    given, roster, policy = facts(count), (Place(member=MEMBER),), Policy()
    session = SessionTimes(id="session", starts_at=START, ends_at=START + LASTS)
    began = time.process_time()
    for _ in range(CALLS[count]):
        propose(session, roster, given, policy, START + 2 * LASTS)
    return (time.process_time() - began) * 1e6 / (CALLS[count] * count)


async def proposal_cost() -> list[Figure]:
    """Microseconds a fact, interleaved runs of both sizes."""
    us_per_fact(FEW)  # the first call pays for what is only made once
    runs = [(us_per_fact(MANY), us_per_fact(FEW)) for _ in range(RUNS)]
    many, few = (median(values) for values in zip(*runs, strict=True))
    return [
        Figure(
            figure="proposal_cost_2000_facts",
            value=many,
            unit="us/fact",
            against=f"the same with {FEW} facts",
            against_value=few,
            how=f"processor time of one computation for one member and one session of {MANY} facts, divided "
            f"by the facts; medians of {RUNS} interleaved runs",
        )
    ]
