"""Whole replays of the city on one thread: the median seconds of one, in a process of its own after one to warm up.

"million" is 0 for the scenario as it is. Otherwise the city has so many residents, and as many people are in the street
as with 2 million: joining is made as many times rarer as there are more residents, and what acts through shares of
residents as many times stronger. The cost of a tick should then follow cells, classes, rings and active persons, not
the population. "settings" are overrides besides.
"""

from __future__ import annotations

import json
import statistics
import sys

import contrafact as cf
from contrafact import engine
from contrafact.model import PARAMETERS
from contrafact.world import build

BASE = 2.0  # million residents
RARER = ("participation.nu", "support.turning")
STRONGER = ("exposure.near", "exposure.net", "fear.phi", "support.violence", "support.deaths")
QUIETER = ("parameters.exposure.maximum=0.052",)  # so few join that even of 0.2 million enough are left to join


def settings_of(million: float) -> list[str]:
    """Overrides that keep the number of active persons while the city grows."""
    if not million:
        return []
    settings = ["draw=central", f"population.total={million * 1e6:.0f} persons", *QUIETER]
    times = million / BASE
    for name in (*RARER, *STRONGER):
        factor = 1.0 / times if name in RARER else times
        settings.append(f"parameters.{name}={PARAMETERS[name].default * factor!r} {PARAMETERS[name].unit}")
    return settings


def main() -> None:
    """Run "replays" after the first; every turn the same ones, so that only the machine changes between turns."""
    asked = json.load(sys.stdin)
    settings = [f"place.resolution={asked['resolution']}", *settings_of(asked["million"]), *asked.get("settings", ())]
    crisis = cf.load("almaty-2022", settings)
    model = engine.prepare(crisis, build(crisis))
    engine.simulate(model, 1, 0)
    runs = [engine.simulate(model, 1, replication) for replication in range(1, asked["replays"] + 1)]
    found = {
        "seconds": statistics.median(run.elapsed_s for run in runs),
        "peak_crowd": statistics.median(run.outcomes["peak_crowd"] for run in runs),
        "cells": model.world.cells,
        "outcomes": [run.outcomes for run in runs],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
