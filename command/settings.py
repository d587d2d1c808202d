"""What the command line hands to the processes it starts: its environment plus the settings of the run."""

import os
from collections.abc import Mapping

PREFIX = "IPT_"


def ours() -> dict[str, str]:
    """The variables of this environment that are meant for IPT Rooms, by full name."""
    return {name: value for name, value in os.environ.items() if name.upper().startswith(PREFIX)}


def for_child(extra: Mapping[str, str]) -> dict[str, str]:
    """The whole environment for a child process, with `extra` laid over it."""
    return {**os.environ, **extra}


def adopt(extra: Mapping[str, str]) -> None:
    """Lays `extra` over this process's own environment, so that settings read here and in children agree."""
    os.environ.update(extra)
