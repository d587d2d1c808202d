"""Random names for rows: not guessable, not countable, safe in addresses and cookie names."""

import secrets
import string
import uuid

ALPHABET = string.ascii_letters + string.digits


def fresh_id() -> str:
    """22 letters and digits, 131 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(22))


def fresh_place() -> str:
    """10 letters and digits: the public name of a member's place in addresses. Not a secret."""
    return "".join(secrets.choice(ALPHABET) for _ in range(10))


def fresh_uid() -> str:
    """The name of one session in everybody's calendar (RFC 7986, 5.3): random, and nothing else in it."""
    return str(uuid.uuid4())


def plausible(text: str) -> bool:
    """True for what could be an id or a place. Anything else need not be asked of the database, which
    refuses to hear of some characters at all."""
    return 0 < len(text) <= 64 and text.isascii() and text.isalnum()
