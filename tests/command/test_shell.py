"""An operator at the shell: from an empty folder to a group whose people can come in."""

import os
import re
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from command import main
from command.main import app
from tests.services.reports import report

FIRST = (datetime.now(UTC) + timedelta(days=7)).strftime("%Y-%m-%d 18:00")


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """Runs one command on a data folder of the test's own; gives what it printed."""
    monkeypatch.setenv("IPT_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("IPT_BASE_URL", "https://rooms.example.org")

    def run(*words, typed=""):
        result = CliRunner().invoke(app, list(words), input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    before = dict(os.environ)
    yield run
    # A command settles what it found out in the environment, for the processes that it starts.
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def group(shell):
    shell("migrate")
    return shell("group", "create", "--title", "Tuesday", "--first", FIRST, "--zone", "Europe/Berlin").strip()


def enrol(shell, group, role):
    typed = "Ada\nada@example.org\nA friend, 030 000\n"
    return shell("group", "enrol", group, "--role", role, typed=typed).splitlines()[-1].split()[-1]


def test_a_database_that_was_not_made_is_refused_with_the_command_to_run(shell):
    with pytest.raises(main.EXPECTED, match="ipt-rooms migrate"):
        shell("group", "list", "none")


def test_people_get_seats_in_order_and_a_coordinator_none(shell, group):
    places = [enrol(shell, group, role) for role in ("facilitator", "participant", "coordinator")]

    listed = shell("group", "list", group)
    assert [line.split()[0] for line in listed.splitlines()] == places
    assert re.findall(r"seat (\S+)", listed) == ["0", "1", "-"]
    assert "Ada" not in listed


def test_a_role_that_does_not_exist_and_a_bad_address_are_refused_in_words(shell, group):
    with pytest.raises(main.EXPECTED, match="owner is no role"):
        shell("group", "enrol", group, "--role", "owner", typed="Ada\na@example.org\n-\n")
    with pytest.raises(main.EXPECTED, match="address"):
        shell("group", "enrol", group, "--role", "participant", typed="Ada\nnot-an-address\n-\n")


def test_a_staff_link_is_printed_once_or_written_to_a_private_file(shell, group, tmp_path):
    place = enrol(shell, group, "facilitator")

    printed = shell("link", "staff", place).strip()
    shell("link", "staff", place, "--to-file", str(tmp_path / "link"))

    written = (tmp_path / "link").read_text().strip()
    assert re.fullmatch(r"https://rooms\.example\.org/j#[\w-]{43}", printed)
    assert re.fullmatch(r"https://rooms\.example\.org/j#[\w-]{43}", written)
    assert printed != written
    assert (tmp_path / "link").stat().st_mode & 0o777 == 0o600


def test_a_participant_does_not_get_a_staff_link_nor_staff_a_mailed_one(shell, group):
    participant, facilitator = enrol(shell, group, "participant"), enrol(shell, group, "facilitator")

    with pytest.raises(main.EXPECTED, match="belongs to a participant"):
        shell("link", "staff", participant)
    with pytest.raises(main.EXPECTED, match="not mailed"):
        shell("link", "mail", facilitator)
    with pytest.raises(main.EXPECTED, match="nobody has the place"):
        shell("link", "staff", "nowhere")


def test_an_invitation_is_queued_once_and_then_renewed(shell, group):
    place = enrol(shell, group, "participant")

    assert [shell("link", "mail", place).strip() for _ in range(3)] == [
        "queued: invitation",
        "queued: join_link_again",
        "queued: join_link_again",
    ]


def test_messages_are_listed_by_what_a_person_has_to_decide(shell, group):
    assert shell("outbox", "list").strip() == "no messages"
    shell("link", "mail", enrol(shell, group, "participant"))

    assert shell("outbox", "list").strip() == "pending 1"
    listed = shell("outbox", "list", "--state", "pending")
    assert "invitation" in listed
    assert "example.org" not in listed
    with pytest.raises(main.EXPECTED, match="not an open question"):
        shell("outbox", "retry", listed.split()[0])


def test_reports_of_returned_messages_are_read_from_files_and_named_for_what_they_are(shell, group, tmp_path):
    known, other = tmp_path / "report.eml", tmp_path / "hello.eml"
    known.write_bytes(report("<nobody@clinic.example>"))
    other.write_bytes(b"Subject: hello\r\n\r\nhello\r\n")

    said = shell("outbox", "bounce", str(known), str(other)).splitlines()

    assert said[0] == f"{known}: about no message of ours"
    assert said[1] == f"{other}: this mail is not a report"


def test_settings_are_shown_without_secrets(shell, monkeypatch):
    monkeypatch.setenv("IPT_REDIS_URL", "redis://:hunter2@redis:6379/0")

    shown = shell("config", "show")

    assert "IPT_BASE_URL=https://rooms.example.org\n" in shown
    assert "IPT_TICK_S=10.0  (default)" in shown
    assert "hunter2" not in shown


def test_an_operator_can_say_that_the_clock_is_right(shell, group):
    assert shell("clock", "accept") == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])
def test_the_demo_refuses_an_address_that_others_can_reach(shell, host):
    with pytest.raises(main.EXPECTED):
        shell("demo", "--host", host)


def test_the_demo_refuses_a_folder_that_holds_other_data(shell, group):
    with pytest.raises(main.EXPECTED, match="not a demo's"):
        shell("demo", "--port", "1")
