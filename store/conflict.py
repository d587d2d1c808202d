"""Somebody else was faster."""


class Conflict(RuntimeError):
    """What this change was made from is no longer what is stored. Nothing was written: show the new state and
    ask again."""
