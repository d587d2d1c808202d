"""docs/roles.md says the table of care/seen.py in words, cell by cell."""

from pathlib import Path

from care.seen import MATRIX, Column, Data

PAGE = Path(__file__).parents[2] / "docs/roles.md"
THINGS = {
    "own_contact": "Name, contact, time zone",
    "other_members": "Other members",
    "schedule": "Dates, contract, ledger",
    "attendance": "Attendance",
    "evidence": "Evidence of presence",
    "checkin_state": "Check-in done or missing",
    "answers": "Answers and scores",
    "risk_flag": "That somebody is needed",
    "absence_reason": "Reason of an absence",
    "message_log": "Messages sent",
    "audit": "Audit",
    "export": "Export",
    "keys": "Keys and settings",
    "emergency_contact": "Emergency contact",
    "telephone": "Number on file",
    "location": "Whereabouts of a session",
    "safe_to_contact": "How to write safely",
    "personal_sheet": "Personal sheet of the contract",
    "inventory": "People and relationships",
    "readiness": "Readiness",
    "brief": "Brief before a session",
    "group_summary": "Summary of a session",
    "concern": "What a worry says",
    "break_glass_log": "Log of emergency access",
}
WORDS = {
    "none": "–",
    "read": "reads",
    "read_write": "reads, changes",
    "read_logged": "reads, each time logged",
    "write": "enters, does not read back",
    "own_read": "own",
    "own_read_write": "own, changes",
    "own_last": "own, what was sent last",
    "own_actions": "own actions",
    "own_events": "attendance of own groups",
    "confirm": "reads, confirms",
    "correct": "reads, corrects with a reason",
    "name_in_room": "first names in the room",
    "name": "names",
    "category": "the kind, not the words",
    "summary": "late, early or technical",
    "flag": '"needs clinical contact"',
    "task": "reads, as a task",
    "delivery": "kind, time, result",
    "counts": "numbers",
    "own_export": "own data",
    "group_export": "own groups",
    "attendance_export": "attendance",
    "encrypted": "sealed only",
    "verify": "can check it",
    "the_case": "the one case, logged",
}


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_says_the_whole_table_and_nothing_else() -> None:
    head, *said = rows()
    assert len(head) == len(Column) + 1
    assert said == [[THINGS[data], *(WORDS[MATRIX[data, column]] for column in Column)] for data in Data]
