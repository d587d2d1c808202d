"""Where a process may listen is read exactly: the demo's safety hangs on the word loopback."""

import pytest

from command import addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback_is_recognised(host):
    assert addresses.is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "10.0.0.1", "192.0.2.7", "example.org", "", "localhost.example.org"]
)
def test_everything_else_counts_as_public(host):
    assert not addresses.is_loopback(host)


def test_host_and_port_are_told_apart_for_both_families():
    assert addresses.split("127.0.0.1:8080") == ("127.0.0.1", 8080)
    assert addresses.split("[::1]:0") == ("::1", 0)


@pytest.mark.parametrize("bind", ["8080", "localhost:", ":80", "localhost:http", "localhost:65536"])
def test_a_bind_that_is_not_host_and_port_is_refused(bind):
    with pytest.raises(ValueError, match="HOST:PORT"):
        addresses.split(bind)
