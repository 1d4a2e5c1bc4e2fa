"""What a replay costs as the city grows, with equal absolute numbers of active persons, and as its hexagons shrink.

    python benchmarks/scaling.py [--repetitions 5]     prints the table and writes benchmarks/scaling.md

The city is Almaty with 0.2, 2 and 20 million residents. So that as many people are in the street, joining is made as
many times rarer as there are more residents, and what acts through shares of residents as many times stronger. The cost
of a tick should follow cells, classes, rings and active persons, not the population. Each measurement is a process of
its own on one thread; the sizes take turns, and ratios are taken within a turn, so a machine that slows down slows all.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

BASE = 2.0  # million residents
SHIPPED = 0.0  # stands for the scenario as it is, every prior drawn
CASES = (("0.2 million residents", 0.2, 8), ("2 million residents", 2.0, 8), ("20 million residents", 20.0, 8),
         ("2 million residents, resolution 9", 2.0, 9), ("almaty-2022 as shipped", SHIPPED, 8),
         ("almaty-2022 as shipped, resolution 9", SHIPPED, 9))  # fmt: skip
RARER = ("participation.nu", "support.turning")
STRONGER = ("exposure.near", "exposure.net", "fear.phi", "support.violence", "support.deaths")
QUIETER = ("parameters.exposure.maximum=0.052",)  # so few join that even of 0.2 million enough are left to join
REPLICATIONS = 5


def measure(million: float, resolution: int) -> dict[str, float]:
    """Seconds per replication, peak memory and size of one case, measured in this process after one warm-up."""
    import contrafact as cf  # noqa: PLC0415  (only the process that measures imports it)
    from contrafact import engine  # noqa: PLC0415
    from contrafact.model import PARAMETERS  # noqa: PLC0415
    from contrafact.world import build  # noqa: PLC0415

    settings = [f"place.resolution={resolution}"]
    if million != SHIPPED:
        settings += ["draw=central", f"population.total={million * 1e6:.0f} persons", *QUIETER]
        times = million / BASE
        for name in (*RARER, *STRONGER):
            factor = 1.0 / times if name in RARER else times
            settings.append(f"parameters.{name}={PARAMETERS[name].default * factor!r} {PARAMETERS[name].unit}")
    crisis = cf.load("almaty-2022", settings)
    model = engine.prepare(crisis, build(crisis))
    engine.simulate(model, 1, 0)
    runs = [engine.simulate(model, 1, replication) for replication in range(1, REPLICATIONS + 1)]
    return {
        "seconds": statistics.median(run.elapsed_s for run in runs),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3),
        "peak_crowd": statistics.median(run.outcomes["peak_crowd"] for run in runs),
        "cells": model.world.cells,
    }


def in_own_process(million: float, resolution: int) -> dict[str, float]:
    """The same, in a fresh process."""
    command = [sys.executable, __file__, "--one", str(million), str(resolution)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def table(turns: list[list[dict[str, float]]]) -> str:
    """Markdown table: medians over turns, and the ratio to the base case within each turn as median and range."""
    base = [case[1] for case in CASES].index(BASE)
    lines = [
        "| case | cells | most in the street | time, ratio to 2 million at resolution 8 (range) | time | peak memory |",
        "|---|---|---|---|---|---|",
    ]
    for i, (name, _, _) in enumerate(CASES):
        ratios = sorted(turn[i]["seconds"] / turn[base]["seconds"] for turn in turns)
        seconds, megabytes, crowd = (
            statistics.median(turn[i][key] for turn in turns) for key in ("seconds", "megabytes", "peak_crowd")
        )
        spread = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        cells = f"{turns[0][i]['cells']:,.0f}"
        lines.append(f"| {name} | {cells} | {crowd:,.0f} | {spread} | {seconds:.2f} s | {megabytes:,.0f} MB |")
    return "\n".join(lines)


def main() -> None:
    """Measure every case in turn and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--one", nargs=2, metavar=("MILLION", "RESOLUTION"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(float(asked.one[0]), int(asked.one[1]))))
        return
    for _, million, resolution in CASES:
        in_own_process(million, resolution)  # worlds and kernels into the cache
    turns = [
        [in_own_process(million, resolution) for _, million, resolution in CASES] for _ in range(asked.repetitions)
    ]
    versions = ", ".join(f"{name} {version(name)}" for name in ("contrafact", "numba", "numpy"))
    text = f"""# What a replay costs as the city grows

Made by `python benchmarks/scaling.py --repetitions {asked.repetitions}`; Python {platform.python_version()},
{versions}, {platform.system()} on {platform.machine()}. One replay is ten days at ticks of ten minutes on one thread
with every recorder on; a time is the median of {REPLICATIONS} replays after one to warm up, in a process of its own,
and of {asked.repetitions} such processes. The cases take turns, and a ratio is taken within a turn.

{table(turns)}

In the first four rows the number of people in the street is held equal by making joining as many times rarer as there
are more residents, so they show what residents cost who stay at home. The last two are the scenario as it is.
"""
    Path(__file__).with_suffix(".md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
