"""One PeerConnection as the server holds it: transport, what it sends, what it receives.

A leg decides nothing; `receive` and `feedback` work on it, the plane tells it when it begins and ends.
"""

import asyncio
import random
from typing import TYPE_CHECKING, Any

from server.media import answer, rtc_backend
from server.media.clocks import MemberClock
from server.media.estimate import Downlink
from server.media.ice import Address, Agent, SendTo
from server.media.incoming import Stream, Track
from server.media.outgoing import Out
from server.media.rtc_backend import Certificate, DtlsLeg, Scratch, SlotSeal

if TYPE_CHECKING:
    from server.media.plane import Plane

_scratch = Scratch()
REPAIRS_PER_TICK = 10
"Packets that may be repeated for one subscriber in 100 ms, and on top of them"
REPAIR_SHARE = 0.3
"of what it gets in that time: more would feed the congestion that lost them."
NO_MEDIA_S = 15.0
MAX_RTCP_BYTES = 1400
ADDRESS_FREE_S = 3.0
"An address passes to another leg only when nothing authentic came from its holder for so long."


class Leg:
    """The state of one connection."""

    __slots__ = (
        "abs_id",
        "address",
        "agent",
        "alive_at",
        "alive_then",
        "arrivals",
        "audio_type",
        "by_ssrc",
        "camera",
        "checked",
        "clock",
        "count",
        "counts_loss",
        "created_at",
        "downlink",
        "dtls",
        "failures",
        "feedback_count",
        "heard",
        "held",
        "id",
        "level_id",
        "lively_at",
        "microphone",
        "missed",
        "nack_audio",
        "nack_video",
        "needed_bps",
        "number_before",
        "octets_before",
        "open",
        "orientation_id",
        "outs",
        "overhead",
        "own_ssrc",
        "packet_bytes",
        "packet_rate",
        "packets_before",
        "plan",
        "plane",
        "repairs",
        "repairs_left",
        "reporters",
        "rid_id",
        "room",
        "rrid_id",
        "rtt_ms",
        "rtx_type",
        "seal",
        "send_to",
        "sources",
        "spoke_at",
        "streams",
        "taken",
        "twcc_id",
        "unopened",
        "up_at",
        "version",
        "video_type",
    )

    def __init__(self, plane: "Plane", room: str, leg: str, certificate: Certificate, now: float) -> None:
        self.plane = plane
        self.room = room
        self.id = leg
        self.agent = Agent(self)
        self.dtls = DtlsLeg(certificate, self._send_plain, self._dtls_state)
        self.created_at = self.alive_at = now
        self.alive_then = self.lively_at = 0.0
        "The last proof of life as of the last turn and the one before: older than a burst of packets."
        self.up_at = 0.0
        self.open: Any = None
        self.seal: Any = None
        self.overhead = 16
        self.address: Address | None = None
        self.send_to: SendTo = _nowhere
        self.count: Any = plane.fan.new_count()
        self.count.number = self.number_before = random.getrandbits(15)
        "When each transport-wide number was sent, monotonic seconds."
        self.taken: Any = plane.fan.new_sender()
        "What the compiled helper knows of what this leg sends."
        self.downlink = Downlink(now)
        self.needed_bps = 0.0
        self.packet_bytes = 500.0
        self.packets_before = self.octets_before = 0
        self.held: tuple[int, ...] = ()
        self.spoke_at = 0.0
        self.unopened = 0
        self.failures = 0
        "Times that serving this leg raised."
        self.version = 0
        self.checked = self.missed = False
        self.plan: answer.Plan | None = None
        self.sources: dict[str, answer.Source] = {}
        self.clock = MemberClock()
        self.microphone: Track | None = None
        self.camera: Track | None = None
        self.streams: dict[int, Stream] = {}
        self.repairs: dict[int, Stream] = {}
        self.reporters: set[int] = set()
        "SSRCs under which RTCP came."
        self.outs: dict[tuple[int, str], Out] = {}
        self.by_ssrc: dict[int, Out] = {}
        self.heard: set[str] = set()
        "Kinds of media that came."
        self.arrivals: list[tuple[int, float]] = []
        self.feedback_count = 0
        self.own_ssrc = random.getrandbits(31) + 1
        self.repairs_left = 4 * REPAIRS_PER_TICK
        self.packet_rate = 0.0
        self.rtt_ms = 100
        self.audio_type = self.video_type = self.rtx_type = -1
        self.level_id = self.orientation_id = self.twcc_id = self.rid_id = self.rrid_id = self.abs_id = -1
        self.nack_audio = self.nack_video = False
        self.counts_loss = False
        "True when a slot has no transport-wide numbers: its loss is known from receiver reports alone."

    def keeps(self, plan: answer.Plan) -> bool:
        """True when a later offer leaves every slot in the section where it was; more slots are all right."""
        mids = {(s.slot, s.kind): s.mid for s in plan.slots()}
        before = {(s.slot, s.kind): s.mid for s in self.plan.slots()} if self.plan is not None else {}
        return all(mids.get(key) == mid for key, mid in before.items())

    def agree(self, plan: answer.Plan) -> None:
        """Takes over what an offer was answered with; sections known already keep their SSRCs."""
        self.plan = plan
        self.version += 1
        self._own(plan)
        self.plane.fan.on_receiving(self)
        for section in plan.slots():
            assert section.slot is not None
            if (section.slot, section.kind) not in self.outs:
                rtx = _ssrc() if section.rtx_type is not None else None
                source = self.sources[section.mid] = answer.Source(_ssrc(), rtx)
                out = Out(self, section, source.ssrc, rtx)
                self.outs[section.slot, section.kind] = out
                self.counts_loss |= not out.wide
                self.by_ssrc[source.ssrc] = out
                if rtx is not None:
                    self.by_ssrc[rtx] = out

    def on_path(self, address: Address, send: SendTo) -> None:
        """The client is reached here from now on."""
        self.address = address
        self.send_to = send
        self.plane.fan.on_sending(self)
        self.plane.on_first_path(self)

    def on_paths_changed(self, added: Address | None, removed: Address | None) -> None:
        """Keeps the table of addresses in step."""
        if removed is not None and self.plane.by_address.get(removed) is self:
            del self.plane.by_address[removed]
        if added is not None and self._may_take(added):
            self.plane.by_address[added] = self

    def _may_take(self, address: Address) -> bool:
        """False while another leg is alive there: a forged source address must not cut anybody off."""
        holder = self.plane.by_address.get(address)
        if holder is None or holder is self or not holder.up_at:
            return True
        return self.plane.now() - holder.alive_at > ADDRESS_FREE_S

    def send_rtcp(self, packet: bytes) -> None:
        """Protects and sends a compound RTCP packet of at most 1200 bytes.

        Nothing happens before the leg is up.
        """
        if self.seal is None or len(packet) > MAX_RTCP_BYTES:
            return
        rtc_backend.copy_into(_scratch.pointer, packet, len(packet))
        _scratch.length[0] = len(packet)
        if rtc_backend.srtp_protect_rtcp(self.seal, _scratch.pointer, _scratch.length):
            self.count.drops += 1
            return
        self._send_plain(_scratch.view[: _scratch.length[0]])

    def slot_seal(self) -> SlotSeal:
        """What closes the packets of one slot section; only after DTLS is up."""
        assert self.dtls.keys is not None
        return self.dtls.keys.slot()

    def forget(self, ssrc: int) -> None:
        """Nothing more is expected from this SSRC."""
        self.streams.pop(ssrc, None)
        self.repairs.pop(ssrc, None)
        self.plane.fan.on_receiving(self)
        if self.dtls.keys is not None:
            self.dtls.keys.forget(ssrc)

    def tracks(self) -> list[Track]:
        """Microphone and camera, as far as offered."""
        return [track for track in (self.microphone, self.camera) if track is not None]

    def track(self, kind: str) -> Track | None:
        """The microphone or the camera."""
        return self.microphone if kind == "audio" else self.camera

    def forwarded(self) -> int:
        """Media packets sent to this client, repeats not counted."""
        return sum(out.totals()[0] for out in self.outs.values())

    def received(self) -> int:
        """Media packets that came from it."""
        return sum(stream.packets for stream in self.streams.values())

    def refill(self) -> None:
        """Allows repeats for the next 100 ms: a share of what is sent, and a little more."""
        self.repairs_left = REPAIRS_PER_TICK + int(self.packet_rate * REPAIR_SHARE / 10)

    def misses(self, now: float) -> bool:
        """True once nothing came for 15 s although somebody is meant to see or hear it."""
        late = bool(self.up_at) and now - self.up_at > NO_MEDIA_S and not self.heard
        return late and not self.missed and any(track.outs for track in self.tracks())

    def shut(self) -> asyncio.Task[None]:
        """Stops all media at once; the task returned says goodbye to the peer."""
        for out in self.outs.values():
            out.stop_waiting()
            out.detach()
            if out.track is not None:
                out.track.outs.remove(out)
                out.track = None
        for track in self.tracks():
            for out in list(track.outs):
                out.release()
                self.plane.blanking.add(out)
        self.seal = self.open = None
        self.plane.fan.on_sending(self)
        self.plane.fan.on_receiving(self)
        return asyncio.get_running_loop().create_task(self._goodbye())

    async def _goodbye(self) -> None:
        await self.dtls.close()
        self.agent.forget()

    def _own(self, plan: answer.Plan) -> None:
        """Reads the sections in which the client sends."""
        microphone, camera = plan.microphone(), plan.camera()
        for section in plan.sections:
            if section is not None:
                self._extensions(section)
        if microphone is not None:
            self.audio_type = microphone.payload_type
            self.nack_audio = "nack" in microphone.feedback
            self.microphone = self.microphone or Track(self.id, "audio", self.clock, ())
        if camera is not None:
            self.video_type = camera.payload_type
            self.rtx_type = camera.rtx_type if camera.rtx_type is not None else -1
            self.nack_video = "nack" in camera.feedback
            self.camera = self.camera or Track(self.id, "video", self.clock, camera.rids)

    def _extensions(self, section: answer.Accepted) -> None:
        # Ids are the same in all sections of a bundle (RFC 9143 section 9), so one set serves the leg.
        ids = section.extensions
        self.level_id = ids.get(answer.LEVEL, self.level_id)
        self.orientation_id = ids.get(answer.ORIENTATION, self.orientation_id)
        self.twcc_id = ids.get(answer.TRANSPORT_CC, self.twcc_id)
        self.rid_id = ids.get(answer.RID, self.rid_id)
        self.rrid_id = ids.get(answer.REPAIRED_RID, self.rrid_id)

    def _send_plain(self, datagram: bytes | memoryview) -> None:
        if self.address is None:
            return
        try:
            self.send_to(datagram, self.address)
        except OSError:
            self.count.drops += 1

    def _dtls_state(self, state: str) -> None:
        if state == "connected":
            keys = self.dtls.keys
            assert keys is not None
            self.open, self.seal, self.overhead = keys.open, keys.seal, keys.overhead
            self.plane.fan.on_sending(self)
            self.plane.fan.on_receiving(self)
        self.plane.on_dtls(self, state)


def _ssrc() -> int:
    return random.getrandbits(31) + 0x1000  # never one of the small numbers that tests and probes use


def _nowhere(datagram: Any, address: Any) -> None:
    return
