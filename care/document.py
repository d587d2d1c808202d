"""Frozen values as JSON documents and back, exactly: a signed paper reads the same as long as it is kept."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from fractions import Fraction
from typing import Any, TypeVar, get_type_hints

from care.phases import Phases
from care.series import Closure

Value = TypeVar("Value")


def write(value: Any) -> dict[str, object]:
    """Every field of a dataclass by its name as a JSON value: a share as text like "1/2", a wall time
    without an offset."""
    return {each.name: plain(getattr(value, each.name)) for each in fields(value)}


def read(kind: type[Value], document: Mapping[str, object]) -> Value:
    """The value of a document. Raises ValueError for a field that is missing, unknown or of another type:
    what was signed must not take on today's defaults."""
    known = get_type_hints(kind)
    if document.keys() != known.keys():
        raise ValueError(f"fields not as agreed: {', '.join(sorted(document.keys() ^ known.keys()))}")
    return kind(**values(kind, document))


def values(kind: type, document: Mapping[str, object]) -> dict[str, Any]:
    """The typed values of some fields of a dataclass. Raises ValueError for an unknown field or a value of
    another type."""
    known = get_type_hints(kind)
    if unknown := document.keys() - known.keys():
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    return {name: _typed(name, known[name], value) for name, value in document.items()}


def plain(value: object) -> object:
    """A field's value as JSON knows it."""
    match value:
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case datetime():
            return value.isoformat()
        case Phases():
            return asdict(value)
        case tuple():
            return [plain(each) for each in value]
        case Closure():
            return {"from": value.from_date.isoformat(), "to": value.to_date.isoformat(), "why": value.why}
    return value


def _typed(name: str, kind: Any, value: object) -> Any:
    try:
        reader = READERS.get(kind)
        if reader is None and type(value) is kind:
            return value
        if reader is not None:
            return reader(value)
    except (TypeError, KeyError, AttributeError, ZeroDivisionError, ValueError):
        pass
    raise ValueError(f"{name} cannot be read")


def _fraction(value: Any) -> Fraction:
    if not isinstance(value, str):
        raise TypeError
    return Fraction(value)


def _local(value: Any) -> datetime:
    local = datetime.fromisoformat(value)
    if local.tzinfo is not None:
        raise ValueError("a local time comes without an offset")
    return local


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError
    return tuple(value)


def _phases(value: Any) -> Phases:
    if set(map(type, value.values())) != {int}:
        raise TypeError
    return Phases(**value)


def _closures(value: Any) -> tuple[Closure, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(
        Closure(
            from_date=date.fromisoformat(each["from"]),
            to_date=date.fromisoformat(each["to"]),
            why=str(each["why"]),
        )
        for each in value
    )


READERS: Mapping[Any, Callable[[Any], object]] = {
    datetime: _local,
    Fraction: _fraction,
    Phases: _phases,
    tuple[str, ...]: _texts,
    tuple[Closure, ...]: _closures,
}
