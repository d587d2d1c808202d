from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from care.delivery import MessageKind
from scheduler.words import WEB, Words

CONTEXT: dict[str, Any] = {
    "link": "https://rooms.example/j#TOKEN",
    "help_link": "https://rooms.example/help",
    "zone": "Europe/Berlin",
    "starts_at": datetime(2027, 3, 2, 17, 0, tzinfo=UTC),
    "link_ends_at": datetime(2027, 3, 2, 21, 0, tzinfo=UTC),
    "dates": (datetime(2027, 3, 2, 17, 0, tzinfo=UTC), datetime(2027, 3, 9, 17, 0, tzinfo=UTC)),
    "site": "https://rooms.example/",
    "lines": ("A form is waiting for you", "Something for you to read"),
    "was": datetime(2027, 3, 1, 17, 0, tzinfo=UTC),
}
TEXTS = [*(kind.value for kind in MessageKind), "bare"]
PLAIN = [kind for kind in TEXTS if kind not in ("on_call_alert", "on_call_test", "confirm_attendance")]
CLINICAL = ("therap", "patient", "diagnos", "depress", "symptom", "group", "session")


@pytest.mark.parametrize("kind", TEXTS)
def test_every_kind_has_a_text_with_the_link_on_a_line_of_its_own(kind: str) -> None:
    subject, body = Words().subject_and_body(kind, "en", **CONTEXT)
    assert "https://rooms.example/j#TOKEN" in body.splitlines()
    assert "https://rooms.example/help" in body
    assert "TOKEN" not in subject
    assert "\n" not in subject
    assert 0 < len(subject) <= 40


@pytest.mark.parametrize("kind", TEXTS)
def test_no_text_holds_a_clinical_word(kind: str) -> None:
    subject, body = Words().subject_and_body(kind, "en", **CONTEXT)
    assert not [word for word in CLINICAL if word in (subject + body).lower()]


def test_times_are_told_in_the_recipients_zone() -> None:
    _, body = Words().subject_and_body("join_link", "en", **CONTEXT)
    assert "Tuesday 2 March at 18:00." in body


def test_a_lock_screen_shows_no_date_and_no_place() -> None:
    subjects = [Words().subject_and_body(kind, "en", **CONTEXT)[0] for kind in TEXTS]
    assert not [subject for subject in subjects if any(letter.isdigit() for letter in subject)]
    assert not [subject for subject in subjects if "March" in subject or "Tuesday" in subject]


def test_bare_words_name_no_date() -> None:
    _, body = Words().subject_and_body("bare", "en", **CONTEXT)
    assert not [word for word in ("Tuesday", "March", "18:00", "appointment") if word in body]


def test_all_dates_are_told_one_a_line_and_the_last_one_by_name() -> None:
    _, body = Words().subject_and_body("dates", "en", **CONTEXT)
    assert "Tuesday 2 March at 18:00\nTuesday 9 March at 18:00\n" in body
    assert "The last one is on Tuesday 9 March." in body


def test_a_moved_appointment_says_where_it_was() -> None:
    one = {**CONTEXT, "dates": CONTEXT["dates"][:1]}
    _, body = Words().subject_and_body("session_moved", "en", **one)
    assert "your appointment is now on Tuesday 2 March at 18:00." in body
    assert "It was planned for Monday 1 March at 18:00 before." in body


def test_an_entry_in_a_calendar_is_one_neutral_word() -> None:
    assert Words().entry("en") == "Appointment"


def test_the_german_texts_are_whole() -> None:
    for kind in MessageKind:
        subject, body = Words().subject_and_body(kind.value, "de", **CONTEXT)
        assert not [word for word in ("Hello", "link is", "Nobody", "until") if word in subject + body]
    assert "am Dienstag, 2. März um 18:00 Uhr" in Words().subject_and_body("join_link", "de", **CONTEXT)[1]


def test_a_language_without_a_catalogue_gets_english() -> None:
    assert Words().subject_and_body("join_link", "tlh", **CONTEXT)[0] == "Your appointment"


def test_a_catalogue_changes_the_words_and_the_names_of_days(tmp_path: Path) -> None:
    (tmp_path / "templates").symlink_to(WEB / "templates")
    folder = tmp_path / "locale" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Your appointment"\nmsgstr "Ihr Termin"\n',
        encoding="utf-8",
    )
    subject, body = Words(tmp_path).subject_and_body("join_link", "de-AT", **CONTEXT)
    assert subject == "Ihr Termin"
    assert "Dienstag, 2. März" in body
