"""`ipt-rooms serve`: everything one machine needs for real use, as supervised processes."""

from datetime import UTC, datetime

from command import addresses, certificate, ending, settings, supervisor
from server.settings import ServerSettings
from store.database import private_dir
from store.settings import StoreSettings

LAN_PORT = 8443


async def run(*, lan: bool, media_workers: int) -> None:
    """Runs server (which starts its media workers) and scheduler until told to end."""
    stop = ending.stop_event(with_parent=False)
    given = settings.ours()
    environment = {"IPT_MEDIA_WORKERS": str(media_workers)}
    # Networks that block UDP are common enough to be served without being asked to.
    environment["IPT_MEDIA_TCP_PORT"] = given.get("IPT_MEDIA_TCP_PORT", given.get("IPT_MEDIA_PORT", "0"))
    if lan:
        environment |= on_this_network(StoreSettings(), datetime.now(UTC))
    settings.adopt(environment)
    chosen = ServerSettings()
    # The scheduler writes links into mail: it must mean the same address as the server.
    settings.adopt({"IPT_BASE_URL": chosen.site})
    print(f"IPT Rooms serves {chosen.site} from {chosen.bind}; end with Ctrl-C.", flush=True)
    await supervisor.supervise(
        [supervisor.Child(name=name, arguments=(name,)) for name in ("server", "scheduler")], stop
    )


def on_this_network(store_settings: StoreSettings, now: datetime) -> dict[str, str]:
    """Settings that let phones on the same network in: this machine's address, certified."""
    address = addresses.local_network_address()
    private_dir(store_settings.data_dir)
    certified, key = certificate.make(store_settings.data_dir, address, now)
    return {
        "IPT_BIND": f"0.0.0.0:{LAN_PORT}",
        "IPT_BASE_URL": f"https://{address}:{LAN_PORT}",
        "IPT_TLS_CERT": str(certified),
        "IPT_TLS_KEY": str(key),
        "IPT_MEDIA_BIND": "0.0.0.0",  # noqa: S104 - asked for by --lan
        "IPT_MEDIA_ADDRESSES": address,
    }
