"""One server and one scheduler on a SQLite data directory: each role is a lock on a file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from store.database import private_dir
from store.settings import StoreSettings


class RoleTaken(RuntimeError):
    """Another process holds the role; the message is for the person at the shell."""


@contextmanager
def hold(settings: StoreSettings, role: str) -> Iterator[None]:
    """Holds the role ("server" or "scheduler") while the block runs; the system frees it when the process
    dies. Nothing is locked on PostgreSQL, where several may run. Raises RoleTaken."""
    if not settings.sqlite:
        yield
        return
    private_dir(settings.data_dir)
    handle = os.open(settings.data_dir / f"{role}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RoleTaken(taken(settings, role, os.pread(handle, 32, 0).decode())) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def taken(settings: StoreSettings, role: str, pid: str) -> str:
    """The sentence for the second process."""
    who = f" (process {pid})" if pid.isdigit() else ""
    return (
        f"A {role} is already running on {settings.data_dir}{who}. With SQLite there can be only one; "
        "stop it first, or use PostgreSQL to run several."
    )
