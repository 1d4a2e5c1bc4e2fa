"""Verification target 13: results do not hang on the tick, on the share of people simulated, or on the cells.

Three comparisons with the town of ``verification.town`` at ticks of 10 min, 20,000 residents and resolution 8, on the
same seeds. What is compared are crowds (the mean over the run), deaths and detentions, by their means over replications
(``verification.equivalence``). So that deaths are many enough to compare, half of those hit by projectiles die here;
and so that their number does not feed back on itself, fear and loss of support after deaths are weak: else a run either
dies down or blows up, and no affordable number of replications would tell 5 % apart.

1:1 is a city ten times as large with ten times the units of the same size, thresholds of actions and all parameters in
persons to match; the town is its 1:10. Maxima are left out: they are biased upward where fewer people are simulated.
"""

from __future__ import annotations



from contrafact.engine import Replication
from contrafact.kernels import Array
from verification.check import Check
from verification.equivalence import equivalence
from verification.town import prepared, sample

SEED = 13
PAIRS = 320
PAIRS_OF_CITIES = 200
PAIRS_OF_GRIDS = 200

NUMBERS = {
    "crowd_control.lethality": "0.3 1/h", "crowd_control.kinetic": "0.1 1/h", "crowd_control.kinetic_lethality": "0.5",
    "fear.phi": "0.3", "support.violence": "0.001", "support.deaths": "0.001",
}  # fmt: skip
CITY_NUMBERS = {
    "gathering.floor": "500 persons", "gathering.recency": "0.03", "crowd_control.in_sight": "2000 persons",
}  # fmt: skip
CITY: dict[str, object] = {
    "population.total": "200000 persons", "actions.no_warning.when.at_least": "1500 persons",
    "forces.police.strength": "900 persons", "forces.police.units": 50,
    "forces.guard.strength": "240 persons", "forces.guard.units": 20,
    "forces.helpers.strength": "400 persons", "forces.helpers.units": 20,
}  # fmt: skip
OUTCOMES = ("mean crowd", "deaths", "detained", "peak crowd")


def row(run: Replication) -> list[float]:
    """The outcomes of one replication."""
    o = run.outcomes
    return [float(run.timeline["crowd"].mean()), o["deaths_total"], o["detained"], o["peak_crowd"]]


def target_13() -> list[Check]:
    """Ticks, populations and resolutions against the town as it is."""
    base = sample(prepared(NUMBERS), SEED, range(PAIRS), row)
    finer = sample(prepared(NUMBERS, {"tick": "5 min"}), SEED, range(PAIRS), row)
    city = sample(prepared(NUMBERS | CITY_NUMBERS, CITY), SEED, range(PAIRS_OF_CITIES), row)
    cells = sample(prepared(NUMBERS, {"place.resolution": 9}), SEED, range(PAIRS_OF_GRIDS), row)
    return [
        *compared("13 Ticks of 5 and 10 min", finer, base, 0.05),
        *compared("13 Populations 1:1 and 1:10", city / 10, base, 0.05),
        *compared("13 Resolutions 9 and 8", cells, base, 0.1),
    ]


def compared(name: str, changed: Array, base: Array, margin: float) -> list[Check]:
    """A check for each outcome but the maximum, which is told."""
    pairs = len(changed)
    checks = []
    for i, outcome in enumerate(OUTCOMES):
        found = equivalence(changed[:, i], base[:pairs, i], margin)
        low, high = found.interval
        decides = outcome != "peak crowd"
        checks.append(
            Check(f"{name}: {outcome}, ratio of means", "1", f"{found.ratio:.3f} ({low:.3f} to {high:.3f})",
                  f"90 % interval within {1 - margin:g} to {1 + margin:g}" if decides else "told: a maximum",
                  found.equal if decides else None,
                  f"seed {SEED}, replications 0 to {pairs - 1}, paired", found.told if decides else "")
        )  # fmt: skip
    return checks
