"""A check-in as a member fills it in: a question a page, saved as it goes, sent once, read back only here."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

import store.answers
import store.checkins
import store.individual
from care import forms
from care.measures import MEASURES
from store import ticks
from store.safety_state import TICKS
from store.tables import answer, checkin, concern
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.reading import read, send
from tests.services.asked import ask
from tests.services.on_call import make_team

GIVEN = {"mood": "7", "week_compared": "better", "moment": "a findable moment", "tried": "partly"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A house, its group, the first member's browser, and the check-in they are asked for."""

    house: House
    agreed: Agreed
    guest: Guest
    id: str

    @property
    def path(self) -> str:
        return f"checkin/{self.id}"

    async def set(self, **values: Any) -> None:
        async with self.house.db.write() as tx:
            await tx.execute(update(checkin).where(checkin.c.id == self.id).values(**values))

    async def state(self) -> store.checkins.CheckIn:
        async with self.house.db.read() as tx:
            found = await store.checkins.find(tx, self.id)
        assert found is not None
        return found

    async def answers(self) -> dict[str, store.answers.Answer]:
        async with self.house.db.read() as tx:
            return await store.answers.of_checkin(tx, self.house.keys, self.id)

    async def other_device(self) -> Guest:
        """The same member in another browser, by a new link."""
        guest = Guest(self.house, self.guest.member)
        assert (await guest.enter(await self.house.link(self.guest.member, "checkin"))).status == 303
        return guest


Open = Callable[..., Awaitable[Asked]]


@pytest.fixture
def opened(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Open:
    """Asks the first member for a check-in, in the middle of the group."""

    async def make(wave: str = "weekly", **other: Any) -> Asked:
        now = datetime.now(UTC)
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, now)
            ada = agreed.circle.participants[0]
            number = {"weekly": 6, "followup": 3}.get(wave, 1)
            one = await ask(tx, ada.id, agreed.circle.session, now, wave, number=number, **other)
        house = await houses(circle=agreed.circle)
        return Asked(house, agreed, await house.guest(ada), one)

    return make


async def begin(asked: Asked, guest: Guest | None = None) -> str:
    """Presses Start; where it leads, below the place."""
    guest = guest or asked.guest
    status, to = await send(guest, asked.path, {})
    assert status == 303
    return to.removeprefix(f"/s/{guest.place}/")


async def fill(asked: Asked, guest: Guest | None = None, **given: str) -> str:
    """Answers what is given and skips the rest, until the summary; the last address."""
    guest = guest or asked.guest
    at = await begin(asked, guest)
    for _ in range(60):
        name = at.rsplit("/", maxsplit=1)[-1]
        if name == "check":
            return at
        status, to = await send(guest, at, {name: given[name]} if name in given else {"skip": "yes"})
        assert status == 303, (at, status, to[-800:])
        at = to.removeprefix(f"/s/{guest.place}/")
    raise AssertionError("no end")


async def concerns_of(asked: Asked) -> list[Any]:
    async with asked.house.db.read() as tx:
        return list((await tx.execute(select(concern).where(concern.c.state != "closed"))).all())


async def test_the_start_page_of_the_group_shows_an_open_form_with_one_button(opened: Open) -> None:
    asked = await opened()
    text = await read(asked.guest)
    assert text.count('data-action="checkin"') == 1
    assert f'href="/s/{asked.guest.place}/{asked.path}"' in text
    assert "How is your week?" in text


async def test_an_invitation_leads_straight_to_the_form(opened: Open) -> None:
    asked = await opened()
    guest = Guest(asked.house, asked.guest.member)
    reply = await guest.enter(await asked.house.link(guest.member, "checkin"))
    assert reply.headers["Location"] == f"/s/{guest.place}/checkin"
    text = await read(guest, "checkin")
    assert "How is your week?" in text
    assert 'data-action="begin"' in text
    assert "Contract" not in text, "a link for a form opens that form alone"


async def test_with_two_forms_open_the_member_chooses(opened: Open) -> None:
    asked = await opened()
    async with asked.house.db.write() as tx:
        await ask(tx, asked.guest.member.id, asked.agreed.circle.session, datetime.now(UTC), "mid")
    text = await read(asked.guest, "checkin")
    assert "How is your week?" in text
    assert "Halfway through" in text


async def test_with_no_form_open_the_page_says_so_kindly(opened: Open) -> None:
    asked = await opened(state="expired")
    assert 'data-state="nothing"' in await read(asked.guest, "checkin")
    assert 'data-action="checkin"' not in await read(asked.guest)


async def test_looking_opens_nothing(opened: Open) -> None:
    asked = await opened()
    await read(asked.guest, asked.path)
    one = await asked.state()
    assert (one.state, one.form) == ("invited", None)


async def test_the_first_opening_pins_the_form(opened: Open) -> None:
    asked = await opened()
    assert await begin(asked) == f"{asked.path}/mood"
    first = await asked.state()
    assert (first.state, first.form) == ("opened", "weekly.1+phq8@1+gad7@1")
    await begin(asked)
    assert (await asked.state()).opened_at == first.opened_at


async def test_a_question_is_the_heading_and_nothing_is_chosen_before(opened: Open) -> None:
    asked = await opened()
    text = await read(asked.guest, await begin(asked))
    assert text.count("<h1") == 1
    assert "How has your mood been over the last few days?</h1>" in text
    assert text.count('type="radio"') == 11
    assert "checked" not in text
    assert "<title>Question 1 of" in text
    assert 'class="back"' in text


async def test_every_question_of_every_form_can_be_skipped(opened: Open) -> None:
    for wave in ("pre", "mid", "post", "weekly", "followup"):
        asked = await opened(wave)
        await fill(asked)
        form = forms.build((await asked.state()).form or "", MEASURES)
        given = await asked.answers()
        assert all(one.value is None for one in given.values())
        left = {step.key for step in form.steps} - set(given)
        assert left == {"phq9_difficulty"}, wave
        await asked.set(state="superseded")


async def test_answers_are_kept_with_the_version_of_their_words(opened: Open) -> None:
    asked = await opened()
    await fill(asked, **GIVEN, phq9_2="3", gad7_1="0")
    given = await asked.answers()
    assert (given["mood"].value, given["tried"].value) == (7, "partly")
    assert given["moment"].value == "a findable moment"
    assert given["phq9_2"].instrument == MEASURES["phq8"].pin
    assert {one.form for one in given.values()} == {"weekly.1+phq8@1+gad7@1"}
    assert {one.by for one in given.values()} == {asked.guest.member.id}


async def test_how_hard_it_is_is_asked_after_an_item_above_nothing(opened: Open) -> None:
    asked = await opened()
    await fill(asked, phq9_2="1", phq9_difficulty="2")
    assert (await asked.answers())["phq9_difficulty"].value == 2


@pytest.mark.parametrize(
    ("step", "sent", "words"),
    [
        ("mood", {}, "Please choose a number, or skip this question."),
        ("mood", {"mood": "11"}, "Please choose one of the answers on this page."),
        ("week_compared", {}, "Please choose an answer, or skip this question."),
        ("week_compared", {"week_compared": "fine"}, "Please choose one of the answers on this page."),
        ("moment", {"moment": "x" * 2001}, "That is too long. At most 2000 characters fit here."),
    ],
)
async def test_what_cannot_be_is_asked_again_with_a_sentence(
    opened: Open, step: str, sent: dict[str, str], words: str
) -> None:
    asked = await opened()
    await begin(asked)
    status, text = await send(asked.guest, f"{asked.path}/{step}", sent)
    assert status == 422
    assert text.count(words) == 2, "in the summary and beside the field"
    assert "<title>Error:" in text
    assert f'href="#{step}"' in text
    assert all(value in text for value in sent.values() if step == "moment")
    assert await asked.answers() == {}


async def test_an_earlier_answer_is_shown_again_on_the_device_that_gave_it(opened: Open) -> None:
    asked = await opened()
    await fill(asked, **GIVEN)
    assert "a findable moment</textarea>" in await read(asked.guest, f"{asked.path}/moment")
    assert await begin(asked) == f"{asked.path}/check"
    text = await read(asked.guest, f"{asked.path}/check")
    assert "a findable moment" in text
    assert "Better" in text
    assert 'data-state="elsewhere"' not in text


async def test_another_device_goes_on_where_it_stopped_and_reads_nothing_back(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    for name, value in GIVEN.items():
        await send(asked.guest, f"{asked.path}/{name}", {name: value})
    async with await asked.other_device() as other:
        assert "You have answered 4 of" in await read(other, asked.path)
        assert await begin(asked, other) == f"{asked.path}/want_today"
        for name in GIVEN:
            text = await read(other, f"{asked.path}/{name}")
            assert 'data-note="elsewhere"' in text
            assert "findable" not in text
            assert "checked" not in text
        text = await read(other, f"{asked.path}/check")
        assert text.count('data-state="elsewhere"') == 4
        assert "findable" not in text
        assert "Better" not in text
        status, _ = await send(other, f"{asked.path}/moment", {"moment": "another one", "to": "check"})
        assert status == 303
    assert (await asked.answers())["moment"].value == "another one"
    assert "findable" not in await read(asked.guest, f"{asked.path}/check"), "replaced elsewhere"


async def test_another_device_is_asked_how_hard_it_is_without_learning_why(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    for number in range(1, 9):
        await send(asked.guest, f"{asked.path}/phq9_{number}", {f"phq9_{number}": "0"})
    async with await asked.other_device() as other:
        text = await read(other, f"{asked.path}/check")
        assert "phq9_difficulty" in text
    assert "phq9_difficulty" not in await read(asked.guest, f"{asked.path}/check")


async def test_a_change_from_the_summary_leads_back_to_it(opened: Open) -> None:
    asked = await opened()
    await fill(asked, **GIVEN)
    text = await read(asked.guest, f"{asked.path}/mood?to=check")
    assert 'name="to" value="check"' in text
    assert 'value="7" checked' in text
    _, to = await send(asked.guest, f"{asked.path}/mood", {"mood": "2", "to": "check"})
    assert to.endswith("/check")
    assert (await asked.answers())["mood"].value == 2


async def test_the_end_says_what_happens_next_and_when(opened: Open) -> None:
    asked = await opened()
    await send(asked.guest, await fill(asked, **GIVEN), {})
    text = await read(asked.guest, f"{asked.path}/done")
    assert "Thank you. Your answers have arrived." in text
    assert "They are read by Ada Findable-Name before the session on" in text
    assert "London" not in text
    assert "Berlin" in text
    assert "findable" not in text


async def test_the_end_leads_on_to_another_form_that_is_open(opened: Open) -> None:
    asked = await opened()
    await send(asked.guest, await fill(asked, **GIVEN), {})
    now, about = datetime.now(UTC), (asked.guest.member.id, asked.agreed.circle.session)
    async with asked.house.db.write() as tx:
        later = now + timedelta(days=9)
        ahead = {"opens_at": later, "target_at": later, "closes_at": later + timedelta(days=5)}
        await ask(tx, *about, now, "post", state="planned", **ahead)
    text = await read(asked.guest, f"{asked.path}/done")
    assert "The next form comes on" in text
    assert "Another form is open" not in text
    async with asked.house.db.write() as tx:
        other = await ask(tx, *about, now, "mid")
    text = await read(asked.guest, f"{asked.path}/done")
    assert "Another form is open for you now" in text
    assert text.count('data-action="checkin"') == 1
    assert f'href="/s/{asked.guest.place}/checkin/{other}"' in text
    assert "The next form comes on" not in text
    async with asked.house.db.write() as tx:
        await tx.execute(update(checkin).where(checkin.c.id == other).values(state="expired"))
    assert "The next form comes on" in await read(asked.guest, f"{asked.path}/done")


@pytest.mark.parametrize("wave", ["pre", "mid", "post"])
async def test_the_end_of_a_longer_round_speaks_of_the_meeting(opened: Open, wave: str) -> None:
    asked = await opened(wave)
    await send(asked.guest, await fill(asked), {})
    text = await read(asked.guest, f"{asked.path}/done")
    assert "You talk about them in a meeting of your own." in text
    assert f'href="/s/{asked.guest.place}/meetings#' in text


async def test_a_form_is_sent_once_however_often_it_is_pressed(opened: Open) -> None:
    asked = await opened()
    check = await fill(asked, **GIVEN)
    async with await asked.other_device() as other:
        replies = await asyncio.gather(*(send(one, check, {}) for one in (asked.guest, other) for _ in "ab"))
    assert {reply[0] for reply in replies} == {303}
    assert {reply[1].rsplit("/", 1)[-1] for reply in replies} == {"done"}
    one = await asked.state()
    assert one.state == "submitted"
    assert one.done_at is not None
    before = await asked.answers()
    status, to = await send(asked.guest, f"{asked.path}/mood", {"mood": "1"})
    assert (status, to) == (303, f"/s/{asked.guest.place}/{asked.path}")
    assert await asked.answers() == before
    assert (await send(asked.guest, asked.path, {}))[0] == 303
    assert (await asked.state()).done_at == one.done_at


async def test_a_double_press_keeps_one_answer(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    await asyncio.gather(*(send(asked.guest, f"{asked.path}/mood", {"mood": "4"}) for _ in range(4)))
    async with asked.house.db.read() as tx:
        assert len((await tx.execute(select(answer.c.id))).all()) == 1


async def test_a_form_can_be_sent_with_open_questions_and_says_how_many(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    text = await read(asked.guest, f"{asked.path}/check")
    assert 'data-note="open"' in text
    assert "20 questions have no answer yet" in text or "21 questions have no answer yet" in text
    await send(asked.guest, f"{asked.path}/check", {})
    assert (await asked.state()).state == "submitted"


KIND = [
    ({"opens_at": timedelta(hours=1), "target_at": timedelta(hours=1)}, 'data-state="ahead"'),
    ({"target_at": -timedelta(hours=1), "closes_at": -timedelta(hours=1)}, 'data-state="over"'),
    ({"state": "expired"}, 'data-state="over"'),
    ({"state": "waived", "waived_code": "away"}, 'data-state="waived"'),
    ({"state": "superseded"}, 'data-state="superseded"'),
]


@pytest.mark.parametrize(("values", "words"), KIND, ids=str)
async def test_what_is_not_open_says_so_kindly_and_takes_nothing(
    opened: Open, values: dict[str, Any], words: str
) -> None:
    asked = await opened()
    now = datetime.now(UTC)
    moved = {name: now + one if isinstance(one, timedelta) else one for name, one in values.items()}
    await asked.set(**moved)
    text = await read(asked.guest, asked.path)
    assert words in text
    assert 'data-action="begin"' not in text
    for path in ("", "/mood", "/check"):
        status, to = await send(asked.guest, asked.path + path, {"mood": "3"})
        assert status == 303
        assert "/mood" not in to
    assert await asked.answers() == {}


async def test_a_form_that_closes_while_it_is_open_keeps_what_was_said(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    await send(asked.guest, f"{asked.path}/mood", {"mood": "3"})
    await asked.set(target_at=datetime.now(UTC), closes_at=datetime.now(UTC))
    status, to = await send(asked.guest, f"{asked.path}/moment", {"moment": "too late"})
    assert (status, to) == (303, f"/s/{asked.guest.place}/{asked.path}")
    assert 'data-state="over"' in await read(asked.guest, asked.path)
    assert set(await asked.answers()) == {"mood"}


async def test_a_worrying_answer_shows_help_at_once_and_opens_a_concern(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    _, to = await send(asked.guest, f"{asked.path}/safe_now", {"safe_now": "no"})
    assert to.startswith(f"/s/{asked.guest.place}/help-now/")
    shown = await read(asked.guest, to.removeprefix(f"/s/{asked.guest.place}/"))
    assert "that you are safe first" in shown
    assert f'href="/s/{asked.guest.place}/{asked.path}"' in shown
    async with asked.house.db.read() as tx:
        assert len((await tx.execute(select(concern.c.id))).all()) == 1
    assert (await asked.state()).state == "opened", "said, and kept, before anything is sent"


async def test_before_a_question_of_safety_the_page_says_who_reads_it(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    text = await read(asked.guest, f"{asked.path}/safe_now")
    assert 'data-note="readers"' in text
    assert "This is read by Ada Findable-Name." in text
    assert "Nobody watches answers as they come in" in text
    assert "nobody is at work now" in text, "there is no chain: nothing is promised at once"
    assert 'data-note="readers"' not in await read(asked.guest, f"{asked.path}/mood")


async def test_only_while_somebody_is_at_work_the_page_says_that_they_are_told_at_once(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    async with asked.house.db.write() as tx:
        await make_team(tx, asked.house.keys, datetime.now(UTC))
    text = await read(asked.guest, f"{asked.path}/safe_now")
    assert "somebody is told at once" in text
    assert "nobody is at work now" not in text


async def test_the_ninth_item_is_not_shown_while_nobody_reads(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    await asked.set(form="weekly.1+phq9@1")
    async with asked.guest.http.get(
        f"{asked.house.origin}/s/{asked.guest.place}/{asked.path}/phq9_9", allow_redirects=False
    ) as reply:
        assert reply.headers["Location"] == f"/s/{asked.guest.place}/{asked.path}"
    assert "phq9_9" not in await read(asked.guest, f"{asked.path}/check")


async def test_the_ninth_item_that_was_shown_is_taken_after_the_last_minute_for_it(opened: Open) -> None:
    asked = await opened()
    async with asked.house.db.write() as tx:
        await make_team(tx, asked.house.keys, datetime.now(UTC))
    await begin(asked)
    address = f"{asked.path}/phq9_9"
    assert "thoughts" in (await read(asked.guest, address)).lower()
    async with asked.house.db.write() as tx:
        for name in TICKS:
            await ticks.beat(tx, name, datetime.now(UTC) - timedelta(hours=1))
    status, to = await send(asked.guest, address, {"phq9_9": "3"})
    assert (status, "/help-now/" in to) == (303, True)
    assert (await asked.answers())["phq9_9"].value == 3
    assert [one.trigger for one in await concerns_of(asked)] == ["many_days"]
    assert (await send(asked.guest, address, {}))[0] == 303, "what is asked no more is not asked again"


@pytest.mark.parametrize(
    "over",
    [
        {"state": "expired"},
        {"state": "submitted", "done_at": datetime(2026, 1, 5, tzinfo=UTC)},
        {"state": "waived", "waived_code": "away"},
        {"state": "superseded"},
        {"closes_at": datetime(2026, 1, 5, tzinfo=UTC), "target_at": datetime(2026, 1, 4, tzinfo=UTC)},
    ],
)
async def test_a_worrying_answer_to_a_page_of_a_form_that_closed_meanwhile_reaches_somebody(
    opened: Open, over: dict[str, Any]
) -> None:
    asked = await opened()
    await begin(asked)
    if "closes_at" in over:
        over = {"opens_at": datetime(2026, 1, 3, tzinfo=UTC), **over}
    await asked.set(**over)
    status, to = await send(asked.guest, f"{asked.path}/safe_now", {"safe_now": "no"})
    assert (status, "/help-now/" in to) == (303, True)
    assert [one.trigger for one in await concerns_of(asked)] == ["not_safe"]
    assert await asked.answers() == {}, "the form itself takes nothing any more"
    status, to = await send(asked.guest, f"{asked.path}/mood", {"mood": "3"})
    assert to == f"/s/{asked.guest.place}/{asked.path}"


async def test_nobody_opens_the_form_of_somebody_else(opened: Open) -> None:
    asked = await opened()
    await fill(asked, **GIVEN)
    bela = await asked.house.guest(asked.agreed.circle.participants[1])
    for path in ("", "/mood", "/check", "/done"):
        assert "findable" not in await read(bela, asked.path + path, status=404)
    for path in ("", "/mood", "/check"):
        status, text = await send(bela, asked.path + path, {"mood": "1"})
        assert status == 404
        assert "findable" not in text
    assert (await asked.answers())["mood"].value == 7


@pytest.mark.parametrize("role", ["facilitator", "coordinator"])
async def test_staff_have_no_form_of_their_own(opened: Open, role: str) -> None:
    asked = await opened()
    circle = asked.agreed.circle
    staff = await asked.house.guest(circle.facilitator if role == "facilitator" else circle.coordinator)
    for path in ("checkin", asked.path, f"{asked.path}/mood", f"{asked.path}/check", f"{asked.path}/done"):
        await read(staff, path, status=404)


@pytest.mark.parametrize("path", ["checkin/nothing", "checkin/" + "a" * 22, "checkin/%00", "checkin/a/mood"])
async def test_what_is_no_form_is_not_found(opened: Open, path: str) -> None:
    asked = await opened()
    await read(asked.guest, path, status=404)


async def test_an_unknown_question_leads_to_the_start(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    assert 'data-action="begin"' in await read(asked.guest, f"{asked.path}/nothing")


async def test_no_page_of_a_form_is_kept_by_the_browser(opened: Open) -> None:
    asked = await opened()
    at = await begin(asked)
    for path in (asked.path, at, f"{asked.path}/check"):
        async with asked.guest.http.get(f"{asked.house.origin}/s/{asked.guest.place}/{path}") as reply:
            assert reply.headers["Cache-Control"] == "no-store"
            assert "localStorage" not in await reply.text()


async def test_a_form_from_elsewhere_changes_nothing(opened: Open) -> None:
    asked = await opened()
    await begin(asked)
    status, _ = await send(asked.guest, f"{asked.path}/mood", {"csrf": "wrong", "mood": "1"})
    assert status == 403
    assert await asked.answers() == {}
