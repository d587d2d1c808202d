"""Where a process listens and how it is reached: loopback or the local network."""

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address) can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def local_network_address() -> str:
    """The address other devices on the same network reach this machine by. Raises OSError when there is none.

    Asks the routing table by connecting a datagram socket; no packet is sent. 192.0.2.1 is a documentation
    address (RFC 5737), so only the choice of the outgoing interface matters.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        address: str = probe.getsockname()[0]
    if ipaddress.ip_address(address).is_loopback:
        raise OSError("this machine has no address on a network")
    return address


def split(bind: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, an IPv6 host in brackets. Raises ValueError with a sentence."""
    host, colon, port = bind.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{bind} is not HOST:PORT")
    return host.removeprefix("[").removesuffix("]"), int(port)
