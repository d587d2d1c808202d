"""What an operator does about one person at the shell: nothing without a colleague's name beside it."""

import pytest
from typer.testing import CliRunner

from command.main import app
from command.person_commands import PersonRefused


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
