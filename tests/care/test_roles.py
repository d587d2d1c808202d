"""The role table, cell by cell: the whole of it is written here a second time, on purpose."""

import pytest

from care.roles import ALLOWED, WITHIN, Action, Role, may

#                          participant  facilitator  coordinator
TABLE = {
    "see_home":              (True,  True,  True),
    "answer_checkin":        (True,  False, False),
    "enter_room":            (True,  True,  False),
    "write_to_facilitators": (True,  False, False),
    "open_room":             (False, True,  False),
    "greet":                 (False, True,  False),
    "admit":                 (False, True,  False),
    "send_back":             (False, True,  False),
    "decline":               (False, True,  False),
    "mute_others":           (False, True,  False),
    "ask_others":            (False, True,  False),
    "remove":                (False, True,  False),
    "lock":                  (False, True,  False),
    "end_room":              (False, True,  False),
    "write_to_member":       (False, True,  False),
    "open_sheet":            (False, True,  False),
    "see_attendance":        (False, True,  True),
    "see_contact":           (False, True,  True),
    "see_link_history":      (False, True,  True),
    "send_link_again":       (False, True,  True),
    "revoke_link":           (False, True,  True),
    "own_place":             (True,  False, False),
    "own_workbook":          (True,  False, False),
    "keep_workbook":         (False, True,  False),
    "see_brief":             (False, True,  False),
    "write_sheet":           (False, True,  False),
    "admit_unsigned":        (False, True,  False),
    "confirm_attendance":    (False, True,  False),
    "enter_presence":        (False, True,  False),
    "read_notice":           (False, True,  False),
    "correct_attendance":    (False, False, True),
    "reopen_record":         (False, False, True),
    "set_dates":             (False, False, True),
    "set_people":            (False, False, True),
    "offer_contract":        (False, False, True),
    "see_messages":          (False, True,  True),
    "see_audit":             (False, False, True),
    "export_attendance":     (False, True,  True),
    "read_concern":          (False, True,  False),
    "flag_concern":          (False, True,  False),
    "ask_for_help":          (True,  False, False),
    "offer_meetings":        (False, True,  False),
    "keep_checklist":        (False, True,  False),
    "read_answers":          (False, True,  False),
    "enter_answers":         (False, True,  False),
    "write_summary":         (False, True,  False),
}  # fmt: skip
ROLES = ("participant", "facilitator", "coordinator")


def test_the_table_speaks_of_every_action_and_every_role():
    assert set(TABLE) == {action.value for action in Action}
    assert set(ROLES) == {role.value for role in Role} == {role.value for role in ALLOWED}


@pytest.mark.parametrize(
    ("action", "role", "allowed"),
    [(action, role, cell) for action, row in TABLE.items() for role, cell in zip(ROLES, row, strict=True)],
)
def test_each_cell_holds(action, role, allowed):
    assert may(role, Action(action)) is allowed


@pytest.mark.parametrize("action", list(Action))
def test_an_unknown_role_may_nothing(action):
    assert not may("guest", action)
    assert not may("", action)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", ROLES)
def test_a_purpose_takes_away_and_never_adds(role, action):
    for purpose in (*WITHIN, "unheard of"):
        assert not may(role, action, purpose) or may(role, action)


@pytest.mark.parametrize("action", list(Action))
def test_a_check_in_link_answers_the_check_in_and_opens_no_room(action):
    # Parts of a form have a page of their own; there a link for it reads back what its device wrote.
    allowed = action in (Action.ANSWER_CHECKIN, Action.SEE_HOME, Action.OWN_WORKBOOK, Action.ASK_FOR_HELP)
    assert may("participant", action, "checkin") is allowed


@pytest.mark.parametrize("action", list(Action))
def test_nobody_does_more_with_a_stolen_purpose_than_their_role_allows(action):
    assert may("participant", action, "staff") <= may("participant", action)
    assert may("participant", action, "join") is may("participant", action)
    assert may("facilitator", action, "staff") is may("facilitator", action)
