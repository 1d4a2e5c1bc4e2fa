"""The prior-predictive check: does a week without news and without actions stay calm?

Most random draws of wide priors explode into a city-wide revolt. A prior is worth fitting only where the model keeps
calm weeks calm, so this is a filter that comes before any fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from contrafact.engine import simulate
from contrafact.engine.draws import NOTHING
from contrafact.engine.setup import Model

CALM_WEEK_H = 168.0
CALM_SHARE = 5e-4
"""A week is calm if never more than this share of residents is in the street at once."""


def stays_calm(model: Model, seed: int, replication: int, given: Mapping[str, float] = NOTHING) -> bool:
    """Whether a week without news and actions stays calm under one draw of all priors, with some numbers given."""
    hours = min(CALM_WEEK_H, model.hours)
    week = simulate(model, seed, replication, frozenset(), hours, calm=True, given=given)
    return week.outcomes["peak_crowd"] <= CALM_SHARE * model.world.persons


def calm_share(
    model: Model, draws: int, seed: int, threads: int = 1, progress: Callable[[], None] | None = None
) -> float:
    """Share of draws of all priors under which a week without news and actions stays calm."""

    def stays(replication: int) -> bool:
        calm = stays_calm(model, seed, replication)
        if progress is not None:
            progress()
        return calm

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(stays, range(draws))) / draws
