"""RTCP of a leg, both ways: what it asks of us is answered from memory, what we need of it is asked for.

RTCP ends at the server (RFC 7667 section 3.7): reports and requests of a subscriber never reach the
publisher as they are.
"""

from typing import TYPE_CHECKING

from server.media import clocks, pressure, rtcp, twcc
from server.media.fanout import send_late, send_repair
from server.media.outgoing import Out
from server.media.receive import inbox
from server.media.rtc_backend import srtp_unprotect_rtcp

if TYPE_CHECKING:
    from server.media.incoming import Stream
    from server.media.leg import Leg

MAX_REPORTERS = 64
"SSRCs under which one client may report; a browser uses one, or one a stream."
MAX_REMEMBERED = 500
"Repeats remembered per section: an impatient receiver gets no packet twice in a round trip."
SR_PAUSE_S = 0.1
"Reports of a stream that come faster are not passed on."
MAX_REPORTS_BYTES = 1100
SR_AGE_S = 30.0
"A sender report older than this says nothing about the clock any more."


def on_rtcp(leg: "Leg", size: int, now: float) -> None:
    """Takes the protected RTCP packet of `size` bytes in the inbox.

    Raises ValueError when it is malformed.
    """
    inbox.length[0] = size
    if leg.open is None or srtp_unprotect_rtcp(leg.open, inbox.pointer, inbox.length):
        leg.unopened += 1
        return
    leg.alive_at = now
    packet = bytes(inbox.view[: inbox.length[0]])
    _note_reporter(leg, int.from_bytes(packet[4:8], "big"))
    for part in rtcp.parse(packet):
        _take(leg, part, now)


def _note_reporter(leg: "Leg", ssrc: int) -> None:
    """Bounds the SSRCs for which libsrtp keeps state on account of RTCP alone."""
    if ssrc in leg.reporters:
        return
    if len(leg.reporters) < MAX_REPORTERS:
        leg.reporters.add(ssrc)
    elif ssrc not in leg.streams and ssrc not in leg.repairs and leg.dtls.keys is not None:
        leg.dtls.keys.forget(ssrc)


def _take(leg: "Leg", part: rtcp.Part, now: float) -> None:
    if part.kind == rtcp.SR:
        _sender_report(leg, rtcp.sender_info(part), now)
    if part.kind in (rtcp.SR, rtcp.RR):
        for ssrc, last_sr, delay in rtcp.echoes(part):
            _round_trip(leg, ssrc, last_sr, delay, now)
        if leg.counts_loss:
            for report in rtcp.reports(part):
                _loss(leg, report, now)
    elif part.kind == rtcp.RTPFB and part.form == rtcp.NACK:
        out = leg.by_ssrc.get(rtcp.media_ssrc(part))
        if out is not None:
            repair(out, rtcp.nacked(part), now)
    elif part.kind == rtcp.RTPFB and part.form == rtcp.TRANSPORT_CC:
        pressure.on_feedback(leg, part, now)
    elif part.kind == rtcp.PSFB:
        _payload_feedback(leg, part, now)


def _payload_feedback(leg: "Leg", part: rtcp.Part, now: float) -> None:
    if part.form == rtcp.PLI:
        wanted = [rtcp.media_ssrc(part)]
    elif part.form == rtcp.FIR:
        wanted = [ssrc for ssrc, _ in rtcp.fir_requests(part)]
    else:
        bitrate = rtcp.remb(part) if part.form == rtcp.APPLICATION else None
        if bitrate is not None:
            leg.downlink.remb(bitrate, now)
        return
    for ssrc in wanted:
        out = leg.by_ssrc.get(ssrc)
        if out is not None and out.track is not None and out.stream is not None and out.patience.hears(now):
            leg.plane.want_keyframe(out.track)


def _sender_report(leg: "Leg", info: rtcp.SenderInfo, now: float) -> None:
    stream = leg.streams.get(info.ssrc)
    if stream is None:
        return
    if stream.report is not None and now - stream.report_at < SR_PAUSE_S:
        return
    leg.clock.heard(info.ntp, now)
    first = stream.report is None
    stream.report, stream.report_at = info, now
    if first:
        for outs in (stream.outs, stream.outs_plain):
            for out in outs:
                send_sender_report(out, now)


def send_sender_report(out: Out, now: float) -> None:
    """Tells a subscriber at once how to play one slot in step."""
    packet = _report_of(out, now)
    if packet:
        out.leg.plane.counted["sr"] += 1
        out.leg.send_rtcp(packet)


def send_sender_reports(leg: "Leg", now: float) -> None:
    """Says of every forwarded slot which of its timestamps is now; once a second, all in one packet."""
    whole = b""
    for out in leg.outs.values():
        packet = _report_of(out, now) if out.stream is not None else b""
        if len(whole) + len(packet) > MAX_REPORTS_BYTES:
            leg.send_rtcp(whole)
            whole = b""
        leg.plane.counted["sr"] += bool(packet)
        whole += packet
    if whole:
        leg.send_rtcp(whole)


def _report_of(out: Out, now: float) -> bytes:
    """What the source said of its clock, carried on to now, on our clock and with our timestamps.

    Empty while it said nothing lately.
    """
    stream = out.stream
    if stream is None or stream.report is None or now - stream.report_at > SR_AGE_S:
        return b""
    at = stream.track.clock.ours(stream.report.ntp)
    if at is None:
        return b""
    packets, octets = out.totals()
    since = int((now - at) * stream.track.clock_rate)
    rtp = stream.report.rtp + out.timestamps + since & 0xFFFFFFFF
    info = rtcp.SenderInfo(out.ssrc, clocks.to_ntp(now), rtp, packets, octets)
    return rtcp.sender_report(info, f"s{out.slot}")


def _round_trip(leg: "Leg", ssrc: int, last_sr: int, delay: int, now: float) -> None:
    if not last_sr or ssrc not in leg.by_ssrc:
        return
    rtt = (clocks.middle(clocks.to_ntp(now)) - last_sr - delay & 0xFFFFFFFF) / 65536
    if rtt < 3:
        leg.rtt_ms += (int(rtt * 1000) - leg.rtt_ms) // 4


def _loss(leg: "Leg", report: rtcp.Report, now: float) -> None:
    """Where there is no transport-wide feedback, loss is known from the reports alone."""
    out = leg.by_ssrc.get(report.ssrc)
    if out is not None and report.ssrc != out.rtx_ssrc and not out.wide:
        leg.downlink.reported_loss(report.fraction / 256, out.stream.rate_bps if out.stream else 0.0, now)


def repair(out: Out, sequences: list[int], now: float) -> None:
    """Sends again what a subscriber misses, over RTX when it offered that, as far as its budget goes."""
    leg = out.leg
    if leg.seal is None:
        return
    for sequence in sequences:
        if leg.repairs_left <= 0:
            return
        segment = out.segment(sequence)
        if segment is None:
            continue
        kept = segment.stream.history.get(sequence - segment.offset & 0xFFFF)
        if kept is None or now - out.repaired.get(sequence, 0.0) < max(0.03, leg.rtt_ms * 0.0007):
            continue
        if len(out.repaired) > MAX_REMEMBERED:
            out.repaired.clear()
        out.repaired[sequence] = now
        leg.repairs_left -= 1
        leg.plane.counted["repaired"] += 1
        if out.rtx_ssrc is not None:
            send_repair(out, kept, segment, now)
        else:
            send_late(out, kept, segment, now)


def ask_again(leg: "Leg", stream: "Stream", now: float) -> None:
    """Requests what a stream still misses."""
    wanted = stream.missing.due(int(now * 1000), leg.rtt_ms)
    if wanted:
        leg.plane.counted["nack"] += 1
        leg.send_rtcp(rtcp.nack(leg.own_ssrc, stream.ssrc, wanted))


def send_receiver_report(leg: "Leg", now: float) -> None:
    """Reports on every stream that moved in the last two seconds."""
    blocks = [s.report_block(now) for s in leg.streams.values() if now - s.last_at < 2.0]
    if blocks:
        leg.plane.counted["rr"] += 1
        leg.send_rtcp(rtcp.receiver_report(leg.own_ssrc, blocks))


def send_transport_feedback(leg: "Leg") -> None:
    """Tells the client when its packets came, so that it can estimate its uplink."""
    leg.plane.fan.gather(leg)
    if not leg.arrivals:
        return
    arrivals, leg.arrivals = leg.arrivals, []
    media = next(iter(leg.streams), 0)
    for portion in twcc.portions(arrivals):
        leg.plane.counted["twcc"] += 1
        leg.send_rtcp(twcc.build(leg.own_ssrc, media, leg.feedback_count, portion))
        leg.feedback_count += 1
