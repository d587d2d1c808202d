"""The grid and the standings, from the database."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, event, insert, update

from care.absence import Category, Notice
from care.facts import Fact, Kind
from care.here import Here
from care.standing import Count
from care.verdict import Status
from store import absence, decisions, duties, groups, pauses, presence, standing, worklist
from store.tables import member, pause, proposal
from tests.services.circle import NOW, make_circle
from tests.services.evenings import LASTS, later, over

END = NOW + LASTS
AFTER = END + timedelta(minutes=5)


@pytest.fixture
async def circle(database, keys):
    """Session 1 is over: Ada there, Bela gone after five minutes, Cleo not seen. Session 2 lies ahead."""
    async with database.write() as tx:
        made = await make_circle(tx, keys, participants=3)
        ada, bela, _ = made.participants
        await later(tx, made, 2, NOW + timedelta(weeks=1))
        await over(tx, made.session, {ada.id: (8, 90), bela.id: (0, 5)})
    return made


async def test_the_grid_has_a_row_for_each_participant_and_a_column_for_each_session(database, circle):
    async with database.read() as tx:
        grid = await standing.grid(tx, circle.group, AFTER)
    assert [column.ordinal for column in grid.columns] == [1, 2]
    assert [row.member for row in grid.rows] == [one.id for one in circle.participants]
    assert [[cell.status for cell in row.cells] for row in grid.rows] == [
        [Status.ATTENDED_LATE, Status.EXPECTED],
        [Status.BRIEF_CONTACT, Status.EXPECTED],
        [Status.NO_SHOW, Status.EXPECTED],
    ]
    assert [row.cells[0].to_decide for row in grid.rows] == [False, True, False]
    assert [row.cells[0].nhs for row in grid.rows] == ["6", "", "3"]
    assert (grid.rows[0].cells[0].late, grid.rows[0].cells[0].decided) == (True, False)


async def test_who_comes_back_was_in_a_pause_in_the_sessions_that_were_closed_meanwhile(database, keys):
    async with database.write() as tx:
        made = await make_circle(tx, keys, participants=2)
        ada, bela = made.participants
        by = made.coordinator.id
        await pauses.leave(tx, keys, ada.id, "own_choice", "none", by, NOW - timedelta(days=1))
        await over(tx, made.session, {bela.id: (0, 90)})
    async with database.read() as tx:
        left = (await standing.of_group(tx, made.group, AFTER))[ada.id]
    async with database.write() as tx:
        await pauses.come_back(tx, keys, ada.id, by, AFTER)
    async with database.read() as tx:
        found = (await standing.of_group(tx, made.group, AFTER))[ada.id]
    assert (left.held, left.paused) == (0, 0)
    assert (found.held, found.paused, found.missed) == (0, 1, 0)


async def test_a_decision_shows_beside_what_was_proposed(database, keys, circle):
    cleo = circle.participants[2]
    async with database.write() as tx:
        await decisions.decide(
            tx,
            keys,
            circle.session,
            cleo.id,
            "excused",
            "notice_by_phone",
            "",
            circle.facilitator.id,
            "facilitator",
            AFTER,
            "form",
        )
        row = await standing.of_member(tx, cleo.id, AFTER)
    cell = row.cells[0]
    assert (cell.status, cell.decided, cell.proposal) == (Status.EXCUSED, True, Status.NO_SHOW)
    assert (row.standing.excused, row.standing.missed, row.standing.undecided) == (1, 0, 0)


async def test_the_standing_counts_what_is_proposed_until_it_is_decided(database, circle):
    async with database.read() as tx:
        found = await standing.of_group(tx, circle.group, AFTER)
    ada, bela, cleo = (found[one.id] for one in circle.participants)
    assert (ada.rate, ada.reachable, ada.undecided) == (Count(1, 1), Count(12, 12), 1)
    assert (bela.brief, cleo.missed, cleo.early_no_show) == (1, 1, True)


async def test_a_notice_shows_before_the_session(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        second = (await groups.sessions_of(tx, circle.group))[1].id
        await absence.give(tx, keys, ada.id, second, "work", "", ada.id, AFTER)
        cell = (await standing.of_member(tx, ada.id, AFTER)).cells[1]
    assert (cell.status, cell.notice, cell.category) == (Status.EXPECTED, Notice.IN_TIME, Category.WORK)


async def test_who_left_stands_last_and_has_nothing_ahead(database, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        await groups.withdraw_member(tx, ada.id, AFTER)
        grid = await standing.grid(tx, circle.group, AFTER)
    assert (grid.rows[-1].member, grid.rows[-1].left) == (ada.id, True)
    assert [cell.status for cell in grid.rows[-1].cells] == [Status.ATTENDED_LATE, Status.NOT_ON_ROSTER]


async def test_before_somebody_joined_and_while_they_pause_no_absence_is_shown(database, circle):
    cleo = circle.participants[2]
    start = NOW + timedelta(weeks=1)
    away = {"id": "p", "member": cleo.id, "starts_at": start, "reason": "agreed", "agreed_by": "x"}
    async with database.write() as tx:
        await tx.execute(insert(pause).values(**away, created_at=AFTER))
        await tx.execute(update(member).where(member.c.id == cleo.id).values(joined_at=AFTER))
        await tx.execute(delete(proposal).where(proposal.c.member == cleo.id))
    async with database.read() as tx:
        row = await standing.of_member(tx, cleo.id, AFTER)
    assert [cell.status for cell in row.cells] == [Status.NOT_ON_ROSTER, Status.AGREED_PAUSE]


async def test_while_a_session_runs_the_grid_shows_who_is_there(database, circle):
    ada = circle.participants[0]
    start = NOW + timedelta(weeks=1)
    async with database.write() as tx:
        second = (await groups.sessions_of(tx, circle.group))[1].id
        await groups.set_session_state(tx, second, "open", start)
        told = [
            (Kind.ROOM_OPENED, None, None),
            (Kind.ADMITTED, ada.id, None),
            (Kind.TRANSPORT_UP, ada.id, "c"),
        ]
        await presence.append(
            tx,
            [
                Fact(
                    id=f"live-{n}",
                    session=second,
                    member=who,
                    connection=connection,
                    kind=kind,
                    at=start,
                    mono_ms=n,
                    boot="boot-2",
                    detail="",
                )
                for n, (kind, who, connection) in enumerate(told)
            ],
        )
        await presence.beat(tx, "boot-2", start + timedelta(seconds=20), ["c"])
        grid = await standing.grid(tx, circle.group, start + timedelta(seconds=25))
    assert [row.cells[1].live for row in grid.rows] == [Here.IN, None, None]


async def test_nobody_elses_group_has_a_grid(database, circle):
    async with database.read() as tx:
        with pytest.raises(LookupError):
            await standing.grid(tx, "nothing", AFTER)
        with pytest.raises(LookupError):
            await standing.of_member(tx, circle.facilitator.id, AFTER)


def counted(tx) -> list[str]:
    """The statements this connection runs from now on."""
    seen: list[str] = []

    @event.listens_for(tx.sync_connection, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    return seen


async def test_neither_grid_nor_work_list_needs_more_statements_for_more_rows(database, keys):
    numbers = []
    for participants, sessions, copies in ((1, 1, 1), (10, 12, 3)):
        async with database.write() as tx:
            office = None
            for _ in range(copies):
                made = await make_circle(tx, keys, participants=participants)
                for ordinal in range(2, sessions + 1):
                    await later(tx, made, ordinal, NOW + timedelta(weeks=ordinal))
                office = office or made.coordinator.person
                await tx.execute(
                    update(member).where(member.c.id == made.coordinator.id).values(person=office)
                )
                await over(tx, made.session, {})
                await duties.renew(tx, made.group, AFTER)
        async with database.read() as tx:
            seen = counted(tx)
            await standing.grid(tx, made.group, AFTER)
            of_grid = len(seen)
            assert await worklist.rows(tx, keys, office, AFTER)
            assert len(await worklist.groups(tx, office, AFTER)) == copies
            numbers.append((of_grid, len(seen) - of_grid))
    assert numbers[0] == numbers[1]
    assert sum(numbers[0]) <= 20


async def test_a_session_that_was_replaced_gives_its_column_to_the_one_that_took_its_number(database, circle):
    async with database.write() as tx:
        second = (await groups.sessions_of(tx, circle.group))[1].id
        await groups.set_session_state(tx, second, "cancelled", AFTER)
        instead = await later(tx, circle, 2, NOW + timedelta(weeks=2))
        grid = await standing.grid(tx, circle.group, AFTER)
    assert [column.session for column in grid.columns] == [circle.session, instead]
    assert {row.cells[1].status for row in grid.rows} == {Status.EXPECTED}
