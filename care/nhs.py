"""The codes of the NHS data dictionary item "attended or did not attend", for exports.

A status without a national code has none: an invented one would be read as something else.
"""

from care.verdict import Status

CODES = {
    Status.EXPECTED: "0",  # not applicable: in the future
    Status.AGREED_PAUSE: "0",
    Status.ATTENDED: "5",  # seen, on time
    Status.LEFT_EARLY: "5",
    Status.ATTENDED_LATE: "6",  # arrived late and was seen
    Status.PARTIAL: "6",
    Status.LATE_NOT_ADMITTED: "7",  # arrived late and could not be seen
    Status.EXCUSED: "2",  # cancelled by the patient
    Status.LATE_CANCEL: "2",
    Status.NO_SHOW: "3",  # did not attend, no advance warning
    Status.PROVIDER_CANCELLED: "4",  # cancelled by the provider
    Status.CUT_SHORT: "4",
}


def code(status: Status) -> str:
    """The code of a status, "" where the data dictionary has none."""
    return CODES.get(status, "")
