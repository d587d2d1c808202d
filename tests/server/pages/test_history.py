"""What a coordinator may look up: messages without their text, acts that are theirs to see, and a table."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import store.audit
import store.decisions
import store.link_requests
import store.outbox
from server.pages import audit_words, export
from server.render import build
from tests.server.house import House
from tests.server.pages.clinic import Clinic, met, open_clinic


@pytest.fixture
async def clinic(house: House) -> Clinic:
    """A group with one session that is confirmed."""
    found = await open_clinic(house)
    await met(found, 1, "attended", "no_show", "attended_late")
    return found


async def test_messages_show_kind_time_and_result_and_no_text(clinic: Clinic) -> None:
    now = datetime.now(UTC)
    ada = clinic.members[0]
    async with clinic.house.db.write() as tx:
        await store.link_requests.resend(tx, ada.id, now)
        # The same person in another group: not this coordinator's.
        await store.outbox.put(
            tx,
            "k",
            "invitation",
            ada.person,
            {"member": "another"},
            now,
            now + timedelta(hours=1),
            now,
        )
    async with clinic.browser:
        page = await clinic.browser.get(clinic.at("messages"))
    assert "Link, asked for again" in page.text
    assert "waits" in page.text
    assert "Invitation" not in page.text
    assert "ada@findable.example" not in page.text


async def test_the_history_names_people_and_holds_only_listed_acts(clinic: Clinic) -> None:
    async with clinic.house.db.write() as tx:
        for action in ("sheet_saved", "outcome_said", "break_glass_opened", "answers_changed"):
            await store.audit.append(
                tx,
                clinic.house.keys,
                actor=clinic.facilitator.id,
                role="facilitator",
                action=action,
                object=f"member:{clinic.members[0].id}",
                group=clinic.group,
                now=datetime.now(UTC),
            )
    async with clinic.browser:
        page = await clinic.browser.get(clinic.at("audit"))
    assert "decided about attendance" in page.text
    assert "Olganils" in page.text
    assert "Bela" in page.text
    main = page.text[page.text.index("<main") :]
    for hidden in ("sheet", "outcome", "glass", "answers", clinic.members[0].id):
        assert hidden not in main


async def test_the_table_is_an_attachment_with_codes_and_is_noted(clinic: Clinic) -> None:
    async with clinic.browser:
        reply = await clinic.browser.get(clinic.at("export/attendance.csv"))
        page = await clinic.browser.get(clinic.at("audit"))
    assert reply.headers["Content-Disposition"].startswith("attachment;")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    assert len(rows) == 3 * 12
    first = [one for one in rows if one["session"] == "1"]
    assert [(one["status"], one["nhs_code"]) for one in first] == [
        ("attended", "5"),
        ("no_show", "3"),
        ("attended_late", "6"),
    ]
    assert {one["confirmed_by_person"] for one in first} == {"yes"}
    assert "downloaded the attendance" in page.text


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\x00=1", " =1", "  @x"])
def test_no_cell_is_taken_for_a_formula(bad: str) -> None:
    cell = export.safe(bad)
    assert cell.startswith("'")
    assert "\x00" not in cell


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_row_reads_back_as_it_was_written(cells: list[str]) -> None:
    read = next(csv.reader(io.StringIO(export.table([cells]), newline="")))
    assert read == [export.safe(cell) for cell in cells]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in read)


def test_acts_in_the_history_have_words() -> None:
    translations = build(demo=False, country="gb").environments["en"].globals["translations"]
    assert all(" " in words or len(words) > 3 for words in audit_words.acts(translations).values())


async def test_a_correction_stands_in_the_history(clinic: Clinic) -> None:
    async with clinic.browser:
        async with clinic.house.db.write() as tx:
            await store.decisions.decide(
                tx,
                clinic.house.keys,
                clinic.sessions[0],
                clinic.members[1].id,
                "attended",
                "wrong_record",
                "",
                clinic.facilitator.id,
                "facilitator",
                datetime.now(UTC),
                "another form",
            )
        page = await clinic.browser.get(clinic.at("audit"))
    assert "corrected attendance" in page.text
    words = build(demo=False, country="gb").environments["en"].globals["translations"]
    assert {"presence_by_hand", "presence_by_hand_withdrawn"} <= set(audit_words.acts(words))
