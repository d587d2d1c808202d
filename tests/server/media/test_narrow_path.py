"""Estimate and division together on a modelled path, in virtual time."""

from dataclasses import dataclass, field

from server.media.allocate import PAUSED, Want, divide, needed
from server.media.estimate import Downlink

STEP_S = 0.1
AUDIO_BPS = 9 * 40_000.0
LAYERS = (150_000.0, 450_000.0, 1_200_000.0)
PEOPLE = 9


@dataclass
class Path:
    """A link of `bps` with a drop-tail buffer of half a second, and the subscriber behind it."""

    bps: float
    estimate: Downlink = field(default_factory=lambda: Downlink(0.0))
    layers: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(PEOPLE), 0))
    queue: float = 0.0
    "Bits that wait."
    now: float = 0.0
    ideal: int = 1
    waited: list[float] = field(default_factory=list)
    "Seconds that the queue held back the newest packet, each step."

    def run(self, seconds: float) -> list[int]:
        """Lets time pass; returns how many pictures were forwarded in each second."""
        pictures = []
        for step in range(int(seconds / STEP_S)):
            self._step()
            if step % 10 == 9:
                self._review()
                pictures.append(sum(level != PAUSED for level in self.layers.values()))
        return pictures

    def sent_bps(self) -> float:
        video = sum(LAYERS[level] for level in self.layers.values() if level != PAUSED)
        return max(AUDIO_BPS + video, self.estimate.probe_bps(self.now))

    def _step(self) -> None:
        self.now += STEP_S
        sent = self.sent_bps() * STEP_S
        self.queue += sent
        passed = min(self.queue, self.bps * STEP_S)
        self.queue -= passed
        lost = max(0.0, self.queue - self.bps * 0.5)
        self.queue -= lost
        self.waited.append(self.queue / self.bps)
        self.estimate.acknowledged(
            7.0 + self.queue / self.bps, passed / 8, sent / 8, int(passed / 4000), int(lost / 4000), self.now
        )
        if self.estimate.wants_probe(self._needed(), self.now):
            self.estimate.begin_probe(self._needed(), self.now)

    def _wants(self) -> list[Want]:
        return [
            Want(slot=n, priority=n == 0, spoke_at=0.0, rates=LAYERS, ideal=self.ideal, now=level)
            for n, level in self.layers.items()
        ]

    def _needed(self) -> float:
        return needed(self._wants()) + AUDIO_BPS

    def _review(self) -> None:
        self.estimate.relieved(self._needed())
        limit = self.estimate.limit_bps
        room = max(0.0, self.estimate.room_bps - AUDIO_BPS)
        self.layers = divide(self._wants(), room, None if limit is None else max(0.0, limit - AUDIO_BPS))


def test_on_a_wide_path_everybody_is_seen_well_soon_and_nobody_ever_pauses() -> None:
    path = Path(20_000_000)
    pictures = path.run(40)

    assert set(pictures) == {PEOPLE}
    assert set(path.layers.values()) == {1}


def test_a_path_for_base_pictures_alone_keeps_everybody_at_the_base() -> None:
    path = Path(2_200_000)
    pictures = path.run(120)

    assert sum(pictures[20:]) / len(pictures[20:]) > PEOPLE - 1
    assert sum(path.waited) / len(path.waited) < 0.25


def test_a_narrow_path_pauses_some_pictures_and_keeps_its_queue_short() -> None:
    path = Path(900_000)
    pictures = path.run(180)

    assert 2 <= sum(pictures[30:]) / len(pictures[30:]) <= 5
    assert path.layers[0] != PAUSED
    assert sum(path.waited) / len(path.waited) < 0.15


def test_a_path_for_sound_alone_keeps_the_sound() -> None:
    path = Path(450_000)
    pictures = path.run(180)

    assert sum(pictures[60:]) / len(pictures[60:]) < 1.5
    assert sum(path.waited) / len(path.waited) < 0.15


def test_when_a_narrow_path_widens_everybody_comes_back() -> None:
    path = Path(900_000)
    path.run(60)
    path.bps = 20_000_000
    path.queue = 0.0
    pictures = path.run(60)

    assert pictures[-1] == PEOPLE
    assert path.estimate.limit_bps is None


def test_a_moment_of_trouble_on_a_wide_path_is_over_in_seconds() -> None:
    path = Path(20_000_000)
    path.run(20)
    path.bps = 500_000
    path.run(2)
    path.bps, path.queue = 20_000_000, 0.0
    pictures = path.run(15)

    assert pictures[-1] == PEOPLE
    assert path.estimate.limit_bps is None
