"""The templates themselves: nothing undefined, nothing untranslated, nothing missing for the scripts."""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

from server import render
from server.pages.attendance_words import own_words, reason_words, status_words
from server.pages.room_words import room_words

TEMPLATES = sorted(
    path.relative_to(render.WEB / "templates").as_posix()
    for path in (render.WEB / "templates").rglob("*.html")
)
SCRIPTS = sorted((render.WEB / "static/js").rglob("*.js"))
NAMES_OF_THEIR_OWN = {"findahelpline.com", "UTC"}
ATTRIBUTE_BLOCKS = re.compile(r"\{% block (?:main_class|body_attributes|help_target) %\}.*?\{% endblock %\}")
SPOKEN = ("alt", "aria-label", "placeholder", "title")


def literals(source: str) -> Iterator[str]:
    """Words in a template that no translator would see."""
    text = re.sub(r"\{#.*?#\}", " ", source, flags=re.DOTALL)
    text = ATTRIBUTE_BLOCKS.sub(" ", text)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "\x00", text, flags=re.DOTALL)
    for name in SPOKEN:
        yield from re.findall(rf'\s{name}="([^"]*)"', text)
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
    yield from re.sub(r"<[^>]*>", "\n", text).splitlines()


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_an_untranslated_word(name: str) -> None:
    source = (render.WEB / "templates" / name).read_text(encoding="utf-8")
    for literal in literals(source):
        words = literal.replace("\x00", " ").strip()
        assert words in NAMES_OF_THEIR_OWN or not re.search(r"[A-Za-z]{2}", words), f"{name}: {words!r}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name: str) -> None:
    built = render.build(demo=True, country="gb")
    assert built.environments["en"].get_template(name)


def test_a_missing_variable_is_an_error() -> None:
    built = render.build(demo=False, country="gb")
    with pytest.raises(jinja2.UndefinedError):
        built.environments["en"].get_template("pages/error.html").render(
            language="en", nonce="", demo=False, help_path="/help"
        )


def test_the_scripts_have_all_their_words() -> None:
    words = room_words(gettext.NullTranslations())
    source = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    for key in re.findall(r'(?:words|#words)\.get\(\s*"(\w+)"', source):
        assert key in words, key
    for key in re.findall(r'(?:words|#words)\.count\(\s*"(\w+)"', source):
        assert {f"{key}_one", f"{key}_many"} <= words.keys(), key
    for prefix in re.findall(r"(?:words|#words)\.get\(\s*`(\w+?_)\$\{", source):
        assert any(key.startswith(prefix) for key in words), prefix


def test_every_failure_of_a_device_has_a_title_and_a_way_out() -> None:
    words = room_words(gettext.NullTranslations())
    source = (render.WEB / "static/js/room/failures.js").read_text(encoding="utf-8")
    typedef = source.split("} Failure")[0].split("@typedef")[-1]
    failures = re.findall(r'"(\w+)"', typedef)
    families = re.findall(r'"(\w+)"', source.split("} Family")[0].split("@typedef")[-1])
    assert len(failures) == 10
    for failure in failures:
        assert f"failure_{failure}_title" in words
        if failure != "denied":
            assert f"failure_{failure}_words" in words
    assert {f"failure_denied_{family}" for family in families} <= words.keys()


def test_every_module_the_room_imports_is_asked_for_early() -> None:
    from server.pages.room import MODULES

    folder = render.WEB / "static/js/room"
    assert {Path(name).name for name in MODULES} == {path.name for path in folder.glob("*.js")}


def test_no_word_about_a_person_is_a_code() -> None:
    from care.verdict import Status

    for status in Status:
        assert "_" not in status_words(gettext.NullTranslations(), status.value)
        assert status.value != own_words(gettext.NullTranslations(), status.value)
    assert reason_words(gettext.NullTranslations(), "cause_ice_never_connected") == "ice never connected"


def test_addresses_of_assets_change_with_any_content(tmp_path: Path) -> None:
    from server.assets import Assets

    (tmp_path / "a.js").write_text("1")
    before = Assets.read(tmp_path).address("a.js")
    (tmp_path / "b.css").write_text("2")
    after = Assets.read(tmp_path).address("a.js")
    assert before != after
    with pytest.raises(KeyError):
        Assets.read(tmp_path).address("missing.js")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH,en;q=0.8", "de"),
        ("fr,de;q=0.3,en;q=0.9", "en"),
        ("xx;q=nonsense,de;q=0.1", "de"),
        ("de;q=0", "en"),
        (",,,;;;", "en"),
    ],
)
def test_the_language_is_the_one_the_browser_likes_best(header: str, language: str) -> None:
    assert render.negotiate(header, ("en", "de")) == language


def test_styles_name_no_foreign_address() -> None:
    for path in (render.WEB / "static").rglob("*"):
        if path.suffix in (".css", ".js"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"url\(\s*[\"']?(https?:)?//", text), path
            assert not re.search(r"(fetch|import)\(\s*[\"'`]https?:", text), path
