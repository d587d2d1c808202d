"""A setting that is misspelt or impossible stops the process; a secret is shown nowhere."""

import pytest

from command import configuration


def test_a_misspelt_setting_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("IPT_BINDD", "127.0.0.1:1")

    with pytest.raises(configuration.Unusable, match="IPT_BINDD is not a setting"):
        configuration.check()


def test_an_impossible_value_is_refused_by_name_and_not_repeated(monkeypatch):
    monkeypatch.setenv("IPT_DATABASE_URL", "mysql://rooms:hunter2@db/rooms")

    with pytest.raises(configuration.Unusable, match="IPT_DATABASE_URL") as refused:
        configuration.check()

    assert "hunter2" not in str(refused.value)


def test_all_complaints_come_at_once(monkeypatch):
    monkeypatch.setenv("IPT_TICK_S", "99")
    monkeypatch.setenv("IPT_BIND", "nowhere")

    with pytest.raises(configuration.Unusable) as refused:
        configuration.check()

    assert "IPT_TICK_S" in str(refused.value)
    assert "IPT_BIND" in str(refused.value)


def test_only_secrets_may_come_from_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("postgresql://rooms:hunter2@db/rooms\n")
    monkeypatch.setenv("IPT_DATABASE_URL_FILE", str(secret))
    configuration.check()

    monkeypatch.setenv("IPT_BIND_FILE", str(secret))
    with pytest.raises(configuration.Unusable, match="IPT_BIND_FILE is not a setting"):
        configuration.check()


def test_what_is_shown_names_every_setting_and_no_secret(monkeypatch):
    monkeypatch.setenv("IPT_DATABASE_URL", "postgresql://rooms:hunter2@db/rooms")
    monkeypatch.setenv("IPT_TURN_URLS", "turn:a.example.org,turn:b.example.org")
    monkeypatch.setenv("IPT_TURN_SECRET", "hunter2")

    rows = {setting.variable: setting for setting in configuration.shown()}

    assert set(rows) == set(configuration.variables())
    assert rows["IPT_DATABASE_URL"].value == rows["IPT_TURN_SECRET"].value == "(set, not shown)"
    assert rows["IPT_TURN_URLS"].value == "turn:a.example.org,turn:b.example.org"
    assert not rows["IPT_TURN_URLS"].is_default
    assert "hunter2" not in repr(rows)
