"""The ledger of missed sessions: what uses up a member's allowance, entry by entry.

An entry is never changed. When a decision is replaced, a reversal takes back exactly the entry the earlier
decision made, and where the new one is a miss again a new entry follows. So the balance after a reversal is
the balance before its entry, whatever happened between.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from care.decision import Decision
from care.verdict import Status

# Away is away, for whatever good reason; what our side or the technique did is nobody's miss.
MISSES = frozenset({Status.LATE_NOT_ADMITTED, Status.EXCUSED, Status.LATE_CANCEL, Status.NO_SHOW})


class Kind(StrEnum):
    """What an entry does."""

    MISS = "miss"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: `amount` is +1 for a miss and -1 for its reversal, which names the entry it `reverses`."""

    id: str
    session: str
    member: str
    decision: str
    amount: int
    kind: Kind
    reverses: str | None = None


def following(standing: Entry | None, decision: Decision) -> tuple[Entry, ...]:
    """The entries a decision makes, given the entry of the same session and member that stands (is not
    reversed). Nothing where a miss stays a miss or no miss stays none."""
    missed = decision.status in MISSES
    if missed == (standing is not None):
        return ()
    if standing is None:
        return (_entry(decision, Kind.MISS, 1, None),)
    return (_entry(decision, Kind.REVERSAL, -standing.amount, standing.id),)


def _entry(decision: Decision, kind: Kind, amount: int, reverses: str | None) -> Entry:
    return Entry(
        id=f"{decision.id}.{kind.value}",
        session=decision.session,
        member=decision.member,
        decision=decision.id,
        amount=amount,
        kind=kind,
        reverses=reverses,
    )


def entries(history: Iterable[Decision]) -> tuple[Entry, ...]:
    """Every entry of a history of decisions, oldest first."""
    written: list[Entry] = []
    open_now: dict[tuple[str, str], Entry] = {}
    for decision in history:
        place = (decision.session, decision.member)
        for entry in following(open_now.get(place), decision):
            written.append(entry)
            if entry.kind is Kind.MISS:
                open_now[place] = entry
            else:
                del open_now[place]
    return tuple(written)


def standing(written: Sequence[Entry]) -> tuple[Entry, ...]:
    """The misses that no reversal took back."""
    reversed_ones = {entry.reverses for entry in written}
    return tuple(entry for entry in written if entry.kind is Kind.MISS and entry.id not in reversed_ones)


def balance(written: Iterable[Entry], member: str | None = None) -> int:
    """The misses that count: the sum of the amounts, of one member where one is named."""
    return sum(entry.amount for entry in written if member is None or entry.member == member)
