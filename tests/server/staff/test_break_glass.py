"""Emergency access: a clinician with a reason, an hour, a banner, a log, and a review by somebody else."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

import store.access_log
import store.audit
from store.staff import Staff
from store.tables import break_glass, task
from tests.server.house import House
from tests.server.staff.test_admin import stale
from tests.server.staff_desk import Browser, colleague

REASON = "Bela called the desk and may be in danger"


async def opened(house: House, browser: Browser, clinician: Staff) -> str:
    """The page of a group that was just opened."""
    await browser.at(clinician)
    form = {"group": house.circle.group, "reason": REASON, "sure": "yes"}
    reply = await browser.post(f"/w/{clinician.desk}/break-glass", form)
    assert reply.status == 303, reply.text
    return reply.location


async def test_a_clinician_reads_how_one_person_is_reached_and_every_look_is_written_down(
    house: House,
) -> None:
    nora, bela = await colleague(house, clinician=True), house.circle.participants[0]
    async with Browser(house) as browser:
        page = await opened(house, browser, nora)
        names = await browser.get(page)
        assert "Bela Findable-Name" in names.text
        assert "bela@findable.example" not in names.text
        one = await browser.get(f"{page}/people/{bela.id}")
        assert "bela@findable.example" in one.text
        assert "Findable Emergency of Bela" in one.text
    async with house.db.read() as tx:
        lines = await store.access_log.entries(tx, bela.person)
        acts = [entry.action for entry in await store.audit.latest(tx, 20)]
    assert [(line.actor, line.action) for line in lines] == [(nora.id, "break_glass")]
    assert {"break_glass_opened", "break_glass_names", "break_glass_read"} <= set(acts)


async def test_the_banner_stands_on_every_page_until_it_is_closed(house: House) -> None:
    nora = await colleague(house, clinician=True)
    async with Browser(house) as browser:
        page = await opened(house, browser, nora)
        for path in (page, f"/w/{nora.desk}/account", f"/w/{nora.desk}/break-glass"):
            assert "data-glass" in (await browser.get(path)).text
        await browser.post(f"{page}/close")
        assert "data-glass" not in (await browser.get(f"/w/{nora.desk}/account")).text
        assert (await browser.get(page)).status == 404


async def test_after_an_hour_it_is_closed(house: House) -> None:
    nora = await colleague(house, clinician=True)
    async with Browser(house) as browser:
        page = await opened(house, browser, nora)
        async with house.db.write() as tx:
            past = datetime.now(UTC) - timedelta(minutes=61)
            await tx.execute(update(break_glass).values(opened_at=past, ends_at=past + timedelta(minutes=60)))
        assert (await browser.get(page)).status == 404
        assert (await browser.get(f"{page}/people/{house.circle.participants[0].id}")).status == 404


async def test_it_needs_a_clinician_a_reason_and_a_yes(house: House) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house, clinician=True)
    form = {"group": house.circle.group, "reason": REASON, "sure": "yes"}
    async with Browser(house) as browser:
        await browser.at(admin)
        assert (await browser.post(f"/w/{admin.desk}/break-glass", form)).status == 404
    async with Browser(house) as browser:
        await browser.at(nora)
        for lacking in ({"reason": ""}, {"reason": "urgent"}, {"sure": ""}, {"group": "none"}):
            reply = await browser.post(f"/w/{nora.desk}/break-glass", form | lacking)
            assert reply.status == 422, lacking


async def test_an_admin_reviews_it_and_nobody_their_own(house: House) -> None:
    nora = await colleague(house, clinician=True, admin=True)
    ada = await colleague(house, "Ada", admin=True)
    async with Browser(house) as hers, Browser(house) as other:
        page = await opened(house, hers, nora)
        glass = page.rpartition("/")[2]
        own = f"/w/{nora.desk}/break-glass/{glass}/review"
        assert (await hers.post(own, {"words": "fine"})).status == 404
        await other.at(ada)
        overview = await other.get(f"/w/{ada.desk}/break-glass")
        assert "Nora Findable-Name" in overview.text
        review = f"/w/{ada.desk}/break-glass/{glass}/review"
        assert REASON in (await other.get(review)).text
        assert (await other.post(review, {"words": "Justified."})).status == 303
        assert "Nothing waits." in (await other.get(f"/w/{ada.desk}/break-glass")).text
    async with house.db.read() as tx:
        (row,) = (await tx.execute(select(task.c.state, task.c.owner_role))).all()
    assert tuple(row) == ("done", "admin")


async def test_a_review_takes_a_proof_and_so_does_the_form_before_a_word_is_typed(house: House) -> None:
    nora, ada = await colleague(house, clinician=True), await colleague(house, "Ada", admin=True)
    async with Browser(house) as hers, Browser(house) as other:
        glass = (await opened(house, hers, nora)).rpartition("/")[2]
        await other.at(ada, how="link")
        review = f"/w/{ada.desk}/break-glass/{glass}/review"
        for reply in (await other.get(review), await other.post(review, {"words": "Justified."})):
            assert reply.location == f"/w/{ada.desk}/again?to=break-glass"
        await stale(house)
        asked = await hers.get(f"/w/{nora.desk}/break-glass")
        assert asked.location == f"/w/{nora.desk}/again?to=break-glass"


async def test_the_reason_is_sealed_at_rest(house: House) -> None:
    nora = await colleague(house, clinician=True)
    async with Browser(house) as browser:
        await opened(house, browser, nora)
    async with house.db.read() as tx:
        assert REASON not in repr((await tx.execute(select(break_glass))).all())
