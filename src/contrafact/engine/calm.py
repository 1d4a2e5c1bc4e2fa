"""The prior-predictive check: does a week without news and without actions stay calm?

Most random draws of wide priors explode into a city-wide revolt. A prior is worth fitting only where the model keeps
calm weeks calm, so this is a filter that comes before any fit.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from contrafact.engine import simulate
from contrafact.engine.setup import Model

CALM_WEEK_H = 168.0
CALM_SHARE = 5e-4
"""A week is calm if never more than this share of residents is in the street at once."""


def calm_share(
    model: Model, draws: int, seed: int, threads: int = 1, progress: Callable[[], None] | None = None
) -> float:
    """Share of draws of all priors under which a week without news and actions stays calm."""
    limit = CALM_SHARE * model.world.persons
    hours = min(CALM_WEEK_H, model.hours)

    def stays_calm(replication: int) -> bool:
        outcome = simulate(model, seed, replication, frozenset(), hours, calm=True)
        if progress is not None:
            progress()
        return outcome.outcomes["peak_crowd"] <= limit

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(stays_calm, range(draws))) / draws
