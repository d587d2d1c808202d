"""Frozen values as plain JSON and back, for what grows: a field that is missing takes its default, a field
that is unknown or has an impossible value is refused.
"""

import types
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


def body(value: Any) -> dict[str, object]:
    """Every field of a dataclass that differs from its default, by its name."""
    return {
        each.name: _plain(getattr(value, each.name))
        for each in fields(value)
        if getattr(value, each.name) != each.default
    }


def value(kind: type[Value], found: Mapping[str, object]) -> Value:
    """The dataclass of a body. Raises ValueError for what the kind does not know or cannot be."""
    known = get_type_hints(kind)
    if unknown := found.keys() - known.keys():
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    try:
        return kind(**{name: _typed(known[name], each) for name, each in found.items()})
    except TypeError as wrong:
        raise ValueError(f"not a {kind.__name__}: {wrong}") from wrong


def _plain(each: object) -> object:
    match each:
        case Enum():
            return each.value
        case date():
            return each.isoformat()
        case frozenset():
            return sorted(str(_plain(one)) for one in each)
        case tuple():
            return [_plain(one) for one in each]
    return body(each) if hasattr(each, "__dataclass_fields__") else each


def _typed(kind: Any, each: object) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if each is None else _typed(next(one for one in inside if one is not type(None)), each)
    if origin in (frozenset, tuple):
        if not isinstance(each, list):
            raise ValueError(f"not a list: {each!r}")
        return origin(_typed(inside[0], one) for one in each)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(each)
    if kind is date and isinstance(each, str):
        return date.fromisoformat(each)
    if hasattr(kind, "__dataclass_fields__") and isinstance(each, dict):
        return value(kind, each)
    if type(each) is not kind:
        raise ValueError(f"not {kind}: {each!r}")
    return each
