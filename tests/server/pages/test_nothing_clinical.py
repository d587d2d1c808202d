"""Nothing a member answered, and nothing written about them, changes a coordinator's page.

Every page is found in the table of routes, and every table of the database has to be named here: what is
added later is caught until somebody has decided what it may do.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert, select

import store.absence
import store.answers
import store.checkins
import store.checklists
import store.concerns
import store.decisions
import store.duties
import store.filling
import store.group_summaries
import store.individual
import store.outcomes
import store.scores
import store.sheets
import store.staff
import store.tasks
import store.tryouts
import store.workbook
from care import forms
from care.completion import Outcome
from care.measures import PHQ9
from care.tryout import Result, Tryout
from server.pages import contract, coordinator_routes, home
from store.filling import Hand
from store.tables import checkin, doorstep, group_summary, metadata, summary_copy
from tests.server.house import House
from tests.server.pages.clinic import Clinic, met, open_clinic
from tests.server.staff_desk import colleague
from tests.services import checkins
from tests.services.asked import ask
from tests.services.meetings import arranged

# May show on a coordinator's page: attendance, notice, contract, booking, delivery, people, the staff's own.
SHOWN = {
    *("person", "person_key", "access_log", "therapy_group", "member", "session", "link", "link_event"),
    *("device", "signin", "room", "seat", "fact", "boot", "attendance_proposal", "outbox", "delivered"),
    *("signal", "tick", "service_version", "group_draft", "contract_version", "signature"),
    *("change", "dates_revision", "pause", "leaving", "calendar_feed", "decision", "ledger_entry"),
    *("by_hand", "question", "task", "reopening", "staff", "staff_signin", "staff_token"),
    *("passkey", "break_glass", "audit", "admitted_unsigned", "questionnaire"),
    *("meeting_slot", "individual_meeting", "meeting_decision"),
    *("on_call_version", "crisis_version", "alert"),
}
# Holds something that must not show. Each has a change below.
CLINICAL = {
    *("doorstep", "personal_sheet", "outcome", "absence_notice", "checkin", "meeting_checklist"),
    *("workbook", "tryout", "group_summary", "summary_copy"),
    *("answer", "score_look"),
    *("assessed", "concern", "concern_event"),
}
STEPS = re.compile(r"^/w/\{desk\}/groups/")


@pytest.fixture
async def clinic(house: House) -> Clinic:
    """A group in the middle of its course."""
    found = await open_clinic(house)
    await colleague(house, "Nora", clinician=True)
    await met(found, 1, "no_show", "attended", "attended_late")
    await met(found, 2, "no_show", "excused", "attended")
    async with found.house.db.write() as tx:
        session, now = found.sessions[4], datetime.now(UTC)
        for member in found.members:
            await store.absence.give(
                tx, found.house.keys, member.id, session, "family", "first words", member.id, now
            )
        await arranged(tx, found.house.keys, found.facilitator, found.members[0])
        for member in found.members:
            day = timedelta(days=1)
            await checkins.put(tx, member.id, "mid", now - day, now + 5 * day, session=session)
        await store.duties.renew(tx, found.group, now)
    return found


def addresses(clinic: Clinic) -> list[str]:
    """Every page of a coordinator, with this clinic's ids in it."""
    member, session = clinic.members[0].id, clinic.sessions[5]
    fill = {"place": clinic.place, "desk": clinic.olga.desk, "member": member, "session": session}
    routes = [*coordinator_routes.routes(), *home.routes(), *contract.routes()]
    paths = {route.path for route in routes if route.method == "GET"}
    paths = {one for one in paths if not (STEPS.match(one) and "{draft}" in one)}
    # A facilitator's page, a clinician's page, and the file: each is asked about elsewhere.
    paths -= {"/s/{place}/contract/{member}", "/s/{place}/people/{member}/outcome"}
    paths -= {"/s/{place}/export/attendance.csv"}
    of_others = ["/s/{place}/attendance/" + clinic.sessions[0]]
    return sorted(one.format(**fill) for one in (*paths, *of_others))


def still(text: str) -> str:
    """A page without what differs at every reading: the nonce and the form values."""
    text = re.sub(r'nonce="[^"]*"', "", text)
    return re.sub(r'name="(csrf|key)" value="[^"]*"', "", text)


async def pages(clinic: Clinic) -> dict[str, str]:
    """Every page as it is now, then the table: making it is written into the history."""
    found = {}
    for path in addresses(clinic):
        reply = await clinic.browser.get(path)
        assert reply.status == 200, (path, reply.status)
        found[path] = still(reply.text)
    return found


async def table(clinic: Clinic) -> str:
    """The file of attendance."""
    reply = await clinic.browser.get(clinic.at("export/attendance.csv"))
    assert reply.status == 200
    return reply.text


async def write_sheet(clinic: Clinic) -> None:
    """Goals in a member's own words."""
    body = {"main": "grief", "secondary": "", "goals": ["unspoken goal"]}
    async with clinic.house.db.write() as tx:
        for member in clinic.members:
            await store.sheets.save_sheet(
                tx, clinic.house.keys, member.id, body, clinic.facilitator.id, datetime.now(UTC)
            )


async def write_words_of_absence(clinic: Clinic) -> None:
    """Other words beside the same notice."""
    async with clinic.house.db.write() as tx:
        for member in clinic.members:
            await store.absence.give(
                tx,
                clinic.house.keys,
                member.id,
                clinic.sessions[4],
                "family",
                "unspoken reason",
                member.id,
                datetime.now(UTC),
            )


async def say_outcome(clinic: Clinic) -> None:
    """A clinician's word about how it ended, with a note."""
    async with clinic.house.db.write() as tx:
        nora = next(one for one in await store.staff.everyone(tx) if one.clinician)
        for member in clinic.members:
            await store.outcomes.say(
                tx,
                clinic.house.keys,
                member.id,
                Outcome("other"),
                "unspoken note",
                nora.id,
                datetime.now(UTC),
            )


async def stand_at_the_door(clinic: Clinic) -> None:
    """Where somebody is and who is with them, said at the door."""
    async with clinic.house.db.write() as tx:
        for member in clinic.members:
            await tx.execute(
                insert(doorstep).values(
                    session=clinic.sessions[5],
                    member=member.id,
                    where_sealed=b"unspoken place",
                    phone_sealed=b"unspoken number",
                    alone=False,
                    headphones=False,
                    at=datetime.now(UTC),
                )
            )


async def tick_off(clinic: Clinic) -> None:
    """What was gone through in an individual meeting."""
    async with clinic.house.db.write() as tx:
        for one in await store.individual.bookings_of_group(tx, clinic.group):
            await store.checklists.save(
                tx, clinic.house.keys, clinic.facilitator.id, one.id, ["risk"], datetime.now(UTC)
            )


async def answer_a_checkin(clinic: Clinic) -> None:
    """What somebody said of their week, halfway through a form."""
    now = datetime.now(UTC)
    async with clinic.house.db.write() as tx:
        for row in (await tx.execute(select(checkin).where(checkin.c.wave == "mid"))).all():
            for question, value in (("mood", 2), ("moment", "unspoken moment"), ("phq9_1", 3)):
                await store.answers.save(
                    tx,
                    clinic.house.keys,
                    checkin_id=row.id,
                    question=question,
                    value=value,
                    form="mid.1",
                    device="a" * 16,
                    by=row.member,
                    now=now,
                )


async def answer(clinic: Clinic, value: str) -> None:
    """Every member answers the question about thoughts of death."""
    async with clinic.house.db.write() as tx:
        for member in clinic.members:
            await store.concerns.assess_answer(
                tx,
                clinic.house.keys,
                member=member.id,
                checkin=f"of{member.id}",
                question="phq9_9",
                value=value,
                now=datetime.now(UTC),
            )


async def answer_nought(clinic: Clinic) -> None:
    """An answer from which nothing follows."""
    await answer(clinic, "0")


async def skip(clinic: Clinic) -> None:
    """A question that was left out: a question for the next contact, for the facilitators alone."""
    await answer(clinic, "")


async def skip_twice(clinic: Clinic) -> None:
    """What a concern's history holds, without the concern itself."""
    await skip(clinic)
    await skip(clinic)


async def work_on_it(clinic: Clinic) -> None:
    """People, problems, areas, goals, strategies and a plan, written by the member and the facilitator."""
    bodies: dict[str, dict[str, object]] = {
        "relation": {"label": "unspoken"},
        "problem": {"words": "unspoken problem"},
        "area": {"area": "grief", "rank": 1, "from_session": 1, "words": "unspoken why"},
        "goal": {"words": "unspoken goal"},
        "worked": {"keys": ["ties"], "note": "unspoken note"},
        "plan": {"signs": "unspoken sign"},
        "readiness": {"ready_feelings": 2, "ready_time": 9, "ready_change": 4},
    }
    async with clinic.house.db.write() as tx:
        for member in clinic.members:
            for kind, body in bodies.items():
                await store.workbook.put(
                    tx,
                    clinic.house.keys,
                    member.id,
                    kind,
                    "thing",
                    body,
                    by=clinic.facilitator.id if kind in ("worked", "readiness") else member.id,
                    device="",
                    now=datetime.now(UTC),
                )


async def look_at_a_prompt(clinic: Clinic) -> None:
    """A facilitator has looked at what somebody's scores ask for."""
    async with clinic.house.db.write() as tx:
        for member in clinic.members:
            prompt = ("sudden_rise", "phq9", "unspoken prompt")
            await store.scores.look(
                tx, clinic.house.keys, member.id, prompt, clinic.facilitator.id, datetime.now(UTC)
            )


async def try_something(clinic: Clinic) -> None:
    """A step between two sessions, and what became of it."""
    said = Tryout(step="unspoken step", result=Result.DONE, happened="unspoken talk", mood=2)
    async with clinic.house.db.write() as tx:
        for member in clinic.members:
            await store.tryouts.put(
                tx,
                clinic.house.keys,
                member.id,
                "thing",
                said,
                by=member.id,
                device="",
                now=datetime.now(UTC),
            )


async def draft_a_summary(clinic: Clinic) -> None:
    """What a facilitator writes about a session."""
    async with clinic.house.db.write() as tx:
        await store.group_summaries.save(
            tx,
            clinic.house.keys,
            clinic.sessions[0],
            "unspoken summary",
            clinic.facilitator.id,
            0,
            datetime.now(UTC),
        )


async def get_a_summary(clinic: Clinic) -> None:
    """A member's copy of it. That a message went out is theirs to see; see below."""
    await draft_a_summary(clinic)
    async with clinic.house.db.write() as tx:
        summary = (await tx.execute(select(group_summary.c.id))).scalar_one()
        for member in clinic.members:
            await tx.execute(
                insert(summary_copy).values(
                    summary=summary, member=member.id, body_sealed=b"unspoken summary"
                )
            )


CHANGES: dict[str, Callable[[Clinic], Awaitable[None]]] = {
    "personal_sheet": write_sheet,
    "absence_notice": write_words_of_absence,
    "outcome": say_outcome,
    "doorstep": stand_at_the_door,
    "assessed": answer_nought,
    "concern": skip,
    "concern_event": skip_twice,
    "workbook": work_on_it,
    "meeting_checklist": tick_off,
    "answer": answer_a_checkin,
    "score_look": look_at_a_prompt,
    "tryout": try_something,
    "group_summary": draft_a_summary,
    "summary_copy": get_a_summary,
}


@pytest.mark.parametrize("what", sorted(CHANGES))
async def test_what_is_not_theirs_changes_no_coordinators_page(clinic: Clinic, what: str) -> None:
    async with clinic.browser:
        before, file = await pages(clinic), await table(clinic)
        before = await pages(clinic)
        await CHANGES[what](clinic)
        after = await pages(clinic)
        assert await table(clinic) == file
    for path, text in after.items():
        assert "unspoken" not in text, path
        # That somebody said again that they will be away is an act of theirs; its words are not shown.
        if not (what == "absence_notice" and path == clinic.at("audit")):
            assert text == before[path], path


async def test_scores_that_get_much_worse_change_no_coordinators_page(clinic: Clinic) -> None:
    async with clinic.house.db.write() as tx:
        now = datetime.now(UTC)
        forms = [
            (
                member.id,
                number,
                await ask(tx, member.id, clinic.sessions[number], now, "weekly", number=number),
            )
            for member in clinic.members
            for number in (1, 2)
        ]
    async with clinic.browser:
        await pages(clinic)
        before = await pages(clinic)
        async with clinic.house.db.write() as tx:
            for member, number, form in forms:
                for item in PHQ9.items:
                    await store.answers.save(
                        tx,
                        clinic.house.keys,
                        checkin_id=form,
                        question=item.id,
                        value=0 if number == 1 else 3,
                        form="weekly.1",
                        instrument=PHQ9.pin,
                        device="a" * 16,
                        by=member,
                        now=datetime.now(UTC),
                    )
        async with clinic.house.db.write() as tx:
            told = await store.scores.access_courses(
                tx,
                clinic.house.keys,
                [one.id for one in clinic.members],
                clinic.facilitator.id,
                "test",
                datetime.now(UTC),
            )
        assert [len(one.sheets) for one in told.values()] == [2, 2, 2]
        after = await pages(clinic)
    assert after == before


async def test_a_sent_summary_shows_as_a_message_and_as_nothing_else(clinic: Clinic) -> None:
    async with clinic.browser:
        await pages(clinic)
        before = await pages(clinic)
        await draft_a_summary(clinic)
        async with clinic.house.db.write() as tx:
            await store.group_summaries.send(
                tx,
                clinic.house.keys,
                clinic.sessions[0],
                1,
                clinic.facilitator.id,
                (),
                datetime.now(UTC),
            )
        after = await pages(clinic)
    differing = {path for path in before if before[path] != after[path]}
    assert differing == {clinic.at("messages"), clinic.at(f"people/{clinic.members[0].id}")}
    for path in differing:
        assert "There is something to read" in after[path]
        assert "unspoken" not in after[path]


async def test_a_finished_checkin_changes_only_done_or_missing(clinic: Clinic) -> None:
    async with clinic.browser:
        before = await pages(clinic)
        async with clinic.house.db.write() as tx:
            every = await store.checkins.of_group(tx, clinic.group)
            rows = [one for one in every if one.wave == "mid" and one.answerable(datetime.now(UTC))]
            assert rows
            for one in rows:
                assert await store.checkins.mark_opened(tx, one.id, "mid-1", datetime.now(UTC))
                assert await store.checkins.submit(tx, one.id, datetime.now(UTC))
        after = await pages(clinic)
    differing = [path for path in before if before[path] != after[path]]
    assert differing == [clinic.at(f"people/{clinic.members[0].id}")]
    path = differing[0]
    mid = '<span>In the middle</span><span class="state">'
    # What is done can no longer be waived, which says the same.
    choice = r'\s*<option value="\w+">In the middle</option>'
    told, times = re.subn(choice, "", before[path])
    assert times == 1
    assert told.replace(f"{mid}open, not done yet", f"{mid}done") == after[path]


async def test_a_wished_call_changes_no_coordinators_page(clinic: Clinic) -> None:
    now = datetime.now(UTC)
    asked = []
    async with clinic.house.db.write() as tx:
        for member in clinic.members:
            day = timedelta(days=1)
            name = await checkins.put(
                tx, member.id, "followup", now - day, now + 5 * day, session=clinic.sessions[5]
            )
            assert await store.checkins.mark_opened(tx, name, "followup.1", now)
            asked.append(await store.checkins.find(tx, name))
    form = forms.build("followup.1", {})
    async with clinic.browser:
        file = await table(clinic)
        before = await pages(clinic)
        for one in asked:
            assert one is not None
            hand = Hand(member=one.member, role="participant", device="a" * 16)
            async with clinic.house.db.write() as tx:
                await store.filling.give(tx, clinic.house.keys, one, form, {"call_wished": "yes"}, hand, now)
        assert await pages(clinic) == before
        async with clinic.house.db.write() as tx:
            calls = [
                task
                for task in await store.tasks.of_groups(tx, [clinic.group], now)
                if task.kind == "call_wished"
            ]
            assert len(calls) == len(clinic.members)
            for task in calls:
                await store.tasks.finish(
                    tx, clinic.house.keys, task.id, clinic.facilitator.id, "facilitator", "reached", now
                )
        assert await pages(clinic) == before
        assert await table(clinic) == file


async def test_a_worry_shows_a_coordinator_who_needs_contact_and_nothing_else(clinic: Clinic) -> None:
    async with clinic.browser:
        before = await pages(clinic)
        await answer(clinic, "3")
        after = await pages(clinic)
    assert [path for path in before if before[path] != after[path]] == [f"/w/{clinic.olga.desk}/"]
    work = after[f"/w/{clinic.olga.desk}/"]
    section = re.search(r"<section[^>]*data-needed>.*?</section>\n", work, re.DOTALL)
    assert section is not None
    assert "Needs clinical contact" in section[0]
    assert work.replace(section[0], "") == before[f"/w/{clinic.olga.desk}/"]
    assert not re.search("phq|thought|harm|nearly|urgent|answer|level", section[0], re.IGNORECASE)


def test_every_table_is_known_to_be_theirs_or_not() -> None:
    assert set(metadata.tables) <= SHOWN | CLINICAL
    assert set(CHANGES) | {"checkin"} == CLINICAL


@pytest.mark.parametrize("role", ["facilitator", "participant", "another"])
async def test_no_page_of_a_coordinator_opens_for_anybody_else(
    house: House, clinic: Clinic, role: str
) -> None:
    own = {"/s/{place}/", "/s/{place}/contract", "/s/{place}/attendance/{session}"}
    # At the same address a facilitator reads a page of their own.
    led = "/s/{place}/people/" + clinic.members[0].id if role == "facilitator" else ""
    other = await open_clinic(house, name="Petra")
    async with clinic.browser, other.browser:
        for path in addresses(clinic):
            if path.startswith("/w/") or role == "another":
                reply = await other.browser.get(path)
                assert reply.status in (403, 404), path
                continue
            member = clinic.facilitator if role == "facilitator" else clinic.members[0]
            theirs = path.replace(clinic.place, member.place)
            shape = path.replace(clinic.place, "{place}").replace(clinic.sessions[0], "{session}")
            guest = await house.guest(member)
            async with guest.http.get(house.origin + theirs) as reply_:
                assert reply_.status == 404 or shape in (*own, led), path


async def statements(clinic: Clinic, path: str) -> int:
    """How many statements a page takes, at the quietest of several readings: the server keeps house too."""
    engines = {clinic.house.db._reader.sync_engine, clinic.house.db._writer.sync_engine}
    counts = []
    for _ in range(5):
        seen: list[str] = []

        def note(
            _conn: object, _cursor: object, statement: str, *_more: object, to: list[str] = seen
        ) -> None:
            to.append(statement)

        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            assert (await clinic.browser.get(path)).status == 200
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)
        counts.append(len(seen))
    return min(counts)


async def test_the_number_of_statements_does_not_grow_with_groups_or_people(
    house: House, clinic: Clinic
) -> None:
    async with clinic.browser:
        paths = [clinic.at(), f"/w/{clinic.olga.desk}/", clinic.at("grid"), clinic.at("people")]
        before = [await statements(clinic, path) for path in paths]
        for name in ("Petra", "Quirin", "Rosa"):
            other = await open_clinic(house, name=name)
            await met(other, 1, "no_show", "no_show", "no_show")
            async with house.db.write() as tx:
                await store.staff.grant(
                    tx,
                    house.keys,
                    clinic.olga.person,
                    other.group,
                    "coordinator",
                    "command",
                    datetime.now(UTC),
                )
            await other.browser.http.close()
        after = [await statements(clinic, path) for path in paths]
    assert after == before
