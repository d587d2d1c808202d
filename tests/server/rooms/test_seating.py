import hypothesis.strategies as st
from hypothesis import given

from server.rooms.seating import Seated, slots

ROOM = [Seated(f"m{seat}", seat, seat in (0, 5)) for seat in range(12)]
rooms = st.sets(st.integers(0, 11)).map(lambda seats: [ROOM[seat] for seat in sorted(seats)])


@given(rooms, st.integers(0, 11))
def test_with_a_slot_for_every_seat_nobody_ever_moves(present: list[Seated], own: int) -> None:
    everybody = slots(own, 11, ROOM)
    some = slots(own, 11, present)
    assert some.items() <= everybody.items()
    assert set(everybody) == set(range(11))
    assert [everybody[slot] for slot in range(11)] == [s.member for s in ROOM if s.seat != own]


@given(rooms, st.integers(0, 11), st.integers(0, 11))
def test_nobody_is_shown_twice_or_to_themselves_or_in_a_slot_that_is_not_there(
    present: list[Seated], own: int, offered: int
) -> None:
    placed = slots(own, offered, present)
    assert len(set(placed.values())) == len(placed)
    assert f"m{own}" not in placed.values()
    assert all(0 <= slot < offered for slot in placed)
    assert len(placed) == min(offered, len([s for s in present if s.seat != own]))


def test_with_few_slots_facilitators_come_first_then_low_seats() -> None:
    assert slots(2, 4, ROOM) == {0: "m0", 1: "m5", 2: "m1", 3: "m3"}


@given(rooms, st.integers(0, 11), st.integers(0, 11))
def test_the_order_of_asking_does_not_matter(present: list[Seated], own: int, offered: int) -> None:
    assert slots(own, offered, present) == slots(own, offered, present[::-1])
