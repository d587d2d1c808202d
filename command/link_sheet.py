"""The personal links of a room on a terminal, as JSON, and as a file that only its owner can read."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

ROLES = ("coordinator", "facilitators", "participants")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalLink:
    """One person's way in. Whoever holds `link` first is that person for the server: treat it as a key."""

    member: str
    place: str
    name: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLinks:
    """All links of one session. `about` says where a group stands whose room is not open now, `look` what
    is worth a look."""

    session: str
    title: str
    starts_at: datetime
    ends_at: datetime
    coordinator: tuple[PersonalLink, ...]
    facilitators: tuple[PersonalLink, ...]
    participants: tuple[PersonalLink, ...]
    about: str = ""
    look: tuple[str, ...] = ()


def as_text(rooms: list[RoomLinks]) -> str:
    """Lines for a terminal: every person with the link, in the order of the seats; of a group whose room is
    not open the first of each role."""
    lines: list[str] = []
    for room in rooms:
        about = room.about or f"open until {room.ends_at.astimezone():%H:%M %Z}"
        lines += ["", f"{room.title}, {about}", *(f"  * {one}" for one in room.look)]
        for role in ROLES:
            people = getattr(room, role)[: 1 if room.about else None]
            lines += [f"  {role.removesuffix('s'):<12} {one.name:<8} {one.link}" for one in people]
    return "\n".join(lines)


def as_json(base_url: str, rooms: list[RoomLinks]) -> str:
    """The same as JSON, by room and as one flat list; times in ISO 8601 with offset."""
    content = {
        "base_url": base_url,
        "rooms": [asdict(room) for room in rooms],
        "links": [
            {"role": role.removesuffix("s"), "name": one.name, "room": room.title, "url": one.link}
            for room in rooms
            for role in ROLES
            for one in getattr(room, role)
        ],
    }
    return json.dumps(content, default=_plain, indent=1)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a link sheet holds no {type(value).__name__}")


def write_private(path: Path, text: str) -> None:
    """Replaces `path` by a file that from its first byte on only its owner can read (0600)."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    draft.replace(path)
