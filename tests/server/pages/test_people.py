"""People come in one by one or as a list, change, pause, leave and come back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import store.checkins
import store.duties
import store.groups
import store.link_requests
import store.message_log
import store.pauses
import store.people
import store.people_own
import store.questions
import store.tasks
from tests.server.house import House
from tests.server.pages.clinic import ZONE, Clinic, open_clinic
from tests.server.staff_desk import Reply
from tests.services import checkins

DAY = timedelta(days=1)


@pytest.fixture
async def clinic(house: House) -> Clinic:
    """Three members."""
    return await open_clinic(house)


@pytest.fixture
async def beginning(house: House) -> Clinic:
    """Three members whose group begins tomorrow."""
    return await open_clinic(house, weeks_ago=0)


async def change(clinic: Clinic, what: str, **fields: str) -> Reply:
    """One of the forms on Ada's page."""
    return await clinic.form(clinic.at(f"people/{clinic.members[0].id}/{what}"), fields)


async def ada(clinic: Clinic) -> Reply:
    """Ada's page."""
    return await clinic.browser.get(clinic.at(f"people/{clinic.members[0].id}"))


async def present(clinic: Clinic) -> int:
    """How many participants there are."""
    async with clinic.house.db.read() as tx:
        return sum(one.role == "participant" for one in await store.groups.members(tx, clinic.group))


async def test_one_person_joins(beginning: Clinic) -> None:
    fields = {"do": "add_one", "name": "Gwen", "address": "gwen@example.org", "zone": "Europe/London"}
    async with beginning.browser:
        reply = await beginning.form(beginning.at("people/new"), fields | {"locale": "en"})
        again = await beginning.form(beginning.at("people/new"), fields | {"locale": "en"})
        assert reply.status == 303
        assert again.status == 422
        assert "in the group already" in again.text
        assert await present(beginning) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gwen;gwen@example.org\nHugo;nowhere", "Line 2:"),
        ("Gwen;gwen@example.org\nGwen;other@example.org", "Line 2:"),
        ("", "Paste a list"),
        ("\n".join(f"P{n};p{n}@example.org" for n in range(9)), "Only 8 seats are free"),
    ],
)
async def test_a_list_is_taken_whole_or_not_at_all(beginning: Clinic, text: str, words: str) -> None:
    async with beginning.browser:
        reply = await beginning.form(beginning.at("people/new"), {"do": "add_list", "list": text})
        assert reply.status == 422
        assert words in reply.text
        assert await present(beginning) == 3


@pytest.mark.parametrize(
    ("do", "typed"),
    [("add_one", {"name": "Gwen Typed"}), ("add_list", {"list": "Gwen Typed;gwen@example.org"})],
)
async def test_a_person_who_comes_too_late_is_refused_and_nothing_typed_is_lost(
    clinic: Clinic, do: str, typed: dict[str, str]
) -> None:
    async with clinic.browser:
        page = await clinic.browser.get(clinic.at("people/new"))
        fields = {"do": do, "address": "gwen@example.org", "zone": "Europe/London", "locale": "en"}
        reply = await clinic.form(clinic.at("people/new"), fields | typed)
    assert "since session 2 began" in page.text
    assert reply.status == 422
    assert "since session 2 began" in reply.text
    assert "amend the contract first" in reply.text
    assert "Gwen Typed" in reply.text
    assert "gwen@example.org" in reply.text
    assert await present(clinic) == 3


async def test_a_list_joins(beginning: Clinic) -> None:
    async with beginning.browser:
        text = "Gwen;gwen@example.org;;Europe/London;en\nHugo;hugo@example.org"
        assert (
            await beginning.form(beginning.at("people/new"), {"do": "add_list", "list": text})
        ).status == 303
        page = await beginning.browser.get(beginning.at("people"))
    assert "Gwen" in page.text
    assert "Hugo" in page.text


async def test_a_new_address_replaces_one_that_came_back(clinic: Clinic) -> None:
    async with clinic.browser:
        async with clinic.house.db.write() as tx:
            await store.people.flag_contact(tx, clinic.members[0].person, "550", datetime.now(UTC))
        assert "mail came back" in (await ada(clinic)).text
        assert (await change(clinic, "address", address="not one")).status == 422
        assert (await change(clinic, "address", address="new@example.org")).status == 303
        page = await ada(clinic)
    assert "mail came back" not in page.text
    assert "new@example.org" in page.text


async def test_names_zone_and_safe_contact_change(clinic: Clinic) -> None:
    async with clinic.browser:
        fields = {"name": "Adi", "real_name": "Ada Papers", "zone": "Asia/Kolkata", "locale": "de"}
        assert (await change(clinic, "names", **fields)).status == 303
        safe = {"channel": "phone", "wording": "bare", "from_hour": "9", "until_hour": "17"}
        assert (await change(clinic, "safe", **safe)).status == 303
        page = await ada(clinic)
        assert (await change(clinic, "names", **(fields | {"zone": "Moon/Base"}))).status == 422
        assert (await change(clinic, "safe", **(safe | {"until_hour": "9"}))).status == 422
    for words in ("Adi", "Ada Papers", "Kolkata", "only by telephone", "from 09:00 to 17:00"):
        assert words in page.text, words


async def test_a_name_that_another_member_has_is_refused_in_words(clinic: Clinic) -> None:
    async with clinic.browser:
        reply = await change(clinic, "names", name="Bela Findable-Name", zone="london", locale="en")
    assert reply.status == 422
    assert "Somebody else in the group has this name." in reply.text


async def test_an_emergency_contact_is_replaced_and_not_read_back(clinic: Clinic) -> None:
    async with clinic.browser:
        assert (
            await change(clinic, "numbers", callback="+49 30 999888", emergency="Grace, 030 777")
        ).status == 303
        page = await ada(clinic)
        assert "Grace" not in page.text
        assert "999888" not in page.text
        asked = await change(clinic, "number")
        assert "+49 30 999888" in asked.text
        assert "Grace" not in asked.text
        assert (await change(clinic, "numbers", callback="call me")).status == 422


async def test_a_link_is_sent_again_and_every_link_can_end(clinic: Clinic) -> None:
    async with clinic.browser:
        for _ in range(3):
            assert (await change(clinic, "resend")).status == 303
        assert (await change(clinic, "resend")).status == 422
        guest = await clinic.house.guest(clinic.members[0])
        ended = await change(clinic, "revoke")
        assert ended.status == 303
        assert "All links have ended." in (await clinic.browser.get(ended.location)).text
        async with guest.http.get(f"{clinic.house.origin}/s/{guest.place}/") as reply:
            assert reply.status == 403
        page = await ada(clinic)
        history = await clinic.browser.get(clinic.at("audit"))
    assert history.text.count("sent a personal link") == 3
    assert history.text.count("ended all links") == 1
    assert "Link, asked for again" in page.text
    assert "Link ended" in page.text


async def test_a_pause_leaving_and_coming_back(clinic: Clinic) -> None:
    async with clinic.browser:
        wrong = {"pause_from": "2027-02-02", "pause_until": "2027-02-01", "pause_reason": "illness"}
        assert (await change(clinic, "pause", **wrong)).status == 422
        assert (await change(clinic, "pause", pause_from="2020-01-01", pause_reason="illness")).status == 303
        assert "until further notice" in (await ada(clinic)).text
        assert (await change(clinic, "resume")).status == 303
        assert (await change(clinic, "leave", left_why="moved")).status == 422
        assert (await change(clinic, "leave", left_why="moved", farewell="planned")).status == 303
        assert await present(clinic) == 2
        assert "Left the group on" in (await ada(clinic)).text
        assert (await change(clinic, "return")).status == 303
        assert await present(clinic) == 3


async def test_a_day_or_a_page_out_of_all_bounds_is_answered(clinic: Clinic) -> None:
    async with clinic.browser:
        assert (await change(clinic, "pause", pause_from="0001-01-01", pause_reason="travel")).status == 422
        assert (await clinic.browser.get(clinic.at("audit?before=" + "9" * 6000))).status == 200
        assert (await clinic.browser.get(clinic.at("audit?before=" + "9" * 25))).status == 200


async def test_a_question_about_the_record_is_answered_once(clinic: Clinic) -> None:
    member = clinic.members[0]
    async with clinic.house.db.write() as tx:
        question = await store.questions.ask(
            tx, clinic.house.keys, member.id, clinic.sessions[0], "I was there.", datetime.now(UTC), "k1"
        )
    async with clinic.browser:
        assert "I was there." in (await ada(clinic)).text
        empty = await change(clinic, "answer", question=question)
        assert empty.status == 422
        assert f'id="answer-{question}-error"' in empty.text
        assert (
            await change(clinic, "answer", question=question, **{f"answer-{question}": "Yes."})
        ).status == 303
        assert "Yes." in (await ada(clinic)).text
        assert (await change(clinic, "answer", question="nothing")).status == 404


async def test_nobody_else_is_found_below_people(house: House, clinic: Clinic) -> None:
    other = await open_clinic(house, name="Petra")
    async with clinic.browser, other.browser:
        for member in (other.members[0], clinic.facilitator):
            assert (await clinic.browser.get(clinic.at(f"people/{member.id}"))).status == 404
            assert (await clinic.form(clinic.at(f"people/{member.id}/revoke"), {})).status == 404
        assert (await change(clinic, "nonsense")).status == 404


async def test_a_check_in_is_waived_with_a_reason_and_only_a_members_own(clinic: Clinic) -> None:
    ada_id, other = clinic.members[0].id, clinic.members[1].id
    now = datetime.now(UTC)
    async with clinic.house.db.write() as tx:
        mine = await checkins.put(tx, ada_id, "mid", now - DAY, now + DAY)
        theirs = await checkins.put(tx, other, "mid", now - DAY, now + DAY)
    async with clinic.browser:
        assert "In the middle" in (await ada(clinic)).text
        assert (await change(clinic, "waive", waive_checkin=mine)).status == 422
        stranger = await change(clinic, "waive", waive_checkin=theirs, waive_reason="not_wanted")
        assert stranger.status == 422
        assert (await change(clinic, "waive", waive_checkin=mine, waive_reason="not_wanted")).status == 303
        assert "not asked for" in (await ada(clinic)).text
        assert (await change(clinic, "waive", waive_checkin=mine, waive_reason="not_wanted")).status == 422
    async with clinic.house.db.read() as tx:
        found = {one.id: one.state for one in await store.checkins.of_group(tx, clinic.group)}
    assert (found[mine], found[theirs]) == ("waived", "due")


async def test_a_weekly_check_in_is_named_by_its_session_and_a_waiver_can_be_taken_back(
    house: House, clinic: Clinic
) -> None:
    ada_id, now = clinic.members[0].id, datetime.now(UTC)
    async with clinic.house.db.write() as tx:
        coming = await store.groups.session(tx, clinic.sessions[3])
        assert coming is not None
        session = coming.id
        mine = await checkins.put(tx, ada_id, "weekly", now - DAY, now + DAY, number=4, session=session)
    on = coming.starts_at.astimezone(ZoneInfo(ZONE))
    named = f"How is your week? before session 4, {on:%A} {on.day} {on:%B}"
    async with clinic.browser:
        assert f'<option value="{mine}">{named}</option>' in (await ada(clinic)).text
        reply = await change(clinic, "waive", waive_checkin=mine, waive_reason="away")
        page = (await clinic.browser.get(clinic.at(f"people/{ada_id}?said=waive"))).text
        assert reply.status == 303
        assert "its reminders have ended" in page
        assert page.count(named) == 2, "on the line and for a screen reader on its button"
        assert (await change(clinic, "ask-again", checkin="nothing")).status == 404
        assert (await change(clinic, "ask-again", checkin=mine)).status == 303
        assert (await change(clinic, "ask-again", checkin=mine)).status == 422
        assert f'<option value="{mine}">{named}</option>' in (await ada(clinic)).text


async def test_a_members_page_says_done_or_missing_for_each_wave(clinic: Clinic) -> None:
    member, now = clinic.members[0].id, datetime.now(UTC)
    async with clinic.house.db.write() as tx:
        for number in (1, 2):
            await checkins.put(tx, member, "weekly", now - 9 * DAY, now - DAY, number=number, state="expired")
        await checkins.put(tx, member, "weekly", now - DAY, now + DAY, number=3)
        await checkins.put(tx, member, "followup", now + 9 * DAY, now + 19 * DAY, number=3, state="planned")
    async with clinic.browser:
        text = (await ada(clinic)).text
    assert "1 open, not done yet" in text
    assert "2 missing" in text
    assert "3 months after the end" in text


async def test_a_form_that_waits_becomes_a_call(clinic: Clinic) -> None:
    member, now = clinic.members[0].id, datetime.now(UTC)
    async with clinic.house.db.write() as tx:
        key = await checkins.put(tx, member, "mid", now - 9 * DAY, now + DAY, state="invited")
        await store.duties.renew(tx, clinic.group, now)
        open_now = await store.tasks.of_groups(tx, [clinic.group], now)
        assert [(one.member, one.reasons) for one in open_now if one.kind == "checkin_call"] == [
            (member, ("mid_waits",))
        ]
        await store.checkins.mark_opened(tx, key, "mid-1", now)
        await store.checkins.submit(tx, key, now)
        await store.duties.renew(tx, clinic.group, now)
        later = await store.tasks.of_groups(tx, [clinic.group], now)
        assert "checkin_call" not in {one.kind for one in later}
