"""Every size of a demo room has someone to lead it and one seat for each person."""

import pytest

from command import cast


@pytest.mark.parametrize("members", range(2, cast.LARGEST_ROOM + 1))
def test_each_person_has_a_seat_of_their_own_and_someone_facilitates(members):
    parts = cast.parts(members)

    assert [part.seat for part in parts] == list(range(members))
    assert len({part.name for part in parts}) == members
    assert [part.role for part in parts].count("facilitator") == (2 if members >= 5 else 1)


@pytest.mark.parametrize("members", [0, 1, cast.LARGEST_ROOM + 1])
def test_a_room_without_company_or_without_chairs_is_refused(members):
    with pytest.raises(ValueError, match="seats 2 to 12"):
        cast.parts(members)
