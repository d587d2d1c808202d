"""Presence by hand: it joins the facts, once for a form, and the proposal follows at once."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from care.verdict import Status
from store import attendance, audit, by_hand, decided, decisions
from store.by_hand import NotNow
from store.tables import by_hand as table
from store.tables import group
from tests.services.circle import NOW, make_circle
from tests.services.evenings import LASTS, MINUTE, over

AFTER = NOW + LASTS + timedelta(minutes=5)


@pytest.fixture
async def circle(database, keys):
    """Ada was there; of Bela nothing was seen."""
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        await over(tx, made.session, {made.participants[0].id: (0, 90)})
    return made


async def enter(database, keys, circle, **given):
    bela = circle.participants[1]
    known = {
        "member": bela.id,
        "kind": "phone",
        "starts_at": NOW + 10 * MINUTE,
        "ends_at": NOW + LASTS,
        "joined_with": None,
        "reason": "phone",
        "now": AFTER,
        "key": "form-1",
        **given,
    }
    async with database.write() as tx:
        return await by_hand.enter(
            tx,
            keys,
            circle.session,
            known["member"],
            known["kind"],
            known["starts_at"],
            known["ends_at"],
            known["joined_with"],
            known["reason"],
            circle.facilitator.id,
            "facilitator",
            known["now"],
            known["key"],
        )


async def proposed(database, circle):
    async with database.read() as tx:
        found = {one.member: one for one in await attendance.proposals(tx, circle.session)}
    return found[circle.participants[1].id]


async def test_a_telephone_call_becomes_presence_and_the_proposal_follows(database, keys, circle):
    assert (await proposed(database, circle)).status is Status.NO_SHOW
    await enter(database, keys, circle)
    found = await proposed(database, circle)
    assert (found.status, found.present) == (Status.ATTENDED_LATE, 80 * MINUTE)


async def test_taking_an_entry_back_gives_the_same_proposal_as_before(database, keys, circle):
    before = await proposed(database, circle)
    entry = await enter(database, keys, circle)
    for expected in (True, False):
        async with database.write() as tx:
            done = await by_hand.withdraw(tx, keys, entry.id, circle.facilitator.id, "facilitator", AFTER)
        assert done is expected
    assert await proposed(database, circle) == before


async def test_the_same_form_enters_once(database, keys, circle):
    first, again = await enter(database, keys, circle), await enter(database, keys, circle)
    assert first == again
    async with database.read() as tx:
        assert await by_hand.of_session(tx, circle.session) == [first]


async def test_a_form_somebody_went_back_to_enters_what_it_says_now(database, keys, circle):
    first = await enter(database, keys, circle)
    other = await enter(database, keys, circle, starts_at=NOW)
    assert other == await enter(database, keys, circle, starts_at=NOW)
    async with database.write() as tx:
        await by_hand.withdraw(tx, keys, first.id, circle.facilitator.id, "facilitator", AFTER)
    third = await enter(database, keys, circle)
    async with database.read() as tx:
        assert {one.id for one in await by_hand.of_session(tx, circle.session)} == {other.id, third.id}


async def test_in_a_closed_record_nothing_is_entered_or_taken_back(database, keys, circle):
    entry = await enter(database, keys, circle)
    async with database.write() as tx:
        ended = update(group).where(group.c.id == circle.group)
        await tx.execute(ended.values(state="ended", ended_at=AFTER))
    with pytest.raises(NotNow):
        await enter(database, keys, circle, key="form-2", starts_at=NOW)
    with pytest.raises(NotNow):
        async with database.write() as tx:
            await by_hand.withdraw(tx, keys, entry.id, circle.facilitator.id, "facilitator", AFTER)
    assert (await proposed(database, circle)).present == 80 * MINUTE
    async with database.write() as tx:
        await decisions.reopen(
            tx, keys, circle.session, circle.coordinator.id, "coordinator", "wrong_record", AFTER
        )
    assert (await enter(database, keys, circle, key="form-2", starts_at=NOW)).starts_at == NOW


async def test_somebody_beside_another_member_is_joined_with_them(database, keys, circle):
    ada = circle.participants[0]
    entry = await enter(
        database, keys, circle, kind="joint", joined_with=ada.id, reason="joint", starts_at=NOW
    )
    assert entry.joined_with == ada.id
    assert (await proposed(database, circle)).status is Status.ATTENDED


async def test_a_decision_made_before_stays_beside_the_new_proposal(database, keys, circle):
    bela = circle.participants[1]
    async with database.write() as tx:
        await decisions.confirm_all(
            tx, keys, circle.session, {}, circle.facilitator.id, "facilitator", AFTER, "confirm"
        )
    await enter(database, keys, circle)
    async with database.read() as tx:
        (decision,) = await decided.history(tx, circle.session, bela.id)
    assert (decision.status, (await proposed(database, circle)).status) == (
        Status.NO_SHOW,
        Status.ATTENDED_LATE,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "telepathy"},
        {"reason": "because"},
        {"starts_at": NOW + LASTS, "ends_at": NOW},
        {"starts_at": NOW - timedelta(hours=3), "ends_at": NOW - timedelta(hours=2)},
        {"ends_at": AFTER + timedelta(hours=1)},
        {"kind": "phone", "joined_with": "other"},
        {"kind": "joint", "joined_with": "self"},
    ],
)
async def test_what_cannot_have_been_is_refused(database, keys, circle, wrong):
    ids = {"other": circle.participants[0].id, "self": circle.participants[1].id}
    if "joined_with" in wrong:
        wrong = {**wrong, "joined_with": ids[wrong["joined_with"]]}
    with pytest.raises(ValueError, match=r"telepathy|because|ends after|outside|joined"):
        await enter(database, keys, circle, **wrong)
    assert (await proposed(database, circle)).status is Status.NO_SHOW


@pytest.mark.parametrize("now", [NOW - MINUTE, NOW + timedelta(days=31)])
async def test_before_the_session_and_long_after_it_nothing_is_entered(database, keys, circle, now):
    with pytest.raises(NotNow):
        await enter(database, keys, circle, now=now)


async def test_only_participants_of_the_group_are_entered(database, keys, circle):
    async with database.write() as tx:
        other = await make_circle(tx, keys)
    for stranger in (other.participants[0].id, circle.facilitator.id, "nobody"):
        with pytest.raises(LookupError):
            await enter(database, keys, circle, member=stranger)


async def test_who_entered_it_stands_in_the_audit(database, keys, circle):
    entry = await enter(database, keys, circle)
    async with database.read() as tx:
        (line,) = await audit.of_object(tx, circle.group, f"by_hand:{entry.id}")
    assert (line.action, line.actor, line.reason) == ("presence_by_hand", circle.facilitator.id, "phone")


async def test_the_database_refuses_a_span_that_ends_before_it_starts(database, keys, circle):
    row = {"id": "x", "session": circle.session, "member": circle.participants[1].id, "kind": "phone"}
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tx.execute(
                insert(table).values(
                    **row, starts_at=NOW, ends_at=NOW, reason="phone", by="x", at=NOW, key="k"
                )
            )
