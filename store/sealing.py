"""Sealed fields: AES-256-GCM under a data key per person, which the master key wraps.

The associated data names table, column, row and key, so that a sealed value copied to another place does
not open. Destroying a person's data key erases everything sealed for that person. The master key is one
file, 0600; it is kept and backed up apart from the database.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import private_dir
from store.settings import StoreSettings
from store.tables import person_key

VERSION = b"\x01"
NONCE = 12
KEY_ID = 8


class KeyRefused(RuntimeError):
    """The master key cannot be used; the message says why and what to do."""


class SealBroken(RuntimeError):
    """A sealed value does not open here: it was moved, altered, or its key is gone. Never shown as an
    empty field."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """One person's data key, unwrapped."""

    id: bytes
    secret: bytes = field(repr=False)

    def seal(self, table: str, column: str, row: str, text: str) -> bytes:
        """Version, key id, random nonce, ciphertext and tag."""
        nonce = os.urandom(NONCE)
        box = AESGCM(self.secret).encrypt(nonce, text.encode(), bound(table, column, row, self.id))
        return VERSION + self.id + nonce + box

    def digest(self, text: str) -> bytes:
        """A keyed digest that says whether two texts of this person are the same, until the key is
        destroyed."""
        return hmac.digest(derived(self.secret, b"digest"), text.encode(), "sha256")

    def open(self, table: str, column: str, row: str, box: bytes) -> str:
        """The text. Raises SealBroken for a value from another row, another key, or an altered one."""
        version, key_id, nonce = box[:1], box[1 : 1 + KEY_ID], box[1 + KEY_ID : 1 + KEY_ID + NONCE]
        if version != VERSION or key_id != self.id:
            raise SealBroken(f"{table}.{column}: sealed under another key")
        try:
            sealed = box[1 + KEY_ID + NONCE :]
            return AESGCM(self.secret).decrypt(nonce, sealed, bound(table, column, row, key_id)).decode()
        except InvalidTag:
            raise SealBroken(f"{table}.{column}: altered or moved from another row") from None


class Keys:
    """The master keys of an installation. The first of the file wraps new data keys, the others still open
    old ones."""

    def __init__(self, masters: dict[str, bytes]) -> None:
        self._masters = masters
        self.current = next(iter(masters))
        self._wrapping = {name: derived(secret, b"wrap") for name, secret in masters.items()}
        # An index must not change when the master key does: it stays with the oldest key of the file.
        self._lookup = derived(masters[list(masters)[-1]], b"lookup")
        self._witness = derived(masters[list(masters)[-1]], b"witness")

    @classmethod
    def load(cls, settings: StoreSettings) -> "Keys":
        """The keys of these settings; the first use makes the file (0600). Raises KeyRefused when others
        may read it or it is damaged."""
        path = settings.master_key
        if not path.exists():
            create_key_file(path)
        if path.stat().st_mode & 0o077:
            raise KeyRefused(f"Others may read the master key. Run: chmod 600 {path}")
        return cls(parse_key_file(path))

    def lookup(self, kind: str, text: str) -> bytes:
        """A keyed digest to find a sealed value by: equal texts, equal digests; useless without the key."""
        return hmac.digest(self._lookup, f"{kind}|{text}".encode(), "sha256")

    def witness(self, previous: bytes, line: str) -> bytes:
        """The seal of one line of an append-only log, chained to the seal before it."""
        return hmac.digest(self._witness, previous + line.encode(), "sha256")

    async def create(self, tx: AsyncConnection, person: str) -> DataKey:
        """A new data key of a person, stored wrapped."""
        key = DataKey(secrets.token_bytes(KEY_ID), secrets.token_bytes(32))
        nonce = os.urandom(NONCE)
        wrapped = nonce + AESGCM(self._wrapping[self.current]).encrypt(
            nonce, key.secret, self.label(person, key.id)
        )
        await tx.execute(
            insert(person_key).values(person=person, key_id=key.id, master_id=self.current, wrapped=wrapped)
        )
        return key

    async def of(self, tx: AsyncConnection, people: list[str]) -> dict[str, DataKey]:
        """The data keys of these people; an erased person has none."""
        rows = await tx.execute(select(person_key).where(person_key.c.person.in_(people)))
        return {row.person: self.unwrap(row.person, row.key_id, row.master_id, row.wrapped) for row in rows}

    async def one(self, tx: AsyncConnection, person: str) -> DataKey:
        """The data key of a person. Raises SealBroken when it was destroyed."""
        found = await self.of(tx, [person])
        if person not in found:
            raise SealBroken("this person's key was destroyed")
        return found[person]

    async def seal(
        self, tx: AsyncConnection, person: str, table: str, column: str, row: str, text: str
    ) -> bytes:
        """The text sealed for one column of one row of this person."""
        return (await self.one(tx, person)).seal(table, column, row, text)

    async def open(
        self, tx: AsyncConnection, person: str, table: str, column: str, row: str, box: bytes
    ) -> str:
        """The text of a sealed column. Raises SealBroken."""
        return (await self.one(tx, person)).open(table, column, row, box)

    def unwrap(self, person: str, key_id: bytes, master_id: str, wrapped: bytes) -> DataKey:
        """The data key inside a stored row. Raises KeyRefused when the master key is not the one it was
        wrapped with."""
        if master_id not in self._wrapping:
            raise KeyRefused(
                f"The database needs master key {master_id}, which is not in the key file. Restore it."
            )
        try:
            secret = AESGCM(self._wrapping[master_id]).decrypt(
                wrapped[:NONCE], wrapped[NONCE:], self.label(person, key_id)
            )
        except InvalidTag:
            raise SealBroken("a wrapped key was altered or moved to another person") from None
        return DataKey(key_id, secret)

    @staticmethod
    def label(person: str, key_id: bytes) -> bytes:
        """The associated data of a wrapped key."""
        return bound("person_key", "wrapped", person, key_id)


async def confirm(tx: AsyncConnection, keys: Keys) -> None:
    """Nothing, when these keys open what the database holds. Raises KeyRefused when a key is missing."""
    rows = await tx.execute(select(person_key.c.master_id).distinct())
    for name in rows.scalars():
        if name not in keys._wrapping:
            raise KeyRefused(
                f"The database needs master key {name}, which is not in the key file. Restore it."
            )


def bound(table: str, column: str, row: str, key_id: bytes) -> bytes:
    """The place a sealed value belongs to."""
    return f"{table}|{column}|{row}|{key_id.hex()}".encode()


def derived(secret: bytes, purpose: bytes) -> bytes:
    """A key of its own for each purpose (RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=b"ipt-rooms " + purpose).derive(secret)


def create_key_file(path: Path) -> None:
    """A new key file, complete at the moment it appears, so that two processes starting together share
    one."""
    if not path.parent.exists():
        private_dir(path.parent)
    secret = secrets.token_bytes(32)
    name = hashlib.sha256(secret).hexdigest()[:8]
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{name}:{base64.b64encode(secret).decode()}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        draft.unlink()


def parse_key_file(path: Path) -> dict[str, bytes]:
    """Master keys by name, newest first. Raises KeyRefused for a damaged file."""
    masters: dict[str, bytes] = {}
    for line in path.read_text().splitlines():
        name, _, text = line.partition(":")
        try:
            secret = base64.b64decode(text, validate=True)
        except binascii.Error:
            secret = b""
        if len(secret) != 32 or hashlib.sha256(secret).hexdigest()[:8] != name:
            raise KeyRefused(f"The master key file {path} is damaged. Restore it from its backup.")
        masters[name] = secret
    if not masters:
        raise KeyRefused(f"The master key file {path} is empty. Restore it from its backup.")
    return masters
