import ipaddress

from server.media.addresses import candidates, reachable


def test_an_address_listened_on_is_announced_as_it_is() -> None:
    assert reachable(("192.0.2.7", "::1", "192.0.2.7")) == ("192.0.2.7", "::1")


def test_listening_everywhere_announces_an_address_that_clients_can_use() -> None:
    found = [ipaddress.ip_address(host) for host in reachable(("0.0.0.0", "::"))]
    assert [address.version for address in found] == [4, 6]
    assert not any(address.is_unspecified for address in found)


def test_udp_is_preferred_to_tcp_and_the_first_address_to_the_others() -> None:
    lines = candidates(("192.0.2.7", "2001:db8::7"), 5000, 5001)
    assert [line.split()[2:6:2] for line in lines] == [
        ["udp", "192.0.2.7"],
        ["udp", "2001:db8::7"],
        ["tcp", "192.0.2.7"],
        ["tcp", "2001:db8::7"],
    ]
    priorities = [int(line.split()[3]) for line in lines]
    assert priorities == sorted(priorities, reverse=True)
    assert len({line.split()[0] for line in lines}) == 4
    assert all(line.endswith("typ host tcptype passive") for line in lines[2:])
