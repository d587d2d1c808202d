"""Every language says everything: what is in the source is in its catalogue, with the same places to fill."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from server.render import WEB

ROOT = WEB.parent
CATALOGUES = sorted((WEB / "locale").glob("*/LC_MESSAGES"))
PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")
JINJA = {"trimmed": "true", "extensions": "jinja2.ext.i18n"}


@cache
def said() -> set[str]:
    """Every translatable sentence of the pages and of the mail."""
    found: set[str] = set()
    for folder, methods, options in (
        (ROOT / "server", [("**.py", "python")], {}),
        (
            WEB / "templates",
            [("**.html", "jinja2"), ("**.txt", "jinja2")],
            {"**.html": JINJA, "**.txt": JINJA},
        ),
    ):
        for _, _, message, _, _ in extract_from_dir(str(folder), methods, options):
            found.add(message if isinstance(message, str) else message[0])
    return found


def files(folder: Path) -> list[Catalog]:
    """The files of a language, one a subject, as they are read at start."""
    found = []
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as lines:
            found.append(read_po(lines, locale=folder.parent.name))
    return found


@cache
def messages(folder: Path) -> list[Message]:
    """Every sentence a language knows, from all its files."""
    return [message for read in files(folder) for message in read if message.id]


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def sentences(folder: Path) -> Iterator[tuple[str, str]]:
    """Each sentence with its translation; plural forms one by one."""
    for message in messages(folder):
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        yield from zip(ids, strings, strict=True)


def test_there_is_a_german_catalogue() -> None:
    assert "de" in {path.parent.name for path in CATALOGUES}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.name)
def test_a_catalogue_holds_every_sentence(path: Path) -> None:
    assert said() - {first(message) for message in messages(path)} == set()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.name)
def test_a_catalogue_keeps_nothing_that_is_no_longer_said(path: Path) -> None:
    assert {first(message) for message in messages(path)} - said() == set()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.name)
def test_a_sentence_stands_in_one_file(path: Path) -> None:
    counted = Counter(first(message) for message in messages(path))
    assert [sentence for sentence, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.name)
def test_translations_fill_the_same_places(path: Path) -> None:
    for source, translated in sentences(path):
        assert translated, source
        assert set(PLACES.findall(source)) == set(PLACES.findall(translated)), source
