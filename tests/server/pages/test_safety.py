"""Safety as people use it: help at once, a wish, the list and the concern, the chain and its tests."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

import store.access_log
import store.alerts
import store.concern_access
import store.concerns
import store.on_call
from store.concern_rows import Concern, find
from store.tables import outbox, person
from tests.server.house import Guest, House
from tests.server.pages.clinic import Clinic, open_clinic
from tests.server.staff_desk import Browser, colleague
from tests.services.on_call import Team, make_team


@pytest.fixture
async def clinic(house: House) -> AsyncIterator[Clinic]:
    found = await open_clinic(house)
    async with found.browser:
        yield found


@pytest.fixture
async def team(house: House, clinic: Clinic) -> Team:
    async with house.db.write() as tx:
        return await make_team(tx, house.keys, datetime.now(UTC))


async def worry(clinic: Clinic, value: str = "3", which: int = 0) -> Concern:
    async with clinic.house.db.write() as tx:
        found = await store.concerns.assess_answer(
            tx,
            clinic.house.keys,
            member=clinic.members[which].id,
            checkin=f"c{which}",
            question="phq9_9",
            value=value,
            now=datetime.now(UTC),
        )
        assert found is not None
        made = await find(tx, found.concern)
    assert made is not None
    return made


async def read(guest: Guest, path: str) -> tuple[int, str]:
    async with guest.http.get(f"{guest.house.origin}/s/{guest.place}/{path}") as reply:
        return reply.status, await reply.text()


async def send(guest: Guest, path: str, **fields: str) -> tuple[int, str, str]:
    async with guest.http.post(
        f"{guest.house.origin}/s/{guest.place}/{path}",
        data={"csrf": await guest.csrf(), **fields},
        headers={"Origin": guest.house.origin},
        allow_redirects=False,
    ) as reply:
        return reply.status, await reply.text(), reply.headers.get("Location", "")


async def state(clinic: Clinic, key: str) -> Concern:
    async with clinic.house.db.read() as tx:
        found = await find(tx, key)
    assert found is not None
    return found


async def opened(clinic: Clinic) -> list[Concern]:
    async with clinic.house.db.read() as tx:
        return await store.concern_access.of_group(tx, clinic.group)


# --- the member


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("support", "Thank you for telling us"),
        ("call_now", "That sounds very hard"),
        ("crisis", "that you are safe first"),
        ("help", "Opening this page has told nobody anything"),
        ("gibberish", "Opening this page has told nobody anything"),
    ],
)
async def test_every_help_page_shows_numbers_and_opens_nothing(
    house: House, clinic: Clinic, what: str, words: str
) -> None:
    guest = await house.guest(clinic.members[0])
    status, text = await read(guest, f"help-now/{what}")
    assert status == 200
    assert words in text
    assert 'href="tel:112"' in text
    assert "116 123" in text
    assert await opened(clinic) == []


@pytest.mark.parametrize("what", ["support", "call_now", "crisis", "help"])
async def test_numbers_come_before_the_question_about_a_call(house: House, clinic: Clinic, what: str) -> None:
    _, text = await read(await house.guest(clinic.members[0]), f"help-now/{what}")
    order = [
        text.index(mark)
        for mark in ("<h1>", 'data-action="call-emergency"', 'class="lead"', "lines-title", 'name="wish"')
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("zone", "number", "code"),
    [
        ("Europe/Berlin", "112", "de"),
        ("Europe/Vienna", "112", "eu"),
        ("Australia/Sydney", "000", "au"),
        ("Africa/Nairobi", "999", "gb"),  # no numbers of ours: the installation's own
        ("UTC", "999", "gb"),
    ],
)
async def test_the_numbers_are_those_of_the_members_zone(
    house: House, clinic: Clinic, zone: str, number: str, code: str
) -> None:
    await moved(house, clinic.members[0].person, zone)
    guest = await house.guest(clinic.members[0])
    async with guest.http.get(
        f"{house.origin}/s/{guest.place}/help-now/help", headers={"Accept-Language": "en-US,en"}
    ) as reply:
        text = await reply.text()
    assert f'data-action="call-emergency" href="tel:{number}"' in text
    assert f'href="/help/{code}"' in text


async def moved(house: House, who: str, zone: str) -> None:
    async with house.db.write() as tx:
        await tx.execute(update(person).where(person.c.id == who).values(zone=zone))


async def test_the_emergency_sheet_names_the_number_of_the_members_zone(
    house: House, clinic: Clinic, team: Team
) -> None:
    made = await worry(clinic)
    leader = await house.guest(clinic.facilitator)
    _, text, _ = await send(leader, f"concerns/{made.id}/sheet")
    assert "By their time zone that is Germany, 112" in text
    await moved(house, clinic.members[0].person, "UTC")
    _, text, _ = await send(leader, f"concerns/{made.id}/sheet")
    assert "Here it is 999" in text


async def test_after_an_answer_of_one_the_numbers_come_first(house: House, clinic: Clinic) -> None:
    made = await worry(clinic, "1")
    _, text = await read(await house.guest(clinic.members[0]), f"help-now/{made.id}")
    assert text.index('data-action="call-emergency"') < text.index("lines-title") < text.index('name="wish"')


@pytest.mark.parametrize("what", ["help", "crisis", "somebody-elses"])
async def test_nobody_is_promised_a_call_that_nobody_asked_for(
    house: House, clinic: Clinic, team: Team, what: str
) -> None:
    guest = await house.guest(clinic.members[0])
    if what == "somebody-elses":
        what = (await worry(clinic, which=1)).id
    _, text = await read(guest, f"help-now/{what}?said=now")
    assert "We have told your team" not in text
    assert "Opening this page has told nobody anything" in text or 'data-action="wish-now"' in text


async def test_after_a_worrying_answer_a_wish_is_taken_and_raises(
    house: House, clinic: Clinic, team: Team
) -> None:
    made = await worry(clinic, "1")
    guest = await house.guest(clinic.members[0])
    _, text = await read(guest, f"help-now/{made.id}")
    assert "Please call me today" in text
    assert "Please call me now" not in text
    status, _, location = await send(guest, f"help-now/{made.id}", wish="today")
    assert (status, location) == (303, f"/s/{guest.place}/help-now/{made.id}?said=today")
    after = await state(clinic, made.id)
    assert (after.level, after.wish) == ("urgent", "today")
    _, text = await read(guest, f"help-now/{made.id}?said=today")
    assert "We have told your team" in text
    for word in ("urgent", "level", "risk"):
        assert word not in text.lower().replace("level-", "")


async def test_a_press_for_help_calls_somebody_only_when_the_member_says_so(
    house: House, clinic: Clinic, team: Team
) -> None:
    guest = await house.guest(clinic.members[0])
    status, text, _ = await send(guest, "help-now/help")
    assert status == 422
    assert "Please choose one." in text
    await send(guest, "help-now/help", wish="no")
    assert await opened(clinic) == []
    await send(guest, "help-now/help", wish="now")
    (made,) = await opened(clinic)
    assert (made.trigger, made.level, made.member) == ("help", "immediate", clinic.members[0].id)


async def test_a_checkin_link_opens_help_and_nobody_elses_concern(
    house: House, clinic: Clinic, team: Team
) -> None:
    made = await worry(clinic)
    other = await house.guest(clinic.members[1])
    _, text = await read(other, f"help-now/{made.id}")
    assert "Opening this page has told nobody anything" in text
    await send(other, f"help-now/{made.id}", wish="no")
    assert (await state(clinic, made.id)).wish == ""
    leader = await house.guest(clinic.facilitator)
    assert (await read(leader, "help-now/help"))[0] == 404


async def test_outside_staffed_hours_nothing_is_promised(house: House, clinic: Clinic) -> None:
    guest = await house.guest(clinic.members[0])
    _, text = await read(guest, "help-now/help")
    assert "At this hour nobody of your team may be there" in text


# --- staff


async def test_a_facilitator_goes_from_the_list_to_an_outcome(
    house: House, clinic: Clinic, team: Team
) -> None:
    made = await worry(clinic)
    leader = await house.guest(clinic.facilitator)
    _, text = await read(leader, "concerns")
    assert f'data-concern="{made.id}"' in text
    assert "nearly every day" not in text
    one = f"concerns/{made.id}"
    _, text = await read(leader, one)
    assert "3: nearly every day" in text
    assert "Findable Emergency" not in text
    _, text, _ = await send(leader, f"{one}/sheet")
    assert "Findable Emergency" in text
    assert (await send(leader, f"{one}/close", outcome="Spoken with, all is well."))[0] == 422
    assert (await send(leader, f"{one}/acknowledge"))[0] == 303
    assert (await send(leader, f"{one}/close", outcome="ok"))[0] == 422
    assert (await state(clinic, made.id)).state == "acknowledged"
    assert (await send(leader, f"{one}/tried"))[0] == 422
    assert (await send(leader, f"{one}/tried", how="no_answer"))[0] == 303
    assert (await send(leader, f"{one}/contacted", said="Called, is at home."))[0] == 303
    assert (await send(leader, f"{one}/close", outcome="Safe tonight, plan renewed."))[0] == 303
    assert (await state(clinic, made.id)).state == "closed"
    _, text = await read(leader, one)
    assert "Safe tonight, plan renewed." in text
    assert (await send(leader, f"{one}/acknowledge"))[0] == 422
    async with house.db.read() as tx:
        seen = {
            (row.actor, row.action) for row in await store.access_log.entries(tx, clinic.members[0].person)
        }
    assert {(clinic.facilitator.person, "concern"), (clinic.facilitator.person, "sheet")} <= seen


async def test_who_wished_for_a_call_is_called_first_and_closing_without_one_needs_a_reason(
    house: House, clinic: Clinic, team: Team
) -> None:
    made = await worry(clinic)
    async with house.db.write() as tx:
        now = datetime.now(UTC)
        await store.concerns.wish(tx, house.keys, made.id, clinic.members[0].id, "today", now)
    leader = await house.guest(clinic.facilitator)
    one = f"concerns/{made.id}"
    assert (await send(leader, f"{one}/acknowledge"))[0] == 303
    _, text = await read(leader, one)
    assert text.index('data-action="contacted"') < text.index('data-action="close-concern"')
    assert 'class="button button-yes" type="submit" data-action="contacted"' in text
    assert 'class="button" type="submit" data-action="close-concern"' in text
    words = "She came by herself, plan renewed."
    status, text, _ = await send(leader, f"{one}/close", outcome=words)
    assert status == 422
    assert "They wished for a call. Write the call down first" in text
    assert words in text
    assert (await state(clinic, made.id)).state == "acknowledged"
    assert (await send(leader, f"{one}/close", outcome=words, uncalled="She was here today."))[0] == 303
    assert (await state(clinic, made.id)).state == "closed"
    _, text = await read(leader, one)
    assert "She was here today." in text


async def test_two_concerns_of_one_member_are_one_member(house: House, clinic: Clinic, team: Team) -> None:
    now = datetime.now(UTC)
    await worry(clinic)
    async with house.db.write() as tx:
        member = clinic.members[0].id
        await store.concerns.flag(tx, house.keys, member, clinic.facilitator.person, "Said goodbye.", now)
    leader = await house.guest(clinic.facilitator)
    _, text = await read(leader, "")
    assert len(await opened(clinic)) == 2
    assert "One member needs a person" in text
    await worry(clinic, which=1)
    _, text = await read(leader, "")
    assert "2 members need a person" in text


async def test_a_concern_leads_to_the_members_page(house: House, clinic: Clinic, team: Team) -> None:
    made = await worry(clinic)
    leader = await house.guest(clinic.facilitator)
    _, text = await read(leader, f"concerns/{made.id}")
    assert "Speak with them by" in text
    page = f"people/{made.member}"
    assert f'href="/s/{leader.place}/{page}"' in text
    assert (await read(leader, page))[0] == 200
    async with await Browser(house).at(team.first) as browser:
        text = (await browser.get(f"/w/{team.first.desk}/concerns/{made.id}")).text
    assert "/people/" not in text


async def test_a_facilitator_who_is_worried_calls_whoever_is_on_call(
    house: House, clinic: Clinic, team: Team
) -> None:
    leader = await house.guest(clinic.facilitator)
    assert (await send(leader, "concerns", member=clinic.members[1].id))[0] == 422
    assert (await send(leader, "concerns", member="x", worry="Said goodbye to everybody."))[0] == 422
    status, _, location = await send(
        leader, "concerns", member=clinic.members[1].id, worry="Said goodbye to everybody."
    )
    (made,) = await opened(clinic)
    assert (status, location) == (303, f"/s/{leader.place}/concerns/{made.id}")
    assert (made.trigger, made.member) == ("flagged", clinic.members[1].id)
    async with house.db.read() as tx:
        assert await store.alerts.of_concern(tx, made.id, team.first.person)


@pytest.mark.parametrize("role", ["participant", "coordinator", "another", "clinician"])
async def test_a_concern_opens_for_nobody_else_by_any_address(
    house: House, clinic: Clinic, team: Team, role: str
) -> None:
    made = await worry(clinic)
    acts = ("sheet", "acknowledge", "close", "contacted", "tried", "hand-on")
    if role == "participant":
        guest = await house.guest(clinic.members[0])
        for path in ("concerns", f"concerns/{made.id}"):
            assert (await read(guest, path))[0] == 404
        for act in acts:
            assert (await send(guest, f"concerns/{made.id}/{act}"))[0] == 404
        return
    if role == "coordinator":
        browser, staff = clinic.browser, clinic.olga
        assert (await browser.get(clinic.at(f"concerns/{made.id}"))).status == 404
    else:
        staff = await colleague(house, "Quinn", clinician=role == "clinician")
        browser = await Browser(house).at(staff)
    async with browser:
        desk = f"/w/{staff.desk}/concerns"
        reply = await browser.get(desk)
        assert reply.status == 200
        assert made.id not in reply.text
        assert (await browser.get(f"{desk}/{made.id}")).status == 404
        fields = {"how": "no_answer", "said": "words", "outcome": "x" * 20, "to": "x", "needs": "words"}
        for act in acts:
            assert (await browser.post(f"{desk}/{made.id}/{act}", fields)).status == 404, act
    assert (await state(clinic, made.id)).state == "open"


async def test_whoever_was_called_sees_that_one_concern_at_their_desk(
    house: House, clinic: Clinic, team: Team
) -> None:
    quiet, made = await worry(clinic, "1", which=1), await worry(clinic)
    async with await Browser(house).at(team.first) as browser:
        desk = f"/w/{team.first.desk}/concerns"
        reply = await browser.get(desk)
        assert made.id in reply.text
        assert quiet.id not in reply.text
        assert (await browser.get(f"{desk}/{quiet.id}")).status == 404
        assert "3: nearly every day" in (await browser.get(f"{desk}/{made.id}")).text
        assert "Findable Emergency" in (await browser.post(f"{desk}/{made.id}/sheet")).text
        assert (await browser.post(f"{desk}/{made.id}/acknowledge")).status == 303
        handed = {"to": team.second.person, "needs": "Please call at six."}
        assert (await browser.post(f"{desk}/{made.id}/hand-on", handed)).status == 303
    async with await Browser(house).at(team.second) as browser:
        assert "Please call at six." in (await browser.get(f"/w/{team.second.desk}/concerns/{made.id}")).text


# --- the chain


async def admin(house: House) -> tuple[Browser, str]:
    staff = await colleague(house, "Ada", admin=True)
    return await Browser(house).at(staff), f"/w/{staff.desk}"


HOURS = {f"{edge}{day}": clock for day in range(5) for edge, clock in (("from", "09:00"), ("to", "17:00"))}


async def test_phq9_is_refused_and_what_is_missing_is_said_exactly(house: House, clinic: Clinic) -> None:
    browser, desk = await admin(house)
    async with browser:
        fields = {"zone": "Europe/Berlin", "phq": "phq9", "lead": "", **HOURS}
        reply = await browser.post(f"{desk}/on-call", fields)
        assert reply.status == 422
        assert "PHQ-9 is not possible yet" in reply.text
        assert "Fewer than two people" in reply.text
        assert "No test by text message was confirmed" in reply.text
        reply = await browser.post(f"{desk}/on-call", fields | {"phq": "phq8"})
        assert reply.status == 303
        text = (await browser.get(f"{desk}/on-call")).text
        assert 'data-chain="missing"' in text
        assert 'value="09:00"' in text


async def gone_out(house: House, sent: Sequence[store.alerts.Alert]) -> None:
    """The sender has brought these to their provider."""
    async with house.db.write() as tx:
        own = [store.alerts.key_of(one.id) for one in sent]
        await tx.execute(update(outbox).where(outbox.c.key.in_(own)).values(state="sent"))


async def test_a_chain_is_set_tested_confirmed_and_then_phq9_is_possible(
    house: House, clinic: Clinic, team: Team
) -> None:
    browser, desk = await admin(house)
    now = datetime.now(UTC)
    async with browser, await Browser(house).at(team.first) as called:
        assert 'data-chain="holds"' in (await browser.get(f"{desk}/on-call")).text
        assert (await browser.post(f"{desk}/on-call/test")).status == 303
        own = f"/w/{team.first.desk}/concerns"
        async with house.db.read() as tx:
            waiting = [
                one
                for one in await store.alerts.tests_of(tx, team.first.person, now)
                if one.acknowledged_at is None
            ]
        assert sorted(one.channel for one in waiting) == ["mail", "text"]
        assert "A test alert" not in (await called.get(own)).text
        for one in waiting:
            reply = await called.post(own, {"alert": one.id})
            assert reply.status == 404, "what has not gone out has reached nobody"
        await gone_out(house, waiting)
        text = (await called.get(own)).text
        assert "A test alert by text message" in text
        for one in waiting:
            assert (await called.post(own, {"alert": one.id})).status == 303
        assert "A test alert" not in (await called.get(own)).text
        async with house.db.read() as tx:
            others = await store.alerts.tests_of(tx, team.second.person, now)
        await gone_out(house, others)
        assert (await called.post(own, {"alert": others[0].id})).status == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"from0": "17:00", "to0": "09:00"}, "Give hours such as"),
        ({"from0": "abc"}, "Give hours such as"),
        ({"zone": "Nowhere"}, "Choose a time zone"),
        ({"phq": "phq7"}, "Choose one of them"),
        ({"first1": "2027-01-05", "last1": "2027-01-01"}, "first and the last day"),
        ({"person1": "nobody"}, "has no account any more"),
    ],
)
async def test_a_wrong_field_keeps_the_rest_and_says_what_is_wrong(
    house: House, clinic: Clinic, change: dict[str, str], words: str
) -> None:
    browser, desk = await admin(house)
    async with browser:
        fields = {"zone": "Europe/Berlin", "phq": "phq8", "lead": "", "why2": "kept", **HOURS, **change}
        reply = await browser.post(f"{desk}/on-call", fields)
        assert reply.status == 422
        assert words in reply.text
        assert 'value="kept"' in reply.text


async def test_the_chain_is_the_admins_alone(house: House, clinic: Clinic) -> None:
    async with clinic.browser:
        for path in ("on-call", "on-call/test"):
            assert (await clinic.browser.post(f"/w/{clinic.olga.desk}/{path}")).status == 404
        assert (await clinic.browser.get(f"/w/{clinic.olga.desk}/on-call")).status == 404


async def test_closures_and_hours_come_back_as_they_were_saved(house: House, clinic: Clinic) -> None:
    browser, desk = await admin(house)
    async with browser:
        fields = {"zone": "Europe/Berlin", "phq": "phq8", "lead": "", **HOURS}
        fields |= {"first1": "2027-12-24", "last1": "2027-12-26", "why1": "Holidays"}
        assert (await browser.post(f"{desk}/on-call", fields)).status == 303
        async with house.db.read() as tx:
            rota = await store.on_call.rota(tx)
        assert rota.calendar.is_open(datetime(2027, 12, 23, 12, tzinfo=UTC))
        assert not rota.calendar.is_open(datetime(2027, 12, 24, 12, tzinfo=UTC))
