"""Who watches whom: forwarding tables become attachments of slot sections to tracks.

A table may come before its subscriber or its sources are up; what cannot be seated yet is seated when they
come.
"""

from typing import TYPE_CHECKING

from server.media.messages import Slot
from server.media.outgoing import Out

if TYPE_CHECKING:
    from server.media.leg import Leg
    from server.media.plane import Plane


def seat(plane: "Plane", leg: "Leg", now: float) -> None:
    """Makes the slots of one subscriber what its table says; nothing before its DTLS is up."""
    if leg.seal is None:
        return
    table = plane.tables.get(leg.id)
    wanted = {slot.index: slot for slot in table.slots} if table is not None else {}
    for (index, kind), out in leg.outs.items():
        _fill(plane, out, wanted.get(index), kind, now)


def seat_all(plane: "Plane", leg: "Leg", now: float) -> None:
    """A leg came up: fills its own slots and those of others that wait for it."""
    seat(plane, leg, now)
    for table in list(plane.tables.values()):
        if table.leg != leg.id and any(slot.source == leg.id for slot in table.slots):
            seat(plane, plane.legs[table.leg], now)


def choose(plane: "Plane", out: Out, now: float) -> None:
    """Makes a slot section follow the stream that suits it, from that stream's next key frame on."""
    track = out.track
    if track is None or not track.streams:
        return
    if out.paused or out.height == 0:
        out.stop_waiting()
        out.detach()
        return
    streams = track.active(now)
    if not streams:
        if out.stream is not None or out.waits_on is not None:
            return
        streams = list(track.streams.values())
    stream = streams[min(out.level, len(streams) - 1)]
    if stream is out.stream:
        out.stop_waiting()
        return
    out.wait_on(stream)
    if out.kind == "video":
        plane.want_keyframe(track)


def leave_silent_layers(plane: "Plane", leg: "Leg", now: float) -> None:
    """A camera stopped to send a layer and goes on with others: who watched it is not left with a still."""
    camera = leg.camera
    if camera is None or len(camera.streams) < 2:
        return
    active = camera.active(now)
    for stream in camera.streams.values() if active else ():
        for out in [*stream.outs, *stream.outs_plain] if stream not in active else ():
            if out.waits_on not in active:
                choose(plane, out, now)


def _fill(plane: "Plane", out: Out, slot: Slot | None, kind: str, now: float) -> None:
    track = None
    if slot is not None and slot.source is not None and (slot.audio if kind == "audio" else slot.video):
        source = plane.legs.get(slot.source)
        track = source.track(kind) if source is not None and source is not out.leg else None
    if slot is not None:
        out.priority = slot.priority
    if track is out.track:
        return
    out.release()
    if out.blanks:
        plane.blanking.add(out)
    if track is not None:
        out.track = track
        track.outs.append(out)
        choose(plane, out, now)
