"""A lock screen, a shared mailbox and a preview line give nothing away, whatever kind and language."""

import re
from pathlib import Path

import pytest

from care.delivery import RULES, TEXTED, Channel, MessageKind
from scheduler.mail import Letter, build
from scheduler.settings import SchedulerSettings
from scheduler.words import Words
from tests.scheduler.test_words import CONTEXT

WORDS = Words()
KINDS = [*(kind.value for kind in MessageKind), "bare"]
LANGUAGES = ["en", *sorted(path.name for path in Path("web/locale").iterdir() if path.is_dir())]
TELLING = re.compile(
    r"therap|treat|patient|clinic|klinik|psych|depress|diagnos|symptom|sympton|anxi|angst|mental|crisis|krise|"
    r"suici|suizid|risk|risiko|concern|group|gruppe|session|sitzung|phq|gad|score|behandl|"
    r"beschwerd|worr|sorge",
    re.IGNORECASE,
)
"""What would tell a stranger what it is about. Addresses are left out: they are those of the clinic."""
WEB = re.compile(r"https?://\S+")
LONGEST_PREVIEW = 140
TEXT_SIGNS = 160


def told(kind: str, language: str) -> tuple[str, str]:
    return WORDS.subject_and_body(kind, language, **CONTEXT)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_subject_preview_and_all_the_rest_are_neutral(kind: str, language: str) -> None:
    subject, body = told(kind, language)
    assert TELLING.findall(subject) == []
    preview = " ".join(body.split())[:LONGEST_PREVIEW]
    assert TELLING.findall(preview) == []
    assert TELLING.findall(WEB.sub("", body)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_subject_names_no_time_and_fits_a_screen(kind: str, language: str) -> None:
    subject, _ = told(kind, language)
    assert not any(sign.isdigit() for sign in subject)
    assert 0 < len(subject) <= 45


def test_the_sender_is_a_neutral_name() -> None:
    letter = Letter(
        person="p",
        kind="bare",
        address="ada@example.org",
        subject="A message for you",
        body="Hello",
        message_id="<a@b>",
        at=CONTEXT["starts_at"],
    )
    sender = str(build(letter, SchedulerSettings().mail_from)["From"])
    assert sender.startswith("Appointments ")
    assert TELLING.findall(sender) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_who_reads_it_learns_where_help_is_how_to_stop_and_which_clock_is_meant(
    kind: str, language: str
) -> None:
    _, body = told(kind, language)
    lines = body.splitlines()
    assert CONTEXT["help_link"] in lines
    staff = kind in set(MessageKind) and RULES[MessageKind(kind)].roles in (("on_call",), ("facilitator",))
    assert staff or CONTEXT["site"] in lines, "where one chooses what comes, or nothing"
    says_a_time = re.search(r"\d{1,2}:\d{2}", WEB.sub("", body))
    assert not says_a_time or "Berlin" in body, "a time without its zone makes people miss it"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_one_short_sentence_and_a_plain_address(language: str) -> None:
    texted = [kind for kind in MessageKind if kind in TEXTED or RULES[kind].urgent]
    for kind in texted:
        subject, _ = told(kind, language)
        assert len(f"{subject}: https://rooms.some-clinic.example.org/staff") <= TEXT_SIGNS


def test_every_channel_is_known_to_the_page_of_channels() -> None:
    page = Path("docs/channels.md").read_text()
    assert all(f"| `{channel.value}` |" in page for channel in Channel)
