"""What ten arms cost in pairs, with what they share run once, beside ten full ensembles.

    python benchmarks/comparing.py [--pairs 10]     prints the table and writes benchmarks/comparing.md

Both are the same job to the bit: in one an arm leaves the recorded run where it first may differ, in the other every
arm is run from the start. They take turns, pair by pair, on one thread, and processor time is measured, so a busy
machine slows both. Then as many pairs are compared on two threads as a user would, for the time by the clock, and in
processes of their own with fewer and more pairs, for the memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

ARMS = ("restraint", "no_request", "request_refused", "arrival_a_day_later", "contingents_clear", "concessions_earlier",
        "no_concessions", "no_shutdown", "snipers", "airport_never_lost")  # fmt: skip
PAIRS_WANTED, MINUTES_ALLOWED = 200, 25


def measure(pairs: int) -> dict[str, list[float]]:
    """Processor seconds of each pair, forked and whole, and the share of the arms' ticks that were shared."""
    import contrafact as cf  # noqa: PLC0415  (only the process that measures imports it)
    from contrafact import world  # noqa: PLC0415
    from contrafact.experiment import pairs as pairing  # noqa: PLC0415
    from contrafact.experiment.arms import read_arms  # noqa: PLC0415
    from contrafact.experiment.design import design_of  # noqa: PLC0415

    crisis = cf.load("almaty-2022")
    assert isinstance(crisis, pairing.Scenario)
    arms = read_arms(crisis, ARMS)
    built, design = world.build(crisis), design_of(crisis, arms, 1)
    jobs = {
        share: pairing.job_of(crisis, built, arms, design, 1, float(crisis.hours), share) for share in (True, False)
    }
    jobs[True].simulate(0)
    found: dict[str, list[float]] = {"forked": [], "whole": [], "shared": []}
    for number in range(pairs):
        digests = set()
        for share, name in ((True, "forked"), (False, "whole")):
            begun = time.process_time()
            pair = jobs[share].simulate(number)
            found[name].append(time.process_time() - begun)
            digests.add(pair.digest)
            if share:
                ticks = [half.forked_at for name, half in pair.halves.items() if name != "recorded"]
                found["shared"].append(statistics.mean(ticks) / crisis.ticks)
        assert len(digests) == 1, "an arm that was forked is not the arm that was run whole"
    return found


def by_the_clock(pairs: int) -> dict[str, float]:
    """Seconds by the clock of a comparison on two threads, and the most memory that it took, in megabytes."""
    import contrafact as cf  # noqa: PLC0415

    compared = cf.compare(cf.load("almaty-2022"), ARMS, pairs, threads=2)
    scale = 1e6 if sys.platform == "darwin" else 1e3
    return {"seconds": compared.elapsed_s, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale}


def in_own_process(what: str, pairs: int) -> dict[str, list[float]] | dict[str, float]:
    """The same, in a fresh process."""
    command = [sys.executable, __file__, "--one", what, "--pairs", str(pairs)]
    found: dict[str, list[float]] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def table(found: dict[str, list[float]], clock: dict[int, dict[str, float]]) -> str:
    """Markdown tables of processor time, and of time by the clock and memory."""
    forked, whole = statistics.mean(found["forked"]), statistics.mean(found["whole"])
    ensembles = whole * len(ARMS) / (len(ARMS) + 1)
    ratios = sorted(w / f for w, f in zip(found["whole"], found["forked"], strict=True))
    lines = [
        "| ten arms and the recorded run, one pair of each | processor time | ratio to forked |",
        "|---|---|---|",
        f"| forked where they first may differ | {forked:.1f} s | 1 |",
        f"| every one run whole | {whole:.1f} s | {whole / forked:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) |",
        f"| ten full ensembles, the recorded run left out | {ensembles:.1f} s | {ensembles / forked:.2f} |",
        "",
        f"{statistics.mean(found['shared']):.0%} of the arms' ticks are shared with the recorded run.",
        "",
        f"| pairs | by the clock, two threads | {PAIRS_WANTED} pairs at that rate | peak memory |",
        "|---|---|---|---|",
    ]
    for pairs, one in clock.items():
        minutes = one["seconds"] / pairs * PAIRS_WANTED / 60
        lines.append(f"| {pairs} | {one['seconds']:.0f} s | {minutes:.0f} min | {one['megabytes']:,.0f} MB |")
    cores = forked * PAIRS_WANTED / 2 / 60
    alone = f"By processor time alone, {PAIRS_WANTED} pairs are {cores:.0f} min on two free cores"
    lines += ["", f"{alone}; the aim is at most {MINUTES_ALLOWED} min."]
    return "\n".join(lines)


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--one", choices=("turns", "clock"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.pairs) if asked.one == "turns" else by_the_clock(asked.pairs)))
        return
    load = os.getloadavg()[0]
    found = in_own_process("turns", asked.pairs)
    clock = {pairs: in_own_process("clock", pairs) for pairs in (max(2, asked.pairs // 2), asked.pairs)}
    versions = ", ".join(f"{name} {version(name)}" for name in ("contrafact", "numba", "numpy"))
    text = f"""# What ten arms cost

Made by `python benchmarks/comparing.py --pairs {asked.pairs}`; Python {platform.python_version()}, {versions},
{platform.system()} on {platform.machine()}. The arms of `almaty-2022`, all residents, ten days: {", ".join(ARMS)}.
Numbers of the scenario and settings of switches are drawn, as `contrafact compare` does. Before it began the machine
had a load of {load:.1f}; times by the clock mean something only where that is near zero.

{table(found, clock)}

How much is shared follows from when an arm first acts: the first two days, in which the streets are fullest, cost more
than half of a run. An arm that may differ from the start, such as one that changes a parameter, shares nothing.
"""
    Path(__file__).with_suffix(".md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
