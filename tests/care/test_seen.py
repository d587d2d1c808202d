"""Who sees what, cell by cell: the whole table is written here a second time, on purpose."""

import pytest

from care.seen import CHANGES, LOGGED, MATRIX, READS, Access, Column, Data, access, may_change, may_read

TEXT = """
                  | participant    | facilitator  | coordinator       | admin  | operator   | on call
own_contact       | own_read_write | read         | read_write        | none   | none       | none
other_members     | name_in_room   | read         | name              | none   | none       | none
schedule          | own_read       | read         | read_write        | none   | none       | none
attendance        | own_read       | confirm      | correct           | counts | none       | none
evidence          | own_read       | read         | summary           | none   | none       | none
checkin_state     | own_read       | read         | read              | counts | none       | none
answers           | own_last       | read         | none              | none   | encrypted  | the_case
risk_flag         | none           | task         | flag              | none   | none       | the_case
absence_reason    | own_read_write | read         | category          | none   | none       | none
message_log       | own_read       | read         | delivery          | none   | counts     | none
audit             | none           | own_actions  | own_events        | read   | verify     | none
export            | own_export     | group_export | attendance_export | none   | encrypted  | none
keys              | none           | none         | none              | none   | read_write | none
emergency_contact | own_read_write | read_logged  | write             | none   | none       | the_case
telephone         | own_read_write | read_logged  | read_logged       | none   | none       | the_case
location          | own_read_write | read_logged  | none              | none   | none       | the_case
safe_to_contact   | own_read_write | read         | read_write        | none   | none       | none
personal_sheet    | own_read_write | read_write   | none              | none   | none       | none
inventory         | own_read_write | read_write   | none              | none   | none       | none
readiness         | own_read_write | read         | none              | none   | none       | none
brief             | none           | read         | none              | none   | none       | none
group_summary     | read           | read_write   | none              | none   | none       | none
concern           | none           | read_logged  | none              | none   | none       | the_case
break_glass_log   | none           | none         | none              | read   | none       | none
"""
TABLE = {
    cells[0]: tuple(cells[1:])
    for line in TEXT.strip().splitlines()[1:]
    if (cells := [cell.strip() for cell in line.split("|")])
}
COLUMNS = ("participant", "facilitator", "coordinator", "admin", "operator", "on_call")
CELLS = [
    (data, column, cell) for data, row in TABLE.items() for column, cell in zip(COLUMNS, row, strict=True)
]


def test_the_table_speaks_of_everything_there_is_to_see_and_of_everybody() -> None:
    assert set(TABLE) == {data.value for data in Data}
    assert set(COLUMNS) == {column.value for column in Column}
    assert len(MATRIX) == len(CELLS)


@pytest.mark.parametrize(("data", "column", "cell"), CELLS)
def test_each_cell_holds(data: str, column: str, cell: str) -> None:
    assert access(data, column) is Access(cell)


@pytest.mark.parametrize("data", [*Data, "unheard of"])
def test_a_reader_the_table_does_not_know_sees_nothing(data: str) -> None:
    assert access(data, "guest") is Access.NONE


@pytest.mark.parametrize("column", [*Column, "guest"])
def test_what_the_table_does_not_know_nobody_sees(column: str) -> None:
    assert access("unheard of", column) is Access.NONE
    assert not may_read("unheard of", column)
    assert not may_change("unheard of", column)


CLINICAL = ["answers", "personal_sheet", "inventory", "readiness", "brief", "group_summary", "concern"]


@pytest.mark.parametrize("data", [*CLINICAL, "location"])
@pytest.mark.parametrize("column", ["coordinator", "admin", "operator"])
def test_nobody_without_a_clinical_part_reads_anything_clinical(data: str, column: str) -> None:
    assert not may_read(data, column)
    assert not may_change(data, column)


def test_the_on_call_clinician_sees_the_one_case_and_every_look_is_logged() -> None:
    seen = {data for data in Data if access(data, "on_call") is not Access.NONE}
    assert seen == {"answers", "risk_flag", "concern", "emergency_contact", "telephone", "location"}
    assert all(access(data, "on_call") in LOGGED for data in seen)


def test_what_may_be_changed_is_seen_by_somebody_and_every_word_is_used() -> None:
    assert {cell for _, _, cell in CELLS} | {"read_write"} == {one.value for one in Access}
    assert Access.NONE not in READS | CHANGES
