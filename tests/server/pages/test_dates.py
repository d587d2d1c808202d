"""Dates change after a look at what it does, once, and back while nobody was told."""

from datetime import UTC, datetime, timedelta

import pytest

import store.checkins
import store.contracts
import store.dates
import store.outbox
import store.plan
from care.series import Dated, live
from tests.server.house import House
from tests.server.pages.clinic import Clinic, open_clinic
from tests.server.staff_desk import Reply, colleague, hidden


@pytest.fixture
async def clinic(house: House) -> Clinic:
    """A group that has met three times."""
    return await open_clinic(house)


async def dates(clinic: Clinic) -> tuple[Dated, ...]:
    """The sessions that count, by number."""
    async with clinic.house.db.read() as tx:
        return live(await store.dates.series(tx, clinic.group))


async def look(clinic: Clinic, ordinal: int, **fields: str) -> Reply:
    """The preview of a change of this session."""
    session = clinic.sessions[ordinal - 1]
    return await clinic.form(clinic.at("dates/preview"), {"session": session, "reason": "holiday"} | fields)


async def confirm(clinic: Clinic, preview: Reply) -> Reply:
    """Presses the button below a preview."""
    assert preview.status == 200, preview.text
    names = ("revision", "kind", "session", "day", "at", "days", "person", "reason")
    fields = {one: hidden(preview.text, one) for one in names if f'name="{one}"' in preview.text}
    return await clinic.form(clinic.at("dates"), fields)


def a_day_later(one: Dated) -> dict[str, str]:
    """A move by one day."""
    to = one.local + timedelta(days=1)
    return {"kind": "move", "day": to.date().isoformat(), "at": "19:00"}


async def test_a_preview_changes_nothing_and_says_everything(clinic: Clinic) -> None:
    async with clinic.browser:
        before = await dates(clinic)
        page = await look(clinic, 6, **a_day_later(before[5]))
        assert await dates(clinic) == before
    assert "11 sessions stay as they are." in page.text
    assert "3 members are told" in page.text
    assert "nobody has to sign again" in page.text
    assert "The last one is on" in page.text


async def test_a_confirmed_move_is_made_once_and_can_be_taken_back(clinic: Clinic) -> None:
    async with clinic.browser:
        before = await dates(clinic)
        page = await look(clinic, 6, **a_day_later(before[5]))
        assert (await confirm(clinic, page)).status == 303
        after = await dates(clinic)
        assert after[5].local == (before[5].local + timedelta(days=1)).replace(hour=19)
        again = await confirm(clinic, page)
        assert again.status == 422
        assert "Somebody changed the dates meanwhile" in again.text
        assert await dates(clinic) == after
        listing = await clinic.browser.get(clinic.at("dates"))
        undone = await clinic.form(clinic.at("dates/undo"), {"change": hidden(listing.text, "change")})
        assert undone.status == 303
        assert [one.local for one in await dates(clinic)] == [one.local for one in before]


async def test_what_has_been_told_is_not_taken_back(clinic: Clinic) -> None:
    async with clinic.browser:
        await confirm(clinic, await look(clinic, 6, **a_day_later((await dates(clinic))[5])))
        listing = await clinic.browser.get(clinic.at("dates"))
        change = hidden(listing.text, "change")
        later = datetime.now(UTC) + timedelta(minutes=10)
        async with clinic.house.db.write() as tx:
            for message in await store.outbox.claim(tx, later):
                assert message.token is not None
                await store.outbox.transmitting(tx, message.id, message.token, "<id@here>", later)
        refused = await clinic.form(clinic.at("dates/undo"), {"change": change})
    assert refused.status == 422
    assert "can no longer be taken back" in refused.text


async def test_calling_off_and_adding_keeps_the_number_and_the_contract(clinic: Clinic) -> None:
    async with clinic.browser:
        page = await look(clinic, 6, kind="cancel_append")
        assert "Is called off" in page.text
        assert "Is added" in page.text
        assert "Sessions 7 to 12 become sessions 6 to 11" in page.text
        reply = await confirm(clinic, page)
        assert reply.location == clinic.at("dates")
        assert len(await dates(clinic)) == 12


async def test_calling_off_without_another_changes_the_contract_and_says_so(clinic: Clinic) -> None:
    async with clinic.browser:
        page = await look(clinic, 6, kind="cancel")
        assert "The group has 11 sessions then" in page.text
        reply = await confirm(clinic, page)
        assert reply.location == clinic.at("contract")
        async with clinic.house.db.read() as tx:
            latest = await store.contracts.latest(tx, clinic.group)
        assert latest is not None
        assert (latest.number, latest.terms.sessions) == (2, 11)


async def test_all_that_follow_move_together(clinic: Clinic) -> None:
    async with clinic.browser:
        before = await dates(clinic)
        assert (await confirm(clinic, await look(clinic, 10, kind="shift_following", days="7"))).status == 303
        after = await dates(clinic)
    assert [one.local for one in after[9:]] == [one.local + timedelta(days=7) for one in before[9:]]
    assert after[:9] == before[:9]


async def test_a_session_called_off_ahead_is_not_past(clinic: Clinic) -> None:
    async with clinic.browser:
        page = await look(clinic, 6, kind="cancel_append")
        assert (await confirm(clinic, page)).status == 303
        home = await clinic.browser.get(clinic.at())
    assert home.status == 200
    assert "Called off," not in home.text
    assert "<span>Called off</span>" not in home.text


async def test_a_stand_in_changes_no_date(clinic: Clinic) -> None:
    async with clinic.browser:
        before = await dates(clinic)
        page = await look(clinic, 6, kind="stand_in", person=clinic.facilitator.person)
        assert (await confirm(clinic, page)).status == 303
        after = await dates(clinic)
    assert after[5].stand_in == clinic.facilitator.person
    assert [one.starts_at for one in after] == [one.starts_at for one in before]


async def test_only_a_facilitator_of_the_group_stands_in(house: House, clinic: Clinic) -> None:
    petra = await colleague(house, "Petra")
    async with clinic.browser:
        page = await clinic.browser.get(clinic.at(f"dates/change/{clinic.sessions[5]}"))
        assert clinic.facilitator.person in page.text
        assert petra.person not in page.text
        refused = await look(clinic, 6, kind="stand_in", person=petra.person)
    assert refused.status == 422
    assert 'id="person-error"' in refused.text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "move", "day": "", "at": "18:00"}, "day"),
        ({"kind": "move", "day": "2020-01-01", "at": "18:00"}, "day"),
        ({"kind": "move", "day": "9999-12-31", "at": "18:00"}, "day"),
        ({"kind": "move", "day": "0001-01-01", "at": "18:00"}, "day"),
        ({"kind": "shift_following", "days": "a week"}, "days"),
        ({"kind": "stand_in", "person": "nobody"}, "person"),
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "cancel_append", "reason": ""}, "reason"),
    ],
)
async def test_what_cannot_be_done_is_said_beside_its_field(
    clinic: Clinic, fields: dict[str, str], field: str
) -> None:
    async with clinic.browser:
        page = await look(clinic, 6, **fields)
    assert page.status == 422
    assert f'id="{field}-error"' in page.text


async def test_another_groups_session_is_not_there(house: House, clinic: Clinic) -> None:
    other = await open_clinic(house, name="Petra")
    async with clinic.browser, other.browser:
        page = await clinic.form(
            clinic.at("dates/preview"), {"session": other.sessions[5], "kind": "cancel", "reason": "other"}
        )
        assert page.status == 422
        assert (await clinic.form(clinic.at("dates/undo"), {"change": "nothing"})).status == 404
        assert (await clinic.browser.get(other.at("dates"))).status == 403


async def test_a_preview_counts_what_happens_to_check_ins_and_reminders(clinic: Clinic) -> None:
    async with clinic.browser:
        before = await dates(clinic)
        page = await look(clinic, 6, **a_day_later(before[5]))
        assert "6 check-ins move." in page.text, "the weekly look and the middle of three members"
        async with clinic.house.db.write() as tx:
            now = datetime.now(UTC)
            await store.plan.reconcile(tx, clinic.group, now)
            times = {one.id: one.opens_at for one in await store.checkins.of_group(tx, clinic.group)}
        assert (await confirm(clinic, page)).status == 303
        async with clinic.house.db.read() as tx:
            after = await store.checkins.of_group(tx, clinic.group)
        assert sum(times[one.id] != one.opens_at for one in after) == 6
        led = {"kind": "stand_in", "person": clinic.facilitator.person}
        same = await look(clinic, 7, **led)
        assert "Nothing changes for them." in same.text
