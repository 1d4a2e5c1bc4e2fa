"""How late and how incompletely sources count: parameters with their priors, drawn once per replication.

    published(D) = floor(share * count(D - delay))

The draw of a parameter depends on seed, replication and its name alone, so results repeat, and it moves no draw of the
model. Within a replication all rows of a kind share it: who counts too few on one day does so on the next.

Source  assumptions: no source of the record measures its own delay or completeness; priors are wide
Check   tests/evidence/reporting/test_drawing.py
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform
from contrafact.rng import decision, draw, stream_key

Floats: TypeAlias = NDArray[np.float64]

PARAMETERS = (
    Parameter("reporting.delay", "h", 6.0, ASSUMPTION,
              "time until a person killed, injured or detained is in what is published", loguniform(2.0, 24.0)),
    Parameter("reporting.deaths", "dimensionless", 0.95, ASSUMPTION,
              "share of deaths that are published; bodies are registered, and some are not", uniform(0.85, 1.0),
              high=1.0),
    Parameter("reporting.injured", "dimensionless", 0.6, ASSUMPTION,
              "share of injured residents who are counted: those who seek care and say why", uniform(0.3, 0.9),
              high=1.0),
    Parameter("reporting.injured_forces", "dimensionless", 0.9, ASSUMPTION,
              "share of injured members of state forces whom their services count", uniform(0.75, 1.0), high=1.0),
    Parameter("reporting.detained", "dimensionless", 0.9, ASSUMPTION,
              "share of those detained who are registered and published", uniform(0.7, 1.0), high=1.0),
)  # fmt: skip

IN_SERVICE = ("injured_state_forces", "injured_contingents")


@dataclass(frozen=True)
class Reporting:
    """Delay in hours and shares counted, each (replication,), by the name of the parameter without its head."""

    values: dict[str, Floats]

    @property
    def delay(self) -> Floats:
        """Hours, (replication,)."""
        return self.values["delay"]

    def share(self, quantity: str) -> Floats:
        """The share of a count such as deaths_protesters that is published, (replication,)."""
        if quantity.split("+", maxsplit=1)[0] in IN_SERVICE:
            return self.values["injured_forces"]
        return self.values[quantity.partition("_")[0]]


def exact(count: int) -> Reporting:
    """Sources that count everything at once, for so many replications: what happened, not what is said of it."""
    whole = {parameter.name.partition(".")[2]: np.ones(count) for parameter in PARAMETERS}
    return Reporting({**whole, "delay": np.zeros(count)})


def drawn(seed: int, numbers: Sequence[int]) -> Reporting:
    """The draws of these replications of a run with this seed."""
    keys = [stream_key(seed, number) for number in numbers]
    values = {}
    for parameter in PARAMETERS:
        word = decision(parameter.name)
        assert parameter.prior is not None
        values[parameter.name.partition(".")[2]] = np.array(
            [parameter.prior.quantile(draw(key, word, 0, 0, 0)[0]) for key in keys]
        )
    return Reporting(values)
