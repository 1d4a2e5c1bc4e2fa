"""The reference model: civil violence on a lattice (Epstein 2002), its published runs, and its measure of outbursts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contrafact.lattice.outbursts import outbursts, waits
from contrafact.lattice.rules import Change, Rules
from contrafact.lattice.runs import Run
from contrafact.lattice.scenario import published
from contrafact.lattice.simulation import Lattice, LatticeRun, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    RUNS: Mapping[str, Run]

__all__ = ["RUNS", "Change", "Lattice", "LatticeRun", "Rules", "Run", "outbursts", "run", "waits"]


def __getattr__(name: str) -> Any:
    """Read the published runs from their file when they are first asked for."""
    if name != "RUNS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return published()
