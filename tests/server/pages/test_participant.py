"""My group, as a participant has it: the next session and its door, absence in two presses, the contract, the
record, own details, and ways out."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import store.absence
import store.people_own
import store.questions
import store.signatures
import store.tasks
from care import signing
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.held import FULL, held_session
from tests.server.pages.reading import read, send

Enter = Callable[..., Awaitable[tuple[House, Agreed, Guest]]]
AHEAD = {"starts_in": timedelta(hours=30)}
SOON = {"starts_in": timedelta(minutes=9)}


@pytest.fixture
def enter(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Enter:
    """A house with a group under a contract, and its first participant signed in."""

    async def make(**about: Any) -> tuple[House, Agreed, Guest]:
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC), **about)
        house = await houses(circle=agreed.circle)
        return house, agreed, await house.guest(agreed.circle.participants[0])

    return make


async def test_the_start_page_names_the_next_session_and_the_last_date(enter: Enter) -> None:
    _, _agreed, guest = await enter(**AHEAD)
    text = await read(guest)
    assert "Session 6 of 12" in text
    assert text.count("the last session") == 1
    assert text.count('class="dates-number"') == 12
    assert "There are 7 sessions left." in text
    assert "What is said here stays here" in text
    assert 'data-action="help"' in text


async def test_the_button_to_join_comes_ten_minutes_before(enter: Enter) -> None:
    _, _, early = await enter(**AHEAD)
    text = await read(early)
    assert "The button to join appears here" in text
    assert "Go to the waiting room" not in text


async def test_at_the_door_the_button_is_there(enter: Enter) -> None:
    _, _, guest = await enter(**SOON)
    assert "Go to the waiting room" in await read(guest)


async def test_dates_are_by_the_members_own_clock(enter: Enter) -> None:
    house, agreed, guest = await enter(**AHEAD)
    async with house.db.write() as tx:
        await store.people_own.change(
            tx,
            house.keys,
            agreed.circle.participants[0].person,
            by=agreed.circle.participants[0].id,
            role="participant",
            now=datetime.now(UTC),
            zone="Asia/Kolkata",
        )
    text = await read(guest)
    assert "Times are by your clock (Kolkata)." in text
    assert "in Berlin, where the group is" in text


async def test_absence_takes_two_presses_and_can_be_taken_back(enter: Enter) -> None:
    house, agreed, guest = await enter(**AHEAD)
    address = f"away/{agreed.circle.session}"
    assert f'href="/s/{guest.place}/{address}"' in await read(guest)
    status, where = await send(guest, address, {})
    assert (status, where) == (303, f"/s/{guest.place}/{address}")
    text = await read(guest, address)
    assert "Thank you for telling us" in text
    assert "You told us in good time." in text
    assert "there is room for 2 more sessions away" in text
    assert "you told us you are away" in await read(guest)
    status, _ = await send(guest, f"{address}/back", {})
    assert status == 303
    async with house.db.read() as tx:
        assert await store.absence.of_member(tx, guest.member.id) == {}


async def test_a_reason_may_be_given_and_only_the_facilitators_read_the_words(enter: Enter) -> None:
    house, agreed, guest = await enter(**AHEAD)
    await send(guest, f"away/{agreed.circle.session}", {"category": "ill", "text": "a fever since Monday"})
    ada = await house.guest(agreed.circle.facilitator)
    assert "a fever since Monday" in await read(ada, f"brief/{agreed.circle.session}")


async def test_a_reason_that_is_none_is_told_beside_its_field(enter: Enter) -> None:
    house, agreed, guest = await enter(**AHEAD)
    status, text = await send(
        guest, f"away/{agreed.circle.session}", {"category": "nonsense", "text": "kept"}
    )
    assert status == 422
    assert text.count("Please choose one of these, or none.") == 2
    assert ">\nkept</textarea>" in text
    async with house.db.read() as tx:
        assert await store.absence.of_member(tx, guest.member.id) == {}


async def test_a_past_session_takes_no_notice(enter: Enter) -> None:
    _house, agreed, guest = await enter(**AHEAD)
    status, text = await send(guest, f"away/{agreed.sessions[0].id}", {})
    assert status == 200
    assert "has begun or is over" in text
    status, _ = await send(guest, "away/nothing", {})
    assert status == 404


async def test_the_contract_is_read_signed_and_kept_as_it_was(enter: Enter) -> None:
    house, _agreed, guest = await enter(**AHEAD)
    assert "Your contract is waiting" in await read(guest)
    text = await read(guest, "contract")
    assert text.count('class="clause"') == 28
    fields = hidden(text) | {"agree": "yes", "video": "yes"}
    status, where = await send(guest, "contract", fields)
    assert (status, where) == (303, f"/s/{guest.place}/contract")
    text = await read(guest, "contract")
    assert "You signed version 1 on" in text
    assert fields["text"][:16] in text
    assert 'id="sign"' not in text
    assert "Your contract is waiting" not in await read(guest)
    async with house.db.read() as tx:
        kept = (await store.signatures.of_member(tx, house.keys, guest.member.id))[0]
    assert kept.text_hash == fields["text"] == signing.text_hash(kept.text)


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of the form to sign, but for its csrf."""
    return dict(re.findall(r'<input type="hidden" name="(version|text)" value="(\w+)">', text))


async def test_nobody_signs_without_saying_yes_to_both(enter: Enter) -> None:
    house, _agreed, guest = await enter(**AHEAD)
    status, text = await send(guest, "contract", hidden(await read(guest, "contract")) | {"agree": "yes"})
    assert status == 422
    assert text.count("Please say whether you agree to meet by video") == 2
    assert re.search(r'name="agree" value="yes" checked', text)
    async with house.db.read() as tx:
        assert await store.signatures.of_group(tx, house.circle.group) == []


async def test_nobody_signs_a_text_they_were_not_shown(enter: Enter) -> None:
    house, _agreed, guest = await enter(**AHEAD)
    fields = {"version": "1", "text": "0" * 64, "agree": "yes", "video": "yes"}
    status, text = await send(guest, "contract", fields)
    assert status == 422
    assert "The text has changed while you were reading." in text
    async with house.db.read() as tx:
        assert await store.signatures.of_group(tx, house.circle.group) == []


async def test_the_record_says_it_kindly_and_takes_a_question(
    houses: OpenHouse, sqlite: Any, sqlite_keys: Any
) -> None:
    async with sqlite.write() as tx:
        circle = await held_session(tx, sqlite_keys, datetime.now(UTC), {1: FULL}, participants=2)
    house = await houses(circle=circle)
    missed, came = [await house.guest(one) for one in circle.participants]
    text = await read(missed, "record")
    assert "we missed you" in text
    for word in ("no_show", "no-show", "violation", "truant", "failed"):
        assert word not in text
    text = await read(came, "record")
    assert "you were there" in text
    assert '<svg class="timeline"' in text
    field = f"text-{circle.session}"
    status, _ = await send(missed, "record", {"session": circle.session, field: "I was there by phone"})
    assert status == 303
    text = await read(missed, "record")
    assert "I was there by phone" in text
    assert "Somebody will look at it" in text
    async with house.db.read() as tx:
        asked = await store.questions.of_member(tx, house.keys, missed.member.id)
    assert [one.session for one in asked] == [circle.session]
    assert "I was there by phone" not in await read(came, "record")


async def test_a_question_without_words_is_refused(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> None:
    async with sqlite.write() as tx:
        circle = await held_session(tx, sqlite_keys, datetime.now(UTC), {}, participants=1)
    house = await houses(circle=circle)
    guest = await house.guest(circle.participants[0])
    status, text = await send(guest, "record", {"session": circle.session, f"text-{circle.session}": " "})
    assert status == 422
    assert text.count("Please write what was different") == 2


async def test_own_details_are_changed_and_shown(enter: Enter) -> None:
    house, _agreed, guest = await enter(**AHEAD)
    fields = {
        "name": "Bee",
        "zone": "Europe/London",
        "locale": "de",
        "callback": "+44 20 7946 0000",
        "emergency": "My sister Jo, 020 7946 0001",
        "channel": "mail",
        "wording": "bare",
        "from_hour": "9",
        "until_hour": "20",
    }
    status, where = await send(guest, "me", fields)
    assert (status, where) == (303, f"/s/{guest.place}/me?saved")
    text = await read(guest, "me?saved")
    assert "Saved." in text
    assert 'value="Bee"' in text
    async with house.db.write() as tx:
        own = await store.people_own.access_own(
            tx, house.keys, guest.member.person, guest.member.id, datetime.now(UTC)
        )
    assert own.emergency == "My sister Jo, 020 7946 0001"
    assert (own.name, own.zone, own.locale, own.callback) == (
        "Bee",
        "Europe/London",
        "de",
        "+44 20 7946 0000",
    )
    assert (own.safe.wording, own.safe.from_hour, own.safe.until_hour, own.safe.calendar) == (
        "bare",
        9,
        20,
        False,
    )
    assert "Hello Bee" in await read(guest)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Please enter a name"),
        ("name", "CLEO findable-name", "Somebody else in the group has this name."),
        ("name", "ada Findable-Name", "Somebody else in the group has this name."),
        ("zone", "Europe/Atlantis", "Please enter a city or a zone"),
        ("callback", "soon", "Please enter a telephone number"),
        ("channel", "", "Please choose how we may contact you."),
        ("until_hour", "9", "These are the same hour."),
    ],
)
async def test_details_that_cannot_be_are_told_beside_their_field(
    enter: Enter, field: str, value: str, words: str
) -> None:
    _house, _agreed, guest = await enter(**AHEAD)
    fields = {
        "name": "Bee",
        "zone": "Europe/London",
        "locale": "en",
        "callback": "",
        "channel": "mail",
        "wording": "usual",
        "from_hour": "9",
        "until_hour": "20",
    }
    status, text = await send(guest, "me", fields | {field: value})
    assert status == 422
    assert text.count(words) == 2
    assert "<title>Error: " in text


async def test_leaving_begins_with_a_talk_and_changes_nothing_by_itself(enter: Enter) -> None:
    house, agreed, guest = await enter(**AHEAD)
    status, _ = await send(guest, "leave", {"wish": "farewell"})
    assert status == 303
    assert "Nothing has changed" in await read(guest, "leave")
    async with house.db.read() as tx:
        tasks = await store.tasks.of_groups(tx, [agreed.circle.group], datetime.now(UTC))
    assert [(one.kind, one.member) for one in tasks] == [("wants_to_leave", guest.member.id)]
    assert "Session 6 of 12" in await read(guest), "the place is still theirs"


async def test_this_was_not_me_closes_everything(enter: Enter) -> None:
    house, agreed, guest = await enter(**AHEAD)
    assert "close everything" in await read(guest, "not-me")
    status, where = await send(guest, "not-me", {})
    assert status == 303
    assert where == f"/s/{guest.place}/not-me/done"
    assert "Everything is closed" in await read(guest, "not-me/done")
    await read(guest, status=403)
    async with house.db.read() as tx:
        tasks = await store.tasks.of_groups(tx, [agreed.circle.group], datetime.now(UTC))
    assert [one.kind for one in tasks] == ["link_not_me"]


async def test_the_calendar_page_prints_all_dates(enter: Enter) -> None:
    _house, _agreed, guest = await enter(**AHEAD)
    text = await read(guest, "calendar")
    assert text.count('class="dates-number"') == 12
    assert f'href="/s/{guest.place}/calendar.ics"' in text


async def test_no_page_of_a_member_speaks_of_the_others(enter: Enter) -> None:
    _house, agreed, guest = await enter(**AHEAD)
    for path in (
        "",
        "contract",
        "record",
        "me",
        "leave",
        "not-me",
        "calendar",
        f"away/{agreed.circle.session}",
    ):
        text = await read(guest, path)
        for name in ("Cleo", "Dora", "Emil"):
            assert name not in text, path


async def test_a_link_for_a_form_opens_no_other_page(enter: Enter) -> None:
    house, agreed, _guest = await enter(**AHEAD)
    other = Guest(house, agreed.circle.participants[1])
    await other.enter(await house.link(other.member, "checkin"))
    assert "This link is for a form" in await read(other)
    for path in ("contract", "record", "me", "leave", "not-me", "calendar", f"away/{agreed.circle.session}"):
        await read(other, path, status=404)


async def test_staff_do_not_open_a_members_own_pages(enter: Enter) -> None:
    house, agreed, _guest = await enter(**AHEAD)
    ada = await house.guest(agreed.circle.facilitator)
    for path in ("record", "me", "leave", "not-me", "calendar", f"away/{agreed.circle.session}"):
        await read(ada, path, status=404)
