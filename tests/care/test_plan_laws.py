"""Laws of planning: whatever happens in whatever order, a purpose has one item and one message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from care.checkin_states import OPEN, State, may
from care.contract import Terms
from care.planned import Booking, Course, Item, Meeting, Pause, Place
from care.planner import plan
from care.replan import NOT_ASKED, OUT, Row, changed, counts, mail
from care.waves import rhythms

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
START = datetime(2027, 2, 2, 17, 0, tzinfo=UTC)  # clocks change in both hemispheres before it is over
TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2027, 2, 2, 18, 0))
WEEK = timedelta(weeks=1)
NAMES = ("ada", "ben")
members = st.sampled_from(NAMES)
waits = st.tuples(st.sampled_from((0, 1, 6, 24, 50, 24 * 7)), st.booleans())
FINAL = frozenset({State.SUBMITTED, State.WAIVED, State.EXPIRED})


def session(number: int, starts_at: datetime) -> Meeting:
    ends_at = starts_at + timedelta(minutes=90)
    return Meeting(id=f"s{number}", ordinal=number, starts_at=starts_at, ends_at=ends_at, state="planned")


class Group(RuleBasedStateMachine):
    """A group to which anything happens; after each act it is planned anew, as the store does."""

    @initialize(count=st.integers(8, 12))
    def begin(self, count: int) -> None:
        self.now = START - timedelta(days=13)
        self.made = count
        self.meetings = [session(number, START + WEEK * (number - 1)) for number in range(1, count + 1)]
        self.places = {name: Place(id=name, person=f"p-{name}", zone=ZONES[0], joined_at=self.now)
                       for name in NAMES}  # fmt: skip
        self.bookings: list[Booking] = []
        self.items: dict[object, Item] = {}
        self.rows: dict[str, Row] = {}
        self.sent: list[str] = []
        self.replan()

    def course(self) -> Course:
        out = {row.key for row in self.rows.values() if row.state in OUT}
        items = [
            replace(one, told=any(key.startswith(f"{kind}|{one.member}|{one.wave}|{one.number}|")
                                  for key in out for kind in ("checkin_invitation", "weekly_checkin")))
            for one in self.items.values()
        ]  # fmt: skip
        return Course(
            rhythms=rhythms(TERMS),
            meetings=tuple(self.meetings),
            places=tuple(self.places.values()),
            items=tuple(items),
            bookings=tuple(self.bookings),
        )

    def replan(self) -> None:
        course = self.course()
        wanted = plan(course, self.now)
        before = {one.key: one for one in course.items}
        for one in wanted.items:
            old = before.get(one.key)
            if old is not None and old.state != one.state:
                assert may(old.state, one.state), (old.state, one.state)
            if old is not None and old.state in FINAL:
                assert one == old
            if old is not None and old.state == one.state == State.OPENED:
                assert one.opens_at == old.opens_at
                assert one.closes_at >= old.closes_at
            assert one.opens_at <= one.target_at <= one.closes_at
            assert one.opens_at < one.closes_at
        assert set(before) <= {one.key for one in wanted.items}, "no item is ever lost"
        letters = mail(list(self.rows.values()), wanted.messages)
        for message in letters.added:
            assert message.key not in self.rows
            self.rows[message.key] = Row(
                id=message.key, key=message.key, state="pending", result="",
                planned_at=message.due_at, expires_at=message.expires_at,
            )  # fmt: skip
        for row, message in (*letters.moved, *letters.back):
            assert row.key not in self.sent
            self.rows[row.key] = replace(
                row, state="pending", planned_at=message.due_at, expires_at=message.expires_at
            )
        for row in letters.withdrawn:
            self.rows[row.key] = replace(row, state="withdrawn", result=NOT_ASKED)
        self.items = {one.key: replace(one, told=False) for one in wanted.items}
        self.planned_again_is_the_same()

    def planned_again_is_the_same(self) -> None:
        course = self.course()
        again = plan(course, self.now)
        assert changed(course.items, again.items) == ([], [])
        letters = mail(list(self.rows.values()), again.messages)
        assert not letters
        assert not counts(course.items, again.items, letters)

    def live(self) -> list[Meeting]:
        return sorted((one for one in self.meetings if one.ordinal), key=lambda one: one.ordinal or 0)

    def ahead(self) -> list[Meeting]:
        return [one for one in self.live() if one.starts_at > self.now and one.state == "planned"]

    def swap(self, old: Meeting, **values: object) -> None:
        self.meetings[self.meetings.index(old)] = replace(old, **values)  # type: ignore[arg-type]

    @rule(after=waits, which=st.integers(0, 11), hours=st.integers(-60, 60).filter(bool))
    def move(self, after: tuple[int, bool], which: int, hours: int) -> None:
        self.wait(after)
        ahead = self.ahead()
        if not ahead:
            return
        one, by = ahead[which % len(ahead)], timedelta(hours=hours)
        if one.starts_at + by > self.now:
            self.swap(one, starts_at=one.starts_at + by, ends_at=one.ends_at + by, sequence=one.sequence + 1)
        self.replan()

    @rule(after=waits, which=st.integers(0, 11), append=st.booleans())
    def cancel(self, after: tuple[int, bool], which: int, append: bool) -> None:
        self.wait(after)
        ahead = self.ahead()
        if not ahead or (not append and len(self.live()) <= 8):
            return
        gone, last = ahead[which % len(ahead)], self.live()[-1]
        number = gone.ordinal or 0
        self.swap(gone, ordinal=None, state="cancelled", sequence=gone.sequence + 1)
        for one in self.live():
            if (one.ordinal or 0) > number:
                self.swap(one, ordinal=(one.ordinal or 0) - 1)
        if append:
            self.made += 1
            fresh = session(self.made, last.starts_at + WEEK)
            self.meetings.append(replace(fresh, ordinal=(last.ordinal or 0)))
        self.replan()

    @rule(after=waits, name=members, left=st.booleans())
    def leave_or_return(self, after: tuple[int, bool], name: str, left: bool) -> None:
        self.wait(after)
        self.places[name] = replace(self.places[name], left=left)
        self.replan()

    @rule(after=waits, name=members, days=st.one_of(st.none(), st.integers(1, 30)), start=st.integers(-5, 20))
    def pause(self, after: tuple[int, bool], name: str, days: int | None, start: int) -> None:
        self.wait(after)
        begins = self.now + timedelta(days=start)
        ends = None if days is None else begins + timedelta(days=days)
        self.places[name] = replace(self.places[name], pauses=(Pause(starts_at=begins, ends_at=ends),))
        self.replan()

    @rule(after=waits, name=members, zone=st.sampled_from(ZONES))
    def live_elsewhere(self, after: tuple[int, bool], name: str, zone: str) -> None:
        self.wait(after)
        self.places[name] = replace(self.places[name], zone=zone, pauses=())
        self.replan()

    @rule(after=waits, name=members, topic=st.sampled_from(("pre", "mid", "post")), days=st.integers(1, 90))
    def book(self, after: tuple[int, bool], name: str, topic: str, days: int) -> None:
        self.wait(after)
        at = self.now + timedelta(days=days)
        self.bookings = [one for one in self.bookings if (one.member, one.topic) != (name, topic)]
        self.bookings.append(
            Booking(id=f"{name}-{topic}", member=name, topic=topic, starts_at=at,
                    ends_at=at + timedelta(hours=1), state="booked")
        )  # fmt: skip
        self.replan()

    def wait(self, after: tuple[int, bool]) -> None:
        """Time passes; the sender is awake or not; sessions that are over are closed."""
        hours, awake = after
        self.now += timedelta(hours=hours)
        for one in self.live():
            if one.state == "planned" and one.ends_at <= self.now:
                self.swap(one, state="closed", closed_at=one.ends_at)
        if awake:
            self.send()
        self.replan()

    def send(self) -> None:
        for key, row in self.rows.items():
            if row.state == "pending" and row.planned_at is not None and row.planned_at <= self.now:
                over = row.expires_at <= self.now
                self.rows[key] = replace(row, state="expired" if over else "sent")
                self.sent += [] if over else [key]

    @rule(after=waits)
    def nothing_else(self, after: tuple[int, bool]) -> None:
        self.wait(after)

    @rule(after=waits, which=st.integers(0, 9))
    def open_form(self, after: tuple[int, bool], which: int) -> None:
        self.wait(after)
        self.fill_in(which, State.OPENED)

    @rule(after=waits, which=st.integers(0, 9))
    def send_answers(self, after: tuple[int, bool], which: int) -> None:
        self.wait(after)
        self.fill_in(which, State.SUBMITTED)

    def fill_in(self, which: int, state: State) -> None:
        able = [one for one in self.items.values() if one.state in OPEN and one.opens_at <= self.now]
        able = [one for one in able if self.now < one.closes_at]
        if able:
            one = able[which % len(able)]
            self.items[one.key] = replace(one, state=state, was_opened=True)
        self.replan()

    @invariant()
    def nothing_goes_out_twice(self) -> None:
        assert len(self.sent) == len(set(self.sent))
        invited = [key.rsplit("|", 1)[0] for key in self.sent if "reminder" not in key]
        assert len(invited) == len(set(invited))

    @invariant()
    def withdrawing_is_complete(self) -> None:
        waiting = [key for key, row in self.rows.items() if row.state == "pending"]
        for name, place in self.places.items():
            if place.left:
                assert not [key for key in waiting if f"|{name}|" in key]
                assert not [one for one in self.items.values() if one.member == name and one.state in OPEN]
        over = {f"|{one.member}|{one.wave}|{one.number}|" for one in self.items.values()
                if one.state not in OPEN}  # fmt: skip
        assert not [key for key in waiting if any(part in key for part in over)]


TestGroup = Group.TestCase
TestGroup.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
