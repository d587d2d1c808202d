"""The compiled fan-out, where the installation has one: same signature and same bytes as `fanout.fan_out`.

What the C side needs of a leg stands in a struct that doubles as the leg's `count`; what it needs of a slot
section stands in an array for each stream, made anew when the list of its subscribers changes. Subscribers
reached through TCP stay with the pure loop.
"""

import contextlib
import ipaddress
import socket
import struct
from typing import TYPE_CHECKING, Any

from server.media import fanout
from server.media.rtc_backend import address_of, srtp_protect

if TYPE_CHECKING:
    from server.media.leg import Leg
    from server.media.outgoing import Out

_module: Any = None
with contextlib.suppress(ImportError):
    from server.media import _fanout as _module  # type: ignore[attr-defined,no-redef]


def available() -> bool:
    """True where the C helper was built."""
    return _module is not None


class Outs(list["Out"]):
    """The subscribers of a stream; knows when the C side's copy is out of date."""

    __slots__ = ("array", "counts", "fresh", "slow")

    def __init__(self) -> None:
        super().__init__()
        self.fresh = False
        self.array: Any = None
        self.counts: list[Any] = []
        "What the array points to; it lives as long."
        self.slow: list[Out] = []
        "Those whom the C side cannot reach."

    def append(self, out: "Out") -> None:
        """One more subscriber."""
        self.fresh = False
        super().append(out)

    def remove(self, out: "Out") -> None:
        """One fewer."""
        self.fresh = False
        super().remove(out)

    def refresh(self) -> None:
        """Copies the list to where the C side reads it."""
        fast = [out for out in self if out.leg.count.socket >= 0]
        self.slow = [out for out in self if out.leg.count.socket < 0]
        self.counts = [out.leg.count for out in fast]
        self.array = _module.ffi.new("target[]", [_target(out) for out in fast])
        self.fresh = True


class Compiled:
    """The C helper as a plane uses it."""

    def __init__(self) -> None:
        ffi = _module.ffi
        self._call = _module.lib.fan_out
        self._protect = ffi.cast("protect_fn", address_of(srtp_protect))

    def new_count(self) -> Any:
        """What counts a leg's sent packets, for both loops."""
        count = _module.ffi.new("subscriber *")
        count.socket = -1
        return count

    def new_outs(self) -> "list[Out]":
        """An empty list of subscribers of a stream."""
        return Outs()

    def on_sending(self, leg: "Leg") -> None:
        """The leg's keys or path are others now."""
        ffi, count = _module.ffi, leg.count
        count.seal = ffi.cast("void *", address_of(leg.seal)) if leg.seal is not None else ffi.NULL
        before = count.socket
        sock = getattr(leg.send_to, "__self__", None)
        count.socket = -1
        if isinstance(sock, socket.socket) and leg.address is not None:
            raw = socket_address(leg.address)
            ffi.memmove(count.address, raw, len(raw))
            count.address_size = len(raw)
            count.socket = sock.fileno()
        if before != count.socket:
            for out in leg.outs.values():
                if out.stream is not None and isinstance(out.stream.outs, Outs):
                    out.stream.outs.fresh = False

    def fan_out(
        self,
        outs: "list[Out]",
        packet: bytes,
        marker: bool,
        sequence: int,
        timestamp: int,
        picture_at: int,
        picture: int,
        tl0: int,
        has_value: int,
        now: float,
    ) -> None:
        """As `fanout.fan_out`."""
        assert isinstance(outs, Outs)
        if not outs.fresh:
            outs.refresh()
        array = outs.array
        self._call(
            self._protect, array, len(array), packet, len(packet), marker, sequence, timestamp, picture_at,
            picture, tl0, has_value, now,
        )  # fmt: skip
        if outs.slow:
            fanout.fan_out(
                outs.slow, packet, marker, sequence, timestamp, picture_at, picture, tl0, has_value, now
            )


def socket_address(address: Any) -> bytes:
    """An address of the socket module as the kernel's struct sockaddr_in or sockaddr_in6."""
    host, port = address[0], address[1]
    if ":" not in host:
        return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton(host))
    flow, scope = (address[2], address[3]) if len(address) > 3 else (0, 0)
    raw = ipaddress.IPv6Address(host.partition("%")[0]).packed
    return (
        struct.pack("=H", socket.AF_INET6) + struct.pack("!HI16s", port, flow, raw) + struct.pack("=I", scope)
    )


def _target(out: "Out") -> dict[str, Any]:
    return {
        "to": out.leg.count,
        "ssrc": out.ssrc,
        "timestamps": out.timestamps & 0xFFFFFFFF,
        "sequences": out.sequences & 0xFFFF,
        "pictures": out.pictures & 0xFFFF,
        "tl0s": out.tl0s & 0xFF,
        "plain": out.plain,
        "marked": out.marked,
        "wide_byte": out.wide_byte,
        "level_byte": out.level_byte,
    }
