"""Compiled and plain model must have the same distributions: they share no code and no random number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from contrafact.lattice import Rules, run
from reference.epstein import PlainLattice

REPLICATIONS = 40
SMALL: dict[str, Any] = {"width": 10, "height": 9, "vision": 2.0, "cop_vision": 1.5, "cops": 0.08}
CASES: dict[str, tuple[int, dict[str, Any]]] = {
    "literal": (25, {"legitimacy": 0.6, "longest_jail": 6}),
    "rounded down": (25, {"legitimacy": 0.75, "longest_jail": 6, "ratio": "floor"}),
    "as Mesa has it": (25, {"legitimacy": 0.75, "longest_jail": 6, "ratio": "round", "neighbourhood": "von_neumann",
                            "order": "act_first", "jailed": "in_place", "shortest_jail": 0}),
    "two groups": (15, {"groups": 2, "legitimacy": 0.8, "longest_jail": 6, "agents": 0.6, "longest_life": 40.0}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_compiled_and_plain_model_agree_in_distribution(case: str) -> None:
    """Means over time of every quantity, 40 replications against 40, at a level of 0.001 each.

    A difference of 1.1 standard deviations between replications is found with probability 0.93 (two-sided t test).
    """
    ticks, rules = CASES[case][0], Rules(**SMALL, **CASES[case][1])
    compiled = [run(rules, ticks, 11, r).timeline for r in range(REPLICATIONS)]
    plain = []
    for seed in range(REPLICATIONS):
        lattice = PlainLattice(rules, seed)
        plain.append([lattice.step() for _ in range(ticks)])
    names = ["active", "jailed", "arrests"]
    names += ["killed", "died", "born", "blue", "green"] if rules.groups == 2 else []
    for name in names:
        ours = np.array([one[name].mean() for one in compiled])
        theirs = np.array([np.mean([tick[name] for tick in one]) for one in plain])
        assert stats.ttest_ind(ours, theirs).pvalue > 1e-3, (name, ours.mean(), theirs.mean())
        assert stats.ks_2samp(ours, theirs).pvalue > 1e-3, name
