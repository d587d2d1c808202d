"""The media plane of one process: its ports, legs, forwarding tables and clocks.

Commands and datagrams come in, events go out. Everything runs in one thread and nothing waits.
"""

import asyncio
import functools
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from server.media import (
    addresses,
    answer,
    compiled,
    fanout,
    feedback,
    messages,
    pressure,
    sdp,
    seats,
)
from server.media.ice import Desk
from server.media.incoming import Stream, Track
from server.media.leg import Leg
from server.media.options import MediaOptions
from server.media.outgoing import Out
from server.media.receive import inbox, on_opened, on_rtp
from server.media.rounds import Rounds
from server.media.rtc_backend import Certificate
from server.media.tcp_port import TcpPort
from server.media.udp import UdpPort

logger = logging.getLogger(__name__)

TICK_S = 0.02
MEND_S = 0.011
"After a gap what is still missing is asked for: a little later than `lost.FIRST_DELAY_MS`."


class Plane:
    """All legs of one process."""

    def __init__(
        self,
        options: MediaOptions,
        tell: Callable[[messages.Event], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self.tell = tell
        self._clock = clock
        self._certificate = Certificate()
        self.fan = compiled.Compiled() if options.compiled and compiled.available() else fanout.Pure()
        self._ports: list[UdpPort] = []
        self._tcp_ports: list[TcpPort] = []
        self.desk = Desk()
        self.by_address = self.fan.new_addresses()
        self.legs: dict[str, Leg] = {}
        self.tables: dict[str, messages.Table] = {}
        self.lossy: set[Stream] = set()
        "Streams that miss packets."
        self.blanking: set[Out] = set()
        "Slots that were freed and still show something."
        self.counted: Counter[str] = Counter()
        self.rounds = Rounds(self)
        self._mending: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._goodbyes: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The UDP port in use."""
        return self._ports[0].port

    def forwarded(self) -> int:
        """Media packets forwarded since the start, repeats not counted."""
        return self.counted["forwarded"] + sum(leg.forwarded() for leg in self.legs.values())

    def received(self) -> int:
        """Media packets taken since the start."""
        return self.counted["received"] + sum(leg.received() for leg in self.legs.values())

    def now(self) -> float:
        """Monotonic seconds of this plane."""
        return self._clock()

    def open(self) -> None:
        """Binds the ports. Raises OSError when one is taken, and then holds none."""
        try:
            self._open_udp()
            if self._options.tcp_port is not None:
                self._open_tcp(self._options.tcp_port)
        except OSError:
            self._close_ports()
            raise
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _open_udp(self) -> None:
        port = self._options.port
        for address in self._options.bind:
            opened = UdpPort(address, port, self.on_datagram, functools.partial(self.fan.reader, self))
            self._ports.append(opened)
            port = opened.port
            opened.open()

    def _open_tcp(self, port: int) -> None:
        for address in self._options.bind:
            opened = TcpPort(address, port, self.on_datagram, self.on_lost_address)
            self._tcp_ports.append(opened)
            port = opened.port
            opened.open()

    def _close_ports(self) -> None:
        for udp in self._ports:
            udp.close()
        for tcp in self._tcp_ports:
            tcp.close()
        self._ports, self._tcp_ports = [], []

    async def close(self) -> None:
        """Ends all legs and frees the ports."""
        for timer in (self._timer, self._mending):
            if timer is not None:
                timer.cancel()
        for leg in list(self.legs.values()):
            self.end(leg, "requested")
        if self._goodbyes:
            await asyncio.gather(*self._goodbyes, return_exceptions=True)
        self._close_ports()

    def take(self, command: messages.Command) -> None:
        """Carries out one command."""
        if isinstance(command, messages.Offer):
            self._offer(command)
        elif isinstance(command, messages.Arrange):
            self._arrange(command)
        elif isinstance(command, messages.Prefer):
            self._prefer(command)
        elif isinstance(command, messages.CloseLeg):
            leg = self.legs.get(command.leg)
            if leg is not None:
                self.end(leg, "requested")
        else:
            for leg in [leg for leg in self.legs.values() if leg.room == command.room]:
                self.end(leg, "requested")

    def on_datagram(self, size: int, address: Any, send_to: Any) -> None:
        """Takes the datagram of `size` bytes in the inbox.

        Whatever goes wrong with it touches no other datagram.
        """
        if size < 2:  # the inbox still holds the datagram before
            self.counted["malformed"] += 1
            return
        try:
            data = inbox.data
            first = data[0]
            now = self._clock()
            if 127 < first < 192:
                leg = self.by_address.get(address)
                if leg is None:
                    self.counted["strange"] += 1
                elif 191 < data[1] < 224:  # RFC 5761 section 4
                    feedback.on_rtcp(leg, size, now)
                else:
                    on_rtp(leg, size, now)
            elif first < 4:
                agent = self.desk.handle(bytes(inbox.view[:size]), address, send_to, now)
                if agent is not None:
                    agent.owner.alive_at = now  # type: ignore[attr-defined]
            elif 19 < first < 64:
                leg = self.by_address.get(address)
                if leg is not None:
                    leg.dtls.feed(bytes(inbox.view[:size]))
        except ValueError:
            self.counted["malformed"] += 1
        except Exception:
            self.counted["failed"] += 1
            if self.counted["failed"] < 10:
                logger.exception("A datagram could not be handled")

    def on_opened(self, leg: Leg, size: int) -> None:
        """Takes the opened RTP packet of `size` bytes in the inbox, as `on_datagram` does."""
        try:
            on_opened(leg, size, self._clock())
        except ValueError:
            self.counted["malformed"] += 1
        except Exception:
            self.counted["failed"] += 1
            if self.counted["failed"] < 10:
                logger.exception("A packet could not be handled")

    def on_lost_address(self, address: Any) -> None:
        """A connection is gone; its leg lives on while it is heard from somewhere else."""
        leg = self.by_address.get(address)
        if leg is not None:
            leg.agent.lost(address)

    def on_first_path(self, leg: Leg) -> None:
        """A check of the leg succeeded: its DTLS handshake can begin."""
        if leg.plan is not None and not leg.checked:
            leg.checked = True
            leg.dtls.start(leg.plan.offer.fingerprints)

    def on_dtls(self, leg: Leg, state: str) -> None:
        """DTLS of the leg is connected, closed by the peer, or failed."""
        if self.legs.get(leg.id) is not leg:
            return
        now = self._clock()
        if state == "connected":
            leg.up_at = leg.alive_at = now
            self.tell(messages.Up(leg=leg.id, at_ms=int(now * 1000)))
            seats.seat_all(self, leg, now)
        else:
            self.end(leg, "closed" if state == "closed" else "dtls_failed")

    def on_stream(self, leg: Leg, stream: Stream, now: float) -> None:
        """A publisher sends something new."""
        if stream.kind not in leg.heard:
            leg.heard.add(stream.kind)
            kind: messages.Kind = "audio" if stream.kind == "audio" else "video"
            self.tell(messages.FirstMedia(leg=leg.id, kind=kind, at_ms=int(now * 1000)))
        for out in stream.track.outs:
            if out.stream is None and out.waits_on is None and not out.paused:
                seats.choose(self, out, now)

    def on_gap(self, leg: Leg, stream: Stream, now: float) -> None:
        """A stream misses packets: what is due is asked for now, the others in a moment."""
        self.lossy.add(stream)
        feedback.ask_again(leg, stream, now)
        self._mend_soon()

    def _mend_soon(self) -> None:
        if self._mending is None:
            self._mending = asyncio.get_running_loop().call_later(MEND_S, self._mend)

    def on_attached(self, out: Out, now: float) -> None:
        """A subscriber sees a source from now on; it learns at once how to play it in step."""
        feedback.send_sender_report(out, now)

    def want_keyframe(self, track: Track) -> None:
        """Asks the publisher for a key frame, now or as soon as its throttle allows."""
        self.rounds.want_keyframe(track, self._clock())

    def end(self, leg: Leg, reason: messages.DownReason) -> None:
        """Forgets a leg and says why."""
        self.fan.gather(leg)
        self.counted["forwarded"] += leg.forwarded()
        self.counted["received"] += leg.received()
        del self.legs[leg.id]
        self.tables.pop(leg.id, None)
        self.desk.unregister(leg.agent)
        self.rounds.forget(leg)
        task = leg.shut()
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)
        self.tell(messages.Down(leg=leg.id, reason=reason, last_alive_ms=int(leg.alive_at * 1000)))

    def _offer(self, offer: messages.Offer) -> None:
        try:
            description = sdp.parse(offer.sdp)
            if description.setup not in ("actpass", "active"):
                raise ValueError("The offer does not let the client open DTLS")
            plan = answer.plan(description)
        except ValueError as error:
            logger.info("An offer was refused: %s", error)
            self.tell(messages.Refused(leg=offer.leg, request=offer.request, cause="bad_offer"))
            return
        leg = self.legs.get(offer.leg)
        if leg is not None and not _same_peer(leg, plan):
            self.end(leg, "replaced")
            leg = None
        if leg is not None and not leg.keeps(plan):
            logger.info("An offer was refused: it moves slots that are in use")
            self.tell(messages.Refused(leg=offer.leg, request=offer.request, cause="bad_offer"))
            return
        if leg is None:
            leg = Leg(self, offer.room, offer.leg, self._certificate, self._clock())
            self.legs[leg.id] = leg
        elif leg.plan is not None and leg.plan.offer.ufrag != description.ufrag:
            leg.agent.restart()
        leg.agree(plan)
        self.desk.register(leg.agent)
        transport = answer.Transport(
            leg.agent.ufrag, leg.agent.password, self._certificate.fingerprint, self._candidates()
        )
        text = answer.write(plan, transport, leg.sources, leg.version)
        self.tell(messages.Answered(leg=leg.id, request=offer.request, sdp=text))
        if leg.seal is not None:
            seats.seat(self, leg, self._clock())

    def _candidates(self) -> tuple[str, ...]:
        hosts = self._options.announced or addresses.reachable(tuple(port.host for port in self._ports))
        tcp = self._tcp_ports[0].port if self._tcp_ports else None
        return addresses.candidates(hosts, self.port, tcp)

    def _arrange(self, command: messages.Arrange) -> None:
        now = self._clock()
        for table in command.tables:
            if table.leg in self.legs:
                self.tables[table.leg] = table
                seats.seat(self, self.legs[table.leg], now)

    def _prefer(self, command: messages.Prefer) -> None:
        leg = self.legs.get(command.leg)
        if leg is not None:
            pressure.prefer(self, leg, dict(command.heights), self._clock())

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(TICK_S, self._tick)
        self._do(self.rounds.turn)

    def _mend(self) -> None:
        self._mending = None
        self._do(self.rounds.mend)
        if self.lossy:  # what was asked for may be lost as well
            self._mend_soon()

    def _do(self, what: Callable[[float], None]) -> None:
        try:
            what(self._clock())
        except Exception:
            self.counted["failed"] += 1
            logger.exception("A media tick failed")


def _same_peer(leg: Leg, plan: answer.Plan) -> bool:
    """True when an offer comes from the connection that the leg already has."""
    return leg.plan is not None and set(leg.plan.offer.fingerprints) == set(plan.offer.fingerprints)
