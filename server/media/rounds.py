"""What comes round: feedback, reports, repeats, estimates and the watch over who is still there.

A turn each 20 ms does a fifth of the legs, so that no turn has to serve all of them. One leg's trouble is not
that of the legs behind it.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from server.media import fanout, feedback, levels, messages, pressure, rtcp, seats
from server.media.incoming import Track
from server.media.leg import Leg

if TYPE_CHECKING:
    from server.media.plane import Plane

logger = logging.getLogger(__name__)

SHARES = 5
SILENT_S = 8.5
"No check and no media for so long: gone. Browsers check every 2.5 to 6 s."
UNCHECKED_S = 25.0
"Media without checks keeps a leg this long (consent, RFC 7675, lasts 30 s)."
CONNECT_S = 15.0
ALIVE_S = 5.0
MAX_FAILURES = 20
"A leg that cannot be served so often is ended."


class Rounds:
    """The turns of one plane."""

    def __init__(self, plane: "Plane") -> None:
        self._plane = plane
        self._turns = 0
        self._wanting: set[Track] = set()
        self._probing: set[Leg] = set()
        self._alive_at = 0.0
        self._measured_at = 0.0
        self._speaking: dict[str, levels.Speaking] = {}

    def turn(self, now: float) -> None:
        """Does what is due; called every 20 ms."""
        self._turns += 1
        self.mend(now)
        self._insist(now)
        for leg in list(self._probing):
            self._guarded(self._probe, leg, now)
        legs = list(self._plane.legs.values())
        for place in range(self._turns % SHARES, len(legs), SHARES):
            self._guarded(self._serve, legs[place], place, now)
        if now - self._measured_at >= levels.WINDOW_S:
            self._measure(now)
        if now - self._alive_at >= ALIVE_S:
            self._alive_at = now
            alive = tuple((leg.id, int(leg.alive_at * 1000)) for leg in legs if leg.up_at)
            self._plane.tell(messages.Alive(legs=alive))

    def want_keyframe(self, track: Track, now: float) -> None:
        """Asks for a key frame, now or as soon as the throttle of the camera allows."""
        track.keyframes.ask()
        self._wanting.add(track)
        self._ask_for_keyframe(track, now)

    def forget(self, leg: Leg) -> None:
        """Nothing more is due for this leg."""
        self._wanting.difference_update(leg.tracks())
        self._probing.discard(leg)
        self._plane.lossy.difference_update(leg.streams.values())
        self._plane.blanking.difference_update(leg.outs.values())

    def _guarded(self, act: Callable[..., None], leg: Leg, *others: Any) -> None:
        try:
            act(leg, *others)
        except Exception:
            self._failed(leg)

    def _probe(self, leg: Leg, now: float) -> None:
        pressure.probe(leg, now)
        if leg.downlink.probe_bps(now):
            self._probing.add(leg)
        else:
            self._probing.discard(leg)

    def _serve(self, leg: Leg, place: int, now: float) -> None:
        """What a leg needs each 100 ms, and in some of these turns what it needs more rarely."""
        leg.refill()
        feedback.send_transport_feedback(leg)
        leg.lively_at, leg.alive_then = leg.alive_then, leg.alive_at
        seats.leave_silent_layers(self._plane, leg, now)
        if leg not in self._probing:
            self._probe(leg, now)
        if place % 50 == self._turns % 50:
            feedback.send_receiver_report(leg, now)
            feedback.send_sender_reports(leg, now)
            pressure.review(self._plane, leg, now)
        if place % 25 == self._turns % 25:
            self._check_life(leg, now)

    def _failed(self, leg: Leg) -> None:
        self._plane.counted["failed"] += 1
        leg.failures += 1
        if self._plane.counted["failed"] < 10:
            logger.exception("A leg could not be served")
        if leg.failures == MAX_FAILURES and self._plane.legs.get(leg.id) is leg:
            self._plane.end(leg, "silent")  # a drop on our side, not the wish of the person

    def _measure(self, now: float) -> None:
        """Bitrates of all streams, and who speaks."""
        elapsed, self._measured_at = now - self._measured_at, now
        loud: dict[str, dict[str, int]] = {}
        for leg in self._plane.legs.values():
            packets = 0
            for stream in leg.streams.values():
                stream.measure(elapsed)
                packets += stream.loud
                stream.loud = 0
            if packets >= levels.LOUD_PACKETS:
                leg.spoke_at = now
            loud.setdefault(leg.room, {})[leg.id] = packets
        for room, counts in loud.items():
            speaking = self._speaking.setdefault(room, levels.Speaking()).window(counts)
            if speaking is not None:
                self._plane.tell(messages.Levels(room=room, speaking=speaking))
        for room in self._speaking.keys() - loud.keys():
            del self._speaking[room]

    def mend(self, now: float) -> None:
        """Asks again for what is lost and due."""
        for stream in list(self._plane.lossy):
            leg = self._plane.legs.get(stream.track.leg)
            if leg is None or not stream.missing:
                self._plane.lossy.discard(stream)
                continue
            try:
                feedback.ask_again(leg, stream, now)
            except Exception:
                self._failed(leg)

    def _insist(self, now: float) -> None:
        """Key frames that are still wanted, and freed slots that still show something."""
        for track in list(self._wanting):
            self._ask_for_keyframe(track, now)
        for out in list(self._plane.blanking):
            if not out.blanks or out.leg.seal is None:
                self._plane.blanking.discard(out)
            else:
                fanout.send_blank(out, out.blanks.pop(0), now)

    def _ask_for_keyframe(self, track: Track, now: float) -> None:
        leg = self._plane.legs.get(track.leg)
        if leg is None or not track.keyframes.pending:
            self._wanting.discard(track)
        elif track.streams and track.keyframes.due(now):
            self._plane.counted["pli"] += 1
            layers = track.streams.values()
            leg.send_rtcp(b"".join(rtcp.picture_loss(leg.own_ssrc, layer.ssrc) for layer in layers))

    def _check_life(self, leg: Leg, now: float) -> None:
        checked = leg.agent.last_check
        if not checked:
            if now - leg.created_at > CONNECT_S:
                self._plane.end(leg, "ice_failed")
        elif now - max(checked, leg.alive_at) > SILENT_S or now - checked > UNCHECKED_S:
            self._plane.end(leg, "silent" if leg.up_at else "ice_failed")
        elif not leg.up_at and now - leg.created_at > CONNECT_S:
            self._plane.end(leg, "dtls_failed")
        elif leg.misses(now):
            leg.missed = True
            self._plane.tell(messages.NoMedia(leg=leg.id))
