"""Laws of the parts that are algebra: spans always end, limits always hold, a room has one holder, text
order is time order."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from care.facts import Fact, Kind
from store import presence
from store.columns import Utc
from store.live import InProcessLive
from tests.services.circle import NOW

CONNECTIONS = ("a", "b", "c")
KINDS = (Kind.TRANSPORT_UP, Kind.TRANSPORT_DOWN, Kind.SOCKET_OPEN, Kind.SOCKET_CLOSED, Kind.FIRST_MEDIA)
steps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(CONNECTIONS), st.integers(0, 100)), max_size=30
)


def facts(drawn):
    """One fact a step, each a while after the one before."""
    second, made = 0, []
    for number, (kind, connection, pause) in enumerate(drawn):
        second += pause
        made.append(
            Fact(
                id=f"f{number}",
                session="s",
                member="m",
                connection=connection,
                kind=kind,
                at=NOW + timedelta(seconds=second),
                mono_ms=second * 1000,
                boot="b",
            )
        )
    return made


@given(steps)
def test_after_the_endings_nothing_is_open_and_each_end_follows_its_beginning(drawn):
    seen = facts(drawn)
    begun = presence.still_open(seen)
    last = {one.connection: one.at for one in seen}
    ended = [presence.ending(one, last[one.connection]) for one in begun]
    assert presence.still_open(seen + ended) == []
    assert len({one.id for one in ended}) == len(ended)
    for begin, end in zip(begun, ended, strict=True):
        assert (end.connection, end.member, end.boot) == (begin.connection, begin.member, begin.boot)
        assert end.at >= begin.at
        assert end.mono_ms - begin.mono_ms == (end.at - begin.at) // timedelta(milliseconds=1)


@given(steps)
def test_a_connection_is_open_exactly_when_its_last_word_is_a_beginning(drawn):
    seen = facts(drawn)
    for begin, end in presence.ENDS.items():
        for connection in CONNECTIONS:
            words = [one.kind for one in seen if one.connection == connection and one.kind in (begin, end)]
            still = [
                one for one in presence.still_open(seen) if one.connection == connection and one.kind is begin
            ]
            assert len(still) == (words[-1:] == [begin])


@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 4)), max_size=40),
    st.floats(1, 10),
    st.floats(0.1, 5),
)
@settings(deadline=None)
async def test_in_any_stretch_of_time_a_bucket_gives_no_more_than_it_holds_and_refills(
    asked, capacity, per_s
):
    clock = [0.0]
    live = InProcessLive(lambda: clock[0])
    given_out = []
    for pause, cost in asked:
        clock[0] += pause
        if await live.allow("b", capacity, per_s, cost):
            given_out.append((clock[0], cost))
    for first in range(len(given_out)):
        for last in range(first, len(given_out)):
            stretch = given_out[last][0] - given_out[first][0]
            taken = sum(cost for _, cost in given_out[first : last + 1])
            assert taken <= capacity + stretch * per_s + 1e-6


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["lease", "renew", "release"]),
            st.sampled_from(["one", "two"]),
            st.floats(0, 3),
            st.floats(0.1, 5),
        ),
        max_size=40,
    )
)
@settings(deadline=None)
async def test_nobody_is_told_they_hold_a_room_while_somebody_else_does(drawn):
    clock = [0.0]
    live = InProcessLive(lambda: clock[0])
    held: dict[str, float] = {}
    for what, node, pause, ttl in drawn:
        clock[0] += pause
        others = [until for name, until in held.items() if name != node and until > clock[0]]
        if what == "release":
            await live.release("r", node)
            held.pop(node, None)
            continue
        mine = held.get(node, -1.0) > clock[0]
        got = await (live.lease if what == "lease" else live.renew)("r", node, ttl)
        assert got is (not others and (what == "lease" or mine))
        if got:
            held[node] = clock[0] + ttl


moments = st.builds(
    lambda moment, hours: moment.replace(tzinfo=timezone(timedelta(hours=hours))),
    st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)),
    st.integers(-14, 14),
)


@given(moments, moments)
def test_on_sqlite_stored_times_sort_as_time_does_and_come_back_the_same(one, other):
    kind, dialect = Utc(), sqlite.dialect()
    texts = [kind.process_bind_param(moment, dialect) for moment in (one, other)]
    assert (texts[0] < texts[1]) == (one < other)
    back = kind.process_result_value(texts[0], dialect)
    assert back == one
    assert back.tzinfo is UTC
