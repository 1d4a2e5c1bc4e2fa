"""The published runs 1 to 8 of Epstein 2002 as data: every number, where it is from, what the paper reports of it.

The numbers are those of the paper's Table 2. They were read as quoted in the design notes of an independent
re-implementation (github.com/ndouglas/SugarScape) and agree with the defaults that NetLogo's Rebellion (run 2) and
Mesa's example (run 5) took from the table. Common to all: a torus of 40 x 40, density of agents 0.7, T = 0.1, k = 2.3
and, in Model II, p = 0.05 and maximum age 200. What a run needs and the table does not have is told as ``chosen``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from contrafact.lattice.rules import Change, Rules
from contrafact.lattice.simulation import LatticeRun, run

SOURCE = "epstein2002"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One published run: rules as printed, changes on the way, length in ticks, and what is reported of it."""

    name: str
    model: str
    figures: str
    rules: Rules
    ticks: int
    reported: str
    chosen: str
    changes: tuple[Change, ...] = ()
    source: str = SOURCE

    def replicate(self, seed: int, replication: int = 0, ticks: int = 0, **rules: Any) -> LatticeRun:
        """One replication; ``ticks`` and rules by name, e.g. ratio="floor", replace those of the run."""
        changed = dataclasses.replace(self.rules, **rules)
        return run(changed, ticks or self.ticks, seed, replication, self.changes)


def rebellion(vision: float, legitimacy: float, longest_jail: int | None, cops: float) -> Rules:
    """A column of Model I; agents and cops see alike."""
    return Rules(cops=cops, vision=vision, cop_vision=vision, legitimacy=legitimacy, longest_jail=longest_jail)


def two_groups(legitimacy: float, cops: float) -> Rules:
    """A column of Model II."""
    return Rules(groups=2, cops=cops, vision=1.7, cop_vision=1.7, legitimacy=legitimacy, longest_jail=15)


RUNS = {
    run.name: run
    for run in (
        Run(
            name="run-1",
            model="I",
            figures="1, 2",
            rules=dataclasses.replace(rebellion(1.7, 0.89, 15, 0.04), agents_move=False),
            ticks=700,
            reported="agents turn quiet when cops come near and active when they move away; local outbursts",
            chosen="length",
        ),
        Run(
            name="run-2",
            model="I",
            figures="3 to 8",
            rules=rebellion(7.0, 0.82, 30, 0.04),
            ticks=3000,
            reported=(
                "punctuated equilibrium: calm and outbursts of more than 50 active agents; wait between them 60 "
                "(standard deviation 55), activation of one 708 (230)"
            ),
            chosen="length",
        ),
        Run(
            name="run-3",
            model="I",
            figures="9",
            rules=rebellion(7.0, 0.9, None, 0.074),
            ticks=300,
            changes=(Change("legitimacy", 77, 146, 0.2),),
            reported="legitimacy falls from 0.9 to 0.2 by a hundredth per tick: no spike of active agents, jail fills",
            chosen="length; first tick of the fall, that of run 4's jump",
        ),
        Run(
            name="run-4",
            model="I",
            figures="10",
            rules=rebellion(7.0, 0.9, None, 0.074),
            ticks=300,
            changes=(Change("legitimacy", 77, 77, 0.7),),
            reported="legitimacy falls from 0.9 to 0.7 in one jump at tick 77: an explosion; more jailed than in run 3",
            chosen="length",
        ),
        Run(
            name="run-5",
            model="I",
            figures="11",
            rules=rebellion(7.0, 0.8, None, 0.074),
            ticks=700,
            changes=(Change("cops", 50, 550, 0.0),),
            reported="cops are taken away one by one: at some point a further one tips society into rebellion",
            chosen="length; 118 cops leave at an even pace from tick 50 to 550",
        ),
        Run(
            name="run-6",
            model="II",
            figures="12",
            rules=two_groups(0.9, 0.0),
            ticks=1000,
            reported="high legitimacy, no cops: peaceful coexistence",
            chosen="length",
        ),
        Run(
            name="run-7",
            model="II",
            figures="13",
            rules=two_groups(0.8, 0.0),
            ticks=400,
            reported="local ethnic cleansing leads to genocide in 30 runs of 30; the victor is random",
            chosen="length",
        ),
        Run(
            name="run-8",
            model="II",
            figures="15 to 17",
            rules=two_groups(0.8, 0.04),
            ticks=1000,
            reported="cops from the start: 'a stable, but nasty, regime'; yet waits until genocide are short at all "
            "densities of cops in Fig. 15",
            chosen="length",
        ),
        Run(
            name="peacekeepers",
            model="II",
            figures="14",
            rules=two_groups(0.8, 0.0),
            ticks=400,
            changes=(Change("cops", 50, 50, 0.04),),
            reported="run 7 with peacekeepers on random free sites from tick 50: safe havens",
            chosen="length; density of peacekeepers, that of run 8",
        ),
    )
}
"""By name: the eight runs of the table, and the peacekeepers of Fig. 14, who have no column in it."""
