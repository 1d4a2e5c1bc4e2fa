"""Verification target 13: results should not hang on the tick, on the share of people simulated, or on the cells.

The town of ``verification.town`` is made a city of a million, in which one person stands for ten residents (``scale``);
at ticks of 10 min and resolution 8; then at 5 min, then at resolution 9, and with everybody. Compared are crowds (the
mean over the run), deaths and detentions, by their means over replications on the same seeds
(``verification.equivalence``). So that deaths are many enough to compare, half of those hit by projectiles die here;
and so that their number does not feed back on itself, fear and loss of support after deaths are weak: else a run either
dies down or blows up, and no affordable number of replications would tell 5 % apart.

Units have 18 members at either scale, and are a tenth as many at 1:10. Maxima are left out: they are biased upward
where fewer people are simulated. So is, from the lines that decide on 1:1 and 1:10, the overrun of units: it takes one
unit at a time out of action, the rest are then outnumbered the more, and means hang on how many units there are, not on
how many people. What it does is told.

Between resolutions detentions differ by somewhat more than 10 %, for a reason that is shown beside it: a police post on
the way to a site meets those whose way leads through its own cell. Without that post they agree.
"""

from __future__ import annotations

import numpy as np

from contrafact.engine import Replication
from contrafact.kernels import Array
from contrafact.model.state import COUNTS
from verification.check import Check
from verification.contagion import active, advance, begun, ground
from verification.equivalence import equivalence
from verification.town import pinned, sample

SEED = 13
TIMES = 50  # the town's residents, to the city's
PAIRS, PAIRS_OF_GRIDS, PAIRS_OF_CITIES, PAIRS_TOLD = 120, 60, 50, 20

HARM = {
    "crowd_control.lethality": "0.3 1/h", "crowd_control.kinetic": "0.1 1/h", "crowd_control.kinetic_lethality": "0.5",
    "fear.phi": "0.3", "support.violence": "0.001", "support.deaths": "0.001",
}  # fmt: skip
NO_OVERRUN = {"crowd_control.overrun": "0 1/h"}
OUTCOMES = ("mean crowd", "deaths", "detained")
WIDER = 2.5  # times the margin up to which a difference between resolutions is told with its reason
REASON = "police on the way to a site meet who passes through their cell, which has a seventh of the area"
OFF_THE_WAY: dict[str, object] = {"forces__police__posts__west_bridge": None}


def city(scale: int, pairs: int, numbers: dict[str, str] | None = None, **changes: object) -> Array:
    """Outcomes of the city when a person stands for so many residents, in residents, (replication, outcome)."""
    in_residents = {
        "gathering.floor": f"{50 * TIMES} persons", "gathering.recency": repr(0.3 / TIMES),
        "crowd_control.in_sight": f"{200 * TIMES} persons", "crowd_control.gathering": f"{10 * TIMES} persons",
    }  # fmt: skip
    size: dict[str, object] = {
        "population.total": f"{20_000 * TIMES} persons", "population.scale": scale,
        "actions.no_warning.when.at_least": f"{150 * TIMES} persons",
    }  # fmt: skip
    for force, members, units in (("police", 90, 5), ("guard", 24, 2), ("helpers", 40, 2)):
        size[f"forces.{force}.strength"] = f"{members * TIMES} persons"
        size[f"forces.{force}.units"] = units * TIMES // scale
    size |= {key.replace("__", "."): value for key, value in changes.items()}
    return sample(pinned(HARM | in_residents | (numbers or {}), size), SEED, range(pairs), row) * scale


def row(run: Replication) -> list[float]:
    """The outcomes of one replication."""
    return [float(run.timeline["crowd"].mean()), run.outcomes["deaths_total"], run.outcomes["detained"]]


def target_13() -> list[Check]:
    """Ticks, populations and resolutions against the city at 1:10."""
    base = city(10, PAIRS)
    ticks = compared("13 Ticks of 5 and 10 min", city(10, PAIRS, tick="5 min"), base, 0.05)
    small, everybody = (city(scale, PAIRS_OF_CITIES, NO_OVERRUN) for scale in (10, 1))
    people = compared("13 Populations 1:1 and 1:10, units not overrun", everybody, small, 0.05)
    with_overrun = compared("13 Populations 1:1 and 1:10, units overrun", city(1, PAIRS_TOLD), base, 0.05)
    cells = compared("13 Resolutions 9 and 8", city(10, PAIRS_OF_GRIDS, place__resolution=9), base, 0.1)
    eight, nine = (city(10, PAIRS_OF_GRIDS, place__resolution=grid, **OFF_THE_WAY) for grid in (8, 9))
    return [
        *ticks,
        *(stay(minutes) for minutes in (5, 10)),
        *people,
        *(told(check, "told: hangs on the number of units") for check in with_overrun),
        *(or_the_reason(check) for check in cells),
        *compared("13 Resolutions 9 and 8, no police on the way", nine, eight, 0.1),
    ]


def compared(name: str, changed: Array, base: Array, margin: float) -> list[Check]:
    """A check for each outcome; the shorter sample says how many pairs."""
    pairs = min(len(changed), len(base))
    checks = []
    for i, outcome in enumerate(OUTCOMES):
        found = equivalence(changed[:pairs, i], base[:pairs, i], margin)
        low, high = found.interval
        checks.append(
            Check(f"{name}: {outcome}, ratio of means", "1", f"{found.ratio:.3f} ({low:.3f} to {high:.3f})",
                  f"90 % interval within {1 - margin:g} to {1 + margin:g}", found.equal,
                  f"seed {SEED}, replications 0 to {pairs - 1}, paired", found.told)
        )  # fmt: skip
    return checks


def told(check: Check, why: str) -> Check:
    """The same as a line that neither passes nor fails."""
    return Check(check.name, check.expected, check.got, why, None, check.seeds, check.power)


def or_the_reason(check: Check) -> Check:
    """Between resolutions a difference somewhat beyond the margin is told with its reason; a larger one fails."""
    ratio = float(check.got.split()[0])
    if check.passed or abs(ratio - 1) > WIDER * 0.1:
        return check
    return told(check, f"told, beyond 10 %: {REASON}")


def stay(minutes: int) -> Check:
    """Hours in the street of one who stays for 2 h on average at a site of no distance, by the tick."""
    model = ground(20_000, "hexagon.geojson", f"{minutes} min")
    c = begun(model, 0, {"participation.nu": 6.0, "participation.noise": 1e-3, "participation.phi": 0.5})
    c.now.legitimacy[:] = c.next.legitimacy[:] = 0.0
    hours = 0.0
    for _ in range(60 * c.ticks_per_hour):
        advance(c)
        c.p["participation.nu"] = 1e-12
        hours += active(c) * c.dt
    joined = int(c.now.counts[COUNTS.index("joined")])
    return Check(f"13 Ticks: time in the street where it should be 2 h, tick of {minutes} min", "2 h",
                 f"{hours / joined:.2f} h", "told: a reason why ticks differ", None, f"seed 1978, {joined:,} residents",
                 f"standard error {2 / np.sqrt(joined):.2f} h")  # fmt: skip
