"""The compiled fan-out, where the installation has one: same signature and same bytes as `fanout.fan_out`.

What the C side needs of a leg stands in a struct that doubles as the leg's `count`; what it needs of a slot
section stands in an array for each stream, made anew when the list of its subscribers changes. Subscribers
reached through TCP stay with the pure loop.
"""

import socket
from typing import TYPE_CHECKING, Any

from server.media import fanout
from server.media.rtc_backend import address_of, srtp_protect
from server.media.sockaddr import to_kernel
from server.media.swift import Addresses, Reader, SwiftStream, available
from server.media.swift import module as _module

if TYPE_CHECKING:
    from server.media.ice import Address
    from server.media.incoming import Stream, Track
    from server.media.leg import Leg
    from server.media.outgoing import Out
    from server.media.plane import Plane

__all__ = ["Compiled", "Outs", "available"]


class Outs(list["Out"]):
    """The subscribers of a stream; knows when the C side's copy is out of date."""

    __slots__ = ("array", "c", "counts", "fresh", "slow")

    def __init__(self) -> None:
        super().__init__()
        self.c: Any = _module.ffi.new("incoming *")
        "What the helper knows of the stream."
        self.fresh = False
        self.array: Any = None
        self.counts: list[Any] = []
        "What the array points to; it lives as long."
        self.slow: list[Out] = []
        "Those whom the C side cannot reach."

    def append(self, out: "Out") -> None:
        """One more subscriber."""
        self.stale()
        super().append(out)

    def remove(self, out: "Out") -> None:
        """One fewer."""
        self.stale()
        super().remove(out)

    def stale(self) -> None:
        """What the C side knows is no longer true."""
        self.fresh = False
        self.c.fast = 0

    def refresh(self) -> None:
        """Copies the list to where the C side reads it."""
        fast = [out for out in self if out.leg.count.socket >= 0]
        self.slow = [out for out in self if out.leg.count.socket < 0]
        self.counts = [out.leg.count for out in fast]
        self.array = _module.ffi.new("target[]", [_target(out) for out in fast])
        self.c.targets, self.c.count = self.array, len(fast)
        self.fresh = True


class Compiled:
    """The C helper as a plane uses it."""

    def __init__(self) -> None:
        ffi = _module.ffi
        self._call = _module.lib.fan_out
        self._protect = ffi.cast("srtp_fn", address_of(srtp_protect))

    def new_count(self) -> Any:
        """What counts a leg's sent packets, for both loops."""
        count = _module.ffi.new("subscriber *")
        count.socket = -1
        return count

    def new_outs(self) -> "list[Out]":
        """An empty list of subscribers of a stream."""
        return Outs()

    def new_stream(self, track: "Track", rid: str, ssrc: int, sequence: int) -> "Stream":
        """What a leg begins to send."""
        return SwiftStream(track, rid, ssrc, sequence, Outs())

    def new_sender(self) -> Any:
        """What the helper knows of a new leg as somebody who sends."""
        return _module.ffi.new("sender *")

    def new_addresses(self) -> "dict[Address, Leg]":
        """Whose datagrams come from where: nobody's yet."""
        return Addresses()

    def reader(self, plane: "Plane", sock: socket.socket) -> Reader:
        """What reads a UDP socket for a plane."""
        return Reader(plane, sock)

    def on_receiving(self, leg: "Leg") -> None:
        """What the leg sends, or the keys to open it, are others now."""
        ffi, sender = _module.ffi, leg.taken
        sender.open = ffi.cast("void *", address_of(leg.open)) if leg.open is not None else ffi.NULL
        sender.level_id, sender.twcc_id = leg.level_id & 0xFF, leg.twcc_id & 0xFF
        sender.orientation_id = leg.orientation_id & 0xFF
        streams = [stream.c for stream in leg.streams.values() if isinstance(stream, SwiftStream)]
        sender.count = 0
        for place, stream in enumerate(streams[: len(sender.streams)]):
            sender.streams[place] = stream
            sender.count = place + 1

    def gather(self, leg: "Leg") -> None:
        """Tells a leg what the helper noted of it since the last time."""
        sender = leg.taken
        if sender.arrived:
            count, sender.arrived = sender.arrived, 0
            numbers, times = (
                _module.ffi.unpack(sender.numbers, count),
                _module.ffi.unpack(sender.times, count),
            )
            leg.arrivals += zip(numbers, times, strict=True)
        leg.alive_at = max(leg.alive_at, sender.alive_at)
        leg.unopened += sender.unopened
        sender.unopened = 0

    def on_sending(self, leg: "Leg") -> None:
        """The leg's keys or path are others now."""
        ffi, count = _module.ffi, leg.count
        count.up = leg.seal is not None
        before = count.socket
        sock = getattr(leg.send_to, "__self__", None)
        count.socket = -1
        if isinstance(sock, socket.socket) and leg.address is not None:
            raw = to_kernel(leg.address)
            ffi.memmove(count.address, raw, len(raw))
            count.address_size = len(raw)
            count.socket = sock.fileno()
        if before != count.socket:
            for out in leg.outs.values():
                if out.stream is not None and isinstance(out.stream.outs, Outs):
                    out.stream.outs.stale()

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


def _target(out: "Out") -> dict[str, Any]:
    return {
        "to": out.leg.count,
        "seal": _module.ffi.cast("void *", address_of(out.seal)),
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
