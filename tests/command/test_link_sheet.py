"""Links reach the person who asked for them and no other account of the machine."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from command import link_sheet
from command.link_sheet import PersonalLink, RoomLinks

START = datetime(2025, 3, 24, 17, 0, tzinfo=UTC)


@pytest.fixture
def room():
    def person(name):
        return PersonalLink(member=f"m-{name}", place=f"p-{name}", name=name, link=f"http://x/j#{name}")

    return RoomLinks(
        session="s1",
        title="Tuesday group",
        starts_at=START,
        ends_at=START + timedelta(minutes=90),
        coordinator=(person("nora"),),
        facilitators=(person("ada"),),
        participants=(person("ben"), person("cleo")),
    )


def test_a_link_file_is_readable_by_its_owner_only_and_replaces_what_stood_there(tmp_path):
    path = tmp_path / "links"
    path.write_text("older")
    path.chmod(0o644)

    link_sheet.write_private(path, "newer")

    assert path.read_text() == "newer"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["links"]


def test_the_text_names_every_person_once_with_role_and_link(room):
    lines = link_sheet.as_text([room]).splitlines()

    roles = [line.split()[0] for line in lines if "http://" in line]
    assert roles == ["coordinator", "facilitator", "participant", "participant"]
    assert sum("http://x/j#ben" in line for line in lines) == 1


def test_a_group_whose_room_is_not_open_shows_one_person_a_role(room):
    lines = link_sheet.as_text([replace(room, about="finished", look=("As Ada: this",))]).splitlines()

    assert lines[1:3] == ["Tuesday group, finished", "  * As Ada: this"]
    assert [line.split()[0] for line in lines[3:]] == ["coordinator", "facilitator", "participant"]


def test_the_json_gives_each_room_and_one_flat_list(room):
    content = json.loads(link_sheet.as_json("http://x", [room]))

    assert content["base_url"] == "http://x"
    assert content["rooms"][0]["participants"][1]["name"] == "cleo"
    assert datetime.fromisoformat(content["rooms"][0]["ends_at"]) == room.ends_at
    assert [link["role"] for link in content["links"]] == ["coordinator", "facilitator"] + ["participant"] * 2
