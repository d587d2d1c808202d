"""Every line of docs/mistakes.md is true of the product, and the short proofs that have no other place."""

import ast
import re
from datetime import datetime
from pathlib import Path

import pytest

from care import forms_post
from care.contract import Terms
from care.waves import Moment, Wave, rhythms

HOUSE = Path(__file__).parent.parent
PAGE = (HOUSE / "docs/mistakes.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.(?:py|txt))(?:::(\w+))?`")
TEMPLATES = sorted((HOUSE / "web/templates").rglob("*.*"))
SAID = [*TEMPLATES, *sorted((HOUSE / "server/pages").glob("*.py"))]
SCRIPTS = sorted((HOUSE / "web/static").rglob("*.js"))
BLAMES = re.compile(
    r"non-?complian|drop(ped)?[- ]?outs?\b|\bchurn|win[- ]?back|\bstreak|leader ?board"
    r"|you have (major |severe )?depression|your diagnosis|homework",
    re.IGNORECASE,
)
TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2027, 1, 5, 18, 0))


def rows() -> dict[int, str]:
    return {int(number): proof for number, _, proof in ROW.findall(PAGE)}


def test_there_are_fifty_lines_each_with_a_test_or_a_reason() -> None:
    assert sorted(rows()) == list(range(1, 51))
    bare = [number for number, proof in rows().items() if not NAMED.search(proof) and len(proof) < 40]
    assert bare == []


def test_every_test_named_there_exists() -> None:
    named = [found.groups() for found in NAMED.finditer(PAGE)]
    assert len(named) > 60
    for path, test in named:
        text = (HOUSE / path).read_text("utf-8")
        if test is not None:
            defined = {node.name for node in ast.walk(ast.parse(text)) if hasattr(node, "name")}
            assert test in defined, f"{path}::{test}"


def test_no_concern_takes_a_place_a_link_or_a_seat_away() -> None:
    about = [
        path for path in HOUSE.glob("store/*.py") if path.stem.startswith(("concern", "safety", "alert"))
    ]
    about += [HOUSE / "care/safety.py", HOUSE / "care/concern.py", HOUSE / "scheduler/escalation.py"]
    about += sorted(HOUSE.glob("server/pages/safety*.py"))
    assert len(about) > 8
    for path in about:
        called = {
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not called & {"withdraw_member", "revoke", "leave", "pause", "remove", "decline"}, path.name


def test_no_browser_keeps_an_answer_to_send_it_later() -> None:
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        assert "serviceWorker" not in text, path.name
        assert "indexedDB" not in text, path.name
        if "localStorage" in text or "sessionStorage" in text:
            assert path.parent.name == "room", f"{path.name}: only the room remembers, and only devices"


@pytest.mark.parametrize("path", SAID, ids=lambda path: path.name)
def test_no_word_blames_competes_diagnoses_or_wins_back(path: Path) -> None:
    found = BLAMES.search(path.read_text("utf-8"))
    assert found is None, found


def test_grief_is_said_to_be_about_a_death() -> None:
    for path in ("server/pages/book_words.py", "server/pages/contract_annex.py"):
        (line,) = [
            one
            for one in (HOUSE / path).read_text("utf-8").splitlines()
            if re.match(r"\s*(Area\.GRIEF\.value|\"grief\"): _\(", one)
        ]
        assert re.search(r"died|death", line), line


def test_beside_every_course_stands_that_a_falling_line_proves_nothing() -> None:
    for name in ("overview", "course"):
        text = (HOUSE / f"web/templates/pages/facilitator/{name}.html").read_text("utf-8")
        assert "a falling line does not show that the group worked" in text


def test_the_room_shows_members_no_clock() -> None:
    for path in sorted((HOUSE / "web/templates/room").glob("*.html")):
        text = path.read_text("utf-8")
        assert not re.search(r"<time|role=\"timer\"|<progress|minutes left|countdown", text, re.IGNORECASE), (
            path
        )


def test_satisfaction_is_asked_about_after_the_last_session_alone() -> None:
    asked = [
        path.stem for path in HOUSE.glob("care/forms_*.py") if '"satisfaction"' in path.read_text("utf-8")
    ]
    assert asked == [forms_post.__name__.rpartition(".")[2]]
    (post,) = [one for one in rhythms(TERMS) if one.wave is Wave.POST]
    assert (post.opens.of, post.opens.days, post.opens.hours) == (Moment.LAST_ENDS, 0, 0)
