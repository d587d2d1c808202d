"""What a password of the staff must be: long, and not one that a list of common ones reaches.

Length counts, not kinds of characters (NIST SP 800-63B, 5.1.1.2): passphrases are welcome, pasting too.
"""

import re
import unicodedata
from collections.abc import Iterable

LEAST = 12
MOST = 256
FEWEST_SIGNS = 5
"Different characters a password needs."
REMAINDER = 5
"Characters that must be left when everything common is taken away."
OWN_PART = 4
"The shortest part of one's own name or address that counts."

COMMON = (
    "administrator", "administration", "arsenal", "banana", "baseball", "basketball", "batman", "berlin",
    "butterfly", "changeme", "cheese", "chelsea", "chocolate", "coffee", "computer", "correcthorse",
    "batterystaple", "default", "doctor", "dragon", "family", "flower", "football", "freedom", "friend",
    "geheim", "gruppe", "hallo", "hello", "hospital", "hunter", "iloveyou", "internet", "iptrooms", "jordan",
    "klinik", "clinic", "kennwort", "killer", "letmein", "liebe", "liverpool", "login", "london", "lovely",
    "master", "matrix", "michael", "monkey", "mustang", "never", "ninja", "nothing", "office", "orange",
    "passwort", "password", "passphrase", "passw", "pokemon", "princess", "purple", "qwerty", "qwertz",
    "qazwsx", "secret", "server", "session", "shadow", "silver", "soccer", "sommer", "summer", "spring",
    "starwars", "sunshine", "superman", "system", "temporary", "test", "therapie", "therapy", "thomas",
    "trustno", "user", "welcome", "whatever", "willkommen", "winter", "work", "zaq", "room", "group",
    "admin", "love", "abc", "pass", "word", "your", "my", "is", "the", "this", "ilove", "you",
)  # fmt: skip
"""Pieces of which the most used passwords are made (own selection after the published lists of leaked ones).
A password that consists of them and of little else is refused."""
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
)
LOOKALIKES = str.maketrans("@$!0134578", "asioleastb")


def prepared(password: str) -> str:
    """The one form in which a password is hashed, however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def fault(password: str, own: Iterable[str]) -> str | None:
    """`short`, `long`, `common` or `own` (made of these names and addresses); None for a good one."""
    text = prepared(password)
    if len(text) < LEAST:
        return "short"
    if len(text) > MOST:
        return "long"
    if is_common(text):
        return "common"
    return "own" if is_own(text, own) else None


def is_common(text: str) -> bool:
    """True when little is left after all that many people use is taken away."""
    low = text.casefold()
    if len(set(low)) < FEWEST_SIGNS:
        return True
    close = re.sub(r"[\W_]+", "", low)
    forms = (low, low.translate(LOOKALIKES), close, close.translate(LOOKALIKES))
    return any(len(remainder(form)) < REMAINDER for form in forms)


def remainder(low: str) -> str:
    """What is left of a text without common words, runs of a keyboard, repeated and stray signs."""
    for piece in sorted(COMMON, key=len, reverse=True):
        low = low.replace(piece, " ")
    for run in RUNS:
        for way in (run, run[::-1]):
            for size in range(len(way), 2, -1):
                for start in range(len(way) - size + 1):
                    low = low.replace(way[start : start + size], " ")
    low = re.sub(r"(.)\1{2,}", " ", low)
    low = re.sub(r"(19|20)\d\d", " ", low)
    return re.sub(r"[\W_]+", "", low)


def is_own(text: str, own: Iterable[str]) -> bool:
    """True when the password is made of the person's own name or address and little else."""
    low = text.casefold()
    for part in {p for words in own for p in re.split(r"[\W_]+", words.casefold()) if len(p) >= OWN_PART}:
        if part in low and len(low.replace(part, "")) < LEAST - 2:
            return True
    return False
