import itertools
import random

from server.media.estimate import CUT_PAUSE_S, PROBE_PAUSE_S, START_BPS, Downlink


def drive(
    estimate: Downlink,
    start: float,
    seconds: float,
    bps: float,
    *,
    sent: float = 0.0,
    delay: float = 0.0,
    grow: float = 0.0,
    lost: int = 0,
) -> float:
    """Feeds feedback messages 100 ms apart; returns the time at the end."""
    now = start
    for _ in range(int(seconds * 10)):
        now += 0.1
        delay += grow
        estimate.acknowledged(50.0 + delay, bps / 80, (sent or bps) / 80, 20 - lost, lost, now)
    return now


def test_a_clear_path_never_gets_a_limit_and_the_room_follows_what_arrives() -> None:
    estimate = Downlink(0.0)
    drive(estimate, 0.0, 10, 4_000_000)

    assert estimate.limit_bps is None
    assert estimate.room_bps > 3_700_000


def test_a_growing_queue_cuts_to_less_than_what_arrives() -> None:
    estimate = Downlink(0.0)
    now = drive(estimate, 0.0, 5, 2_000_000)
    drive(estimate, now, 2, 900_000, sent=2_000_000, grow=0.05)

    assert estimate.limit_bps is not None
    assert 300_000 < estimate.limit_bps < 900_000


def test_heavy_loss_cuts_and_light_loss_does_not() -> None:
    light, heavy = Downlink(0.0), Downlink(0.0)
    drive(light, 0.0, 10, 1_000_000, lost=1)
    drive(heavy, 0.0, 10, 1_000_000, lost=6)

    assert light.limit_bps is None
    assert heavy.limit_bps is not None


def _radio(estimate: Downlink, seed: int, share: float, seconds: float) -> float | None:
    """A path that loses packets by chance, six a message, and never queues; when the first limit came."""
    dice = random.Random(seed)
    for n in range(int(seconds * 10)):
        lost = sum(dice.random() < share for _ in range(6))
        estimate.acknowledged(0.03, (6 - lost) * 600, 3600, 6 - lost, lost, n / 10)
        if estimate.limit_bps is not None:
            return n / 10
    return None


def test_a_radio_that_loses_one_packet_in_twenty_is_no_full_path() -> None:
    limits = [_radio(Downlink(0.0), seed, 0.05, 60) for seed in range(40)]

    assert limits == [None] * 40


def test_a_path_that_loses_a_third_is_full_within_seconds() -> None:
    limits = [_radio(Downlink(0.0), seed, 0.33, 10) for seed in range(40)]

    assert all(at is not None and at < 4 for at in limits)


def test_cuts_wait_for_what_the_last_one_did() -> None:
    estimate = Downlink(0.0)
    now = drive(estimate, 0.0, 2, 2_000_000)
    while estimate.limit_bps is None:
        now = drive(estimate, now, 0.1, 1_000_000, sent=2_000_000, delay=0.5)
    first = estimate.limit_bps
    drive(estimate, now, CUT_PAUSE_S - 0.1, 1_000_000, sent=2_000_000, delay=0.5)

    assert first == estimate.limit_bps


def test_a_busy_receiver_that_catches_up_is_not_cut() -> None:
    estimate = Downlink(0.0)
    now = drive(estimate, 0.0, 5, 2_000_000)
    for _ in range(5):
        now = drive(estimate, now, 0.4, 1_000_000, sent=2_000_000, delay=0.4)
        now = drive(estimate, now, 0.6, 2_600_000, sent=2_000_000)

    assert estimate.limit_bps is None


def test_a_queue_that_stands_for_seconds_is_cut_though_all_arrives() -> None:
    estimate = Downlink(0.0)
    now = drive(estimate, 0.0, 5, 2_000_000)
    drive(estimate, now, 5, 2_000_000, delay=0.6)

    assert estimate.limit_bps is not None


def test_remb_lowers_and_never_raises() -> None:
    estimate = Downlink(0.0)
    now = drive(estimate, 0.0, 5, 2_000_000)
    estimate.remb(50_000_000, now)
    assert estimate.limit_bps is None

    estimate.remb(500_000, now)
    assert estimate.limit_bps == 500_000


def test_a_probe_is_wanted_when_more_is_needed_and_ever_more_seldom_when_it_shows_nothing() -> None:
    estimate = Downlink(0.0)
    now = drive(estimate, 0.0, 5, 400_000)
    probes = []
    while now < 120:
        if estimate.wants_probe(3_000_000, now):
            estimate.begin_probe(3_000_000, now)
            probes.append(now)
            assert estimate.probe_bps(now) <= START_BPS * 2
        now = drive(estimate, now, 0.1, 400_000)

    pauses = [b - a for a, b in itertools.pairwise(probes)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= PROBE_PAUSE_S
    assert not estimate.wants_probe(100_000, now)


def test_a_probe_that_arrives_raises_the_estimate() -> None:
    estimate = Downlink(0.0)
    now = drive(estimate, 0.0, 5, 1_200_000)
    estimate.begin_probe(3_000_000, now)
    drive(estimate, now, 0.5, 2_900_000)

    assert estimate.room_bps > 2_000_000


def test_a_limit_is_lifted_once_all_that_is_wanted_fits() -> None:
    estimate = Downlink(0.0)
    now = drive(estimate, 0.0, 5, 2_000_000)
    estimate.remb(500_000, now)
    estimate.relieved(450_000)
    assert estimate.limit_bps == 500_000
    estimate.relieved(400_000)
    assert estimate.limit_bps is None
