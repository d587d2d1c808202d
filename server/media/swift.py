"""The incoming side of the compiled helper: what `take_in.c` knows, as the rest of the plane sees it.

The common packet goes from the socket to its subscribers without the interpreter; every other one comes to
`Plane` as it would without the helper. What is noted of a stream stands in one struct, which both ways read
and write.
"""

import contextlib
import socket
from typing import TYPE_CHECKING, Any

from server.media.history import Kept
from server.media.incoming import AUDIO_HISTORY, VIDEO_HISTORY, Stream, Track
from server.media.receive import inbox
from server.media.rtc_backend import BUFFER_BYTES, address_of, copy_into, srtp_protect, srtp_unprotect
from server.media.sockaddr import from_kernel, to_kernel

if TYPE_CHECKING:
    from server.media.ice import Address, SendTo
    from server.media.leg import Leg
    from server.media.outgoing import Out
    from server.media.plane import Plane

module: Any = None
with contextlib.suppress(ImportError):
    from server.media import _fanout as module  # type: ignore[attr-defined,no-redef]

SHAPE = 2
"Of the structs in compiled.h; a helper that was built from others is not used."
AUDIO_BYTES, VIDEO_BYTES = 512, 1536
"Largest canonical packet that the helper keeps; larger ones are Python's."
_PLACES = 8192
_DRAIN = 128
_RAW = 1
_MOST_ADDRESSES = 4096


def available() -> bool:
    """True where a helper that fits was built."""
    return module is not None and getattr(module.lib, "shape", int)() == SHAPE


class Watched(list["Out"]):
    """Subscribers that the helper cannot serve: while there are any, packets are Python's."""

    __slots__ = ("c",)

    def __init__(self, c: Any) -> None:
        super().__init__()
        self.c = c

    def append(self, out: "Out") -> None:
        """One more."""
        self.c.fast = 0
        super().append(out)


class SwiftHistory:
    """`History` in memory that the helper writes."""

    __slots__ = ("_c", "_odd", "mask", "ring")

    def __init__(self, c: Any, size: int) -> None:
        self._c = c
        self._odd: dict[int, Kept] = {}
        "Packets too large for the helper, by place."
        self.mask = size - 1
        self.ring = self
        "What takes a packet by its place."

    def __setitem__(self, place: int, kept: Kept) -> None:
        c = self._c
        sequence, packet, timestamp, picture_at, marker = kept
        entry = c.index[place]
        entry.known = 0
        self._odd.pop(place, None)
        if len(packet) > c.room:
            self._odd[place] = kept
            return
        copy_into(c.bytes + place * c.room, packet, len(packet))
        entry.sequence, entry.timestamp, entry.size = sequence, timestamp, len(packet)
        entry.picture_at, entry.marker, entry.known = picture_at, marker, 1

    def put(self, kept: Kept) -> None:
        """Keeps a packet in place of the one `size` numbers before."""
        self[kept[0] & self.mask] = kept

    def get(self, sequence: int) -> Kept | None:
        """The packet with this number, None when it never came or is gone."""
        c, place = self._c, sequence & self.mask
        entry = c.index[place]
        if not entry.known:
            kept = self._odd.get(place)
            return kept if kept is not None and kept[0] == sequence else None
        if entry.sequence != sequence:
            return None
        packet = bytes(module.ffi.buffer(c.bytes + place * c.room, entry.size))
        return sequence, packet, entry.timestamp, entry.picture_at, bool(entry.marker)


def _shared(name: str) -> Any:
    """An attribute that stands in the struct."""

    def read(stream: Any) -> Any:
        return getattr(stream.c, name)

    def write(stream: Any, value: Any) -> None:
        setattr(stream.c, name, value)

    return property(read, write)


class SwiftStream(Stream):
    """A stream whose notes stand where the helper reads and writes them."""

    __slots__ = ("_memory", "c")

    def __init__(self, track: Track, rid: str, ssrc: int, sequence: int, outs: Any) -> None:
        self.c = outs.c
        super().__init__(track, rid, ssrc, sequence)
        video = track.kind == "video"
        size, room = (VIDEO_HISTORY, VIDEO_BYTES) if video else (AUDIO_HISTORY, AUDIO_BYTES)
        c, ffi = self.c, module.ffi
        self._memory = (ffi.new("kept[]", size), ffi.new("unsigned char[]", size * room))
        c.index, c.bytes = self._memory
        c.mask, c.room = size - 1, room
        c.ssrc, c.rate, c.video = ssrc, track.clock_rate, video
        self.history = SwiftHistory(c, size)  # type: ignore[assignment]
        self.outs, self.outs_plain, self.waiting = outs, Watched(c), Watched(c)

    def settle(self) -> None:
        """Lets the helper take the packets from now on, where it can serve all who get them."""
        outs: Any = self.outs
        if not outs.fresh:
            outs.refresh()
        waits = self.waiting and self.kind == "audio"
        self.c.fast = not (outs.slow or self.outs_plain or waits)


for _name in (
    "highest", "cycles", "timestamp", "picture", "tl0", "packets", "octets", "arrived", "last_at", "loud",
    "transit", "jitter",
):  # fmt: skip
    setattr(SwiftStream, _name, _shared(_name))


class Addresses(dict["Address", "Leg"]):
    """Whose datagrams come from where; the helper has a copy of it."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places = module.ffi.new("place[]", _PLACES)

    def __setitem__(self, address: "Address", leg: "Leg") -> None:
        super().__setitem__(address, leg)
        self._tell(address, leg)

    def __delitem__(self, address: "Address") -> None:
        super().__delitem__(address)
        size = module.ffi.sizeof(self.places)
        module.ffi.memmove(self.places, bytes(size), size)
        for other, leg in self.items():
            self._tell(other, leg)

    def _tell(self, address: "Address", leg: "Leg") -> None:
        if len(address) != 3 and len(self) < _MOST_ADDRESSES:  # three parts: a TCP connection
            raw = to_kernel(address)
            module.lib.know(self.places, raw, len(raw), leg.taken)


class Reader:
    """Reads one UDP socket: the common packet is done with in the helper, the others are the plane's."""

    def __init__(self, plane: "Plane", sock: socket.socket) -> None:
        ffi = module.ffi
        self._plane = plane
        self._send: SendTo = sock.sendto
        self._from = ffi.new("reader *")
        self._from.socket = sock.fileno()
        self._from.limit = BUFFER_BYTES
        self._names: dict[bytes, Address] = {}
        self._take_in = module.lib.take_in
        self._open = ffi.cast("srtp_fn", address_of(srtp_unprotect))
        self._close = ffi.cast("srtp_fn", address_of(srtp_protect))

    def drain(self) -> int:
        """Takes what waits, up to a bound; returns how many datagrams that were."""
        reader, plane = self._from, self._plane
        addresses: Any = plane.by_address
        reader.left = _DRAIN
        while found := self._take_in(self._open, self._close, addresses.places, reader, plane.now()):
            came = reader.box[reader.at - 1]
            copy_into(inbox.pointer, came.bytes, came.size)
            inbox.arrived_s = came.arrived_s
            address = self._name(came)
            if found == _RAW:
                plane.on_datagram(came.size, address, self._send)
                continue
            leg = addresses.get(address)
            if leg is not None:
                plane.on_opened(leg, came.size)
                settle(leg)
        return _DRAIN - int(reader.left)

    def _name(self, came: Any) -> "Address":
        raw = bytes(module.ffi.buffer(came.address, came.address_size))
        name = self._names.get(raw)
        if name is None:
            if len(self._names) > _MOST_ADDRESSES:
                self._names.clear()
            name = self._names[raw] = from_kernel(raw)
        return name


def settle(leg: "Leg") -> None:
    """Lets the helper take what it can of this leg's streams."""
    for stream in leg.streams.values():
        if isinstance(stream, SwiftStream) and not stream.c.fast:
            stream.settle()
