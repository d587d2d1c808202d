"""What cannot be is refused by the database itself, whoever asks."""

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from store import staff
from store import tables as t
from tests.services.circle import HOUR, NOW, make_circle


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        one = await staff.for_person(tx, keys, made.coordinator.person, NOW, admin=True)
    return made, one.id


def group(**changed):
    return t.group, {"state": "active"} | changed


def session(**changed):
    return t.session, changed


async def change(database, table, values):
    async with database.write() as tx:
        await tx.execute(update(table).values(**values))


@pytest.mark.parametrize(
    ("table", "values"),
    [
        group(minutes=59),
        group(minutes=121),
        group(sessions=3),
        group(sessions=21),
        group(sessions=53, state="draft"),
        group(state="running"),
        group(state="ended"),
        group(ended_at=NOW),
        group(revision=-1),
        session(ordinal=None),
        session(ordinal=0),
        session(state="moved"),
        session(sequence=-1),
        session(local_at="18:00"),
        session(ends_at=NOW),
        session(replaced_by="nobody", state="cancelled"),
        session(stand_in="nobody"),
        session(uid=None),
        session(tzdata=None),
    ],
    ids=str,
)
async def test_a_group_or_session_cannot_be_like_this(database, circle, table, values):
    with pytest.raises(IntegrityError):
        await change(database, table, values)


async def test_a_session_without_a_number_is_a_cancelled_one(database, circle):
    await change(database, t.session, {"ordinal": None, "state": "cancelled"})
    async with database.read() as tx:
        assert (await tx.execute(select(t.session.c.ordinal))).scalar_one() is None


async def test_a_number_is_free_again_once_its_session_is_cancelled(database, circle):

    async def again(ordinal):
        async with database.write() as tx:
            row = dict((await tx.execute(select(t.session))).mappings().first())
            await tx.execute(
                insert(t.session).values(**row | {"id": f"new{ordinal}", "uid": "new", "state": "planned"})
            )

    with pytest.raises(IntegrityError):
        await again(1)
    await change(database, t.session, {"state": "cancelled"})
    await again(1)


def rows(circle):
    """One good row of each table, and what breaks it."""
    made, account = circle
    ada, bela = made.participants
    about = {"session": made.session, "member": ada.id}
    decision = about | {
        "id": "d",
        "status": "attended",
        "reason": "as_proposed",
        "by": "f",
        "role": "facilitator",
        "at": NOW,
        "key": "form",
    }
    return {
        "absence_notice": (
            t.absence_notice,
            about | {"id": "n", "category": "ill", "by": ada.id, "given_at": NOW},
            [{"category": ""}, {"withdrawn_at": NOW - HOUR}, {"member": "nobody"}],
        ),
        "decision": (
            t.decision,
            decision,
            [{"role": "participant"}, {"status": ""}, {"reason": ""}, {"key": ""}, {"session": "nobody"}],
        ),
        "by_hand": (
            t.by_hand,
            about
            | {
                "id": "h",
                "kind": "joint",
                "starts_at": NOW,
                "ends_at": NOW + HOUR,
                "joined_with": bela.id,
                "reason": "same_room",
                "by": "f",
                "at": NOW,
                "key": "form",
            },
            [{"kind": "phone"}, {"kind": "letter"}, {"ends_at": NOW}, {"joined_with": ada.id}],
        ),
        "question": (
            t.question,
            {
                "id": "q",
                "member": ada.id,
                "text_sealed": b"x",
                "asked_at": NOW,
                "key": "form",
                "state": "open",
            },
            [{"state": "answered"}, {"answered_at": NOW}, {"state": "lost"}],
        ),
        "task": (
            t.task,
            {
                "id": "t",
                "key": "k",
                "group": made.group,
                "kind": "review",
                "owner_role": "coordinator",
                "reasons": {},
                "priority": 1,
                "opened_at": NOW,
                "due_at": NOW,
                "state": "open",
            },
            [{"state": "done"}, {"finished_at": NOW}, {"owner_role": "participant"}, {"state": "x"}],
        ),
        "pause": (
            t.pause,
            {
                "id": "p",
                "member": ada.id,
                "starts_at": NOW,
                "reason": "illness",
                "agreed_by": "f",
                "created_at": NOW,
            },
            [{"ends_at": NOW}],
        ),
        "leaving": (
            t.leaving,
            {
                "id": "l",
                "member": ada.id,
                "left_at": NOW,
                "why": "moved",
                "farewell": "held",
                "recorded_by": "c",
            },
            [{"farewell": "loud"}, {"returned_at": NOW - HOUR}],
        ),
        "contract_version": (
            t.contract_version,
            {
                "id": "v",
                "group": made.group,
                "number": 1,
                "terms": {},
                "made_by": "c",
                "made_at": NOW,
                "notice_until": NOW,
            },
            [{"number": 0}, {"notice_until": NOW - HOUR}],
        ),
        "change": (
            t.change,
            {
                "id": "x",
                "group": made.group,
                "revision": 1,
                "kind": "move",
                "body": {},
                "reason": "",
                "made_by": "c",
                "made_at": NOW,
            },
            [{"kind": "undo"}, {"revision": 0}, {"undoes": "nobody"}],
        ),
        "outcome": (
            t.outcome,
            {"id": "o", "member": ada.id, "number": 1, "code": "x", "by": account, "at": NOW},
            [{"by": "nobody"}, {"number": 0}, {"code": ""}],
        ),
        "reopening": (
            t.reopening,
            {
                "id": "r",
                "session": made.session,
                "by": "c",
                "reason": "x",
                "at": NOW,
                "until": NOW + HOUR,
            },
            [{"until": NOW}],
        ),
        "break_glass": (
            t.break_glass,
            {
                "id": "b",
                "staff": account,
                "group": made.group,
                "reason_sealed": b"x",
                "opened_at": NOW,
                "ends_at": NOW + HOUR,
            },
            [{"ends_at": NOW}, {"reviewed_at": NOW}, {"reviewed_by": account, "reviewed_at": NOW}],
        ),
        "staff_token": (
            t.staff_token,
            {
                "id": "t",
                "staff": account,
                "purpose": "invite",
                "token_hash": b"x",
                "created_at": NOW,
                "expires_at": NOW + HOUR,
            },
            [{"purpose": "join"}, {"expires_at": NOW}],
        ),
        "ledger_entry": (
            t.ledger_entry,
            about | {"id": "e", "amount": 1, "kind": "miss", "at": NOW},
            [{"amount": 0}, {"amount": 2}, {"kind": "gift"}, {"kind": "reversal"}, {"reverses": "nobody"}],
        ),
    }


TABLES = [
    "absence_notice",
    "decision",
    "by_hand",
    "question",
    "task",
    "pause",
    "leaving",
    "contract_version",
    "change",
    "outcome",
    "reopening",
    "break_glass",
    "staff_token",
    "ledger_entry",
]


@pytest.mark.parametrize("name", TABLES)
async def test_a_row_that_cannot_be_is_refused_and_a_good_one_is_not(database, circle, name):
    table, good, breaks = rows(circle)[name]

    async def put(values):
        async with database.write() as tx:
            await tx.execute(insert(table).values(**values))

    for wrong in breaks:
        with pytest.raises(IntegrityError):
            await put(good | wrong)
    await put(good)


ONCE = {
    "absence_notice": {"id": "other"},
    "decision": {"id": "other"},
    "by_hand": {"id": "other"},
    "task": {"id": "other"},
    "pause": {"id": "other"},
    "leaving": {"id": "other"},
    "contract_version": {"id": "other"},
    "change": {"id": "other"},
    "outcome": {"id": "other"},
}


@pytest.mark.parametrize("name", ONCE)
async def test_what_can_be_once_is_there_once(database, circle, name):
    table, good, _ = rows(circle)[name]
    async with database.write() as tx:
        await tx.execute(insert(table).values(**good))
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tx.execute(insert(table).values(**good | ONCE[name]))


WRITTEN_ONCE = ["decision", "ledger_entry", "contract_version", "change", "outcome", "reopening"]


@pytest.mark.parametrize("name", WRITTEN_ONCE)
async def test_what_is_written_once_is_neither_edited_nor_deleted(database, circle, name):
    table, good, _ = rows(circle)[name]
    async with database.write() as tx:
        await tx.execute(insert(table).values(**good))
    for statement in (f"UPDATE {name} SET id = 'other'", f"DELETE FROM {name}"):
        with pytest.raises(DBAPIError, match="never changed"):
            async with database.write() as tx:
                await tx.execute(text(statement))


async def test_a_miss_is_reversed_once(database, circle):
    table, good, _ = rows(circle)["ledger_entry"]
    back = good | {"amount": -1, "kind": "reversal", "reverses": "e"}
    async with database.write() as tx:
        await tx.execute(insert(table).values(**good))
        await tx.execute(insert(table).values(**back | {"id": "r"}))
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tx.execute(insert(table).values(**back | {"id": "s"}))


async def test_two_open_accounts_cannot_have_one_address(database, keys, circle):
    made, account = circle
    async with database.write() as tx:
        await staff.for_person(tx, keys, made.facilitator.person, NOW)
    with pytest.raises(IntegrityError):
        await change(database, t.staff, {"address_index": b"one"})
    async with database.write() as tx:
        await tx.execute(update(t.staff).where(t.staff.c.id == account).values(disabled_at=NOW))
    await change(database, t.staff, {"address_index": b"one"})
