"""What one subscriber gets of each video: its own sizes, what its path can take, and what is sent at all.

Here the estimate of a leg, the division of it, and the layers of its slot sections come together.
"""

from typing import TYPE_CHECKING

from server.media import allocate, messages, rtcp, seats, twcc
from server.media.allocate import PAUSED, Want
from server.media.fanout import SENT, send_padding, send_repair
from server.media.outgoing import Out

if TYPE_CHECKING:
    from server.media.incoming import Stream
    from server.media.leg import Leg
    from server.media.plane import Plane

AUDIO_FLOOR_BPS = 24_000.0
"Kept free for each person heard, even while silent."
_PADDING_BYTES = 250
_TICK_S = 0.02


def on_feedback(leg: "Leg", part: rtcp.Part, now: float) -> None:
    """Takes transport-wide feedback. Raises ValueError when it is malformed."""
    heard = twcc.summary(part)
    sent_at = leg.count.sent[heard.last & SENT - 1]
    if not heard.received or not sent_at or now - sent_at > 5:
        return
    delay = heard.last_at - sent_at
    size = leg.packet_bytes
    sent = (leg.count.number - leg.number_before & 0xFFFF) * size
    leg.number_before = leg.count.number
    leg.downlink.acknowledged(delay, heard.received * size, sent, heard.received, heard.lost, now)


def prefer(plane: "Plane", leg: "Leg", heights: dict[int, int], now: float) -> None:
    """Takes the heights at which a client shows its slots; 0 hides one."""
    for (index, kind), out in leg.outs.items():
        if kind == "video" and index in heights:
            out.height = heights[index]
    review(plane, leg, now)


def review(plane: "Plane", leg: "Leg", now: float) -> None:
    """Divides anew what the subscriber can take and switches its layers."""
    if leg.seal is None:
        return
    outs = {out.slot: out for out in leg.outs.values() if out.kind == "video" and out.track is not None}
    shown = [out for out in outs.values() if out.height != 0]
    wants = [want for want in (_want(plane, out, now) for out in shown) if want is not None]
    audio = _audio_bps(leg)
    _measure_packets(leg)
    leg.needed_bps = allocate.needed(wants) + audio
    leg.downlink.relieved(leg.needed_bps)
    limit = leg.downlink.limit_bps
    chosen = allocate.divide(
        wants,
        max(0.0, leg.downlink.room_bps - audio),
        None if limit is None else max(0.0, limit - audio),
    )
    for slot, level in chosen.items():
        outs[slot].paused = level == PAUSED
        outs[slot].level = max(0, level)
    for out in outs.values():
        seats.choose(plane, out, now)
    _tell_held(plane, leg, tuple(sorted(slot for slot, level in chosen.items() if level == PAUSED)))


def probe(leg: "Leg", now: float) -> None:
    """Called each 20 ms: fills a running probe with repeats of what was sent, or padding."""
    downlink = leg.downlink
    target = downlink.probe_bps(now)
    if not target:
        if not leg.needed_bps or not downlink.wants_probe(leg.needed_bps, now) or _carrier(leg) is None:
            return
        downlink.begin_probe(leg.needed_bps, now)
        target = downlink.probe_bps(now)
    left = (target - downlink.acked_bps) * _TICK_S / 8
    out = _carrier(leg)
    while out is not None and left > 0:
        left -= _fill(out, now)


def _want(plane: "Plane", out: Out, now: float) -> Want | None:
    assert out.track is not None
    streams = out.track.active(now)
    if not streams:
        return None
    source = plane.legs.get(out.track.leg)
    current = out.stream if out.stream is not None else out.waits_on
    return Want(
        slot=out.slot,
        priority=out.priority,
        spoke_at=source.spoke_at if source is not None else 0.0,
        rates=tuple(max(30_000.0, stream.rate_bps) for stream in streams),
        ideal=allocate.ideal_layer(_heights(streams), out.height),
        now=PAUSED if out.paused else streams.index(current) if current in streams else 0,
    )


def _heights(streams: "list[Stream]") -> list[int]:
    return [stream.height or 180 << place for place, stream in enumerate(streams)]


def _audio_bps(leg: "Leg") -> float:
    streams = [out.stream for out in leg.outs.values() if out.kind == "audio" and out.stream is not None]
    return sum(max(AUDIO_FLOOR_BPS, stream.rate_bps) for stream in streams)


def _measure_packets(leg: "Leg") -> None:
    """Average size of the packets sent lately, so that the hot loop need not keep it."""
    packets = octets = 0
    for out in leg.outs.values():
        more_packets, more_octets = out.totals()
        packets, octets = packets + more_packets, octets + more_octets
    more = packets - leg.packets_before
    leg.packet_rate = leg.packet_rate * 0.5 + more * 0.5  # reviews are about a second apart
    if more > 20:
        leg.packet_bytes = (octets - leg.octets_before) / more + 40
    leg.packets_before, leg.octets_before = packets, octets


def _tell_held(plane: "Plane", leg: "Leg", held: tuple[int, ...]) -> None:
    if held != leg.held:
        leg.held = held
        plane.tell(messages.Held(leg=leg.id, slots=held))


def _carrier(leg: "Leg") -> Out | None:
    """A section on whose RTX stream probes can travel."""
    for out in leg.outs.values():
        if out.kind == "video" and out.rtx_ssrc is not None and out.wide and out.stream is not None:
            return out
    return None


def _fill(out: Out, now: float) -> int:
    """Sends one packet of a probe; returns its size."""
    stream, segment = out.stream, out.segments[-1]
    assert stream is not None
    kept = stream.history.get(stream.highest)
    if kept is not None and len(kept[1]) > 400:
        return send_repair(out, kept, segment, now)
    send_padding(out, _PADDING_BYTES, stream.timestamp + out.timestamps, now)
    return _PADDING_BYTES
