"""Where a demo lives: settings of its own, and a folder that holds nothing else."""

import store.roles
from command import settings
from server.settings import host_port, is_loopback
from store.settings import StoreSettings

MARK = "this-is-a-demo"
HABITS = {
    "IPT_DATA_DIR": "var/demo",
    # Someone is watching: what is due comes at once, at night as well.
    "IPT_TICK_S": "2",
    "IPT_MAIL_QUIET_FROM": "00:00",
    "IPT_MAIL_QUIET_UNTIL": "00:00",
}
"""Settings of a demo that differ from real use, where the environment does not say otherwise."""


class DemoRefused(Exception):
    """The demo does not start here; the text says why."""


def environment(base_url: str, bind: str) -> dict[str, str]:
    """The settings of a demo. Raises DemoRefused for an address that others can reach."""
    host, _ = host_port(bind)
    if not is_loopback(host):
        raise DemoRefused(f"The demo lets everyone in, so it listens on this machine only, not on {host}.")
    chosen = {"IPT_MODE": "demo", "IPT_BIND": bind, "IPT_BASE_URL": base_url}
    return {name: value for name, value in HABITS.items() if name not in settings.ours()} | chosen


def clear(store_settings: StoreSettings) -> None:
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
