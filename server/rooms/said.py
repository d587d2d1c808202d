"""What a client may say: one strict model a message, closed to unknown fields (docs/protocol.md 5)."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
ConnectionId = Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Line = Annotated[str, StringConstraints(max_length=200)]
SlotName = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]|10)$")]
Height = Annotated[int, Field(ge=0, le=4320)]


class Said(BaseModel):
    """Any message of a client."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    type: str


class Hello(Said):
    """Takes a seat with a ticket; the first message of a socket."""

    type: Literal["hello"]
    ticket: Annotated[str, StringConstraints(min_length=16, max_length=128)]
    versions: Annotated[list[int], Field(min_length=1, max_length=8)]
    slots: Annotated[int, Field(ge=0, le=11)]
    device: Literal["desktop", "phone"]
    tab: Annotated[str, StringConstraints(min_length=8, max_length=64)] | None = None


class Offer(Said):
    """An SDP offer: a new connection, or an ICE restart of the same one."""

    type: Literal["offer"]
    request: Annotated[int, Field(ge=0, le=1_000_000)]
    connection: ConnectionId
    sdp: Annotated[str, StringConstraints(min_length=1, max_length=120_000)]


class Arrive(Said):
    """The doorstep answers; the member now knocks."""

    type: Literal["arrive"]
    where: Line | None = None
    phone: Line | None = None
    alone: bool | None = None
    headphones: bool | None = None


class Mic(Said):
    """The client sends sound, or stops."""

    type: Literal["mic"]
    on: bool


class Camera(Said):
    """The client sends a picture, or stops."""

    type: Literal["camera"]
    on: bool


class Show(Said):
    """How tall each slot is drawn, in device pixels."""

    type: Literal["show"]
    slots: Annotated[dict[SlotName, Height], Field(max_length=11)]


class Text(Said):
    """A line between one person and the facilitators."""

    type: Literal["text"]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    to: Id | None = None


class Leave(Said):
    """Goes, deliberately."""

    type: Literal["leave"]


class TakeOver(Said):
    """Moves the seat to this socket."""

    type: Literal["take_over"]


class Pulse(Said):
    """Asks whether the socket lives."""

    type: Literal["pulse"]
    n: Annotated[int, Field(ge=0, le=1_000_000_000)]


class Blind(Said):
    """The client saw no packets where media was expected."""

    type: Literal["blind"]
    since_ms: Annotated[int, Field(ge=0, le=600_000)]
    packets: Annotated[int, Field(ge=0, le=1_000_000_000_000)]


class Admit(Said):
    """Lets waiting people into the room."""

    type: Literal["admit"]
    members: Annotated[list[Id], Field(min_length=1, max_length=12)] | None = None
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.members is None) == (self.all is None):
            raise ValueError("either members or all")
        return self


class Greet(Said):
    """Opens a private look with a waiting person."""

    type: Literal["greet"]
    member: Id


class EndGreet(Said):
    """Ends the private look."""

    type: Literal["end_greet"]
    member: Id


class SendBack(Said):
    """From the room to the lobby; lifts a decline or a removal."""

    type: Literal["send_back"]
    member: Id


class Decline(Said):
    """Turns a waiting person away."""

    type: Literal["decline"]
    member: Id
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] | None = None


class Mute(Said):
    """Stops forwarding a person's sound until they switch it on again."""

    type: Literal["mute"]
    member: Id


class Ask(Said):
    """Asks a person to switch something on."""

    type: Literal["ask"]
    member: Id
    what: Literal["mic", "camera"]


class Remove(Said):
    """Out of the room, not to come back."""

    type: Literal["remove"]
    member: Id


class Lock(Said):
    """Nobody new while on."""

    type: Literal["lock"]
    on: bool


class End(Said):
    """Ends the room for everybody."""

    type: Literal["end"]


class Sheet(Said):
    """Opens a person's emergency sheet."""

    type: Literal["sheet"]
    member: Id


Message = (
    Hello
    | Offer
    | Arrive
    | Mic
    | Camera
    | Show
    | Text
    | Leave
    | TakeOver
    | Pulse
    | Blind
    | Admit
    | Greet
    | EndGreet
    | SendBack
    | Decline
    | Mute
    | Ask
    | Remove
    | Lock
    | End
    | Sheet
)
