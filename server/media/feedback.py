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
        for report in rtcp.reports(part):
            _report(leg, report, now)
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
    stream.report, stream.report_at = info, now
    for outs in (stream.outs, stream.outs_plain):
        for out in outs:
            send_sender_report(out, now)


def send_sender_report(out: Out, now: float) -> None:
    """Tells a subscriber what the source said, on our clock and with our timestamps."""
    stream = out.stream
    if stream is None or stream.report is None or now - stream.report_at > SR_AGE_S:
        return
    at = stream.track.clock.ours(stream.report.ntp)
    if at is None:
        return
    packets, octets = out.totals()
    rtp = stream.report.rtp + out.timestamps & 0xFFFFFFFF
    info = rtcp.SenderInfo(out.ssrc, clocks.to_ntp(at), rtp, packets, octets)
    out.leg.plane.counted["sr"] += 1
    out.leg.send_rtcp(rtcp.sender_report(info, f"s{out.slot}"))


def _report(leg: "Leg", report: rtcp.Report, now: float) -> None:
    out = leg.by_ssrc.get(report.ssrc)
    if out is None or report.ssrc == out.rtx_ssrc:
        return
    if not out.wide:
        leg.downlink.reported_loss(report.fraction / 256, out.stream.rate_bps if out.stream else 0.0, now)
    if report.last_sr:
        # Our reports carry capture times, so this is path delay plus forwarding age; good enough to pace
        # repeats.
        rtt = (clocks.middle(clocks.to_ntp(now)) - report.last_sr - report.delay & 0xFFFFFFFF) / 65536
        if rtt < 3:
            leg.rtt_ms += (int(rtt * 1000) - leg.rtt_ms) // 4


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
    if not leg.arrivals:
        return
    arrivals, leg.arrivals = leg.arrivals, []
    media = next(iter(leg.streams), 0)
    for portion in twcc.portions(arrivals):
        leg.plane.counted["twcc"] += 1
        leg.send_rtcp(twcc.build(leg.own_ssrc, media, leg.feedback_count, portion))
        leg.feedback_count += 1
