"""How much one subscriber can take: an estimate from transport-wide feedback, loss and REMB.

Two numbers come out. `room_bps` says how far layers may be raised: it grows while what is sent arrives
without queueing, and by probes. `limit_bps` is None until the path shows that it is full (delay, loss or
REMB); only then are videos lowered below their base layer, that is paused. A subscriber without trouble is
never cut for lack of proof.
"""

START_BPS = 1_500_000.0
FLOOR_BPS = 120_000.0
CEILING_BPS = 30_000_000.0
QUEUE_FULL_S = 0.25
"A queue this long, and growing, is congestion; Wi-Fi bursts and busy clients stay below or catch up."
STANDING_WINDOWS = 6
"Windows after which a full queue is congestion even when it no longer grows."
QUEUE_CLEAR_S = 0.05
LOSS_FULL = 0.10
LOSS_CLEAR = 0.04
LOSS_PACKETS = 250
"Loss is known from about twice so many packets: of fewer, a radio that loses 5 % may lose 12 % by chance."
GROWTH = 1.08
"Per second, while clear and in use."
NEAR_GROWTH = 1.015
"Per second, near the rate at which the path was full lately: videos should not come and go."
NEAR = 0.8
MEMORY_S = 4.0
MEMORY_LONGEST_S = 60.0
EPISODE_S = 3.0
"Cuts that follow each other faster belong to one trouble."
"A first cut may have met a client busy for a moment: it is forgotten soon, each one after it twice as late."
CUT = 0.85
CUT_PAUSE_S = 0.6
"Between two cuts: the path must show what the first one did."
BASE_WINDOW_S = 10.0
RATE_WINDOW_S = 0.5
PROBE_S = 0.4
PROBE_PAUSE_S = 2.0
PROBE_SLOWEST_S = 40.0


class Downlink:
    """The estimate of one leg. All times are monotonic seconds."""

    __slots__ = (
        "_base",
        "_base_before",
        "_base_since",
        "_bytes",
        "_cut_at",
        "_full",
        "_full_bps",
        "_grown_at",
        "_memory_s",
        "_probe_at",
        "_probe_pause_s",
        "_probe_target",
        "_probe_until",
        "_sent",
        "_since",
        "acked_bps",
        "limit_bps",
        "loss",
        "queue_s",
        "room_bps",
    )

    def __init__(self, now: float) -> None:
        self.room_bps = START_BPS
        self.limit_bps: float | None = None
        self.acked_bps = 0.0
        self.queue_s = 0.0
        self.loss = 0.0
        self._bytes = 0.0
        self._sent = 0.0
        self._full = 0
        self._full_bps = CEILING_BPS
        self._memory_s = 0.0
        self._since = now
        self._base = self._base_before = float("inf")
        self._base_since = now
        self._cut_at = self._grown_at = now
        self._probe_at = now + 2.0
        self._probe_until = 0.0
        self._probe_target = 0.0
        self._probe_pause_s = PROBE_PAUSE_S

    def acknowledged(
        self, delay_s: float, size: float, sent: float, received: int, lost: int, now: float
    ) -> None:
        """Takes one feedback message.

        `delay_s` is the arrival of its last packet, in the receiver's clock, minus its sending in ours:
        only changes of it count. `size` is the bytes that arrived, `sent` those sent since the last message.
        """
        self._queue(delay_s, now)
        total = received + lost
        if total:
            self.loss += (lost / total - self.loss) * min(1.0, total / LOSS_PACKETS)
        self._bytes += size
        self._sent += sent
        elapsed = now - self._since
        if elapsed >= RATE_WINDOW_S:
            self.acked_bps = self._bytes * 8 / elapsed
            self._full = self._full + 1 if self.queue_s > QUEUE_FULL_S else 0
            narrow = self._memory_s > MEMORY_S  # it was full more than once, so this is no moment's trouble
            if self._full > 1 and (narrow or self._bytes < 0.9 * self._sent):
                self._full = STANDING_WINDOWS
            self._bytes, self._sent, self._since = 0.0, 0.0, now
            self._judge(now)

    def reported_loss(self, share: float, sent_bps: float, now: float) -> None:
        """Takes the loss of one stream of `sent_bps` from a subscriber without transport-wide feedback."""
        self.loss += (share - self.loss) * 0.3
        self._bytes += sent_bps * (1 - share) * min(2.0, now - self._since) / 8
        if now - self._since >= 1.0:
            self.acked_bps = self._bytes * 8 / (now - self._since)
            self._bytes, self._since = 0.0, now
        self._judge(now)

    def remb(self, bps: float, now: float) -> None:
        """Takes a REMB message: only ever a reason to send less, never more."""
        if self.acked_bps and bps < self.acked_bps * CUT and now - self._cut_at > CUT_PAUSE_S:
            self._cut(bps, now)

    def wants_probe(self, needed_bps: float, now: float) -> bool:
        """True when it is time to find out whether more fits than the estimate says."""
        if self.queue_s > QUEUE_CLEAR_S or self.loss > LOSS_CLEAR or now < self._probe_at:
            return False
        known = self.room_bps if self.limit_bps is None else min(self.room_bps, self.limit_bps)
        if self._is_near(known, now):
            return False
        return needed_bps > known

    def begin_probe(self, needed_bps: float, now: float) -> None:
        """Probing starts: for `PROBE_S` the sender may fill up to `probe_bps`."""
        known = self.room_bps if self.limit_bps is None else min(self.room_bps, self.limit_bps)
        self._probe_until = now + PROBE_S
        self._probe_target = min(needed_bps * 1.1, known * 2.0)
        self._probe_at = now + self._probe_pause_s
        self._probe_pause_s = min(PROBE_SLOWEST_S, self._probe_pause_s * 1.5)

    def probe_bps(self, now: float) -> float:
        """The rate to fill up to now, 0 when no probe runs."""
        return self._probe_target if now < self._probe_until else 0.0

    def _queue(self, delay_s: float, now: float) -> None:
        if now - self._base_since > BASE_WINDOW_S:
            self._base_before, self._base, self._base_since = self._base, delay_s, now
        self._base = min(self._base, delay_s)
        base = min(self._base, self._base_before)
        self.queue_s += (delay_s - base - self.queue_s) * 0.4

    def _judge(self, now: float) -> None:
        queued = self._full >= STANDING_WINDOWS
        if queued or self.loss > LOSS_FULL:
            if now - self._cut_at > CUT_PAUSE_S:
                factor = CUT if queued else 1 - self.loss / 2
                arrived = self.acked_bps or self.room_bps
                known = arrived if self.limit_bps is None else self.limit_bps
                self._cut(min(known, arrived) * factor, now)
            return
        if self.queue_s < QUEUE_CLEAR_S and self.loss < LOSS_CLEAR:
            self._grow(now)
        else:
            self._grown_at = now

    def _cut(self, bps: float, now: float) -> None:
        since = now - self._cut_at
        if since > EPISODE_S:
            again = since < self._memory_s * 2 + 10
            self._memory_s = min(MEMORY_LONGEST_S, self._memory_s * 2) if again else MEMORY_S
        self._memory_s = self._memory_s or MEMORY_S
        self._full_bps = self.acked_bps or bps
        self.limit_bps = max(FLOOR_BPS, bps)
        self.room_bps = self.limit_bps
        self._cut_at = self._grown_at = now
        self.loss, self._full = 0.0, 0  # what comes next tells what this cut did
        self._bytes, self._sent, self._since = 0.0, 0.0, now
        self._probe_until = 0.0
        self._probe_at = max(self._probe_at, now + self._probe_pause_s)

    def _grow(self, now: float) -> None:
        elapsed, self._grown_at = min(2.0, now - self._grown_at), now
        proven = self.acked_bps * 0.95
        if self.acked_bps > self.room_bps * 0.7:
            self.room_bps = min(CEILING_BPS, max(self.room_bps * self._growth(now) ** elapsed, proven))
            if proven > self.room_bps * 0.9:
                self._probe_pause_s = PROBE_PAUSE_S
                self._probe_at = min(self._probe_at, now + PROBE_PAUSE_S / 4)
        if self.limit_bps is not None and self.acked_bps > self.limit_bps * 0.7:
            self.limit_bps = min(CEILING_BPS, max(self.limit_bps * self._growth(now) ** elapsed, proven))

    def _growth(self, now: float) -> float:
        known = self.room_bps if self.limit_bps is None else self.limit_bps
        return NEAR_GROWTH if self._is_near(known, now) else GROWTH

    def _is_near(self, bps: float, now: float) -> bool:
        return bps > self._full_bps * NEAR and now - self._cut_at < self._memory_s

    def relieved(self, needed_bps: float) -> None:
        """Everything wanted fits again with some margin: the limit is lifted."""
        if self.limit_bps is not None and self.limit_bps > needed_bps * 1.2:
            self.limit_bps = None
