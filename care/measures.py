"""The measures that come with the product, by id. A service adds its own by file (docs/questionnaires.md)."""

from collections.abc import Mapping
from types import MappingProxyType

from care.instrument import Band, Item, Measure, Option, Unscored
from care.measure_gad import GAD7
from care.measure_phq import PHQ8, PHQ9

__all__ = ["GAD7", "MEASURES", "PHQ8", "PHQ9", "Band", "Item", "Measure", "Option", "Unscored"]

MEASURES: Mapping[str, Measure] = MappingProxyType({one.id: one for one in (PHQ9, PHQ8, GAD7)})
