"""Frames to messages and back. What passes `parse` has every field, of the right type, within its limits."""

import json
from dataclasses import fields, is_dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from server.rooms import said, told

VERSION = 1
MAX_OFFER_BYTES = 131_072
"An offer with 27 sections is 27 kB with limited codecs and 80 kB without."
MAX_FRAME_BYTES = 65_536
MAX_SLOTS = 11
"Everybody else in a room of twelve."

_ANY = TypeAdapter[said.Message](Annotated[said.Message, Field(discriminator="type")])


class ProtocolError(Exception):
    """The frame is not part of the protocol; the socket that sent it is told the code and closed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(frame: str) -> said.Message:
    """The message in a text frame. Raises ProtocolError `malformed` or `too_large`."""
    # A code point is at most four bytes in UTF-8, so short frames need no counting.
    size = len(frame) if len(frame) * 4 <= MAX_FRAME_BYTES else _bytes_in(frame)
    if size > MAX_OFFER_BYTES:
        raise ProtocolError("too_large")
    try:
        message = _ANY.validate_json(frame)
    except (ValidationError, ValueError, RecursionError) as error:
        raise ProtocolError("malformed" if size <= MAX_FRAME_BYTES else "too_large") from error
    if size > MAX_FRAME_BYTES and not isinstance(message, said.Offer):
        raise ProtocolError("too_large")
    return message


def _bytes_in(frame: str) -> int:
    """UTF-8 length; a lone surrogate cannot come off the wire and counts as three bytes here."""
    return len(frame.encode("utf-8", "surrogatepass"))


def dump(message: told.Told) -> str:
    """The text frame of a message."""
    body = {"type": message.type, **as_dict(message)}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def as_dict(value: Any) -> dict[str, Any]:
    """The fields of a message under their names on the wire."""
    return {f.metadata.get("wire", f.name): _plain(getattr(value, f.name)) for f in fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return as_dict(value) if is_dataclass(value) else value
