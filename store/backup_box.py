"""The sealed file of a backup. A server holds only the public half of the key: it can write backups and read
none of them.

Form: the line `ipt-rooms-backup/1`, the sender's fresh public key, then pieces of one mebibyte. The file key
is HKDF-SHA256 (RFC 5869) of an X25519 agreement (RFC 7748) between the fresh key and the recipient's; each
piece is AES-256-GCM with a counter and an end mark as its nonce (STREAM: Hoang, Reyhanitabar, Rogaway and
Vizar, CRYPTO 2015), so that pieces cannot be dropped, moved or cut off unseen.
"""

import base64
import binascii
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"ipt-rooms-backup/1\n"
PUBLIC = "ipt-backup-to:"
PRIVATE = "ipt-backup-key:"
PIECE = 1 << 20
TAG = 16


class Source(Protocol):
    """Something to read from."""

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes, fewer only at the end."""


class BoxRefused(RuntimeError):
    """A backup or its key cannot be used; the message says why and what to do."""


def create_key(path: Path) -> str:
    """Writes a new private key into a new file (0600) and returns the public one. Raises BoxRefused when
    the file exists."""
    key = X25519PrivateKey.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BoxRefused(f"{path} exists; a backup key is never overwritten.") from None
    with os.fdopen(handle, "w") as file:
        file.write(PRIVATE + base64.b64encode(key.private_bytes_raw()).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return public_text(key)


def public_text(key: X25519PrivateKey) -> str:
    """The public half, as it is written down."""
    return PUBLIC + base64.b64encode(key.public_key().public_bytes_raw()).decode()


def private_key(path: Path) -> X25519PrivateKey:
    """The private key of a file. Raises BoxRefused."""
    if not path.exists():
        raise BoxRefused(f"There is no backup key {path}.")
    return X25519PrivateKey.from_private_bytes(raw(path.read_text(), PRIVATE))


def public_key(text: str) -> X25519PublicKey:
    """The public key of its text. Raises BoxRefused."""
    return X25519PublicKey.from_public_bytes(raw(text, PUBLIC))


def raw(text: str, begins: str) -> bytes:
    """The 32 bytes of a key's text. Raises BoxRefused."""
    try:
        found = base64.b64decode(text.strip().removeprefix(begins), validate=True)
    except binascii.Error:
        found = b""
    if len(found) != 32 or not text.startswith(begins):
        raise BoxRefused(f"This is not a backup key; it begins with {begins}")
    return found


def seal(source: Source, target: BinaryIO, recipient: X25519PublicKey) -> None:
    """Writes everything of `source` into `target`, for the holder of the private key alone."""
    fresh = X25519PrivateKey.generate()
    own = fresh.public_key().public_bytes_raw()
    cipher = AESGCM(derived(fresh.exchange(recipient), own, recipient.public_bytes_raw()))
    target.write(MAGIC + own)
    piece = source.read(PIECE)
    number = 0
    while True:
        following = source.read(PIECE)
        target.write(cipher.encrypt(nonce(number, last=not following), piece, MAGIC))
        if not following:
            return
        piece, number = following, number + 1


def opened(source: BinaryIO, key: X25519PrivateKey) -> Iterator[bytes]:
    """The content, piece by piece. Raises BoxRefused for another key, an altered, a cut off or another
    file."""
    if source.read(len(MAGIC)) != MAGIC:
        raise BoxRefused("This is not a backup of this program.")
    sender = source.read(32)
    own = key.public_key().public_bytes_raw()
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(sender))
    except ValueError:
        raise BoxRefused("This backup is damaged at its beginning.") from None
    cipher = AESGCM(derived(shared, sender, own))
    box = source.read(PIECE + TAG)
    number = 0
    while True:
        following = source.read(PIECE + TAG)
        try:
            yield cipher.decrypt(nonce(number, last=not following), box, MAGIC)
        except InvalidTag:
            where = (
                "It was made for another key, or altered." if number == 0 else "It was altered or cut off."
            )
            raise BoxRefused(f"This backup does not open. {where}") from None
        if not following:
            return
        box, number = following, number + 1


def nonce(number: int, *, last: bool) -> bytes:
    """The nonce of a piece: its number and whether it is the last."""
    return number.to_bytes(11, "big") + bytes([last])


def derived(shared: bytes, sender: bytes, recipient: bytes) -> bytes:
    """The key of one file."""
    return HKDF(SHA256(), 32, salt=sender + recipient, info=b"ipt-rooms backup").derive(shared)
