"""The work list: who needs what, from attendance and its neighbours, one action a row."""

import re
from datetime import UTC, datetime, timedelta

import pytest

import store.message_log
import store.outbox
import store.tasks
import store.worklist
from care.thresholds import Kind
from server.pages import work_words
from server.render import build
from tests.server.house import House
from tests.server.pages.clinic import Clinic, met, open_clinic
from tests.server.staff_desk import Reply


@pytest.fixture
async def clinic(house: House) -> Clinic:
    """A group in which Ada was missed in the first two sessions."""
    found = await open_clinic(house)
    await met(found, 1, "no_show", "attended", "attended")
    await met(found, 2, "no_show", "attended", "attended_late")
    return found


async def listed(clinic: Clinic) -> Reply:
    """The page."""
    return await clinic.browser.get(f"/w/{clinic.olga.desk}/")


async def calls(clinic: Clinic) -> list[store.worklist.Item]:
    """The calls that wait for Olga."""
    async with clinic.house.db.read() as tx:
        rows = await store.worklist.rows(tx, clinic.house.keys, clinic.olga.person, datetime.now(UTC))
    return [one for one in rows if one.kind == Kind.CALL_2H]


async def test_each_row_names_person_group_reasons_and_has_one_action(clinic: Clinic) -> None:
    async with clinic.browser:
        text = (await listed(clinic)).text
    rows = re.findall(r'<li class="work-row.*?</li>', text, re.DOTALL)
    assert rows
    for row in rows:
        assert "Thursday group of Olga" in row
        ways = row.count('class="button button-small" href') + row.count("<summary")
        ways += row.count('data-action="send-again"')
        assert ways == 1
    assert "Ada" in text
    assert "Call now: missed in the first sessions" in text


async def test_a_call_that_reached_somebody_leaves_the_list(clinic: Clinic) -> None:
    async with clinic.browser:
        task = (await calls(clinic))[0].task
        path = f"/w/{clinic.olga.desk}/tasks/{task}"
        assert (await clinic.browser.post(path, {f"outcome-{task}": "reached", "tried": "0"})).status == 303
        assert (await clinic.browser.post(path, {f"outcome-{task}": "reached", "tried": "0"})).status == 303
        assert task not in {one.task for one in await calls(clinic)}


async def test_a_call_nobody_answered_stays_and_says_how_often(clinic: Clinic) -> None:
    async with clinic.browser:
        task = (await calls(clinic))[0].task
        path = f"/w/{clinic.olga.desk}/tasks/{task}"
        assert '<input type="hidden" name="tried" value="0">' in (await listed(clinic)).text
        for _ in range(4):
            noted = await clinic.browser.post(path, {f"outcome-{task}": "not_reached", "tried": "0"})
            assert noted.status == 303
        assert next(one for one in await calls(clinic) if one.task == task).tried == 1
        assert "tried once" in (await listed(clinic)).text


async def test_a_call_without_an_outcome_is_asked_again(clinic: Clinic) -> None:
    async with clinic.browser:
        task = (await calls(clinic))[0].task
        reply = await clinic.browser.post(f"/w/{clinic.olga.desk}/tasks/{task}", {})
    assert reply.status == 422
    assert "Say how the call went." in reply.text
    assert f'id="outcome-{task}-error"' in reply.text


async def uncertain(clinic: Clinic, number: int) -> None:
    """A message to one of the members that was cut off while it was handed over."""
    member, now = clinic.members[number], datetime.now(UTC)
    async with clinic.house.db.write() as tx:
        key, later = f"cut-off-{number}", now + timedelta(hours=1)
        await store.outbox.put(tx, key, "join_link", member.person, {"member": member.id}, now, later, now)
        row = await store.outbox.find(tx, key)
        assert row is not None
        taken = await store.outbox.take(tx, row.id, now, 60)
        assert taken is not None
        assert taken.token is not None
        await store.outbox.transmitting(tx, row.id, taken.token, f"<{key}@x>", now)
        await store.outbox.uncertain(tx, row.id, taken.token, "timeout", now)


async def test_messages_that_may_or_may_not_have_left_are_a_line_that_leads_to_them(
    house: House, clinic: Clinic
) -> None:
    other = await open_clinic(house, name="Petra")
    async with clinic.browser, other.browser:
        assert "messages_uncertain" not in (await listed(clinic)).text
        await uncertain(clinic, 0)
        await uncertain(clinic, 1)
        text = (await listed(clinic)).text
        row = re.search(r'<li class="work-row" data-kind="messages_uncertain".*?</li>', text, re.DOTALL)
        assert row is not None
        assert "2 messages may or may not have left; look and decide" in row.group()
        assert f'href="{clinic.at("messages")}"' in row.group()
        assert "messages_uncertain" not in (await listed(other)).text
        async with house.db.read() as tx:
            asking = await store.message_log.of_group(tx, clinic.group)
        for one in asking:
            if one.state == "uncertain":
                await clinic.form(clinic.at(f"messages/{one.id}"), {"choice": "received"})
        assert "messages_uncertain" not in (await listed(clinic)).text


async def test_nobody_finishes_another_groups_task(house: House, clinic: Clinic) -> None:
    other = await open_clinic(house, name="Petra")
    async with clinic.browser, other.browser:
        task = (await calls(clinic))[0].task
        fields = {f"outcome-{task}": "reached", "tried": "0"}
        reply = await other.browser.post(f"/w/{other.olga.desk}/tasks/{task}", fields)
        assert reply.status == 404
        assert "Ada" not in (await listed(other)).text or task not in (await listed(other)).text
        assert task in {one.task for one in await calls(clinic)}


async def test_only_a_call_is_noted_from_the_list(clinic: Clinic) -> None:
    async with clinic.browser:
        async with clinic.house.db.write() as tx:
            now = datetime.now(UTC)
            await store.tasks.open_one(
                tx,
                clinic.house.keys,
                clinic.group,
                clinic.members[0].id,
                "question_about_record",
                ("asked",),
                now,
                now,
                by=clinic.members[0].id,
                role="participant",
            )
            found = await store.worklist.rows(tx, clinic.house.keys, clinic.olga.person, now)
        task = next(one.task for one in found if one.kind == "question_about_record")
        fields = {f"outcome-{task}": "reached", "tried": "0"}
        assert (await clinic.browser.post(f"/w/{clinic.olga.desk}/tasks/{task}", fields)).status == 404


async def unsigned(clinic: Clinic) -> str:
    """A task of Olga's: Bela has not signed."""
    now = datetime.now(UTC)
    async with clinic.house.db.write() as tx:
        await store.tasks.open_one(
            tx,
            clinic.house.keys,
            clinic.group,
            clinic.members[1].id,
            "contract_unsigned",
            ("unsigned",),
            now,
            now,
            by=clinic.members[1].id,
            role="participant",
        )
        found = await store.worklist.rows(tx, clinic.house.keys, clinic.olga.person, now)
    return next(
        one.task for one in found if one.kind == "contract_unsigned" and one.member == clinic.members[1].id
    )


async def test_a_link_is_sent_from_the_row_and_not_without_end(house: House, clinic: Clinic) -> None:
    other = await open_clinic(house, name="Petra")
    async with clinic.browser, other.browser:
        task = await unsigned(clinic)
        path = f"/w/{clinic.olga.desk}/tasks/{task}/send"
        assert f'action="{path}"' in (await listed(clinic)).text
        assert (await other.browser.post(f"/w/{other.olga.desk}/tasks/{task}/send")).status == 404
        assert (await clinic.browser.post(path, {"csrf": "x"})).status == 403
        replies = [await clinic.browser.post(path) for _ in range(4)]
        assert [one.location.partition("said=")[2] for one in replies] == ["sent"] * 3 + ["not_sent"]
        assert "The link is on its way." in (await clinic.browser.get(replies[0].location)).text
        call = (await calls(clinic))[0].task
        assert (await clinic.browser.post(f"/w/{clinic.olga.desk}/tasks/{call}/send")).status == 404
        history = await clinic.browser.get(clinic.at("audit"))
    assert history.text.count("sent a personal link") == 3


async def test_the_desk_has_tabs_and_says_where_one_is(clinic: Clinic) -> None:
    async with clinic.browser:
        for rest in ("", "account"):
            page = (await clinic.browser.get(f"/w/{clinic.olga.desk}/{rest}")).text
            assert f'<a href="/w/{clinic.olga.desk}/{rest}" aria-current="page">' in page
        group = (await clinic.browser.get(clinic.at())).text
        nav = group[group.index("place-nav") :]
        assert nav.index("Work list") < nav.index("Dates")


def item(kind: str, role: str) -> store.worklist.Item:
    """A task of this kind."""
    return store.worklist.Item(
        task="t",
        kind=kind,
        role=role,
        group="g",
        title="G",
        place="p",
        member="m",
        name="Ada",
        session="s",
        ordinal=1,
        reasons=(),
        tried=0,
        priority=1,
        due_at=datetime.now(UTC),
        overdue=False,
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_task_has_words_and_a_way(kind: Kind) -> None:
    translations = build(demo=False, country="gb").environments["en"].globals["translations"]
    assert work_words.task_words(translations, kind.value) != kind.value.replace("_", " ")
    for role in ("coordinator", "facilitator"):
        found = work_words.way(translations, item(kind.value, role))
        assert found.words
        assert not found.sends or (role, found.path) == ("coordinator", "")
        assert role == "coordinator" or "/people/" not in found.path


@pytest.mark.parametrize(
    "reason",
    [
        *("early_no_show", "run:2", "total:3", "share:3/12", "no_show:2", "no_show_run:3", "late_cancel:2"),
        *("technical:2", "technical_run:2", "reachable:8/9", "late:3/4", "undecided:8", "session:2"),
        *(
            "unsigned",
            "refused",
            "asked",
            "link_not_me",
            "wish_talk",
            "no_show",
            "brief_contact",
            "late_not_admitted",
            "tried:1",
        ),
    ],
)
def test_every_reason_has_words(reason: str) -> None:
    translations = build(demo=False, country="gb").environments["en"].globals["translations"]
    words = work_words.reason_words(translations, reason)
    assert "_" not in words
    assert ":" not in words.replace("word: 2", "").replace("notice: 2", "")
