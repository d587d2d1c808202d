"""The files of a deployment agree with each other and with the product."""

import re
import stat
import subprocess
from pathlib import Path

import yaml

from command import configuration
from tests.browser import containers

HOUSE = Path(__file__).parent.parent
OURS = ("migrate", "server", "scheduler")


def test_the_house_has_every_part():
    assert set(containers.read()) == {*OURS, "postgres", "redis", "turn", "proxy"}


def test_our_services_run_commands_that_exist_with_settings_that_exist():
    services = containers.read()
    known = set(configuration.variables())

    for name in OURS:
        assert services[name]["command"] == ["ipt-rooms", name]
        for variable in services[name]["environment"]:
            assert variable in known or variable.removesuffix("_FILE") in known, variable


def test_nothing_of_ours_runs_with_more_rights_than_it_needs():
    services = containers.read()

    for name in OURS:
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert re.search(r"^USER (?!root)", (HOUSE / "Dockerfile").read_text(), re.MULTILINE)


def test_only_doors_for_people_and_media_are_published():
    published = {name for name, service in containers.read().items() if "ports" in service}

    assert published == {"server", "proxy"}
    assert containers.read()["server"]["ports"] == ["40000:40000/udp", "40000:40000/tcp"]


def test_every_secret_of_the_file_is_made_and_lies_behind_a_closed_folder(tmp_path):
    wanted = yaml.safe_load((HOUSE / "docker-compose.yml").read_text())["secrets"]

    made = containers.make_secrets(tmp_path)

    assert {Path(one["file"]).name for one in wanted.values()} == {path.name for path in made.iterdir()}
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    password = (made / "postgres_password").read_text()
    assert len(password) == 64
    assert password in (made / "database_url").read_text()
    assert (made / "turn_secret").read_text() in (made / "turnserver.conf").read_text()


def test_secrets_are_made_once(tmp_path):
    made = containers.make_secrets(tmp_path)
    first = {path.name: path.read_text() for path in made.iterdir()}

    subprocess.run(["sh", tmp_path / "deploy/make_secrets.sh"], check=True, capture_output=True)

    assert {path.name: path.read_text() for path in made.iterdir()} == first


def test_the_image_holds_every_package_and_no_tests():
    text = (HOUSE / "Dockerfile").read_text()

    for package in ("care", "store", "server", "scheduler", "command", "web"):
        assert f"COPY {package} {package}" in text
    assert "COPY tests" not in text
