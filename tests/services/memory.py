"""Where the files of tests lie: in memory where the machine has a large file system there, because copying
databases of several hundred files is most of the work of many tests."""

import os
import shutil
from pathlib import Path

IN_MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 2 << 30


def folder() -> str | None:
    """The folder to make temporary folders in, None for the usual one."""
    large = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ENOUGH_BYTES
    return str(IN_MEMORY) if large and os.access(IN_MEMORY, os.W_OK) else None


def choose() -> None:
    """`tmp_path` lies there too, unless somebody has chosen another place."""
    chosen = folder()
    if chosen is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", chosen)
