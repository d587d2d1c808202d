import json

import pytest

from care.returned import NotAReport, Returned, from_notice, from_report
from tests.services.reports import HEADERS, WHOLE, report

ID = "<4f0c@clinic.example>"


@pytest.mark.parametrize("original", [WHOLE, HEADERS], ids=["the whole message", "its headers"])
def test_a_report_names_the_message_the_code_and_the_address(original):
    told = from_report(report(ID, original=original))
    assert told == Returned(message_id=ID, status="5.1.1", final=True, address="ada@example.org")


def test_a_delay_is_not_final():
    assert not from_report(report(ID, action="delayed", status="4.4.1")).final


def test_a_failure_with_a_code_of_four_hundred_is_not_final():
    assert not from_report(report(ID, status="4.2.2")).final


def test_words_behind_a_code_are_left_out_and_a_code_that_is_none_is_none():
    assert from_report(report(ID, status="5.1.1 (no such person)")).status == "5.1.1"
    assert from_report(report(ID, status="see below")).status == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: out of office\r\n\r\nI am away\r\n",
        report("").replace(b"Message-ID: \r\n", b""),
        report(ID).replace(b"Action: failed\r\n", b""),
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n",
    ],
    ids=["nothing", "an ordinary mail", "no message named", "no action", "no parts"],
)
def test_what_is_no_report_is_refused(raw):
    with pytest.raises(NotAReport):
        from_report(raw)


def test_the_address_is_not_in_the_repr():
    assert "ada" not in repr(from_report(report(ID)))


def test_a_notice_says_the_same_in_json():
    body = json.dumps({"id": "4f0c", "event": "bounced", "status": "5.1.1"}).encode()
    assert from_notice(body) == Returned(message_id="4f0c", status="5.1.1", final=True)
    assert not from_notice(json.dumps({"id": "4f0c", "event": "delayed"}).encode()).final


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"x"',
        b"{",
        b'{"id": "a"}',
        b'{"id": "", "event": "bounced"}',
        b'{"id": 1, "event": "bounced"}',
    ],
)
def test_a_notice_that_is_none_is_refused(body):
    with pytest.raises(NotAReport):
        from_notice(body)
