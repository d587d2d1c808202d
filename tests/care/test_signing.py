"""A signature belongs to the text that was shown, and it is known whose is missing."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import signing
from care.signing import FACILITATOR, MEMBER, Missing, Signature

AT = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
PARTS = [
    ("Group terms", [(1, "Number of sessions", ["12 sessions."]), (3, "Length", ["90 minutes each."])]),
    ("Dates", [(4, "All dates", ["1. Monday 7 September", "2. Monday 14 September"])]),
]
TEXT = """ipt-rooms contract text, form 1
# Group terms
## 1 Number of sessions
- 12 sessions.
## 3 Length
- 90 minutes each.
# Dates
## 4 All dates
- 1. Monday 7 September
- 2. Monday 14 September
"""


def signed(member: str, side: str, version: int = 1) -> Signature:
    return Signature(member=member, side=side, version=version, by="p", at=AT, text_hash="0" * 64)


def test_the_canonical_text_is_the_shown_one_row_by_row() -> None:
    assert signing.canonical(PARTS) == TEXT


def test_the_hash_of_a_known_text_never_changes() -> None:
    # Signed papers of years ago must still be found unchanged.
    assert signing.text_hash(TEXT) == "01f2aa352c937e2d020869c137ea60c4645311d6c225cd9e03ed2f2c4bb7f428"


def test_blanks_and_composed_letters_do_not_matter() -> None:
    shown = [("Zeiten\u00a0 \n", [(4, "  Für\talle", ["Grüße"])])]
    plain = [("Zeiten", [(4, "Fu\u0308r alle", [unicodedata.normalize("NFD", "Grüße")])])]

    assert signing.canonical(shown) == signing.canonical(plain)


@pytest.mark.parametrize(
    "other",
    [
        [("Group terms", [(1, "Number of sessions", ["13 sessions."])])],
        [("Group terms", [(2, "Number of sessions", ["12 sessions."])])],
        [("Group terms", [(1, "Number of sessions", [])]), ("12 sessions.", [])],
        [("Group terms", [(1, "Number of sessions", ["12", "sessions."])])],
        [("Group terms", [(1, "Number of sessions", ["12 sessions."]), (3, "", [])])],
        [("Group terms # 1", [(1, "Number of sessions", ["12 sessions."])])],
    ],
)
def test_any_other_text_has_another_hash(other: list[signing.ShownPart]) -> None:
    one = [("Group terms", [(1, "Number of sessions", ["12 sessions."])])]

    assert signing.text_hash(signing.canonical(other)) != signing.text_hash(signing.canonical(one))


lines = st.lists(st.text(max_size=12), max_size=3)
clauses = st.lists(st.tuples(st.integers(1, 28), st.text(max_size=12), lines), max_size=3)
parts = st.lists(st.tuples(st.text(max_size=12), clauses), max_size=3)


def shape(text: list[signing.ShownPart]) -> list[object]:
    def row(each: str) -> str:
        return " ".join(unicodedata.normalize("NFC", each).split())

    return [
        (row(title), [(number, row(head), [row(line) for line in lines]) for number, head, lines in found])
        for title, found in text
    ]


@given(parts, parts)
def test_two_texts_are_hashed_alike_only_if_they_read_alike(
    one: list[signing.ShownPart], other: list[signing.ShownPart]
) -> None:
    assert (signing.canonical(one) == signing.canonical(other)) == (shape(one) == shape(other))


@given(parts)
def test_the_canonical_text_is_stable(text: list[signing.ShownPart]) -> None:
    assert signing.canonical(text) == signing.canonical(shape(text))  # type: ignore[arg-type]


def test_whose_signature_is_missing_is_listed_member_first() -> None:
    signatures = [signed("a", MEMBER), signed("a", FACILITATOR), signed("b", FACILITATOR)]

    assert signing.missing(["a", "b", "c"], signatures, 1) == (
        Missing(member="b", side=MEMBER),
        Missing(member="c", side=MEMBER),
        Missing(member="c", side=FACILITATOR),
    )


def test_a_signature_under_another_version_does_not_count() -> None:
    signatures = [signed("a", side, version) for side in signing.SIDES for version in (1, 3)]

    assert signing.missing(["a"], signatures, 2) == (
        Missing(member="a", side=MEMBER),
        Missing(member="a", side=FACILITATOR),
    )


@pytest.mark.parametrize(
    ("held", "word"),
    [
        ([], "unsigned"),
        ([(MEMBER, 2)], "awaits_facilitator"),
        ([(FACILITATOR, 2)], "awaits_member"),
        ([(MEMBER, 2), (FACILITATOR, 2)], "signed"),
        ([(MEMBER, 1), (FACILITATOR, 1)], "amended"),
        ([(MEMBER, 1)], "unsigned"),
        ([(MEMBER, 1), (FACILITATOR, 1), (MEMBER, 2)], "awaits_facilitator"),
    ],
)
def test_the_state_of_a_contract_is_one_word(held: list[tuple[str, int]], word: str) -> None:
    signatures = [signed("a", side, version) for side, version in held]

    assert signing.state("a", signatures, 2) == word


def test_the_newest_version_both_signed_is_in_force() -> None:
    signatures = [
        *(signed("a", side, version) for side in signing.SIDES for version in (1, 2)),
        signed("a", MEMBER, 3),
        *(signed("b", side, 3) for side in signing.SIDES),
    ]

    assert signing.in_force("a", signatures) == 2
    assert signing.in_force("c", signatures) is None
