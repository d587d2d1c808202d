"""The way of one incoming packet: open, read the header, note it, lay out the canonical packet, hand it to
the fan-out.

All of it works in one buffer, `inbox`, into which the ports receive. What a peer sends can be anything:
indexes stay below the length that was received, and a packet that makes no sense is dropped.
"""

from struct import Struct
from typing import TYPE_CHECKING

from server.media import vp8
from server.media.fanout import HEADER_BYTES, PREFIX, fan_out_plain, send_first, send_late
from server.media.incoming import STOOD_STILL_S, Stream, Track
from server.media.lost import FIRST_DELAY_MS
from server.media.rtc_backend import Scratch, srtp_unprotect

if TYPE_CHECKING:
    from server.media.leg import Leg

inbox = Scratch()
MAX_STREAMS = 12
"SSRCs of one leg: a microphone, three layers, their repair streams, and some change."
RESTED_S = 0.3
"A camera silent for so long was switched off: what it sends next is a start."
LOUD = 45
"Speech is louder than -45 dBov (RFC 6464 counts downwards)."

_data, _view, _pointer, _length = inbox.data, inbox.view, inbox.pointer, inbox.length
_header = Struct(">BBHII").unpack_from
_short = Struct(">H").unpack_from


def on_rtp(leg: "Leg", size: int, now: float) -> None:
    """Takes the protected RTP packet of `size` bytes in the inbox."""
    _length[0] = size
    if size < 28 or leg.open is None or srtp_unprotect(leg.open, _pointer, _length):
        leg.unopened += 1
        return
    on_opened(leg, _length[0], now)


def on_opened(leg: "Leg", size: int, now: float) -> None:  # noqa: C901 (a call costs more than a branch here)
    """Takes the RTP packet of `size` bytes in the inbox, authentic and decrypted."""
    leg.alive_at = now
    first, second, sequence, timestamp, ssrc = _header(_data)
    at = 12 + ((first & 15) << 2)
    value = has_value = 0
    if first & 0x10:
        end = at + 4 + (_short(_data, at + 2)[0] << 2)
        if end > size:
            return
        if _data[at] == 0xBE and _data[at + 1] == 0xDE:
            at += 4
            level_id, twcc_id, orientation_id = leg.level_id, leg.twcc_id, leg.orientation_id
            while at < end:
                head = _data[at]
                number = head >> 4
                if number == twcc_id:
                    leg.arrivals.append((_short(_data, at + 1)[0], inbox.arrived_s or now))
                elif number in (level_id, orientation_id):
                    value, has_value = _data[at + 1], 1
                elif not head:
                    at += 1
                    continue
                at += 2 + (head & 15)
        at = end
    if first & 0x20:
        size -= _data[size - 1]
    stream = leg.streams.get(ssrc)
    if stream is None:
        stream = leg.repairs.get(ssrc)
        if stream is None:
            stream = introduce(leg, first, second & 0x7F, ssrc, sequence, now)
            if stream is None:
                leg.forget(ssrc)
                return
        if stream.ssrc != ssrc:  # RFC 4588: the number of the packet it repairs stands before the payload
            if size - at < 3:
                return
            sequence = _short(_data, at)[0]
            if sequence not in stream.missing:
                return  # a copy sent only to probe for bandwidth
            at += 2
    on_media(leg, stream, sequence, timestamp, second > 127, at, size, value, has_value, now)


def on_media(  # noqa: C901
    leg: "Leg",
    stream: Stream,
    sequence: int,
    timestamp: int,
    marker: bool,
    at: int,
    size: int,
    value: int,
    has_value: int,
    now: float,
) -> None:
    """Takes one media packet, its payload in [at, size) of the inbox; an empty payload is padding."""
    key_frame = False
    picture_at = picture = tl0 = 0
    if size <= at:
        size = at
    elif stream.kind == "video":
        try:
            key_frame, picture_at, picture, tl0 = vp8.parse(_data, at, size)
        except ValueError:
            return
        if picture_at:
            picture_at = picture_at + HEADER_BYTES if picture_at > 0 else picture_at - HEADER_BYTES
    elif has_value and value & 0x7F < LOUD:
        stream.loud += 1
    packet = PREFIX[value] + _view[at:size]
    ahead = sequence - stream.highest & 0xFFFF
    if ahead != 1:
        if ahead > 0x8000 or not ahead:
            _late(stream, sequence, timestamp, marker, packet, picture_at, now)
            return
        _gap(leg, stream, ahead - 1, now)
    if now - stream.last_at > RESTED_S:
        if not key_frame:
            _on_restart(leg, stream.track, now)
        if stream.stood_still(timestamp, now):
            _tie_anew(leg, stream, timestamp, now)
    if sequence < stream.highest:
        stream.cycles += 1
    transit = now * stream.track.clock_rate - timestamp
    moved = abs(transit - stream.transit)
    if moved < 450000:
        stream.jitter += (moved - stream.jitter) / 16
    stream.transit = transit
    stream.highest = sequence
    stream.timestamp = timestamp
    stream.arrived += 1
    stream.packets += 1
    stream.octets += size - at
    stream.last_at = now
    if picture_at:
        stream.picture, stream.tl0 = picture, tl0
    stream.history.ring[sequence & stream.history.mask] = (sequence, packet, timestamp, picture_at, marker)
    if stream.outs:
        leg.plane.fan.fan_out(
            stream.outs, packet, marker, sequence, timestamp, picture_at, picture, tl0, has_value, now
        )
    if stream.outs_plain:
        fan_out_plain(
            stream.outs_plain, packet, marker, sequence, timestamp, picture_at, picture, tl0, has_value, now
        )
    if key_frame:
        stream.track.keyframes.came(now)
        stream.height = vp8.height(_data, at, size) or stream.height
        for out in stream.track.outs:
            if out.would_do_with(stream):
                out.attach(stream, sequence, timestamp, picture, tl0, now, still_waits=True)
                send_first(out, packet, marker, sequence, timestamp, picture_at, picture, tl0, has_value, now)
                leg.plane.on_attached(out, now)
    if stream.waiting and (key_frame or stream.kind == "audio"):
        for out in list(stream.waiting):
            out.attach(stream, sequence, timestamp, picture, tl0, now)
            send_first(out, packet, marker, sequence, timestamp, picture_at, picture, tl0, has_value, now)
            leg.plane.on_attached(out, now)


def introduce(
    leg: "Leg", first: int, payload_type: int, ssrc: int, sequence: int, now: float
) -> Stream | None:
    """Finds out what an unknown SSRC is (RFC 9143 section 9.2, RFC 8852); None drops the packet."""
    if len(leg.streams) + len(leg.repairs) >= MAX_STREAMS:
        _evict(leg, now)
    if payload_type == leg.audio_type and leg.microphone is not None:
        return _begin(leg, leg.microphone, "", ssrc, sequence, now)
    if leg.camera is None or payload_type not in (leg.video_type, leg.rtx_type):
        return None
    if payload_type == leg.rtx_type:
        return _repairing(leg, ssrc, _named(first, leg.rrid_id) or _named(first, leg.rid_id))
    rid = _named(first, leg.rid_id)
    if len(leg.camera.order) > 1 and rid not in leg.camera.order:
        return None  # layers are told apart by their id alone; it comes again with the next packets
    return _begin(
        leg, leg.camera, rid if rid in leg.camera.order else leg.camera.order[0], ssrc, sequence, now
    )


def _begin(leg: "Leg", track: Track, rid: str, ssrc: int, sequence: int, now: float) -> Stream:
    stream = leg.plane.fan.new_stream(track, rid, ssrc, sequence)
    old = track.streams.get(rid)
    track.streams[rid] = leg.streams[ssrc] = stream
    if old is not None:
        _replace(leg, old, stream)
    for rtx, repaired in _pairs(leg):
        if repaired == ssrc:
            leg.repairs[rtx] = stream
            stream.rtx_ssrc = rtx
    leg.plane.fan.on_receiving(leg)
    leg.plane.on_stream(leg, stream, now)
    return stream


def _replace(leg: "Leg", old: Stream, new: Stream) -> None:
    """The client changed the SSRC of a layer: whoever watched the old one waits for the new one."""
    leg.forget(old.ssrc)
    if old.rtx_ssrc is not None:
        leg.forget(old.rtx_ssrc)
    for out in [*old.outs, *old.outs_plain]:
        out.wait_on(new)
        out.detach()
    for out in list(old.waiting):
        out.wait_on(new)


def _repairing(leg: "Leg", ssrc: int, rid: str) -> Stream | None:
    assert leg.camera is not None
    streams = leg.camera.streams
    stream = streams.get(rid) if rid else next(iter(streams.values()), None) if len(streams) == 1 else None
    if stream is not None:
        leg.repairs[ssrc] = stream
        stream.rtx_ssrc = ssrc
    return stream


def _pairs(leg: "Leg") -> tuple[tuple[int, int], ...]:
    camera = leg.plan.camera() if leg.plan is not None else None
    return camera.repairs if camera is not None else ()


def _evict(leg: "Leg", now: float) -> None:
    """Makes room for a new SSRC: the stream which was silent for longest goes."""
    for ssrc in list(leg.repairs):
        leg.forget(ssrc)
    if len(leg.streams) >= MAX_STREAMS:
        oldest = min(leg.streams.values(), key=lambda stream: stream.last_at)
        leg.forget(oldest.ssrc)


def _named(first: int, wanted: int) -> str:
    """The text of a header extension of the packet in the inbox, empty when it is not there."""
    at = 12 + ((first & 15) << 2)
    if not first & 0x10 or wanted < 1 or _data[at] != 0xBE or _data[at + 1] != 0xDE:
        return ""
    end = at + 4 + (_short(_data, at + 2)[0] << 2)
    at += 4
    while at < end:
        head = _data[at]
        if not head:
            at += 1
            continue
        length = (head & 15) + 1
        if head >> 4 == wanted:
            return _data[at + 1 : at + 1 + length].decode("ascii", "replace")
        at += 1 + length
    return ""


def _gap(leg: "Leg", stream: Stream, count: int, now: float) -> None:
    video = stream.kind == "video"
    # Packets of sound are 20 ms apart: a network that reorders them is rarer than one that loses them.
    delay_ms = FIRST_DELAY_MS if video else 0
    nacks = leg.nack_video if video else leg.nack_audio
    if nacks and stream.missing.gap(stream.highest + 1, count, int(now * 1000), delay_ms):
        leg.plane.on_gap(leg, stream, now)
    elif video:
        leg.plane.want_keyframe(stream.track)


def _on_restart(leg: "Leg", track: Track, now: float) -> None:
    """A camera is on again without a key frame: whoever waits for one does not wait for the next request."""
    if track.kind == "audio" or any(now - other.last_at < RESTED_S for other in track.streams.values()):
        return
    if any(out.stream is None and out.waits_on is not None for out in track.outs):
        track.keyframes.forget_pause(now)
        leg.plane.want_keyframe(track)


def _tie_anew(leg: "Leg", stream: Stream, timestamp: int, now: float) -> None:
    """The timestamps of a source stood still: what it said of its clock before is no longer true.

    Its subscribers go on at the moment that it is now, so that their sound and picture stay in step. A
    network that held everything back looks the same, but then nothing else came meanwhile.
    """
    lively = leg.lively_at - stream.last_at > STOOD_STILL_S
    if lively or stream.kind == "audio":
        stream.report = None
    if not lively:
        return
    stream.transit = now * stream.track.clock_rate - timestamp
    if stream.kind == "audio":  # a picture goes on as it is until its next key frame
        for out in [*stream.outs, *stream.outs_plain]:
            out.wait_on(stream)
            out.detach()


def _late(
    stream: Stream, sequence: int, timestamp: int, marker: bool, packet: bytes, picture_at: int, now: float
) -> None:
    """A packet behind the newest: forwarded when it was missing, dropped when it is a copy or too old."""
    history = stream.history
    behind = stream.highest - sequence & 0xFFFF
    if behind >= history.mask or history.get(sequence) is not None:
        return
    stream.missing.arrived(sequence)
    kept = (sequence, packet, timestamp, picture_at, marker)
    history.put(kept)
    stream.arrived += 1
    stream.packets += 1
    stream.octets += len(packet) - HEADER_BYTES
    for outs in (stream.outs, stream.outs_plain):
        for out in outs:
            if sequence - out.first_in & 0xFFFF < 0x8000:
                send_late(out, kept, out.segments[-1], now)
