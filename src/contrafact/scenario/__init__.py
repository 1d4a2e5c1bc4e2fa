"""What a user writes: a scenario as data, read into strict and frozen models whose every value names its source.

Names are imported at the first use, so that ``contrafact --help`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contrafact.scenario.loading import check, from_resolved, load, shipped, with_overrides
    from contrafact.scenario.quantities import SET_BY_USER, Quantity
    from contrafact.scenario.schema import Scenario

__all__ = ["SET_BY_USER", "Quantity", "Scenario", "check", "from_resolved", "load", "shipped", "with_overrides"]

HOMES = {
    "SET_BY_USER": "quantities",
    "Quantity": "quantities",
    "Scenario": "schema",
    "check": "loading",
    "from_resolved": "loading",
    "load": "loading",
    "shipped": "loading",
    "with_overrides": "loading",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
