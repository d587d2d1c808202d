"""What an operator does about one person at the shell: nothing without a colleague's name beside it."""

import json
import re
import zipfile

import pytest
from typer.testing import CliRunner

from care.measures import PHQ9
from command import own_copy
from command.main import app
from command.person_commands import PersonRefused, worded
from command.retention_commands import RetentionRefused


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """Runs a command on a folder of the test's own, with Bela in a group and Nora's account."""
    monkeypatch.setenv("IPT_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("IPT_BASE_URL", "https://rooms.example.org")

    def run(*words, typed=""):
        result = CliRunner().invoke(app, list(words), input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    run("migrate")
    first = ("--first", "2030-01-08 18:00", "--zone", "Europe/Berlin")
    group = run("group", "create", "--title", "Tuesday", *first).strip()
    typed = "Bela Findable\nbela@findable.example\nFindable Emergency\n"
    run("group", "enrol", group, "--role", "participant", typed=typed)
    run("staff", "invite", "--admin", "--name", "Nora", "--address", "nora@findable.example")
    return run


def test_a_dry_run_says_what_becomes_of_what_and_changes_nothing(shell):
    said = shell("erase", "person", "bela@findable.example", "--dry-run")
    assert "person_key           1 row, deleted" in said
    assert "sealed values become unreadable, blanked" in said
    assert "Older backups" in said
    assert "Findable" not in said
    assert shell("erase", "person", "bela@findable.example", "--dry-run") == said


def test_it_erases_with_the_name_of_who_approved_and_only_once(shell):
    who = ("erase", "person", "bela@findable.example")
    with pytest.raises(PersonRefused, match="--approved-by is missing"):
        shell(*who)
    with pytest.raises(PersonRefused, match="no open account"):
        shell(*who, "--approved-by", "bela@findable.example")
    assert "Erased." in shell(*who, "--approved-by", "nora@findable.example")
    with pytest.raises(PersonRefused, match="nobody by this id"):
        shell(*who, "--approved-by", "nora@findable.example")


def test_nobody_approves_what_concerns_themselves(shell):
    with pytest.raises(PersonRefused, match="themselves"):
        shell("erase", "person", "nora@findable.example", "--approved-by", "nora@findable.example")


def test_a_copy_goes_into_a_private_file_that_replaces_nothing(shell, tmp_path):
    path = tmp_path / "copy.zip"
    words = ("export", "person", "bela@findable.example", "--to-file", str(path))
    with pytest.raises(PersonRefused, match="--approved-by is missing"):
        shell(*words)
    assert not path.exists()
    shell(*words, "--approved-by", "nora@findable.example")
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["data.json", "index.html"]
        page, data = archive.read("index.html").decode(), json.loads(archive.read("data.json"))
    assert "Bela Findable" in page
    assert "<script" not in page
    assert "http" not in page
    assert data["parts"]["You"][0]["contact"] == "bela@findable.example"
    assert any("staff notes" in line for line in data["left_out"])
    with pytest.raises(PersonRefused, match="there already"):
        shell(*words, "--approved-by", "nora@findable.example")


def test_words_that_look_like_markup_are_shown_as_words():
    text = own_copy.page({"You": [{"name": "<script>alert(1)</script>"}]}, ["a & b"], "today")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "a &amp; b" in text


def test_answers_stand_beside_their_questions_and_scores_beside_them():
    about = {"checkin": "c", "instrument": PHQ9.pin}
    answers = [about | {"question": one.id, "value": '{"value": 2}'} for one in PHQ9.items]
    said = worded({"Your answers": answers})
    assert said["Your answers"][0]["words"] == PHQ9.items[0].text
    assert [one["total"] for one in said["Your scores"]] == [18]


def test_what_goes_next_is_said_with_counts_and_a_missing_policy_too(shell, monkeypatch):
    said = shell("retention", "--dry-run")
    assert re.search(r"^links +now +0 +7 days +0 +30 days +0 +next -$", said, re.MULTILINE)
    assert "set IPT_KEEP_YEARS" in said
    monkeypatch.setenv("IPT_KEEP_YEARS", "10")
    assert "10 years after the group ended; over for 0" in shell("retention", "--dry-run")
    with pytest.raises(RetentionRefused):
        shell("retention")
