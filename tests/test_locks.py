"""The lock files agree with pyproject.toml, with each other, and name versions and hashes only."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOUSE = Path(__file__).parent.parent
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def locked(name: str) -> dict[str, str]:
    text = (HOUSE / "requirements" / f"{name}.txt").read_text()
    return {canonicalize_name(package): version for package, _, version in PINNED.findall(text)}


def wanted(part: str) -> list[Requirement]:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] if part == "run" else project["optional-dependencies"]["test"]
    return [Requirement(line) for line in lines]


def test_every_dependency_is_locked_to_a_version_it_allows():
    for part in ("run", "test"):
        pins = locked(part)
        for requirement in wanted(part):
            version = pins.get(canonicalize_name(requirement.name))
            assert version, f"{requirement.name} is missing from requirements/{part}.txt: run make lock"
            assert requirement.specifier.contains(version), f"{requirement} but {version} is locked"


def test_the_tests_run_on_the_same_versions_as_the_product():
    tested = locked("test")
    for name in ("run", "build"):
        for package, version in locked(name).items():
            assert tested.get(package) == version, f"{package} differs between {name}.txt and test.txt"


def test_every_pin_has_a_hash_and_no_lock_names_a_package_index():
    for name in ("build", "run", "test"):
        text = (HOUSE / "requirements" / f"{name}.txt").read_text()
        entries = re.split(r"\n(?=[A-Za-z0-9])", text)
        assert all("--hash=sha256:" in entry for entry in entries if PINNED.match(entry))
        assert "://" not in text
        assert "--index" not in text.replace("--no-emit-index-url", "")
