"""The work with a member, written down by two: circle, problems, goals, areas, strategies, the plan."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import store.access_log
import store.sheets
import store.staff
import store.workbook
from store.groups import Member
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.reading import read, send

Enter = Callable[..., Awaitable[tuple[House, Agreed, Guest]]]
PAGES = ("circle", "problems", "goals", "plan")
JO = {"label": "Jo", "domain": "friends", "kind": "oldest friend", "now": "2", "wished": "1"}
GRIEF = {"area": "grief", "place": "main", "from_session": "6", "why": "start", "words": "", "stage": ""}


@pytest.fixture
def enter(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Enter:
    """A house with a group in its sixth session, and its facilitator signed in."""

    async def make(**about: Any) -> tuple[House, Agreed, Guest]:
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC), **about)
        house = await houses(circle=agreed.circle)
        return house, agreed, await house.guest(agreed.circle.facilitator)

    return make


async def own(house: House, agreed: Agreed) -> tuple[Member, Guest]:
    """The first member, signed in."""
    member = agreed.circle.participants[0]
    return member, await house.guest(member)


def things(text: str, kind: str) -> list[str]:
    """The keys that stand on a page, in their order."""
    return re.findall(rf'data-{kind}="(\w+)"', text)


async def by_form_link(house: House, member: Member) -> Guest:
    """A browser that came in by a link for one form."""
    guest = Guest(house, member)
    assert (await guest.enter(await house.link(member, "checkin"))).status == 303
    return guest


async def test_a_member_puts_people_into_the_circle_and_both_see_the_same_picture(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    status, where = await send(bela, "mine/circle", JO)
    assert (status, where) == (303, f"/s/{bela.place}/mine/circle?said=added")
    for reader, path in ((bela, "mine/circle"), (guest, f"people/{member.id}/circle")):
        text = await read(reader, path)
        assert "oldest friend" in text
        assert "now: close" in text
        assert "wished: closest" in text
        assert text.count('class="circle-one') == 1
        assert text.count('class="circle-wish"') == 1
    assert "%(name)s" not in text
    assert 'class="circle-one' in await read(guest, f"people/{member.id}")
    async with house.db.read() as tx:
        looks = await store.access_log.entries(tx, member.person)
    assert {one.actor for one in looks if one.action == "workbook"} == {agreed.circle.facilitator.id}


async def test_a_facilitator_sees_who_has_moved_since_the_first_session(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    before = agreed.sessions[0].starts_at - timedelta(days=1)
    async with house.db.write() as tx:
        await store.workbook.put(
            tx, house.keys, member.id, "relation", "jo", {"label": "Jo", "now": 3}, by=member.id, device="",
            now=before,
        )  # fmt: skip
    assert "data-moves" not in await read(guest, f"people/{member.id}/circle")
    await send(bela, "mine/circle/jo", JO)
    assert "Jo: from further to close" in await read(guest, f"people/{member.id}/circle")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label": ""}, "initials or a nickname"),
        ({"label": "Johanna Schneider"}, "no full names"),
        ({"label": "jo@mail.example"}, "no addresses"),
        ({"now": "7"}, "Please choose one of these"),
        ({"domain": "enemies"}, "Please choose one of these"),
        ({"kind": "x" * 121}, "a word or two"),
    ],
)
async def test_what_cannot_be_is_asked_again_with_the_answer_kept(
    enter: Enter, change: dict[str, str], words: str
) -> None:
    house, agreed, _guest = await enter()
    _member, bela = await own(house, agreed)
    status, text = await send(bela, "mine/circle", JO | change)
    assert status == 422
    assert words in text
    assert JO["kind"] in text or change.get("kind", "") in text
    assert things(await read(bela, "mine/circle"), "relation") == []


async def test_more_is_told_about_somebody_and_they_can_be_taken_off(enter: Enter) -> None:
    house, agreed, _guest = await enter()
    _member, bela = await own(house, agreed)
    await send(bela, "mine/circle", JO)
    (jo,) = things(await read(bela, "mine/circle"), "relation")
    more = {
        "tie": "estranged",
        "good": "She listens",
        "satisfied": "7",
        "they_give": "heard",
        "mood": "lifts",
    }
    status, text = await send(bela, f"mine/circle/{jo}", JO | more | {"satisfied": "17"})
    assert status == 422
    assert "She listens" in text
    assert (await send(bela, f"mine/circle/{jo}", JO | more | {"now": "3"}))[0] == 303
    text = await read(bela, f"mine/circle/{jo}")
    assert "She listens" in text
    assert re.search(r'name="now" value="3" checked', text)
    assert re.search(r'name="they_give" value="heard" checked', text)
    assert (await send(bela, f"mine/circle/{jo}/remove", {}))[0] == 303
    assert things(await read(bela, "mine/circle"), "relation") == []
    await read(bela, f"mine/circle/{jo}", 404)


async def test_the_note_about_safety_is_shown_to_clinicians_alone(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    await send(bela, "mine/circle", JO)
    (jo,) = things(await read(bela, "mine/circle"), "relation")
    path = f"people/{member.id}/circle/{jo}"
    assert "data-safety-note" not in await read(guest, path)
    assert (await send(guest, f"{path}/note", {"note": "reads her phone"}))[0] == 404
    async with house.db.write() as tx:
        person = agreed.circle.facilitator.person
        await store.staff.for_person(tx, house.keys, person, datetime.now(UTC), clinician=True)
    assert (await send(guest, f"{path}/note", {"note": "reads her phone"}))[0] == 303
    assert "reads her phone" in await read(guest, path)
    assert "reads her phone" not in await read(bela, f"mine/circle/{jo}")
    assert (await send(bela, f"mine/circle/{jo}/note", {"note": "x"}))[0] in (404, 405)


async def test_problems_are_ranked_by_buttons_and_weighed_by_two(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    for words in ("We quarrel about money", "Nobody visits me"):
        await send(bela, "mine/problems", {"words": words})
    first, second = things(await read(bela, "mine/problems"), "problem")
    assert (await send(bela, "mine/problems/order", {"move": f"{second}:up"}))[0] == 303
    assert things(await read(bela, "mine/problems"), "problem") == [second, first]
    await send(
        bela,
        f"mine/problems/{first}",
        {f"words-{first}": "We quarrel", f"own-linked-{first}": "9", f"own-changeable-{first}": "8",
         f"theirs-linked-{first}": "1"},
    )  # fmt: skip
    theirs = {f"own-linked-{first}": "9", f"own-changeable-{first}": "8", f"theirs-linked-{first}": "4",
              f"theirs-area-{first}": "dispute", f"words-{first}": "We quarrel"}  # fmt: skip
    text = await read(guest, f"people/{member.id}/problems")
    assert "linked to the feelings: 1 of 10" not in text, "a member does not speak for the facilitator"
    assert (await send(guest, f"people/{member.id}/problems/{first}", theirs))[0] == 303
    text = await read(guest, f"people/{member.id}/problems")
    assert "seen differently by the two of you" in text
    assert "linked to the feelings: 9 of 10" in text
    assert "linked to the feelings: 4 of 10" in text
    assert "linked to the feelings: 4 of 10" not in await read(bela, "mine/problems")
    status, text = await send(
        bela, f"mine/problems/{first}", {f"words-{first}": "x", f"own-linked-{first}": "11"}
    )
    assert status == 422
    assert "Please choose one of these" in text
    assert (await send(bela, "mine/problems/order", {"move": f"{second}:sideways"}))[0] == 404


async def test_goals_are_rated_again_closed_with_a_word_and_stand_in_the_contract(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    for words in ("Call my sister", "See the grave", "Have lunch with somebody"):
        assert (await send(bela, "mine/goals", {"words": words, "rating": "2"}))[0] == 303
    assert 'data-action="add-goal"' not in await read(bela, "mine/goals")
    status, text = await send(bela, "mine/goals", {"words": "A fourth", "rating": "2"})
    assert status == 422
    assert "Three goals are the most" in text
    call, *_more = things(await read(bela, "mine/goals"), "goal")
    rated = {f"words-{call}": "Call my sister each week", f"rating-{call}": "6"}
    assert (await send(guest, f"people/{member.id}/goals/{call}", rated))[0] == 303
    assert "6 of 10" in await read(bela, "mine/goals")
    assert (await send(bela, f"mine/goals/{call}", rated | {f"rating-{call}": "12"}))[0] == 422
    async with house.db.write() as tx:
        sheet = await store.sheets.access_sheet(tx, house.keys, member.id, member.id, "", datetime.now(UTC))
    assert sheet is not None
    assert sheet.body["goals"] == ["Call my sister each week", "See the grave", "Have lunch with somebody"]
    path = f"people/{member.id}/goals/{call}/close"
    assert (await send(bela, f"mine/goals/{call}/close", {}))[0] in (404, 405)
    status, text = await send(guest, path, {f"how-{call}": "dropped", f"reason-{call}": ""})
    assert status == 422
    assert "why the goal is let go" in text
    assert (await send(guest, path, {f"how-{call}": "partly", f"reason-{call}": "She moved away"}))[0] == 303
    text = await read(bela, "mine/goals")
    assert "partly reached" in text
    assert "She moved away" in text
    assert len(things(text, "goal")) == 2


async def test_the_sheet_of_the_contract_is_one_with_the_book(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    sheet = {"main": "grief", "secondary": "", "goal-1": "Call my sister"}
    path = f"contract/{member.id}/sheet"
    assert (await send(guest, path, sheet))[0] == 303
    assert "Call my sister" in await read(bela, "mine/goals")
    assert "Someone died" in await read(bela, "mine/")
    assert (await send(guest, path, sheet | {"goal-1": "Call my sister each week"}))[0] == 303
    assert "each week" in await read(bela, "mine/goals")
    status, text = await send(guest, path, sheet | {"main": "dispute"})
    assert status == 422
    assert "It is changed on the member’s page, with a reason." in text
    assert "Someone died" in await read(bela, "mine/")


async def test_an_area_is_proposed_agreed_and_changed_and_the_checklist_follows(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    base = f"people/{member.id}"
    assert (await send(guest, f"{base}/areas", GRIEF))[0] == 303
    text = await read(bela, "mine/")
    assert "Your facilitator proposes: Someone died" in text
    (grief,) = re.findall(r"mine/areas/(\w+)/agree", text)
    strategies = f"{base}/strategies/{agreed.sessions[5].id}"
    assert "The story of the relationship" not in await read(guest, strategies)
    assert (await send(bela, f"mine/areas/{grief}/agree", {}))[0] == 303
    assert "proposes" not in await read(bela, "mine/")
    assert "The story of the relationship" in await read(guest, strategies)
    await send(bela, "mine/goals", {"words": "See the grave", "rating": "2"})
    change = GRIEF | {
        "area": "transition",
        "place": grief,
        "from_session": "8",
        "why": "new_event",
        "told": "yes",
    }
    status, text = await send(guest, f"{base}/areas", change)
    assert status == 422
    assert "Please write down the reason" in text
    assert (await send(guest, f"{base}/areas", change | {"words": "lost the job"}))[0] == 303
    text = await read(guest, f"{base}/areas")
    assert "sessions 6 to 7" in text
    assert "One goal belonged to an area that has ended." in text
    assert "say what becomes of it" in await read(guest, f"{base}/goals")
    for number, present, absent in (
        (6, "The story of the", "The new role"),
        (8, "The new role", "The story of the"),
    ):
        text = await read(guest, f"{base}/strategies/{agreed.sessions[number - 1].id}")
        assert present in text
        assert absent not in text


async def test_in_the_ending_only_an_event_opens_another_area(enter: Enter) -> None:
    _house, agreed, guest = await enter()
    member = agreed.circle.participants[0]
    late = GRIEF | {"from_session": "11", "words": "we see it now", "why": "understanding"}
    status, text = await send(guest, f"people/{member.id}/areas", late)
    assert status == 422
    assert "Only a new event opens another area now" in text
    assert (await send(guest, f"people/{member.id}/areas", late | {"why": "new_event"}))[0] == 303


async def test_what_was_worked_on_is_kept_by_session_and_counted(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member = agreed.circle.participants[0]
    fifth, sixth = (f"people/{member.id}/strategies/{agreed.sessions[at].id}" for at in (4, 5))
    assert (await send(guest, fifth, {"keys": "ties", "note": "called her brother"}))[0] == 303
    text = await read(guest, fifth)
    assert re.search(r'value="ties" checked', text)
    assert "called her brother" in text
    assert "also in session 5" in await read(guest, sixth)
    assert "session 5" in await read(guest, f"people/{member.id}")
    assert (await send(guest, fifth, {"note": "x" * 1001}))[0] == 422
    bela = await house.guest(member)
    for path in (fifth, f"people/{member.id}/areas"):
        await read(bela, path, 404)


async def test_the_plan_is_drafted_by_the_member_and_finished_together(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    draft = {
        "signs": "I stop answering",
        "wish": "group",
        "rhythm": "monthly",
        "number": "6",
        "finished": "yes",
    }
    assert (await send(bela, "mine/plan", draft))[0] == 303
    assert "A draft" in await read(bela, "mine/plan"), "a member alone does not finish it"
    path = f"people/{member.id}/plan"
    status, text = await send(guest, path, draft)
    assert status == 422
    assert "The finished plan needs words here." in text
    assert (await send(guest, path, draft | {"call": "my doctor"}))[0] == 303
    assert "Finished together" in await read(bela, "mine/plan")
    assert "Some meetings in a group" in await read(guest, f"people/{member.id}")
    assert (await send(bela, "mine/plan", draft | {"number": "99"}))[0] == 422


async def test_a_link_for_one_form_reads_back_only_what_its_device_wrote(enter: Enter) -> None:
    house, agreed, _guest = await enter()
    member, bela = await own(house, agreed)
    await send(bela, "mine/circle", JO)
    other = await by_form_link(house, member)
    assert "oldest friend" not in await read(other, "mine/circle")
    await send(other, "mine/circle", JO | {"label": "Mo", "kind": "neighbour"})
    text = await read(other, "mine/circle")
    assert "neighbour" in text
    assert "oldest friend" not in text
    assert len(things(await read(bela, "mine/circle"), "relation")) == 2


async def test_a_page_that_was_opened_from_a_form_leads_back_to_it(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    form = "A" * 22
    text = await read(bela, f"mine/circle?form={form}")
    assert f'href="/s/{bela.place}/checkin/{form}"' in text
    assert f"/mine/circle?form={form}" in text
    status, where = await send(bela, f"mine/circle?form={form}", JO)
    assert (status, where) == (303, f"/s/{bela.place}/mine/circle?form={form}&said=added")
    text = await read(guest, f"people/{member.id}/goals?form={form}")
    assert f'href="/s/{guest.place}/people/{member.id}/checkin/{form}"' in text


@pytest.mark.parametrize("who", ["another member", "coordinator", "another group"])
async def test_nobody_else_finds_these_pages(enter: Enter, who: str, sqlite: Any, sqlite_keys: Any) -> None:
    house, agreed, _guest = await enter()
    member, bela = await own(house, agreed)
    await send(bela, "mine/circle", JO)
    if who == "another group":
        async with sqlite.write() as tx:
            other = await agreed_group(tx, sqlite_keys, datetime.now(UTC))
        guest = await house.guest(other.circle.facilitator)
    elif who == "coordinator":
        guest = await house.guest(agreed.circle.coordinator)
    else:
        guest = await house.guest(agreed.circle.participants[1])
    for page in PAGES:
        await read(guest, f"people/{member.id}/{page}", 404)
    for path in ("areas", f"strategies/{agreed.circle.session}"):
        await read(guest, f"people/{member.id}/{path}", 404)
    assert (await send(guest, f"people/{member.id}/circle", JO))[0] == 404
    if who == "another member":
        assert "oldest friend" not in await read(guest, "mine/circle")
    else:
        await read(guest, "mine/circle", 404)
