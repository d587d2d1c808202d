"""What was seen in a session, one row per event, written once and never edited.

Attendance is computed from these facts and from nothing else, so each says when it held by two clocks:
`at` is the server's wall clock in UTC, `mono_ms` the same machine's monotonic clock in milliseconds,
comparable only between facts of one `boot`. No time a client reports is ever stored here.

A connection is one transport of one device. Its facts are matched by `connection`, never by counting,
because the end of an old connection may arrive after the start of the next.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """Everything a fact can say. The values are stored; a value is never reused for another meaning."""

    LINK_OPENED = "link_opened"
    SOCKET_OPEN = "socket_open"
    SOCKET_CLOSED = "socket_closed"
    ARRIVED = "arrived"  # knocks: waits in the lobby
    GREETED = "greeted"
    ADMITTED = "admitted"
    SENT_BACK = "sent_back"
    DECLINED = "declined"
    REMOVED = "removed"
    LEFT = "left"  # by the button
    TRANSPORT_UP = "transport_up"
    TRANSPORT_DOWN = "transport_down"  # `at` is the last proof of life, not when the silence was noticed
    FIRST_MEDIA = "first_media"
    NO_MEDIA = "no_media"
    ATTEMPT_FAILED = "attempt_failed"  # never connected; `detail` names the cause
    MUTED = "muted"
    ROOM_OPENED = "room_opened"
    ROOM_CLOSED = "room_closed"
    ROOM_HELD = "room_held"  # every facilitator is gone
    ROOM_RESUMED = "room_resumed"
    ALIVE = "alive"  # a proof of life of one connection
    SERVICE_STARTED = "service_started"
    SERVICE_STOPPED = "service_stopped"  # `at` is the last heartbeat after a crash
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    MOVED_DEVICE = "moved_device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One event of one session. `member` and `connection` are None where the event is the room's own.

    `detail` is a short code such as a cause of failure; never a name, an address or free text.
    Raises ValueError for a time that is not aware UTC and for a member's event without a member.
    """

    id: str
    session: str
    member: str | None = None
    connection: str | None = None
    kind: Kind
    at: datetime
    mono_ms: int
    boot: str
    detail: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or self.at.utcoffset() != timedelta(0):
            raise ValueError(f"the time of a fact is aware UTC, not {self.at!r}")
        if self.kind in OF_A_CONNECTION and (self.member is None or self.connection is None):
            raise ValueError(f"{self.kind} belongs to a member's connection")
        if self.kind in OF_A_MEMBER and self.member is None:
            raise ValueError(f"{self.kind} belongs to a member")


OF_A_CONNECTION = frozenset(
    {Kind.TRANSPORT_UP, Kind.TRANSPORT_DOWN, Kind.FIRST_MEDIA, Kind.NO_MEDIA, Kind.ALIVE}
)
OF_A_MEMBER = frozenset(
    {
        Kind.LINK_OPENED,
        Kind.ARRIVED,
        Kind.GREETED,
        Kind.ADMITTED,
        Kind.SENT_BACK,
        Kind.DECLINED,
        Kind.REMOVED,
        Kind.LEFT,
        Kind.ATTEMPT_FAILED,
        Kind.MOVED_DEVICE,
    }
)
OF_THE_ROOM = frozenset(
    {
        Kind.ROOM_OPENED,
        Kind.ROOM_CLOSED,
        Kind.ROOM_HELD,
        Kind.ROOM_RESUMED,
        Kind.SERVICE_STARTED,
        Kind.SERVICE_STOPPED,
        Kind.LOCKED,
        Kind.UNLOCKED,
    }
)
