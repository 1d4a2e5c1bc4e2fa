"""One run of the lattice model: a society, what changes on its way, its length."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from contrafact.lattice.rules import Change, Rules
from contrafact.lattice.simulation import LatticeRun, run


@dataclass(frozen=True, kw_only=True)
class Run:
    """Rules at the start, changes on the way, length in ticks.

    figures   of the paper that show it
    reported  what the paper says that came out
    chosen    what the run needs and the paper does not give
    evidence  where the numbers are from
    """

    name: str
    rules: Rules
    ticks: int
    changes: tuple[Change, ...] = ()
    figures: str = ""
    reported: str = ""
    chosen: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """The paper's number of the model."""
        return "I" if self.rules.groups == 1 else "II"

    def replicate(self, seed: int, replication: int = 0, ticks: int = 0, **rules: Any) -> LatticeRun:
        """One replication; ``ticks`` and rules by name, e.g. ratio="floor", replace those of the run."""
        changed = dataclasses.replace(self.rules, **rules)
        return run(changed, ticks or self.ticks, seed, replication, self.changes)
