"""docs/protocol.md, the models and the examples in tests/wire agree: every message is documented, parsed or
built, handled, and has an example which the browser's tests read too.
"""

import json
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

import pytest

from server.rooms import protocol, room, said, told, words

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
WIRE = ROOT / "tests" / "wire"
SAID: dict[str, type[said.Said]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(said.Message)
}
TOLD: dict[str, type[Any]] = {message.type: message for message in get_args(told.Told)}
ELSEWHERE = {"hello", "leave", "take_over", "pulse", "blind"}
"Handled before a seat's own handlers are asked."


def section(number: int) -> str:
    """One numbered section of the document."""
    parts = re.split(r"^## (\d+)\. ", DOCUMENT, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[str(number)]


def documented(number: int) -> dict[str, str]:
    """Message → its paragraph."""
    parts = re.split(r"^### `(\w+)`$", section(number), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def examples(side: str) -> dict[str, list[dict[str, Any]]]:
    """Message → its examples."""
    return dict(json.loads((WIRE / f"{side}.json").read_text(encoding="utf-8")))


def test_every_documented_message_is_known_and_every_known_one_documented() -> None:
    assert set(documented(5)) == set(SAID)
    assert set(documented(6)) == set(TOLD)


@pytest.mark.parametrize("name", sorted(SAID))
def test_every_field_a_client_may_send_is_documented(name: str) -> None:
    paragraph = documented(5)[name]
    for field in set(SAID[name].model_fields) - {"type"}:
        assert f"`{field}`" in paragraph, field


@pytest.mark.parametrize("name", sorted(TOLD))
def test_every_field_the_server_sends_is_documented(name: str) -> None:
    paragraph = documented(6)[name]
    for field in names_of(TOLD[name]):
        assert f"`{field}`" in paragraph, field


@pytest.mark.parametrize("name", sorted(set(SAID) - ELSEWHERE))
def test_every_message_of_a_client_has_one_handler(name: str) -> None:
    assert (SAID[name] in room.OWN) != (SAID[name] in room.LEADING)
    assert ("Facilitators." in documented(5)[name]) == (SAID[name] in room.LEADING)


@pytest.mark.parametrize("name", sorted(SAID))
def test_every_example_of_a_client_parses(name: str) -> None:
    for example in examples("said")[name]:
        message = protocol.parse(json.dumps(example))
        assert type(message) is SAID[name]
        assert message.model_dump(exclude_unset=True) == example


@pytest.mark.parametrize("name", sorted(TOLD))
def test_every_example_of_the_server_has_exactly_our_fields(name: str) -> None:
    for example in examples("told")[name]:
        assert example["type"] == name
        fits({k: v for k, v in example.items() if k != "type"}, TOLD[name])


def test_there_is_no_example_of_anything_else() -> None:
    assert set(examples("said")) == set(SAID)
    assert set(examples("told")) == set(TOLD)


@pytest.mark.parametrize(
    ("table", "name"), [(words.NOTICES, "notice"), (words.ERRORS, "error"), (words.BYES, "bye")]
)
def test_every_code_has_words_and_stands_in_the_document(table: dict[str, str], name: str) -> None:
    for code in table:
        assert re.search(rf"`(?:{name} )?{code}`", documented(6)[name]), code


def test_every_cause_of_a_refused_offer_has_words_and_stands_in_the_document() -> None:
    for cause in words.REFUSED:
        assert f"`{cause}`" in documented(6)["refused"], cause


def test_limits_in_the_document_are_those_of_the_code() -> None:
    spaced = DOCUMENT.replace("131 072", str(protocol.MAX_OFFER_BYTES)).replace(
        "65 536", str(protocol.MAX_FRAME_BYTES)
    )
    assert str(protocol.MAX_OFFER_BYTES) in spaced
    assert str(protocol.MAX_FRAME_BYTES) in spaced


def names_of(message: type[Any]) -> set[str]:
    """Field names on the wire, of nested values too."""
    found: set[str] = set()
    for field in fields(message):
        found.add(field.metadata.get("wire", field.name))
        for inner in parts_of(get_type_hints(message)[field.name]):
            found |= names_of(inner)
    return found


def parts_of(hint: Any) -> list[type[Any]]:
    """The dataclasses inside a type."""
    if isinstance(hint, type) and is_dataclass(hint):
        return [hint]
    return [part for arg in get_args(hint) for part in parts_of(arg)]


def fits(example: dict[str, Any], message: type[Any]) -> bool:
    """True: the example has each field of the message and no other, with values of its type."""
    hints = get_type_hints(message)
    wire = {f.metadata.get("wire", f.name): hints[f.name] for f in fields(message)}
    assert set(example) == set(wire)
    for name, value in example.items():
        assert fits_type(value, wire[name]), (name, value)
    return True


def fits_type(value: Any, hint: Any) -> bool:
    """True when a JSON value has the type."""
    if isinstance(hint, UnionType):
        return any(fits_type(value, part) for part in get_args(hint))
    if isinstance(hint, type) and is_dataclass(hint):
        return isinstance(value, dict) and fits(value, hint)
    origin = getattr(hint, "__origin__", None)
    if origin is tuple:
        return isinstance(value, list) and all(fits_type(item, get_args(hint)[0]) for item in value)
    if origin is not None:
        return value in get_args(hint)
    if hint is type(None):
        return value is None
    return type(value) is hint
