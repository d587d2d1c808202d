"""Personal links: what looking at them does (nothing), what pressing the button does, and who is refused."""

from datetime import UTC, datetime

import pytest
from yarl import URL

import store.links
import store.presence
from care.facts import Kind
from server.signin import FAILURES
from tests.server.house import Guest, House, OpenHouse


async def test_a_mail_scanner_consumes_binds_and_learns_nothing(house: House) -> None:
    ada = house.circle.participants[0]
    token = await house.link(ada)
    async with Guest(house, ada) as scanner, scanner.http as http:
        for method in ("HEAD", "GET"):
            async with http.request(method, f"{house.origin}/j#{token}") as reply:
                text = await reply.text()
                assert reply.status == 200
                assert set(reply.cookies) <= {"device"}
                assert "Ada" not in text
                assert "Tuesday" not in text
                assert reply.headers["X-Robots-Tag"] == "noindex, nofollow"
    async with Guest(house, ada) as person:
        assert (await person.enter(token)).status == 303


async def test_an_answer_that_was_lost_on_the_way_locks_nobody_out(house: House) -> None:
    ada = house.circle.participants[0]
    token = await house.link(ada)
    async with Guest(house, ada) as person:
        async with person.http.get(f"{house.origin}/j") as page:
            secret = page.cookies["device"].value
        assert (await person.enter(token)).status == 303
        # As if the answer had never come: the browser has only what the page had given it.
        person.http.cookie_jar.clear()
        person.http.cookie_jar.update_cookies({"device": secret}, URL(house.origin))
        assert (await person.enter(token)).status == 303


async def test_the_button_signs_in_and_names_the_cookie_for_the_place(house: House) -> None:
    ada = house.circle.participants[0]
    async with Guest(house, ada) as person:
        reply = await person.enter(await house.link(ada))
        assert reply.headers["Location"] == f"/s/{ada.place}/"
        cookie = reply.cookies[f"seat-{ada.place}"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert reply.cookies["device"]["httponly"]


async def test_over_tls_cookies_are_pinned_to_the_host(houses: OpenHouse) -> None:
    house = await houses(mode="real", base_url="https://rooms.example.org")
    ada = house.circle.participants[0]
    async with (
        Guest(house, ada) as person,
        person.http.post(
            f"{house.origin}/j",
            data={"token": await house.link(ada)},
            headers={"Origin": "https://rooms.example.org"},
            allow_redirects=False,
        ) as reply,
    ):
        assert reply.status == 303
        assert reply.cookies[f"__Host-seat-{ada.place}"]["secure"]
        assert reply.cookies["__Host-device"]["secure"]
        assert reply.headers["Strict-Transport-Security"].startswith("max-age=31536000")


async def test_links_of_several_people_work_side_by_side_in_one_browser(house: House) -> None:
    ada, bela = house.circle.participants
    async with Guest(house, ada) as browser:
        await browser.enter(await house.link(ada))
        await browser.enter(await house.link(bela))
        for member in (ada, bela):
            browser.place = member.place
            status, _ = await browser.ticket()
            assert status == 200


async def test_a_forwarded_link_is_refused_and_facilitators_are_told(house: House) -> None:
    leader = await house.seated(house.circle.facilitator)
    ada = house.circle.participants[0]
    token = await house.link(ada)
    async with Guest(house, ada) as person, Guest(house, ada) as friend:
        await person.enter(token)
        await person.ticket()
        reply = await friend.enter(token)
        assert reply.status == 409
        assert "Set-Cookie" not in reply.headers
    notice = await leader.hears("notice", code="other_device")
    assert "Bela" in notice["words"]
    assert leader.state["waiting"] == []


async def test_unknown_expired_and_revoked_links_look_the_same(house: House) -> None:
    ada = house.circle.participants[0]
    revoked = await house.link(ada)
    async with house.db.write() as tx:
        await store.links.revoke(tx, ada.id, "test", datetime.now(UTC))
    async with Guest(house, ada) as person:
        answers = []
        for token in (revoked, "never-existed", "", "x" * 500):
            reply = await person.enter(token)
            answers.append((reply.status, await reply.text()))
    # Only the nonce of each answer differs.
    assert len({status for status, _ in answers}) == 1
    assert len({len(text) for _, text in answers}) == 1


async def test_guessing_is_slowed_but_a_right_link_from_the_same_network_gets_in(house: House) -> None:
    ada, bela = house.circle.participants
    async with Guest(house, ada) as guesser:
        statuses = [(await guesser.enter(f"guess-{n}")).status for n in range(int(FAILURES) + 2)]
        assert statuses[-1] == 429
        assert 429 not in statuses[: int(FAILURES)]
        assert (await guesser.enter(await house.link(bela))).status == 303


async def test_past_the_limit_even_a_right_code_is_not_looked_at(house: House) -> None:
    ada = house.circle.participants[0]
    now = datetime.now(UTC)
    async with house.db.write() as tx:
        code = await store.links.mint_code(tx, house.keys, ada.id, "join", now)
    async with Guest(house, ada) as guesser:
        headers = {"Origin": house.origin}
        for n in range(int(FAILURES)):
            await guesser.http.post(f"{house.origin}/j/code", data={"code": f"{n}"}, headers=headers)
        async with guesser.http.post(
            f"{house.origin}/j/code", data={"code": code}, headers=headers, allow_redirects=False
        ) as reply:
            assert reply.status == 429


async def test_a_typed_code_signs_in_without_scripts(house: House) -> None:
    ada = house.circle.participants[0]
    async with house.db.write() as tx:
        code = await store.links.mint_code(tx, house.keys, ada.id, "join", datetime.now(UTC))
    async with (
        Guest(house, ada) as person,
        person.http.post(
            f"{house.origin}/j/code",
            data={"code": code.lower()},
            headers={"Origin": house.origin},
            allow_redirects=False,
        ) as reply,
    ):
        assert reply.status == 303


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_a_foreign_page_cannot_press_the_button(house: House, headers: dict[str, str]) -> None:
    ada = house.circle.participants[0]
    token = await house.link(ada)
    async with Guest(house, ada) as person:
        async with person.http.post(
            f"{house.origin}/j", data={"token": token}, headers=headers, allow_redirects=False
        ) as reply:
            assert reply.status == 403
        assert (await person.enter(token)).status == 303


async def test_our_own_form_is_recognised_without_an_origin(house: House) -> None:
    """A page that sends no referrer gets `Origin: null` for its forms."""
    ada = house.circle.participants[0]
    async with (
        Guest(house, ada) as person,
        person.http.post(
            f"{house.origin}/j",
            data={"token": await house.link(ada)},
            headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
        ) as reply,
    ):
        assert reply.status == 303


async def test_an_opened_link_is_a_fact_of_the_session_that_is_near(house: House) -> None:
    ada = house.circle.participants[0]
    await house.guest(ada)
    async with house.db.read() as tx:
        facts = await store.presence.facts(tx, house.circle.session)
    assert [(f.kind, f.member) for f in facts] == [(Kind.LINK_OPENED, ada.id)]
