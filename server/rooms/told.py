"""What the server tells a client: frozen values, one class a message. Mirrors docs/protocol.md section 6."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

Connection = Literal["up", "connecting", "reconnecting", "away"]


@dataclass(frozen=True, slots=True, kw_only=True)
class You:
    """The client's own place."""

    member: str
    seat: int
    role: str
    name: str
    stage: str
    mic_allowed: bool = True
    first_use: bool
    mic: bool
    camera: bool
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """Which session this is."""

    ordinal: int
    count: int
    title: str
    starts_at_ms: int
    ends_at_ms: int
    deadline_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """The room as a whole."""

    state: Literal["waiting", "open", "held", "ended"]
    locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """One person in the room."""

    member: str
    seat: int
    name: str
    role: str
    stage: str
    mic: bool
    camera: bool
    muted: bool
    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """Who is in a slot."""

    slot: int
    member: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """One person at the door, for facilitators."""

    member: str
    seat: int
    name: str
    stage: str
    since_ms: int
    first_use: bool
    new_device: bool
    alone: bool | None
    headphones: bool | None
    connection: Connection
    text_unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LobbyView:
    """What a waiting person may know."""

    ahead: int
    facilitator_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetView:
    """The other side of a private look."""

    member: str
    name: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """Somebody gone who should be called."""

    member: str
    name: str
    gone_since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAwayView:
    """Somebody declined or removed."""

    member: str
    name: str
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The complete view of one client."""

    type: ClassVar[str] = "state"
    version: int
    now_ms: int
    stage: str
    you: You
    session: SessionView
    room: RoomView
    members: tuple[MemberView, ...]
    slots: tuple[SlotView, ...]
    waiting: tuple[WaitingView, ...]
    lobby: LobbyView | None
    greet: GreetView | None
    calls: tuple[CallView, ...]
    turned_away: tuple[TurnedAwayView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to an offer."""

    type: ClassVar[str] = "answer"
    request: int
    connection: str
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An offer that was not taken."""

    type: ClassVar[str] = "refused"
    request: int
    connection: str
    cause: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew:
    """Make a new connection, the server lost this one."""

    type: ClassVar[str] = "renew"
    connection: str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Who speaks."""

    type: ClassVar[str] = "levels"
    speaking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Whose picture is paused for this client."""

    type: ClassVar[str] = "quality"
    paused: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A line from somebody."""

    type: ClassVar[str] = "text"
    sender: str = field(metadata={"wire": "from"})
    name: str
    to: str | None
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A facilitator asks to switch something on."""

    type: ClassVar[str] = "asked"
    what: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An emergency sheet."""

    type: ClassVar[str] = "sheet"
    member: str
    where: str | None
    phone: str | None
    emergency: str | None
    alone: bool | None
    headphones: bool | None
    at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The socket lives."""

    type: ClassVar[str] = "pulse"
    n: int
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to know."""

    type: ClassVar[str] = "notice"
    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """Something this client did wrong."""

    type: ClassVar[str] = "error"
    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye:
    """The last message of a socket."""

    type: ClassVar[str] = "bye"
    code: str
    words: str


Told = (
    State | Answer | Refused | Renew | Levels | Quality | Text | Asked | Sheet | Pulse | Notice | Error | Bye
)
