"""`ipt-rooms demo`: a fresh house with invented people on this machine alone, running until Ctrl-C."""

import asyncio
import contextlib
from datetime import UTC, datetime
from pathlib import Path

import store.roles
import store.schema
from command import demo, ending, link_sheet, ready, settings, supervisor
from server.settings import host_port, is_loopback
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings

MARK = "this-is-a-demo"
LINKS = "demo-links.json"
READY_S = 60.0
HABITS = {
    "IPT_DATA_DIR": "var/demo",
    # Someone is watching: what is due comes at once, at night as well.
    "IPT_TICK_S": "2",
    "IPT_MAIL_QUIET_FROM": "00:00",
    "IPT_MAIL_QUIET_UNTIL": "00:00",
}
"""Settings of a demo that differ from real use, where the environment does not say otherwise."""
BANNER = """
  DEMO. Invented people, open to everyone on this machine, nothing is kept.
  Every start begins anew. Mail is not sent; it appears at {base_url}/demo/outbox
"""


class DemoRefused(Exception):
    """The demo does not start here; the text says why."""


async def run(plan: demo.Plan, bind: str, links_json: Path | None, *, with_parent: bool) -> None:
    """Makes the data anew, starts server and scheduler, prints the links once they work."""
    stop = ending.stop_event(with_parent=with_parent)
    environment = _environment(plan, bind)
    settings.adopt(environment)
    store_settings = StoreSettings()
    _clear(store_settings)
    rooms = await _load(store_settings, plan)
    text = link_sheet.as_json(plan.base_url, rooms)
    link_sheet.write_private(store_settings.data_dir / LINKS, text)
    children = [supervisor.Child(name=name, arguments=(name,)) for name in ("server", "scheduler")]
    announcing = asyncio.create_task(_announce(plan, rooms, links_json, text))
    announcing.add_done_callback(
        lambda task: None if task.cancelled() or not task.exception() else stop.set()
    )
    try:
        await supervisor.supervise(children, stop)
    finally:
        announcing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await announcing


async def _announce(
    plan: demo.Plan, rooms: list[link_sheet.RoomLinks], links_json: Path | None, text: str
) -> None:
    try:
        await ready.wait_until_ready(plan.base_url, READY_S)
    except TimeoutError:
        raise DemoRefused(f"the server did not become ready within {READY_S:.0f} s") from None
    if links_json is not None:
        link_sheet.write_private(links_json, text)
    print(BANNER.format(base_url=plan.base_url), link_sheet.as_text(rooms), sep="", flush=True)
    print(f"\n  All roles on one page: {plan.base_url}/demo    End with Ctrl-C.\n", flush=True)


def _environment(plan: demo.Plan, bind: str) -> dict[str, str]:
    host, _ = host_port(bind)
    if not is_loopback(host):
        raise DemoRefused(f"The demo lets everyone in, so it listens on this machine only, not on {host}.")
    chosen = {"IPT_MODE": "demo", "IPT_BIND": bind, "IPT_BASE_URL": plan.base_url}
    return {name: value for name, value in HABITS.items() if name not in settings.ours()} | chosen


def _clear(store_settings: StoreSettings) -> None:
    """Removes an earlier demo's data. Raises DemoRefused when the folder holds anything else."""
    folder = store_settings.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = folder / MARK
    if any(folder.iterdir()) and not mark.exists():
        raise DemoRefused(f"{folder} holds data that is not a demo's; give the demo its own (IPT_DATA_DIR).")
    mark.touch(mode=0o600)
    # A demo that still runs here keeps its roles, and with them its data.
    with store.roles.hold(store_settings, "server"), store.roles.hold(store_settings, "scheduler"):
        for path in folder.iterdir():
            if path != mark and path.is_file() and path.suffix != ".lock":
                path.unlink()


async def _load(store_settings: StoreSettings, plan: demo.Plan) -> list[link_sheet.RoomLinks]:
    await store.schema.migrate(store_settings)
    db = await Database.open(store_settings)
    try:
        return await demo.load(db, Keys.load(store_settings), plan, datetime.now(UTC))
    finally:
        await db.close()
