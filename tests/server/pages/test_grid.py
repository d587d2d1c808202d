"""The grid says who was there with a symbol and a word, beside the standing with its counts."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

import store.groups
import store.presence
from care.facts import Fact, Kind
from care.verdict import Status
from server.pages import grid_words
from server.render import WEB, build
from store.ids import fresh_id
from store.tables import session as meeting
from tests.server.house import House
from tests.server.pages.clinic import Clinic, met, open_clinic
from tests.server.pages.test_pages import Outline


@pytest.fixture
async def clinic(house: House) -> Clinic:
    """Three members, three sessions."""
    found = await open_clinic(house)
    await met(found, 1, "attended", "no_show", "technical_failure")
    await met(found, 2, "attended", "attended_late", "partial")
    await met(found, 3, "excused", "attended", "attended")
    return found


async def test_every_cell_has_a_symbol_and_a_word(clinic: Clinic) -> None:
    async with clinic.browser:
        text = (await clinic.browser.get(clinic.at())).text
    cells = re.findall(r'<td class="grid-cell.*?</td>', text, re.DOTALL)
    assert len(cells) == 3 * 12
    for cell in cells:
        assert "<svg" in cell
        assert re.search(r'<span class="(sign-word|quiet)">[^<]+</span>', cell)


async def test_the_rate_always_comes_with_its_counts(clinic: Clinic) -> None:
    async with clinic.browser:
        text = (await clinic.browser.get(clinic.at())).text
    assert "2 of 3</span>" in text
    assert "(67 %)" in text
    assert "1 of 2</span>" in text  # the technical failure is not counted
    assert "(needs 9, can reach 11)" in text
    assert "Beginning" in text
    assert "Session 4 of 12" in text


async def test_phones_get_a_list_of_the_same(clinic: Clinic) -> None:
    async with clinic.browser:
        text = (await clinic.browser.get(clinic.at())).text
    assert text.count('<section class="grid-person"') == 3
    assert "9 sessions are still to come." in text


async def test_the_piece_is_not_sent_twice_while_nothing_changes(clinic: Clinic) -> None:
    async with clinic.browser:
        first = await clinic.browser.get(clinic.at("grid"))
        tag = first.headers["Etag"]
        again = await clinic.browser.get(clinic.at("grid"), headers={"If-None-Match": tag})
        assert (first.status, again.status, again.text) == (200, 304, "")
        assert "<html" not in first.text
        await met(clinic, 4, "attended", "attended", "attended")
        changed = await clinic.browser.get(clinic.at("grid"), headers={"If-None-Match": tag})
    assert changed.status == 200


async def test_one_members_page_shows_the_same_record(clinic: Clinic) -> None:
    async with clinic.browser:
        text = (await clinic.browser.get(clinic.at(f"people/{clinic.members[1].id}"))).text
    assert "we missed them" in text
    assert "2 of 3</span>" in text
    assert len([one for one in Outline(text).of("h1")]) == 1


def test_every_status_has_a_sign_of_its_own_shape() -> None:
    translations = build(demo=False, country="gb").environments["en"].globals["translations"]
    source = (WEB / "templates/pages/coordinator/signs.html").read_text(encoding="utf-8")
    shapes = dict(re.findall(r'"(\w+)": \'(.*?)\'', source))
    for status in Status:
        sign = grid_words.sign(translations, status.value)
        assert sign.tone in {"there", "part", "away", "missed", "ours", "none"}
        assert "_" not in sign.short
        assert status.value in shapes
    drawn = [shapes[status.value] for status in Status]
    assert len(set(drawn)) == len(drawn)


async def test_a_running_session_is_live_with_and_without_the_script(clinic: Clinic) -> None:
    now = datetime.now(UTC)
    async with clinic.house.db.write() as tx:
        starts = now - timedelta(minutes=5)
        await tx.execute(
            update(meeting)
            .where(meeting.c.id == clinic.sessions[3])
            .values(starts_at=starts, ends_at=starts + timedelta(minutes=90))
        )
        await store.groups.set_session_state(tx, clinic.sessions[3], "open", now)
        for kind in (Kind.ADMITTED, Kind.TRANSPORT_UP):
            fact = Fact(
                id=fresh_id(),
                session=clinic.sessions[3],
                member=clinic.members[0].id,
                connection="c" if kind is Kind.TRANSPORT_UP else None,
                kind=kind,
                at=now - timedelta(seconds=4),
                mono_ms=1000,
                boot=clinic.house.registry.boot,
                detail="",
            )
            await store.presence.append(tx, [fact])
    async with clinic.browser:
        page = await clinic.browser.get(clinic.at())
        piece = await clinic.browser.get(clinic.at("grid"))
    assert "in the room" in page.text
    assert "in the room" in piece.text
    assert f'data-source="{clinic.at("grid")}"' in page.text
    assert "js/grid.js" in page.text
    assert "Look again" in page.text
