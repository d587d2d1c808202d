"""From what is there to what is wanted: which check-ins and messages come, move and go, and how many.

A message that went out, or may have, is never sent again. One that was called back because the plan did not
want it may be wanted anew; one that was withdrawn for another reason, such as an address nobody may write to,
stays withdrawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from care.checkin_states import OPEN, State
from care.delivery import MessageKind
from care.planned import Item
from care.reminders import Message

NOT_ASKED = "not_asked"
"""Why the plan calls a message back."""
OUT = frozenset({"transmitting", "sent", "uncertain"})
AGAIN = frozenset(
    {NOT_ASKED, "left_the_group", "paused", "changed_again", "checkin_superseded", "will_be_away"}
)
PLANNED_KINDS = frozenset(
    {
        MessageKind.CHECKIN_INVITATION,
        MessageKind.WEEKLY_CHECKIN,
        MessageKind.CHECKIN_REMINDER,
        MessageKind.SESSION_REMINDER,
        MessageKind.MEETING_REMINDER,
    }
)
"""The kinds that the plan alone writes: what it does not want of them is withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message as it stands in the outbox. `planned_at` is when the plan last wanted it to go: its own time
    may be later, for quiet hours or a provider that is out."""

    id: str
    key: str
    state: str
    result: str
    planned_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What happens to messages."""

    added: tuple[Message, ...] = ()
    moved: tuple[tuple[Row, Message], ...] = ()
    back: tuple[tuple[Row, Message], ...] = ()
    withdrawn: tuple[Row, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.moved or self.back or self.withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How many check-ins and messages a change touched; forms that are open and stay."""

    planned: int = 0
    moved: int = 0
    withdrawn: int = 0
    open_stay: int = 0
    messages_added: int = 0
    messages_moved: int = 0
    messages_withdrawn: int = 0

    def __bool__(self) -> bool:
        return any(
            (self.planned, self.moved, self.withdrawn, self.messages_added, self.messages_moved)
        ) or bool(self.messages_withdrawn)


def mail(rows: Sequence[Row], wanted: Iterable[Message]) -> Mail:
    """What has to happen to the outbox so that it holds what is wanted."""
    held = {row.key: row for row in rows}
    added, moved, back = [], [], []
    asked = set()
    for message in wanted:
        asked.add(message.key)
        row = held.get(message.key)
        if row is None:
            added.append(message)
        elif row.state == "pending" and _differs(row, message):
            moved.append((row, message))
        elif _may_return(row, message):
            back.append((row, message))
    gone = tuple(row for row in rows if row.state in ("pending", "claimed") and row.key not in asked)
    return Mail(added=tuple(added), moved=tuple(moved), back=tuple(back), withdrawn=gone)


def _differs(row: Row, message: Message) -> bool:
    return (row.planned_at, row.expires_at) != (message.due_at, message.expires_at)


def _may_return(row: Row, message: Message) -> bool:
    if row.state == "expired":
        return message.expires_at > row.expires_at
    return row.state == "withdrawn" and row.result in AGAIN


def counts(before: Iterable[Item], after: Iterable[Item], letters: Mail) -> Reconciled:
    """The numbers of a change, for whoever is about to make it."""
    was = {one.key: one for one in before}
    pairs = [(was.get(one.key), one) for one in after]
    both = [(old, new) for old, new in pairs if old is not None]
    # A reminder of a former date and that of the new one are one that moved.
    stems = [_stem(row.key) for row in letters.withdrawn]
    again = sum(1 for one in letters.added if _stem(one.key) in stems)
    return Reconciled(
        planned=sum(old is None or old.state == State.SUPERSEDED != new.state for old, new in pairs),
        moved=sum(_moved(old, new) for old, new in both),
        withdrawn=sum(old.state != State.SUPERSEDED == new.state for old, new in both),
        open_stay=sum(new.state == State.OPENED for _, new in pairs),
        messages_added=len(letters.added) + len(letters.back) - again,
        messages_moved=len(letters.moved) + again,
        messages_withdrawn=len(letters.withdrawn) - again,
    )


def _moved(old: Item, new: Item) -> bool:
    same = (old.opens_at, old.closes_at) == (new.opens_at, new.closes_at)
    return not same and old.state in OPEN and new.state in OPEN


def _stem(key: str) -> str:
    return key.rpartition("|")[0]


def changed(before: Iterable[Item], after: Iterable[Item]) -> tuple[list[Item], list[tuple[Item, Item]]]:
    """The new items, and those that differ with what they were."""
    was: Mapping[tuple[object, ...], Item] = {one.key: one for one in before}
    new = [one for one in after if one.key not in was]
    differing = [(was[one.key], one) for one in after if one.key in was and was[one.key] != one]
    return new, differing
