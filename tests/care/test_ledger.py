"""Laws of the ledger, for every history of decisions."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from care.decision import CHOOSABLE, Decision, Reason
from care.ledger import MISSES, Kind, balance, entries, standing
from care.verdict import Status

AT = datetime(2027, 3, 2, tzinfo=UTC)


def decision(number: int, session: str, member: str, status: Status) -> Decision:
    return Decision(
        id=str(number),
        session=session,
        member=member,
        status=status,
        reason=Reason.OTHER,
        note_given=False,
        by="fay",
        role="facilitator",
        at=AT,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Decision]:
    said = st.tuples(
        st.sampled_from("st"), st.sampled_from(["ada", "ben"]), st.sampled_from(sorted(CHOOSABLE))
    )
    return [decision(n, *one) for n, one in enumerate(draw(st.lists(said, max_size=20)))]


@given(histories())
def test_the_balance_is_the_sum_of_the_entries(history: list[Decision]) -> None:
    written = entries(history)
    assert balance(written) == sum(entry.amount for entry in written)
    assert balance(written) == balance(written, "ada") + balance(written, "ben")


@given(histories())
def test_the_balance_is_the_misses_that_hold_now(history: list[Decision]) -> None:
    held = {(one.session, one.member): one.status for one in history}
    assert balance(entries(history)) == sum(status in MISSES for status in held.values())
    assert len(standing(entries(history))) == balance(entries(history))


@given(histories())
def test_a_reversal_returns_the_exact_earlier_balance(history: list[Decision]) -> None:
    written = entries(history)
    for number, entry in enumerate(written):
        if entry.kind is Kind.REVERSAL:
            first = next(n for n, one in enumerate(written) if one.id == entry.reverses)
            between = [one for one in written[first + 1 : number] if _place(one) != _place(entry)]
            assert balance(written[: number + 1]) == balance([*written[:first], *between])


def _place(entry: object) -> tuple[str, str]:
    return entry.session, entry.member  # type: ignore[attr-defined]


@given(histories())
def test_an_entry_is_reversed_at_most_once_and_never_changed(history: list[Decision]) -> None:
    written = entries(history)
    reversals = [entry.reverses for entry in written if entry.reverses]
    assert len(reversals) == len(set(reversals))
    for length in range(len(history)):
        shorter = entries(history[:length])
        assert written[: len(shorter)] == shorter


@given(histories())
def test_nobody_owes_less_than_nothing(history: list[Decision]) -> None:
    for length in range(len(history) + 1):
        assert balance(entries(history[:length]), "ada") >= 0


def test_a_miss_that_stays_a_miss_writes_nothing_new() -> None:
    history = [decision(1, "s", "ada", Status.NO_SHOW), decision(2, "s", "ada", Status.EXCUSED)]
    assert [entry.amount for entry in entries(history)] == [1]
