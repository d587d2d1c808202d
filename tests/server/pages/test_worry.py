"""A worrying answer from the question to the outcome: help at once, an alert in the demo's mailbox, somebody
who has it, words that close it."""

from datetime import UTC, datetime

import store.delivered
from care.delivery import Channel
from scheduler import escalation
from scheduler.observe import Metrics
from scheduler.outbox import Sender
from scheduler.settings import SchedulerSettings
from scheduler.transports import LocalOutbox
from scheduler.words import Words
from store.safety_state import item9_open, phq_version
from tests.server.pages.test_checkin import Open, begin, fill, opened, read, send
from tests.server.staff_desk import Browser
from tests.services.on_call import make_team

__all__ = ["opened"]


async def test_from_a_worrying_answer_to_the_outcome(opened: Open) -> None:
    asked = await opened()
    house, now = asked.house, datetime.now(UTC)
    async with house.db.write() as tx:
        team = await make_team(tx, house.keys, now)
        assert await phq_version(tx, asked.agreed.circle.group, now) == "phq9"
        assert await item9_open(tx, asked.agreed.circle.group, now)
    await begin(asked)
    status, to = await send(asked.guest, f"{asked.path}/safe_now", {"safe_now": "no"})
    help_page = to.removeprefix(f"/s/{asked.guest.place}/")
    assert status == 303
    assert 'href="tel:112"' in await read(asked.guest, help_page), (
        "her zone lies in Germany, whatever the browser speaks"
    )
    await send(asked.guest, help_page, {"wish": "now"})
    assert "We have told your team" in await read(asked.guest, f"{help_page}?said=now")
    assert "Your team is being asked until somebody answers" in await read(asked.guest, "")

    mailbox = LocalOutbox(house.db, house.keys)
    both = {Channel.MAIL: mailbox, Channel.TEXT: mailbox}
    settings = SchedulerSettings(mode="demo", base_url=house.origin)
    await escalation.tick(house.db, house.keys, datetime.now(UTC))
    await Sender(house.db, house.keys, settings, both, Words(), Metrics()).urgent(datetime.now(UTC))
    async with house.db.read() as tx:
        alerts = [one for one in await store.delivered.listing(tx, house.keys) if one.kind == "on_call_alert"]
    assert {one.person for one in alerts} == {team.first.person, asked.agreed.circle.facilitator.person}
    assert all("safe" not in one.body and "Ada" not in one.body for one in alerts)

    concern = help_page.rsplit("/", maxsplit=1)[-1]
    desk = f"/w/{team.first.desk}/concerns"
    async with await Browser(house).at(team.first) as browser:
        assert concern in (await browser.get(desk)).text
        assert "would like a call now" in (await browser.get(f"{desk}/{concern}")).text
        assert (await browser.post(f"{desk}/{concern}/acknowledge")).status == 303
        assert "Somebody of your team has taken it on" in await read(asked.guest, "")
        assert (
            await browser.post(f"{desk}/{concern}/contacted", {"said": "At home, a friend comes."})
        ).status == 303
        assert (
            await browser.post(f"{desk}/{concern}/close", {"outcome": "Safe tonight, plan renewed."})
        ).status == 303
        assert 'data-state="closed"' in (await browser.get(f"{desk}/{concern}")).text
    assert 'data-note="call"' not in await read(asked.guest, "")
    assert "Opening this page has told nobody anything" in await read(asked.guest, help_page)
    status, _ = await send(asked.guest, f"{asked.path}/mood", {"mood": "3"})
    assert status == 303, "the form goes on as before"


async def test_the_end_of_the_form_remembers_the_call_that_was_wished(opened: Open) -> None:
    asked = await opened()
    async with asked.house.db.write() as tx:
        await make_team(tx, asked.house.keys, datetime.now(UTC))
    await begin(asked)
    _, to = await send(asked.guest, f"{asked.path}/safe_now", {"safe_now": "no"})
    await send(asked.guest, to.removeprefix(f"/s/{asked.guest.place}/"), {"wish": "today"})
    await fill(asked, safe_now="no")
    await send(asked.guest, f"{asked.path}/check", {})
    assert "You wished for a call today. Your team has been told." in await read(
        asked.guest, f"{asked.path}/done"
    )
