import pytest

from server.media.allocate import PAUSED, Want, divide, ideal_layer, needed

Q, H, F = 100.0, 300.0, 900.0


def want(slot: int, *, priority: int = 0, spoke_at: float = 0.0, ideal: int = 2, now: int = 0) -> Want:
    return Want(slot=slot, priority=priority, spoke_at=spoke_at, rates=(Q, H, F), ideal=ideal, now=now)


def test_with_room_for_all_everybody_gets_the_layer_that_suits() -> None:
    assert divide([want(0, ideal=1), want(1), want(2, ideal=0)], 5000, None) == {0: 1, 1: 2, 2: 0}


def test_base_pictures_come_before_better_ones() -> None:
    assert divide([want(0), want(1), want(2)], 750, None) == {0: 1, 1: 1, 2: 0}


def test_without_a_limit_nobody_is_paused() -> None:
    assert divide([want(0), want(1)], 10, None) == {0: 0, 1: 0}


def test_under_pressure_the_longest_silent_pause_first_and_facilitators_last() -> None:
    wants = [want(0, spoke_at=5), want(1, spoke_at=9), want(2, priority=1), want(3, spoke_at=7)]

    assert divide(wants, 260, 260) == {2: 0, 1: 0, 3: PAUSED, 0: PAUSED}


def test_when_no_picture_fits_sound_is_left_alone() -> None:
    assert divide([want(0), want(1, priority=1)], 50, 50) == {0: PAUSED, 1: PAUSED}


@pytest.mark.parametrize(("limit", "level"), [(110.0, PAUSED), (116.0, 0)])
def test_a_paused_video_comes_back_only_with_some_room_to_spare(limit: float, level: int) -> None:
    assert divide([want(0, now=PAUSED)], 5000, limit) == {0: level}


def test_a_layer_in_use_stays_where_a_new_one_would_not_fit() -> None:
    assert divide([want(0, ideal=1, now=1)], 310, None) == {0: 1}
    assert divide([want(0, ideal=1, now=0)], 310, None) == {0: 0}


@pytest.mark.parametrize(
    ("shown", "layer"), [(None, 1), (90, 0), (180, 0), (240, 0), (241, 1), (480, 1), (720, 2), (4320, 2)]
)
def test_the_layer_fits_the_shown_height(shown: int | None, layer: int) -> None:
    assert ideal_layer((180, 360, 720), shown) == layer


def test_the_only_layer_is_always_the_right_one() -> None:
    assert ideal_layer((720,), None) == ideal_layer((720,), 90) == 0


def test_what_is_needed_is_the_sum_of_ideal_layers() -> None:
    assert needed([want(0, ideal=1), want(1)]) == H + F
