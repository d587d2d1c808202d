"""The form of a figure on standard output, and the statistics that figures use."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of output. `ratio` = value / against_value where something is compared."""

    figure: str
    value: float | int | None
    unit: str
    how: str
    against: str | None = None
    against_value: float | None = None
    details: dict[str, Any] | None = None
    valid: bool = True

    def line(self) -> str:
        """The JSON object, with figures rounded to what they are worth."""
        row = asdict(self)
        ratio = None
        if self.value is not None and self.against_value:
            ratio = round(self.value / self.against_value, 2)
        ordered = {
            "figure": self.figure,
            "value": rounded(self.value),
            "unit": self.unit,
            "against": self.against,
            "against_value": rounded(self.against_value),
            "ratio": ratio,
            "how": self.how,
        }
        if not self.valid:
            ordered["valid"] = False
        if row["details"]:
            ordered["details"] = row["details"]
        return json.dumps(ordered, ensure_ascii=False)


def rounded(value: float | int | None) -> float | int | None:
    """Three digits are enough."""
    if value is None or isinstance(value, int):
        return value
    return float(f"{value:.3g}")


def share_below(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all values lie (nearest rank); ValueError when there are none."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    rank = max(1, -(-int(share * len(ordered) * 1000) // 1000))
    return ordered[min(len(ordered), rank) - 1]


def histogram_share(buckets: dict[int, int], share: float, width: float) -> float:
    """As `share_below` for counted buckets of equal `width`; the upper end of the bucket."""
    total = sum(buckets.values())
    if not total:
        raise ValueError("nothing was counted")
    seen = 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= share * total:
            return (bucket + 1) * width
    return (max(buckets) + 1) * width


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)
