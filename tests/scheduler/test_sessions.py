import asyncio
from datetime import timedelta

import pytest

import store.attendance
import store.checkins
import store.delivered
import store.groups
import store.outbox
import store.presence
import store.rooms
from care.attendance import Proposal
from care.facts import Fact, Kind
from care.verdict import Status
from scheduler import sessions
from scheduler.observe import Metrics
from scheduler.settings import SchedulerSettings
from scheduler.transports import LocalOutbox
from store import tables, upsert
from store.database import Database
from store.sealing import Keys
from tests.scheduler import house
from tests.scheduler.house import END, START, House

SOON_AFTER = END + timedelta(seconds=5)


async def proposals(home: House) -> dict[str, Proposal]:
    async with home.db.read() as tx:
        stored = await store.attendance.proposals(tx, home.session)
    names = {member.id: name for name, member in home.members.items()}
    return {names[one.member]: one for one in stored}


async def waiting_messages(home: House) -> list[store.outbox.Message]:
    """What is to go by now."""
    async with home.db.read() as tx:
        return [
            one for one in await store.outbox.listing(tx) if one.due_at <= SOON_AFTER + timedelta(hours=1)
        ]


async def test_a_session_past_its_end_is_closed_with_one_proposal_for_each_participant(home: House) -> None:
    await home.held()
    await sessions.tick(home.db, Metrics(), SOON_AFTER)
    assert (await home.now_session()).state == "closed"
    proposed = await proposals(home)
    assert {name: one.status for name, one in proposed.items()} == {
        "Ada": Status.ATTENDED,
        "Ben": Status.NO_SHOW,
    }


@pytest.mark.parametrize("back", [timedelta(days=1), timedelta(seconds=1)])
async def test_a_clock_that_was_set_back_leaves_what_was_proposed(home: House, back: timedelta) -> None:
    await home.held()
    await sessions.tick(home.db, Metrics(), SOON_AFTER)
    before = await proposals(home)
    await sessions.tick(home.db, Metrics(), SOON_AFTER - back)
    assert await proposals(home) == before
    assert before["Ada"].status is Status.ATTENDED


async def test_a_session_before_its_end_is_left_alone(home: House) -> None:
    await home.held()
    await sessions.tick(home.db, Metrics(), END - timedelta(seconds=1))
    assert (await home.now_session()).state == "planned"
    assert await proposals(home) == {}


async def test_closing_invites_each_participant_to_the_middle_check_in_once(home: House) -> None:
    await home.held()
    for later in range(3):
        await sessions.tick(home.db, Metrics(), SOON_AFTER + timedelta(seconds=later))
    queued = await waiting_messages(home)
    assert sorted(one.person for one in queued) == sorted(
        home.members[name].person for name in ("Ada", "Ben")
    )
    assert {one.kind for one in queued} == {"checkin_invitation"}


async def test_an_invitation_reaches_the_local_outbox_page_in_demo_mode(home: House) -> None:
    await home.held()
    await sessions.tick(home.db, Metrics(), SOON_AFTER)
    demo = SchedulerSettings(mode="demo", base_url="http://localhost:8080")
    await home.sender(LocalOutbox(home.db, home.keys), demo).tick(SOON_AFTER)
    async with home.db.read() as tx:
        shown = await store.delivered.listing(tx, home.keys)
    assert len(shown) == 2
    assert "http://localhost:8080/j#" in shown[0].body
    assert shown[0].subject == "A form is waiting for you"


async def test_a_room_that_runs_on_is_closed_only_after_its_deadline(home: House) -> None:
    await home.saw((0, Kind.ROOM_OPENED, None, ""))
    deadline = END + timedelta(minutes=10)
    record = store.rooms.RoomRecord(
        state="open",
        locked=False,
        opened_at=START,
        deadline_at=deadline,
        held_at=None,
        ended_at=None,
        seats={},
    )
    async with home.db.write() as tx:
        await store.rooms.save(tx, home.session, record)
    await sessions.tick(home.db, Metrics(), SOON_AFTER)
    assert (await home.now_session()).state == "planned"
    await sessions.tick(home.db, Metrics(), deadline)
    assert (await home.now_session()).state == "closed"
    async with home.db.read() as tx:
        room = await store.rooms.load(tx, home.session)
    assert room is not None
    assert room.state == "ended"


async def test_facts_that_come_late_change_the_proposals_and_nothing_else(home: House) -> None:
    await home.saw(
        (0, Kind.ROOM_OPENED, None, ""),
        (90, Kind.ROOM_CLOSED, None, ""),
    )
    await sessions.tick(home.db, Metrics(), SOON_AFTER)
    assert (await proposals(home))["Ada"].status is Status.NO_SHOW
    await home.held()
    await sessions.tick(home.db, Metrics(), SOON_AFTER + timedelta(seconds=10))
    assert (await proposals(home))["Ada"].status is Status.ATTENDED
    assert len(await waiting_messages(home)) == 2


async def poison(home: House, session: str) -> None:
    """A stored proposal that no program version can read."""
    row = {"session": session, "member": home.members["Ben"].id, "status": "attended", "body": {}}
    async with home.db.write() as tx:
        await upsert.put(tx, tables.proposal, [{**row, "computed_at": START}])


async def test_an_unreadable_earlier_proposal_keeps_no_later_session_open(home: House) -> None:
    async with home.db.read() as tx:
        first = (await store.groups.sessions_of(tx, home.group))[0]
    await poison(home, first.id)
    await home.held()
    await sessions.tick(home.db, Metrics(), SOON_AFTER)
    assert (await home.now_session()).state == "closed"
    assert (await proposals(home))["Ada"].status is Status.ATTENDED


async def test_a_poisoned_session_does_not_keep_another_from_new_proposals(
    home: House, database: Database, keys: Keys
) -> None:
    other = await house.build(database, keys, start=START - timedelta(seconds=1))
    for one in (home, other):
        await one.saw((0, Kind.ROOM_OPENED, None, ""), (90, Kind.ROOM_CLOSED, None, ""))
    await sessions.tick(home.db, Metrics(), SOON_AFTER)
    async with home.db.read() as tx:
        lately = await store.groups.closed_between(tx, START, SOON_AFTER)
    poisoned, sound = [next(one for one in (home, other) if one.session == s.id) for s in lately]
    await poison(poisoned, poisoned.session)
    await sound.held()
    await sessions.tick(home.db, Metrics(), SOON_AFTER + timedelta(seconds=10))
    assert (await proposals(sound))["Ada"].status is Status.ATTENDED


async def test_two_schedulers_at_once_close_a_session_once(home: House) -> None:
    await home.held()
    one, other = Metrics(), Metrics()
    await asyncio.gather(sessions.tick(home.db, one, SOON_AFTER), sessions.tick(home.db, other, SOON_AFTER))
    closed = [metrics.registry.get_sample_value("ipt_sessions_closed_total") for metrics in (one, other)]
    assert sorted(value or 0 for value in closed) == [0, 1]
    assert len(await waiting_messages(home)) == 2


async def test_a_session_closed_by_hand_is_not_looked_into_again(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    async def noted(_tx: object, session: str) -> list[Fact]:
        looked.append(session)
        return []

    async with home.db.write() as tx:
        await store.groups.set_session_state(tx, home.session, "closed", SOON_AFTER)
    monkeypatch.setattr(store.presence, "facts", noted)
    await sessions.tick(home.db, Metrics(), SOON_AFTER)
    assert looked == []
    assert await proposals(home) == {}
