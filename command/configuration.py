"""What may be set, what is set, and the refusal of anything else, for every process alike."""

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

import server.settings
import store.settings
from command import settings
from scheduler.settings import SchedulerSettings
from server.settings import ServerSettings
from store.settings import StoreSettings

SECRETS = server.settings.SECRETS | store.settings.SECRETS
MODELS: tuple[type[BaseSettings], ...] = (StoreSettings, ServerSettings, SchedulerSettings)


class Unusable(Exception):
    """The settings of this run cannot be used; the text says which and why, without their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing that can be set, as an operator sees it."""

    variable: str
    value: str
    is_default: bool


def variables() -> dict[str, FieldInfo]:
    """Every variable the product reads, by full upper-case name."""
    return {
        f"{settings.PREFIX}{name}".upper(): info
        for model in MODELS
        for name, info in model.model_fields.items()
    }


def unknown() -> list[str]:
    """Variables of this environment that look like ours and are not: nothing misspelt passes in silence."""
    known = variables()
    allowed = set(known) | {f"{name}_FILE" for name, info in known.items() if is_secret(name, info)}
    return sorted(name for name in settings.ours() if name.upper() not in allowed)


def check() -> None:
    """Raises Unusable naming each setting that is unknown or has a value it cannot have."""
    complaints = [f"{name} is not a setting of IPT Rooms" for name in unknown()]
    for model in MODELS:
        try:
            model()
        except ValidationError as refused:
            complaints += list(_complaints(refused))
    if complaints:
        raise Unusable("; ".join(dict.fromkeys(complaints)))


def _complaints(refused: ValidationError) -> Iterator[str]:
    # Careful: pydantic's own text repeats the value, which may be a secret. Only place and reason are taken.
    for error in refused.errors(include_input=False, include_url=False, include_context=False):
        name = "_".join(str(part) for part in error["loc"][:1])
        yield f"{settings.PREFIX}{name.upper()}: {error['msg']}" if name else error["msg"]


def shown() -> list[Setting]:
    """Every setting with its value in force; secrets only as set or not set."""
    rows: dict[str, Setting] = {}
    for model in MODELS:
        values = model()
        for name, info in model.model_fields.items():
            value = getattr(values, name)
            variable = f"{settings.PREFIX}{name}".upper()
            setting = Setting(
                variable=variable,
                value=_plain(value, secret=is_secret(name, info)),
                is_default=name not in values.model_fields_set,
            )
            # Where two processes read the same variable, the server's default is the one to show.
            rows.setdefault(variable, setting)
    return [rows[name] for name in sorted(rows)]


def is_secret(name: str, info: FieldInfo) -> bool:
    """Whether this variable may come from a file and is never shown."""
    return name.removeprefix(settings.PREFIX).lower() in SECRETS or _mentions(info.annotation, SecretStr)


def _mentions(annotation: object, wanted: type) -> bool:
    if annotation is wanted:
        return True
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is not None:
        return any(_mentions(part, wanted) for part in typing.get_args(annotation))
    return False


def _plain(value: object, *, secret: bool) -> str:
    if value is None:
        return "(not set)"
    if secret:
        return "(set, not shown)"
    if isinstance(value, tuple | list):
        return ",".join(str(part) for part in value)
    return str(value)
