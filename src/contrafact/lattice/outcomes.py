"""What is read off one run: numbers by name, harm first; NaN where the run has nothing to measure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from contrafact.kernels import Array
from contrafact.lattice.outbursts import ABOVE, outbursts, waits

BOTH, MODEL_I, MODEL_II = (1, 2), (1,), (2,)


class Outcome(NamedTuple):
    """Name, unit, meaning, and the numbers of groups for which it is read."""

    name: str
    unit: str
    meaning: str
    groups: tuple[int, ...] = BOTH


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("killed", "agents", "agents killed by agents of the other group", MODEL_II),
    Outcome("time_to_extinction", "ticks", "ticks until one group is gone; unknown where both last", MODEL_II),
    Outcome("arrests", "arrests", "arrests, of one agent as often as it is arrested"),
    Outcome("jailed_mean", "agents", "agents in jail at the end of a tick, mean over ticks"),
    Outcome("jailed_peak", "agents", "most agents in jail at the end of a tick"),
    Outcome("active_mean", "agents", "active agents at the end of a tick, mean over ticks"),
    Outcome("active_peak", "agents", "most active agents at the end of a tick"),
    Outcome("outbursts", "outbursts", f"outbursts, of more than {ABOVE} active agents, that ended in the run", MODEL_I),
    Outcome("activation_mean", "agent ticks", "active agents summed over the ticks of an outburst, mean over "
            "outbursts; none without one", MODEL_I),
    Outcome("wait_mean", "ticks", "ticks from the end of an outburst to the beginning of the next, mean over waits; "
            "none with fewer than two outbursts", MODEL_I),
)  # fmt: skip


def outcomes_for(groups: int) -> tuple[Outcome, ...]:
    """The outcomes that are read of a society with so many groups, in their order."""
    return tuple(outcome for outcome in OUTCOMES if groups in outcome.groups)


def measure(timeline: Mapping[str, Array], groups: int) -> dict[str, float]:
    """Every outcome of one run by name; timeline as in ``LatticeRun``, each of shape (tick,)."""
    active, jailed = timeline["active"], timeline["jailed"]
    found = outbursts(active)
    activations = [one.activation for one in found]
    values = {
        "killed": float(timeline["killed"].sum()),
        "time_to_extinction": _extinction(timeline),
        "arrests": float(timeline["arrests"].sum()),
        "jailed_mean": float(jailed.mean()),
        "jailed_peak": float(jailed.max()),
        "active_mean": float(active.mean()),
        "active_peak": float(active.max()),
        "outbursts": float(len(found)),
        "activation_mean": _mean(activations),
        "wait_mean": _mean(waits(found)),
    }
    return {outcome.name: values[outcome.name] for outcome in outcomes_for(groups)}


def _extinction(timeline: Mapping[str, Array]) -> float:
    """First tick without a group; infinite if both last."""
    empty = np.flatnonzero(np.minimum(timeline["blue"], timeline["green"]) == 0)
    return float(empty[0] + 1) if empty.size else math.inf


def _mean(values: list[int]) -> float:
    return float(np.mean(values)) if values else math.nan
