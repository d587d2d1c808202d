"""An operator makes a backup, proves it, loses the machine and brings everything back on another."""

import os
import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from command.main import EXPECTED, app


@pytest.fixture
def shell(monkeypatch):
    """Runs one command on the data folder that is set; gives what it printed."""
    before = dict(os.environ)

    def run(*words, data):
        monkeypatch.setenv("IPT_DATA_DIR", str(data))
        result = CliRunner().invoke(app, list(words))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    yield run
    os.environ.clear()
    os.environ.update(before)


def test_backup_verify_and_restore_on_a_new_machine(shell, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    shell("migrate", data=old)
    shell("group", "create", "--title", "Tuesday", "--first", "2030-01-08 18:00", "--zone", "UTC", data=old)
    with pytest.raises(EXPECTED, match="backup-key"):
        shell("backup", data=old)
    shell("backup-key", str(tmp_path / "away.key"), data=old)
    path = shell("backup", data=old).splitlines()[0]
    shell("backup", str(tmp_path / "two.backup"), data=old)
    assert "The audit is whole: 2 rows" in shell("audit", "verify", data=old)
    with pytest.raises(EXPECTED, match="master key"):
        shell("restore", path, "--key", str(tmp_path / "away.key"), data=new)
    new.mkdir(mode=0o700)
    (new / "master.key").write_bytes((old / "master.key").read_bytes())
    (new / "master.key").chmod(0o600)
    told = shell("restore", path, "--key", str(tmp_path / "away.key"), "--verify", data=new)
    assert "This backup restores." in told
    assert not (new / "rooms.db").exists()
    assert "Restored." in shell("restore", path, "--key", str(tmp_path / "away.key"), data=new)
    with closing(sqlite3.connect(new / "rooms.db")) as file:
        assert file.execute("SELECT title FROM therapy_group").fetchall() == [("Tuesday",)]
    with pytest.raises(EXPECTED, match="nothing is overwritten"):
        shell("restore", path, "--key", str(tmp_path / "away.key"), data=new)


def test_the_first_bad_row_of_the_audit_is_named(shell, tmp_path):
    data = tmp_path / "var"
    shell("migrate", data=data)
    assert "empty" in shell("audit", "checkpoint", data=data)
    shell("backup-key", str(tmp_path / "away.key"), data=data)
    for name in ("one", "two"):
        shell("backup", str(tmp_path / name), data=data)
    seal = shell("audit", "checkpoint", data=data).split()[-1]
    assert seal in (data / "audit-checkpoints").read_text()
    assert "1 checkpoints agree" in shell("audit", "verify", data=data)
    with closing(sqlite3.connect(data / "rooms.db")) as file, file:
        file.execute("DROP TRIGGER audit_refuses_delete")
        file.execute("DELETE FROM audit WHERE seq = 2")
    with pytest.raises(EXPECTED, match="broken at row 2: it is missing"):
        shell("audit", "verify", data=data)
    (data / "audit-checkpoints").write_text("nonsense\n")
    with pytest.raises(EXPECTED, match="not a checkpoint"):
        shell("audit", "verify", data=data)


def test_the_access_log_is_walked_too(shell, tmp_path):
    data = tmp_path / "var"
    shell("migrate", data=data)
    with closing(sqlite3.connect(data / "rooms.db")) as file, file:
        file.execute(
            "INSERT INTO access_log VALUES (1, '2030-01-01T00:00:00.000000+00:00', 'a', 'contact', 'p', NULL,"
            " 'why', zeroblob(32), zeroblob(32))"
        )
    with pytest.raises(EXPECTED, match="access log is broken at row 1"):
        shell("audit", "verify", data=data)
