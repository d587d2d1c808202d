"""`ipt-rooms demo`: a fresh house with invented people on this machine alone, running until Ctrl-C."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import store.schema
from command import demo, demo_folder, ending, link_sheet, ready, settings, supervisor
from command.demo_folder import DemoRefused
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings

LINKS = "demo-links.json"
READY_S = 60.0
BANNER = """
  DEMO. Invented people, open to everyone on this machine, nothing is kept.
  Every start begins anew. Mail is not sent; it appears at {base_url}/demo/outbox
"""


async def run(plan: demo.Plan, bind: str, links_json: Path | None, *, with_parent: bool) -> None:
    """Makes the data anew, starts server and scheduler, prints the links once they work. Raises DemoRefused,
    ChildRefused."""
    stop = ending.stop_event(with_parent=with_parent)
    settings.adopt(demo_folder.environment(plan.base_url, bind))
    store_settings = StoreSettings()
    demo_folder.clear(store_settings)
    await store.schema.migrate(store_settings)
    # Made before another process looks for it.
    keys = Keys.load(store_settings)
    try:
        async with asyncio.TaskGroup() as tasks:
            # Half of the waiting is for the server to load: it does so while the data are made.
            tasks.create_task(supervisor.supervise([_child("server")], stop))
            rooms = await _load(store_settings, keys, plan)
            announcing = tasks.create_task(_announce(plan, rooms, store_settings.data_dir, links_json))
            # The clock comes last: it would close the sessions of the past before they were held.
            await supervisor.supervise([_child("scheduler")], stop)
            announcing.cancel()
    except* Exception as refused:
        raise refused.exceptions[0] from None


def _child(name: str) -> supervisor.Child:
    return supervisor.Child(name=name, arguments=(name,))


async def _announce(
    plan: demo.Plan, rooms: list[link_sheet.RoomLinks], folder: Path, links_json: Path | None
) -> None:
    text = link_sheet.as_json(plan.base_url, rooms)
    link_sheet.write_private(folder / LINKS, text)
    try:
        await ready.wait_until_ready(plan.base_url, READY_S)
    except TimeoutError:
        raise DemoRefused(f"the server did not become ready within {READY_S:.0f} s") from None
    if links_json is not None:
        link_sheet.write_private(links_json, text)
    print(BANNER.format(base_url=plan.base_url), link_sheet.as_text(rooms), sep="", flush=True)
    print(f"\n  All roles on one page: {plan.base_url}/demo    End with Ctrl-C.\n", flush=True)


async def _load(store_settings: StoreSettings, keys: Keys, plan: demo.Plan) -> list[link_sheet.RoomLinks]:
    db = await Database.open(store_settings)
    try:
        return await demo.load(db, keys, plan, datetime.now(UTC))
    finally:
        await db.close()
