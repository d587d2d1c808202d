"""The picture: every score in its place, nothing by colour alone, markup that holds whatever the words."""

import re
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from server.pages.chart import Chart, Line, Mark, Slot, Stretch, Stripe, draw

CHART = Chart(
    key="one",
    title="PHQ-9",
    told="lower is better",
    low=0,
    high=27,
    slots=[Slot("pre"), *(Slot(str(one)) for one in range(1, 9)), Slot("post")],
    lines=[Line([Mark(0, 16), Mark(1, 14), Mark(2, None), Mark(3, 12, hollow=True), Mark(4, 10)])],
    stripes=[Stripe(0, 9, "low"), Stripe(10, 27, "moderately severe")],
    stretches=[Stretch(1, 2, "Beginning")],
    zone=(11, 21),
    start=16,
)


def parsed(chart: Chart) -> ElementTree.Element:
    """The picture as a tree."""
    return ElementTree.fromstring(str(draw(chart)))


def count(chart: Chart, kind: str) -> int:
    """How many elements have this class."""
    return sum(kind in one.get("class", "").split() for one in parsed(chart).iter())


def test_each_score_is_a_dot_estimates_are_hollow_and_what_is_missing_is_a_cross() -> None:
    assert (count(CHART, "chart-dot"), count(CHART, "chart-hollow"), count(CHART, "chart-missing")) == (
        4,
        1,
        1,
    )


def test_the_line_is_dashed_across_what_is_missing_and_only_there() -> None:
    assert (count(CHART, "chart-line"), count(CHART, "chart-gap")) == (3, 1)
    assert count(replace(CHART, lines=[Line([Mark(0, 3), Mark(1, 4)])]), "chart-gap") == 0


def test_a_higher_total_stands_higher() -> None:
    dots = [float(one.get("cy", 0)) for one in parsed(CHART).iter() if "chart-dot" in one.get("class", "")]
    assert dots == sorted(dots)
    assert CHART.y(0) - CHART.y(27) == CHART.y(0) - CHART.y(27.0)
    assert CHART.y(27) < CHART.y(16) < CHART.y(0)


def test_without_a_first_score_there_is_no_zone() -> None:
    bare = replace(CHART, zone=None, start=None)
    assert (count(CHART, "chart-zone"), count(bare, "chart-zone")) == (1, 0)
    assert "pattern" not in str(draw(bare))


def test_the_zone_stays_inside_the_range() -> None:
    low = replace(CHART, zone=(-3, 7), start=2)
    (zone,) = [one for one in parsed(low).iter() if one.get("class") == "chart-zone"]
    assert float(zone.get("y", 0)) + float(zone.get("height", 0)) <= CHART.y(0) + 0.1


def test_it_has_a_name_and_a_description_and_no_script_or_style() -> None:
    tree, text = parsed(CHART), str(draw(CHART))
    names = {one.get("id") for one in tree.iter() if one.get("id")}
    assert tree.get("role") == "img"
    assert set(tree.get("aria-labelledby", "").split()) <= names
    assert not re.search(r"<script|<style|style=|\son\w+=|fill=\"#|stroke=", text)


def test_lines_that_end_at_one_point_share_a_text() -> None:
    ends = [Line([Mark(0, 3), Mark(1, 4)], "A"), Line([Mark(1, 4)], "B"), Line([Mark(1, 9)], "C")]
    texts = [
        one.text for one in parsed(replace(CHART, lines=ends)).iter() if one.get("class") == "chart-letter"
    ]
    assert texts == ["A B", "C"]


def test_two_pictures_on_a_page_share_no_name() -> None:
    def names(chart: Chart) -> set[str]:
        return {one.get("id", "") for one in parsed(chart).iter()} - {""}

    assert not names(CHART) & names(replace(CHART, key="two"))


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
)
def test_words_are_text_and_never_markup(words: str) -> None:
    chart = replace(
        CHART, title=words, told=words, stretches=[Stretch(0, 1, words)], slots=[Slot(words)] * 10
    )
    tree = parsed(chart)
    assert {one.tag for one in tree.iter()} == {
        *("svg", "title", "desc", "defs", "pattern", "path", "rect", "text", "tspan", "circle"),
    }
    assert "".join((tree.find("title") or ElementTree.Element("x")).itertext()) in ("", words)


@given(st.lists(st.none() | st.integers(0, 27), min_size=1, max_size=10))
def test_any_course_is_drawn_inside_its_frame(totals: list[int | None]) -> None:
    chart = replace(CHART, lines=[Line([Mark(slot, total) for slot, total in enumerate(totals)], "A")])
    known = [one for one in totals if one is not None]
    assert count(chart, "chart-dot") == len(known)
    assert count(chart, "chart-missing") == len(totals) - len(known)
    assert count(chart, "chart-line") == max(len(known) - 1, 0)
    for one in parsed(chart).iter():
        if "chart-dot" in one.get("class", ""):
            assert CHART.y(27) <= float(one.get("cy", 0)) <= CHART.y(0)
