"""The first thread through the whole house: from three links to what the coordinator reads afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Page, expect

import store.attendance
import store.groups
import store.outbox
import store.presence
from care.facts import Kind
from store.database import Database
from store.settings import StoreSettings
from tests.browser.visitor import Visitor

Visit = Callable[..., Awaitable[Visitor]]

CLOSES_WITHIN_S = 90.0
SEEN = {Kind.LINK_OPENED, Kind.ARRIVED, Kind.GREETED, Kind.ADMITTED, Kind.TRANSPORT_UP, Kind.FIRST_MEDIA}
"""Facts of every participant who came in by the door."""


async def meet(visit: Visit, room: dict[str, Any]) -> tuple[Visitor, Visitor, Visitor]:
    """A facilitator and two participants in their room, each seen and heard by both others."""
    ada = await visit(room, "facilitators")
    ben = await visit(room, "participants", 0)
    cleo = await visit(room, "participants", 1)
    await ada.lead()
    for newcomer in (ben, cleo):
        await newcomer.knock()
        await ada.let_in(newcomer)
    await all_see_and_hear(ada, ben, cleo)
    return ada, ben, cleo


async def all_see_and_hear(*people: Visitor, within_s: float = 20.0) -> None:
    """Asserts that everyone gets new frames and new sound of everyone else."""
    for viewer in people:
        for other in people:
            if viewer is not other:
                await viewer.sees_and_hears(other, within_s=within_s)


async def closed(settings: StoreSettings, session: str) -> None:
    """Waits until a tick of the scheduler has closed the session."""
    db = await Database.open(settings)
    try:
        async with asyncio.timeout(CLOSES_WITHIN_S):
            while True:
                async with db.read() as tx:
                    found = await store.groups.session(tx, session)
                if found is not None and found.state == "closed":
                    return
                await asyncio.sleep(0.2)
    finally:
        await db.close()


async def assert_stored(settings: StoreSettings, room: dict[str, Any], came: tuple[Visitor, ...]) -> None:
    """Asserts what a closed session leaves behind: facts of who came, one proposal for each member, one
    check-in invitation for each participant."""
    db = await Database.open(settings)
    try:
        async with db.read() as tx:
            facts = await store.presence.facts(tx, room["session"])
            proposals = await store.attendance.proposals(tx, room["session"])
            messages = await store.outbox.listing(tx)
    finally:
        await db.close()
    for person in came:
        kinds = {fact.kind for fact in facts if fact.member == person.member}
        assert kinds >= SEEN, f"{person.name}: {SEEN - kinds} missing"
    participants = {one["member"] for one in room["participants"]}
    judged = [proposal.member for proposal in proposals]
    assert len(judged) == len(set(judged)), "a member has two proposals"
    assert set(judged) >= participants, "a member has no proposal"
    invited = [row.payload["member"] for row in messages if row.kind == "checkin_invitation"]
    assert sorted(invited) == sorted(participants)


async def assert_shown(nora: Visitor, came: tuple[Visitor, ...], stayed_away: list[str]) -> None:
    """Asserts that the coordinator's link shows who came and who did not."""
    await nora.open_link()
    await nora.page.click(f'[data-action="attendance"][data-session="{nora.session}"]')
    for person in came:
        row = nora.page.locator(f'[data-attendance] tr[data-member="{person.member}"]')
        status = await row.get_attribute("data-status")
        assert status in {"attended", "attended_late", "left_early"}, f"{person.name}: {status}"
    for member in stayed_away:
        row = nora.page.locator(f'[data-attendance] tr[data-member="{member}"]')
        await expect(row).to_have_attribute("data-status", "no_show")


async def assert_in_local_outbox(page: Page, base_url: str, kind: str) -> None:
    """Waits until a message of this kind shows on the demo's page of everybody's mail."""
    async with asyncio.timeout(CLOSES_WITHIN_S):
        while True:
            await page.goto(f"{base_url}/demo/outbox")
            if await page.locator(f'[data-message][data-kind="{kind}"]').count():
                return
            await asyncio.sleep(0.5)


async def until_end(room: dict[str, Any]) -> None:
    """Lets the session's scheduled time pass: who leaves half an evening early has held half of it."""
    left = datetime.fromisoformat(room["ends_at"]) - datetime.now(UTC)
    await asyncio.sleep(max(0.0, left.total_seconds()))
