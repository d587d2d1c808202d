"""A book is read from its versions: the newest of each thing counts, in the order things first came."""

from datetime import UTC, datetime

import pytest

from care.areas import Area
from care.workbook import (
    AREA,
    GOAL,
    GONE,
    ONLY,
    PROBLEM,
    RANKING,
    RELATION,
    Version,
    from_device,
    newest,
    read,
)

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def version(kind, thing, number, body, device="d", by="ada"):
    return Version(kind=kind, thing=thing, number=number, body=body, device=device, by=by, at=NOW)


def test_the_newest_version_counts_whatever_order_they_come_in():
    versions = [version(GOAL, "g", 2, {"words": "new"}), version(GOAL, "g", 1, {"words": "old"})]
    assert read(versions).goals["g"].words == "new"
    assert read(versions[::-1]).goals["g"].words == "new"


def test_what_is_gone_is_not_in_the_book():
    versions = [version(RELATION, "jo", 1, {"label": "Jo"}), version(RELATION, "jo", 2, GONE)]
    assert read(versions).people == {}
    assert newest(versions) == {}


def test_what_never_was_is_empty():
    book = read([])
    assert (book.people, book.order, book.afterwards, book.plan.finished) == ({}, (), None, False)
    assert book.at(GOAL, "g") is None


def test_problems_stand_in_their_order_and_new_ones_last():
    versions = [
        *(version(PROBLEM, key, 1, {"words": key}) for key in "abc"),
        version(RANKING, ONLY, 1, {"order": ["b", "z", "a"]}),
    ]
    assert read(versions).order == ("b", "a", "c")


def test_areas_come_back_as_they_were_agreed():
    body = {"area": "grief", "rank": 1, "from_session": 3, "by_member": True, "by_facilitator": True}
    found = read([version(AREA, "a", 1, body)]).areas["a"]
    assert (found.area, found.open) == (Area.GRIEF, True)


def test_nobody_reads_back_on_one_device_what_another_one_changed():
    versions = [
        version(RELATION, "jo", 1, {"label": "Jo"}),
        version(RELATION, "jo", 2, {"label": "Jo"}, device="other"),
        version(RELATION, "mo", 1, {"label": "Mo"}),
        version(RELATION, "bo", 1, {"label": "Bo"}, by="nils"),
    ]
    assert [one.thing for one in from_device(versions, "ada", "d")] == ["mo"]


def test_a_body_nobody_could_have_written_is_told():
    with pytest.raises(ValueError, match="unknown"):
        read([version(GOAL, "g", 1, {"words": "x", "colour": "red"})])
