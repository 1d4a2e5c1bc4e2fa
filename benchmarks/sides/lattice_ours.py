"""Our lattice model under the rules of a rival: seconds per tick after the first ticks, and means in the timed ticks.

The rules are Mesa's (C/A rounded, act then move, the jailed keep their site, terms from 0) on "width" x "width" sites
with "neighbourhood", "legitimacy" and terms of up to "jail". "societies" are pairs of numbers, of citizens and of cops,
each of which is run "runs" times; the means of active and of jailed are given for each of them.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np

from contrafact.lattice.rules import Rules
from contrafact.lattice.simulation import Lattice

QUANTITIES = ("active", "jailed")


def rules(asked: dict[str, Any], width: int, citizens: float, cops: float) -> Rules:
    """A square society with Mesa's readings of what the paper leaves open."""
    return Rules(width=width, height=width, agents=citizens / width**2, cops=cops / width**2, vision=7, cop_vision=7,
                 legitimacy=asked["legitimacy"], longest_jail=asked["jail"], shortest_jail=0, ratio="round",
                 neighbourhood=asked["neighbourhood"], order="act_first", jailed="in_place")  # fmt: skip


def main() -> None:
    """Run the "warm" ticks, then the timed ones; a small society before them compiles."""
    asked = json.load(sys.stdin)
    Lattice(rules(asked, 20, 280, 16), 0).advance(1)
    seconds, means = 0.0, []
    for number, (citizens, cops) in enumerate(asked["societies"]):
        found = []
        for run in range(asked["runs"]):
            society = rules(asked, asked["width"], citizens, cops)
            lattice = Lattice(society, asked["seed"], number * asked["runs"] + run)
            lattice.advance(asked["warm"])
            begun = time.perf_counter()
            series = lattice.advance(asked["ticks"])
            seconds += time.perf_counter() - begun
            found.append([float(series[name].mean()) for name in QUANTITIES])
        means.append(np.mean(found, axis=0).tolist())
    ticks = len(means) * asked["runs"] * asked["ticks"]
    print(json.dumps({"seconds": seconds / ticks, **dict(zip(QUANTITIES, zip(*means, strict=True), strict=True))}))


if __name__ == "__main__":
    main()
