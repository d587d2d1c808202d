"""Decisions: append-only, once for a form, with ledger and audit in one transaction."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from care.decision import Change, Reason, Refusal
from care.verdict import Status
from store import audit, decided, decisions, groups, ledger
from store.decisions import Refused
from store.tables import decision, ledger_entry
from store.tables import group as therapy_group
from tests.services.circle import NOW, make_circle
from tests.services.evenings import LASTS, over

AFTER = NOW + LASTS + timedelta(hours=1)
NEXT_DAY = NOW + LASTS + timedelta(hours=25)


@pytest.fixture
async def circle(database, keys):
    """Ada there, Bela gone after five minutes, Cleo not seen."""
    async with database.write() as tx:
        made = await make_circle(tx, keys, participants=3)
        ada, bela, _ = made.participants
        await over(tx, made.session, {ada.id: (0, 90), bela.id: (0, 5)})
    return made


async def say(database, keys, circle, member, status, reason, key, **given):
    role = given.get("role", "facilitator")
    by = circle.facilitator.id if role == "facilitator" else circle.coordinator.id
    async with database.write() as tx:
        return await decisions.decide(
            tx,
            keys,
            circle.session,
            member.id,
            status,
            reason,
            given.get("note", ""),
            by,
            role,
            given.get("now", AFTER),
            key,
        )


async def test_confirming_all_decides_what_is_clear_and_leaves_what_needs_a_choice(database, keys, circle):
    ada, bela, cleo = circle.participants
    async with database.write() as tx:
        done = await decisions.confirm_all(
            tx, keys, circle.session, {}, circle.facilitator.id, "facilitator", AFTER, "form-1"
        )
    assert {one.member: one.status for one in done.decided} == {
        ada.id: Status.ATTENDED,
        cleo.id: Status.NO_SHOW,
    }
    assert done.left == (bela.id,)
    async with database.read() as tx:
        assert await ledger.balances(tx, circle.group) == {cleo.id: 1}


async def test_nobody_confirms_what_they_were_not_shown(database, keys, circle):
    ada, _, cleo = circle.participants

    async def confirm(shown, key):
        async with database.write() as tx:
            return await decisions.confirm_all(
                tx, keys, circle.session, {}, circle.facilitator.id, "facilitator", AFTER, key, shown
            )

    with pytest.raises(Refused) as refused:
        await confirm({ada.id: Status.ATTENDED, cleo.id: Status.ATTENDED}, "form-1")
    assert refused.value.codes == {cleo.id: Refusal.NOT_AS_PROPOSED}
    async with database.read() as tx:
        assert await decided.of_session(tx, circle.session) == {}
    done = await confirm({ada.id: Status.ATTENDED}, "form-2")
    assert [one.member for one in done.decided] == [ada.id]
    assert cleo.id in done.left


async def test_the_same_form_sent_twice_decides_once(database, keys, circle):
    changes = {circle.participants[1].id: Change(status=Status.PARTIAL, reason=Reason.FACILITATOR_SAW)}
    for _ in range(2):
        async with database.write() as tx:
            await decisions.confirm_all(
                tx, keys, circle.session, changes, circle.facilitator.id, "facilitator", AFTER, "form-1"
            )
    async with database.read() as tx:
        assert (await tx.execute(select(func.count()).select_from(decision))).scalar_one() == 3
        assert (await tx.execute(select(func.count()).select_from(ledger_entry))).scalar_one() == 1


async def test_a_form_somebody_went_back_to_decides_again_once(database, keys, circle):
    cleo = circle.participants[2]
    known = "technical_failure", "technical_known"
    said = [
        await say(database, keys, circle, cleo, *what, "form-1", note=note)
        for what, note in [
            (("no_show", "as_proposed"), ""),
            (known, ""),
            (known, ""),
            (known, "a word more"),
            (("no_show", "wrong_record"), ""),
        ]
    ]
    assert said[1].id == said[2].id
    async with database.write() as tx:
        await decisions.confirm_all(
            tx, keys, circle.session, {cleo.id: Change(status=Status.EXCUSED, reason=Reason.OTHER)},
            circle.facilitator.id, "facilitator", AFTER, "form-1",
        )  # fmt: skip
        history = await decided.history(tx, circle.session, cleo.id)
        assert await ledger.balances(tx, circle.group) == {cleo.id: 1}
    assert [one.status.value for one in history] == [
        "no_show",
        "technical_failure",
        "technical_failure",
        "no_show",
        "excused",
    ]


async def test_two_clicks_at_one_moment_decide_once(database, keys, circle):
    ada = circle.participants[0]
    made = await asyncio.gather(
        *(say(database, keys, circle, ada, "attended", "as_proposed", "form-1") for _ in range(4))
    )
    assert len({one.id for one in made}) == 1


async def test_two_people_deciding_at_once_are_both_written_down_in_a_row(database, keys, circle):
    ada = circle.participants[0]
    await asyncio.gather(
        say(database, keys, circle, ada, "no_show", "wrong_record", "form-1"),
        say(database, keys, circle, ada, "excused", "notice_by_phone", "form-2", role="coordinator"),
    )
    async with database.read() as tx:
        first, second = await decided.history(tx, circle.session, ada.id)
        assert (first.replaces, second.replaces) == (None, first.status)
        assert await ledger.balances(tx, circle.group) == {ada.id: 1}


async def test_a_correction_keeps_both_values_and_reverses_the_entry_exactly(database, keys, circle):
    cleo = circle.participants[2]
    await say(database, keys, circle, cleo, "no_show", "as_proposed", "form-1")
    await say(database, keys, circle, cleo, "attended", "phone", "form-2", note="rang in")
    async with database.read() as tx:
        first, second = (await decided.of_session(tx, circle.session))[cleo.id]
        entries = await ledger.of_member(tx, cleo.id)
        said = await decided.notes(tx, keys, circle.session)
    assert (first.status, second.status, second.replaces, second.proposal) == (
        Status.NO_SHOW,
        Status.ATTENDED,
        Status.NO_SHOW,
        Status.NO_SHOW,
    )
    assert [(one.amount, one.reverses) for one in entries] == [(1, None), (-1, entries[0].id)]
    assert said == {second.id: "rang in"}


async def test_who_decided_what_stands_in_the_audit(database, keys, circle):
    ada = circle.participants[0]
    await say(database, keys, circle, ada, "attended", "as_proposed", "form-1")
    await say(database, keys, circle, ada, "left_early", "facilitator_saw", "form-2")
    async with database.read() as tx:
        newest, older = await audit.of_object(tx, circle.group, f"attendance:{circle.session}:{ada.id}")
        assert (newest.action, older.action) == ("attendance_corrected", "attendance_decided")
        assert (newest.actor, newest.reason) == (circle.facilitator.id, "facilitator_saw")
        assert await audit.verify(tx, keys) is None


@pytest.mark.parametrize(
    ("status", "reason", "role", "code"),
    [
        ("no_show", "as_proposed", "facilitator", Refusal.NOT_AS_PROPOSED),
        ("expected", "other", "facilitator", Refusal.NOT_CHOOSABLE),
        ("attended", "as_proposed", "coordinator", Refusal.REASON_MISSING),
        ("attended", "as_proposed", "participant", Refusal.NOT_YOURS),
    ],
)
async def test_what_may_not_be_said_is_refused_and_stores_nothing(
    database, keys, circle, status, reason, role, code
):
    ada = circle.participants[0]
    with pytest.raises(Refused) as refusal:
        await say(database, keys, circle, ada, status, reason, "form-1", role=role)
    assert refusal.value.codes == {ada.id: code}
    async with database.read() as tx:
        assert await decided.of_session(tx, circle.session) == {}


async def test_a_coordinator_confirms_what_nobody_confirmed_in_time(database, keys, circle):
    made = await say(
        database,
        keys,
        circle,
        circle.participants[0],
        "attended",
        "as_proposed",
        "form-1",
        role="coordinator",
        now=NEXT_DAY,
    )
    assert made.role == "coordinator"


async def test_one_bad_change_lets_nothing_of_the_form_through(database, keys, circle):
    ada, bela, _ = circle.participants
    changes = {
        ada.id: Change(status=Status.PARTIAL, reason=Reason.FACILITATOR_SAW),
        bela.id: Change(status=Status.BRIEF_CONTACT, reason=Reason.AS_PROPOSED),
    }
    async with database.write() as tx:
        with pytest.raises(Refused) as refusal:
            await decisions.confirm_all(
                tx, keys, circle.session, changes, circle.facilitator.id, "facilitator", AFTER, "form-1"
            )
    assert refusal.value.codes == {bela.id: Refusal.NEEDS_CHOICE}
    async with database.read() as tx:
        assert await decided.of_session(tx, circle.session) == {}


async def test_a_group_that_is_over_is_corrected_only_after_reopening(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        await tx.execute(
            update(therapy_group)
            .where(therapy_group.c.id == circle.group)
            .values(state="ended", ended_at=AFTER)
        )
    with pytest.raises(Refused) as refusal:
        await say(database, keys, circle, ada, "partial", "wrong_record", "form-1", role="coordinator")
    assert refusal.value.codes == {ada.id: Refusal.LOCKED}
    async with database.write() as tx:
        until = await decisions.reopen(
            tx, keys, circle.session, circle.coordinator.id, "coordinator", "wrong_record", AFTER
        )
        actions = [one.action for one in await audit.of_group(tx, circle.group)]
    assert "attendance_reopened" in actions
    made = await say(database, keys, circle, ada, "partial", "wrong_record", "form-2", role="coordinator")
    assert made.status is Status.PARTIAL
    with pytest.raises(Refused):
        await say(database, keys, circle, ada, "attended", "other", "form-3", role="coordinator", now=until)


async def test_only_a_coordinator_reopens_and_never_without_a_reason(database, keys, circle):
    async with database.write() as tx:
        with pytest.raises(Refused):
            await decisions.reopen(
                tx, keys, circle.session, circle.facilitator.id, "facilitator", "other", AFTER
            )
        with pytest.raises(ValueError, match="reason"):
            await decisions.reopen(
                tx, keys, circle.session, circle.coordinator.id, "coordinator", "as_proposed", AFTER
            )


async def test_before_the_session_is_over_nobody_decides(database, keys):
    async with database.write() as tx:
        made = await make_circle(tx, keys)
    with pytest.raises(Refused) as refusal:
        await say(database, keys, made, made.participants[0], "attended", "other", "form-1")
    assert set(refusal.value.codes.values()) == {Refusal.NOT_OVER}


async def test_nobody_of_another_group_is_decided_about(database, keys, circle):
    async with database.write() as tx:
        other = await make_circle(tx, keys)
    with pytest.raises(LookupError):
        await say(database, keys, circle, other.participants[0], "attended", "other", "form-1")


@pytest.mark.parametrize("table", [decision, ledger_entry])
async def test_the_database_itself_refuses_to_change_or_delete_a_row(database, keys, circle, table):
    await say(database, keys, circle, circle.participants[2], "no_show", "as_proposed", "form-1")
    for statement in (update(table).values(at=AFTER), delete(table)):
        with pytest.raises(DBAPIError):
            async with database.write() as tx:
                await tx.execute(statement)


async def test_a_session_of_a_group_that_does_not_exist_is_nobodys(database, keys):
    async with database.write() as tx:
        with pytest.raises(LookupError):
            await decisions.decide(tx, keys, "x", "y", "attended", "other", "", "z", "facilitator", NOW, "k")


async def test_an_entry_is_reversed_at_most_once(database, keys, circle):
    cleo = circle.participants[2]
    await say(database, keys, circle, cleo, "no_show", "as_proposed", "form-1")
    await say(database, keys, circle, cleo, "attended", "phone", "form-2")
    async with database.read() as tx:
        entry, reversal = await ledger.of_member(tx, cleo.id)
    row = {"session": entry.session, "member": cleo.id, "amount": -1, "kind": "reversal", "at": AFTER}
    with pytest.raises(DBAPIError):
        async with database.write() as tx:
            await tx.execute(insert(ledger_entry).values(id="again", reverses=entry.id, **row))
    assert reversal.reverses == entry.id
    async with database.read() as tx:
        assert (await groups.session(tx, circle.session)).state == "closed"
