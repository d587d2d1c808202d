"""`python -m tests.bench | tee lines; python -m tests.bench.table < lines`: the figures as the table of
docs/figures.md."""

from __future__ import annotations

import json
import sys


def row(line: str) -> str:
    """One row of the table."""
    one = json.loads(line)
    compared = f"{one['against_value']} ({one['ratio']})" if one["against_value"] is not None else ""
    details = one.get("details") or {}
    more = "; ".join(f"{name} {value}" for name, value in details.items() if value not in ({}, None))
    note = "" if one.get("valid", True) else "NOT VALID. "
    return f"| `{one['figure']}` | {one['value']} {one['unit']} | {compared} | {note}{one['how']} | {more} |"


def main() -> None:
    """The whole table on standard output."""
    print("| figure | value | floor (ratio) | how | besides |\n|---|---|---|---|---|")
    for line in sys.stdin:
        if line.startswith("{"):
            print(row(line))


if __name__ == "__main__":
    main()
