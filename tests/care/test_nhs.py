import pytest

from care.nhs import code
from care.verdict import Status

TABLE = {
    "expected": "0",
    "not_on_roster": "",
    "agreed_pause": "0",
    "provider_cancelled": "4",
    "cut_short": "4",
    "attended": "5",
    "attended_late": "6",
    "left_early": "5",
    "technical_failure": "",
    "partial": "6",
    "brief_contact": "",
    "late_not_admitted": "7",
    "excused": "2",
    "late_cancel": "2",
    "no_show": "3",
    "safety_exit": "",
}


def test_the_table_speaks_of_every_status() -> None:
    assert set(TABLE) == {status.value for status in Status}


@pytest.mark.parametrize(("status", "national"), TABLE.items())
def test_each_status_has_its_national_code_or_none(status: str, national: str) -> None:
    assert code(Status(status)) == national
