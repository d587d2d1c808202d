"""How this machine is reached from the network it is on."""

import ipaddress
import socket


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
