"""Hashing passwords: argon2id with 64 MiB (RFC 9106), in a thread, two at once, so that a crowd of attempts
neither blocks the rooms nor eats the memory.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import argon2
from aiohttp import web

from server.refusals import Refused
from server.staff.password_rules import prepared

AT_ONCE = 2
QUEUE = 40
"Attempts that may wait for their turn; further ones are asked to come again."
NOBODY = f"$argon2id$v=19$m=65536,t=3,p=4${'A' * 22}${'A' * 43}"
"What an account that does not exist is compared with: the same work, never a match."


class Passwords:
    """The one place where passwords are hashed and compared."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One of the two places. Raises Refused `busy` when too many wait already."""
        if self._waiting >= QUEUE:
            raise Refused("busy")
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    async def right(self, stored: str, password: str) -> bool:
        """True when the password is the stored one; "" is nobody's. Call it within a `turn`."""
        return await asyncio.to_thread(self._compare, stored or NOBODY, prepared(password))

    async def hashed(self, password: str) -> str:
        """What is stored of a new password. Raises Refused `busy`."""
        async with self.turn():
            return await asyncio.to_thread(self._hasher.hash, prepared(password))

    def _compare(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except argon2.exceptions.VerificationError:
            return False


PASSWORDS: web.AppKey[Passwords] = web.AppKey("passwords", Passwords)
