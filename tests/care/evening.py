"""One evening, told in minutes: a group planned for 18:00 to 19:30 UTC and what was seen of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from care.attendance import Proposal, propose
from care.facts import Fact, Kind
from care.policy import Place, Policy, SessionTimes

START = datetime(2027, 3, 2, 18, 0, tzinfo=UTC)
PLANNED = SessionTimes(id="s", starts_at=START, ends_at=START + timedelta(minutes=90))
AFTER = START + timedelta(hours=3)


def at(minute: float) -> datetime:
    """The time that many minutes after the planned start."""
    return START + timedelta(minutes=minute)


@dataclass
class Evening:
    """Facts by the minute, on one honest server clock unless `boot` says otherwise."""

    facts: list[Fact] = field(default_factory=list)
    alive: dict[str, datetime] = field(default_factory=dict)
    boot: str = "boot-1"

    def say(
        self,
        minute: float,
        kind: Kind,
        member: str | None = None,
        connection: str | None = None,
        detail: str = "",
        boot: str | None = None,
        wall: float = 0,
    ) -> "Evening":
        """Adds one fact; `wall` is how many minutes the wall clock is wrong at that moment."""
        number = max((int(fact.id[1:]) for fact in self.facts), default=0) + 1
        self.facts.append(
            Fact(
                id=f"f{number:04}",
                session="s",
                member=member,
                connection=connection,
                kind=kind,
                at=at(minute + wall),
                mono_ms=round((minute + 1000) * 60_000),
                boot=boot or self.boot,
                detail=detail,
            )
        )
        return self

    def held(self, opened: float = 0, closed: float | None = 90) -> "Evening":
        """The room, opened and closed by a facilitator."""
        self.say(opened, Kind.ROOM_OPENED)
        return self if closed is None else self.say(closed, Kind.ROOM_CLOSED)

    def there(
        self,
        came: float,
        went: float,
        member: str = "ada",
        connection: str = "c1",
        why: str = "closed",
        media: bool = True,
    ) -> "Evening":
        """The member let in and connected from `came` to `went`."""
        if not any(fact.kind is Kind.ADMITTED and fact.member == member for fact in self.facts):
            self.say(came, Kind.ADMITTED, member)
        self.say(came, Kind.TRANSPORT_UP, member, connection)
        if media:
            self.say(came, Kind.FIRST_MEDIA, member, connection, "audio")
        return self.say(went, Kind.TRANSPORT_DOWN, member, connection, why)

    def proposals(
        self,
        *places: Place,
        session: SessionTimes = PLANNED,
        now: datetime = AFTER,
        policy: Policy | None = None,
    ) -> tuple[Proposal, ...]:
        """What is proposed for these places, by default for Ada alone."""
        roster = places or (Place(member="ada"),)
        return propose(session, roster, self.facts, policy or Policy(), now, self.alive)

    def ada(self, place: Place | None = None, now: datetime = AFTER) -> Proposal:
        """What is proposed for Ada."""
        return self.proposals(place or Place(member="ada"), now=now)[0]
