"""An unanswered concern goes from person to person until somebody has it, by real mail, at night, with a full
day's mail behind them and with the wall clock in doubt."""

from datetime import datetime, timedelta

import pytest

import store.concerns
import store.ticks
from scheduler import escalation
from scheduler.mail import Letter
from scheduler.main import Scheduler
from scheduler.settings import SchedulerSettings
from scheduler.transports import Fate, Outcome
from store import concern_access, concern_acts
from store.concern_rows import Concern
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice
from tests.services.on_call import Team, make_team

NIGHT = START - timedelta(hours=9)  # three in the morning in Berlin
MINUTE = timedelta(minutes=1)
ANSWER = "unspoken"


@pytest.fixture
async def team(home: House) -> Team:
    async with home.db.write() as tx:
        return await make_team(tx, home.keys, NIGHT)


async def worry(home: House, value: str = "3", now: datetime = NIGHT) -> Concern:
    async with home.db.write() as tx:
        found = await store.concerns.assess_answer(
            tx,
            home.keys,
            member=home.members["Ada"].id,
            checkin="c1",
            question="phq9_9",
            value=value,
            now=now,
        )
        assert found is not None
        made = await store.concerns.find(tx, found.concern)
    assert made is not None
    return made


async def ticks(home: House, office: PostOffice, now: datetime) -> list[str]:
    """One run of the clock and of the sender; whom mail was brought to."""
    before = len(office.recipients)
    await escalation.tick(home.db, home.keys, now)
    sender = home.sender(office.transport(), office.settings())
    await sender.urgent(now)
    return sorted(office.recipients[before:])


async def test_nobody_answers_and_everybody_is_asked_in_turn_and_then_again(
    home: House, office: PostOffice, team: Team
) -> None:
    await worry(home)
    rounds = [
        (0, ["fay@example.org", "nora@findable.example"]),
        (29, []),
        (30, ["otto@findable.example"]),
        (44, []),
        (45, ["cory@example.org"]),
        (60, ["paula@findable.example"]),
        (75, ["fay@example.org", "nora@findable.example"]),
        (90, ["otto@findable.example"]),
    ]
    for minutes, wanted in rounds:
        assert await ticks(home, office, NIGHT + minutes * MINUTE) == wanted, minutes


async def test_after_somebody_has_it_nobody_else_is_woken_until_the_call_is_late(
    home: House, office: PostOffice, team: Team
) -> None:
    made = await worry(home)
    await ticks(home, office, NIGHT)
    async with home.db.write() as tx:
        await concern_acts.acknowledge(tx, home.keys, made.id, team.first.person, NIGHT + 10 * MINUTE)
    assert await ticks(home, office, NIGHT + 31 * MINUTE) == []
    assert await ticks(home, office, NIGHT + 239 * MINUTE) == []
    late = await ticks(home, office, NIGHT + 240 * MINUTE)
    assert late == ["otto@findable.example"]
    async with home.db.read() as tx:
        kept = await store.concerns.find(tx, made.id)
    assert kept is not None
    assert kept.state == "open"


async def test_an_acknowledged_alert_that_has_not_gone_yet_is_withdrawn(
    home: House, office: PostOffice, team: Team
) -> None:
    made = await worry(home)
    async with home.db.write() as tx:
        await concern_acts.acknowledge(tx, home.keys, made.id, home.members["Fay"].person, NIGHT)
    assert await ticks(home, office, NIGHT) == []


async def test_a_mail_server_that_keeps_silent_stands_before_no_telephone(home: House, team: Team) -> None:
    await worry(home)
    order: list[str] = []

    class Noted:
        def __init__(self, channel: str) -> None:
            self._channel = channel

        async def deliver(self, letter: Letter) -> Outcome:
            order.append(self._channel)
            return Outcome(Fate.OUTAGE if self._channel == "mail" else Fate.SENT, "")

    await home.sender(Noted("mail"), texts=Noted("text")).urgent(NIGHT)
    assert order == ["text", "mail", "mail"]


async def test_an_alert_names_nobody_and_nothing(home: House, office: PostOffice, team: Team) -> None:
    await worry(home)
    await ticks(home, office, NIGHT)
    for letter in office.took:
        del letter["Message-ID"]  # chance may write a short word there
        whole = letter.as_string().lower()
        for word in ("ada", "phq", "suicid", "harm", "concern", "therap", "patient", "group", "answer "):
            assert word not in whole.replace("nobody reads answers to this message", ""), word
        assert "https://rooms.example/staff" in whole


async def test_what_another_machine_did_a_moment_ahead_of_this_clock_stays_done(
    home: House, office: PostOffice, team: Team
) -> None:
    ahead = NIGHT + timedelta(seconds=2)
    made = await worry(home, now=ahead)
    assert await ticks(home, office, NIGHT) == [], "the first step waits for its half hour"
    assert await ticks(home, office, ahead) == ["fay@example.org", "nora@findable.example"]
    async with home.db.write() as tx:
        await concern_acts.acknowledge(tx, home.keys, made.id, team.first.person, ahead)
    assert await ticks(home, office, NIGHT) == []
    async with home.db.read() as tx:
        kept = await store.concerns.find(tx, made.id)
    assert kept is not None
    assert (kept.state, kept.hop) == ("acknowledged", 0)


async def test_a_clock_that_was_set_back_holds_nobody_up(home: House, office: PostOffice, team: Team) -> None:
    await worry(home)
    await ticks(home, office, NIGHT)
    assert await ticks(home, office, NIGHT - timedelta(days=2)) == ["otto@findable.example"]
    assert await ticks(home, office, NIGHT - timedelta(days=2) + 15 * MINUTE) == ["cory@example.org"]


async def test_the_tick_runs_while_the_clock_is_in_doubt(home: House) -> None:
    made = Scheduler(SchedulerSettings(), home.db, home.keys)
    table = {tick.name: tick for tick in made._table(timedelta(seconds=5))}
    assert table["escalation"].always
    assert table["alerts"].always


async def test_a_poisoned_concern_stops_no_other_and_the_beat(
    home: House, office: PostOffice, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await worry(home)
    async with home.db.write() as tx:
        ben = home.members["Ben"].id
        second = await store.concerns.ask_for_help(tx, home.keys, ben, ben, NIGHT)
    whole = concern_acts.hop

    async def poisoned(tx: object, keys: object, about: Concern, now: datetime) -> None:
        if about.id == first.id:
            raise RuntimeError("poisoned")
        await whole(tx, keys, about, now)  # type: ignore[arg-type]

    monkeypatch.setattr(concern_acts, "hop", poisoned)
    later = NIGHT + 40 * MINUTE
    await escalation.tick(home.db, home.keys, later)
    async with home.db.read() as tx:
        kept = await store.concerns.find(tx, second.id)
        assert kept is not None
        assert kept.hop == 1
        assert (await store.ticks.last(tx))["escalation"] < later


async def test_two_schedulers_take_one_step(home: House, team: Team) -> None:
    made = await worry(home)
    later = NIGHT + 30 * MINUTE
    assert await escalation.step(home.db, home.keys, made.id, later)
    assert not await escalation.step(home.db, home.keys, made.id, later)


async def test_weeks_without_anybody_leave_it_open_and_due(home: House, team: Team) -> None:
    made = await worry(home, value="1")
    now = NIGHT
    for _ in range(60):
        async with home.db.read() as tx:
            kept = await store.concerns.find(tx, made.id)
        assert kept is not None
        assert kept.state == "open"
        assert kept.next_at is not None
        now = kept.next_at
        assert await escalation.step(home.db, home.keys, made.id, now)
    async with home.db.read() as tx:
        assert await concern_access.needing_contact(tx, [home.group]) == {home.members["Ada"].id}
