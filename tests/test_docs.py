"""What is written about the product is true of it: settings, commands, targets, links."""

import re
from pathlib import Path

import pytest
import typer.main

from command import configuration
from command.main import app

HOUSE = Path(__file__).parent.parent
PAGES = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")])
SETTINGS = re.compile(r"^\| `(IPT_[A-Z_]+)` \| (?:`(.*?)`|\(not set\)) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def documented() -> dict[str, tuple[str, str]]:
    text = (HOUSE / "docs/configuration.md").read_text()
    return {name: (default, meaning) for name, default, meaning in SETTINGS.findall(text)}


def test_every_setting_is_documented_and_nothing_else_is():
    assert set(documented()) == set(configuration.variables())


def test_documented_defaults_are_the_defaults(monkeypatch):
    for name in configuration.variables():
        monkeypatch.delenv(name, raising=False)
    said = {name: default or "(not set)" for name, (default, _) in documented().items()}

    for setting in configuration.shown():
        assert said[setting.variable] == (setting.value or "(not set)"), setting.variable


def test_what_may_come_from_a_file_is_marked_secret():
    marked = {name for name, (_, meaning) in documented().items() if meaning.startswith("*secret.*")}

    assert marked == {
        name for name, info in configuration.variables().items() if configuration.is_secret(name, info)
    }


@pytest.mark.parametrize("target", ["run", "test", "check", "bench", "docs", "lock"])
def test_every_make_target_exists_and_is_mentioned(target):
    assert re.search(rf"^{target}:", (HOUSE / "Makefile").read_text(), re.MULTILINE)
    assert any(f"make {target}" in page.read_text() for page in PAGES), f"no page mentions make {target}"


def commands() -> list[str]:
    """Every command of the shell as it is typed, hidden ones left out."""
    top = typer.main.get_command(app)
    found = []
    for name, command in top.commands.items():
        inner = getattr(command, "commands", {})
        found += [f"{name} {part}" for part in inner] if inner else [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_of_the_shell_is_in_the_operators_guide(command):
    assert f"ipt-rooms {command}" in (HOUSE / "docs/operator.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOUSE).as_posix())
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text()):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            place = (page.parent / target.partition("#")[0]).resolve()
            assert place.exists(), f"{page.name} links to {target}"


def test_pages_name_variables_that_exist():
    known = set(configuration.variables())
    for page in [*PAGES, HOUSE / "docker-compose.yml"]:
        for name in re.findall(r"\bIPT_[A-Z_]+\b", page.read_text()):
            assert name in known or name.removesuffix("_FILE") in known, f"{page.name}: {name}"


def test_decisions_say_context_choice_and_consequences():
    for page in sorted((HOUSE / "docs/decisions").glob("*.md")):
        text = page.read_text()
        for part in ("**Context.**", "**Choice.**", "**Consequences.**"):
            assert part in text, f"{page.name} lacks {part}"
