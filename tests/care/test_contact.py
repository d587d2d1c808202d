"""When, how and in which words a person may be written to."""

from datetime import UTC, datetime, time, timedelta

import pytest

from care.contact import ANY, SafeContact
from care.delivery import RULES, MessageKind, QuietHours, may_hurry, open_at

USUAL = QuietHours(starts=time(20), ends=time(8))


def waits(rule: SafeContact, hour: int) -> bool:
    """Whether a message at this hour of a day in UTC has to wait."""
    now = datetime(2027, 3, 2, hour, 30, tzinfo=UTC)
    return open_at(now, "UTC", (USUAL, rule.quiet)) > now


def test_without_a_rule_the_usual_hours_hold() -> None:
    assert (ANY.mail, ANY.entries) == (True, True)
    assert [hour for hour in range(24) if not waits(ANY, hour)] == list(range(8, 20))


@pytest.mark.parametrize(
    ("from_hour", "until_hour", "open_hours"),
    [(9, 12, range(9, 12)), (18, 24, range(18, 20)), (0, 10, range(8, 10)), (6, 9, range(8, 9))],
)
def test_a_persons_own_hours_only_ever_narrow_the_usual_ones(
    from_hour: int, until_hour: int, open_hours: range
) -> None:
    rule = SafeContact(from_hour=from_hour, until_hour=until_hour)

    assert [hour for hour in range(24) if not waits(rule, hour)] == list(open_hours)


@pytest.mark.parametrize("channel", ["phone", "nothing"])
def test_who_is_not_to_be_written_to_gets_no_mail(channel: str) -> None:
    assert not SafeContact(channel=channel).mail


def test_bare_words_bring_no_calendar_entry_either() -> None:
    assert not SafeContact(wording="bare").entries
    assert not SafeContact(calendar=False).entries


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "pigeon"},
        {"wording": "loud"},
        {"from_hour": -1},
        {"from_hour": 24},
        {"until_hour": 25},
        {"from_hour": 9, "until_hour": 9},
    ],
)
def test_a_rule_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"unknown|hours"):
        SafeContact(**wrong)  # type: ignore[arg-type]


def test_a_rule_reads_back_from_its_document() -> None:
    rule = SafeContact(channel="phone", from_hour=9, until_hour=17, wording="bare", calendar=False)

    assert SafeContact.from_document(rule.document()) == rule


@pytest.mark.parametrize("change", [{"more": 1}, {"from_hour": "9"}, {"calendar": 1}])
def test_a_document_that_is_no_rule_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a rule"):
        SafeContact.from_document({**ANY.document(), **change})


@pytest.mark.parametrize(
    ("from_hour", "until_hour", "hour", "opens"),
    [
        (9, 12, 6, datetime(2027, 3, 2, 9, 0, tzinfo=UTC)),  # the service opens at 8, the person at 9
        (9, 12, 13, datetime(2027, 3, 3, 9, 0, tzinfo=UTC)),
        (0, 10, 21, datetime(2027, 3, 3, 8, 0, tzinfo=UTC)),
        (18, 24, 3, datetime(2027, 3, 2, 18, 0, tzinfo=UTC)),
        (9, 12, 10, datetime(2027, 3, 2, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_message_waits_for_the_first_time_that_suits_both(
    from_hour: int, until_hour: int, hour: int, opens: datetime
) -> None:
    rule = SafeContact(from_hour=from_hour, until_hour=until_hour)
    now = datetime(2027, 3, 2, hour, 30, tzinfo=UTC)

    assert open_at(now, "UTC", (USUAL, rule.quiet)) == opens
    assert open_at(now, "UTC", (rule.quiet, USUAL)) == opens


def test_hours_that_never_meet_open_in_a_year() -> None:
    now = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)
    rule = SafeContact(from_hour=21, until_hour=23)

    assert open_at(now, "UTC", (USUAL, rule.quiet)) > now + timedelta(days=300)


def test_only_what_would_come_too_late_hurries() -> None:
    morning = datetime(2027, 3, 3, 8, 0, tzinfo=UTC)
    soon, late = morning + timedelta(minutes=119), morning + timedelta(hours=2)
    moved, invitation = RULES[MessageKind.SESSION_MOVED], RULES[MessageKind.INVITATION]

    assert may_hurry(moved, soon, morning)
    assert not may_hurry(moved, late, morning)
    assert not may_hurry(moved, None, morning)
    assert not may_hurry(invitation, soon, morning)
