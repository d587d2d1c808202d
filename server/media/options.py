"""What an operator can set about the media plane."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOptions:
    """Addresses and size of the media engine."""

    port: int = 0
    "UDP port of the first worker; worker i listens on port + i. 0 lets the system choose."
    tcp_port: int | None = None
    "ICE-TCP port of the first worker (passive, RFC 6544); None switches TCP off, 0 lets the system choose."
    bind: tuple[str, ...] = ("0.0.0.0",)  # noqa: S104  (the media port is meant for everybody)
    "Addresses to listen on, IPv4 or IPv6; one socket each."
    announced: tuple[str, ...] = ()
    "Addresses written into answers, for servers behind NAT. Empty: the addresses listened on."
    workers: int = 0
    "Worker processes; 0 runs the engine inside the server."
    compiled: bool = True
    "Use the compiled fan-out where the installation has one."
    busy_share: float = 0.7
    "CPU share of a worker above which it takes no new rooms."
