"""A change of dates as it would be, before it is made, and how it is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from care import amendment
from care.series import Caution, Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A session whose time changes. Instants in aware UTC, local times naive in the session's zone."""

    id: str | None
    ordinal: int | None
    from_: datetime
    to: datetime
    from_local: datetime
    to_local: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumbered:
    """A session that keeps its date and gets another number."""

    id: str | None
    from_: int
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change would do. `before` and `after` hold every row of the group. `notices` counts the mails
    each member would get; `new_count` is set where the number of sessions changes; `amendment` says that
    the contract needs a new version. With `refused` set, `after` equals `before`."""

    kind: str
    before: tuple[Dated, ...]
    after: tuple[Dated, ...]
    moved: tuple[Moved, ...] = ()
    renumbered: tuple[Renumbered, ...] = ()
    cancelled: tuple[Dated, ...] = ()
    appended: tuple[Dated, ...] = ()
    new_count: int | None = None
    amendment: bool = False
    notices: int = 0
    warnings: tuple[Caution, ...] = ()
    refused: str | None = None


def refusal(kind: str, before: tuple[Dated, ...], code: str) -> Preview:
    """The preview of a change that cannot be made."""
    return Preview(kind=kind, before=before, after=before, refused=code)


def build(
    kind: str,
    before: tuple[Dated, ...],
    pairs: Sequence[tuple[Dated, Dated]],
    *,
    added: tuple[Dated, ...] = (),
    new_count: int | None = None,
    warnings: tuple[Caution, ...] = (),
) -> Preview:
    """The preview of rows that become others, and of rows that are added."""
    after = (*swapped(before, pairs), *added)
    moved = tuple(_moved(was, new) for was, new in pairs if _moves(was, new))
    cancelled = tuple(new for was, new in pairs if new.state == "cancelled" != was.state)
    back = tuple(new for was, new in pairs if was.state == "cancelled" != new.state)
    return Preview(
        kind=kind,
        before=before,
        after=after,
        moved=moved,
        renumbered=tuple(
            Renumbered(id=was.id, from_=was.ordinal, to=new.ordinal)
            for was, new in pairs
            if was.ordinal is not None and new.ordinal is not None and was.ordinal != new.ordinal
        ),
        cancelled=cancelled,
        appended=added + back,
        new_count=new_count,
        amendment=amendment.kind_of_dates(before, after) == amendment.AMENDMENT,
        notices=bool(moved or added or back) + bool(cancelled),
        warnings=warnings,
    )


def swapped(before: tuple[Dated, ...], pairs: Iterable[tuple[Dated, Dated]]) -> tuple[Dated, ...]:
    """The rows with some of them (the very objects) changed for others, in the same order."""
    new = {id(was): now for was, now in pairs}
    return tuple(new.get(id(each), each) for each in before)


def _moves(was: Dated, new: Dated) -> bool:
    return was.state == new.state and (was.starts_at, was.local) != (new.starts_at, new.local)


def _moved(was: Dated, new: Dated) -> Moved:
    return Moved(
        id=was.id,
        ordinal=new.ordinal,
        from_=was.starts_at,
        to=new.starts_at,
        from_local=was.local,
        to_local=new.local,
    )
