"""What `serve --lan` settles: an address that phones reach, and a certificate for it."""

from datetime import UTC, datetime

import pytest

from command import addresses, listening, serve_run
from server.settings import ServerSettings
from store.settings import StoreSettings

NOW = datetime(2025, 3, 24, 17, 0, tzinfo=UTC)


def test_phones_on_this_network_get_a_secure_address_that_the_server_accepts(tmp_path, monkeypatch):
    try:
        address = addresses.local_network_address()
    except OSError:
        pytest.skip("NOT RUN: this machine is on no network")

    for name, value in serve_run.on_this_network(StoreSettings(data_dir=tmp_path / "var"), NOW).items():
        monkeypatch.setenv(name, value)

    settings = ServerSettings()
    assert settings.site == f"https://{address}:{serve_run.LAN_PORT}"
    assert settings.secure
    assert settings.media_options().announced == (address,)
    assert listening.certificate(settings) is not None
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
