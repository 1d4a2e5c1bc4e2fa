"""Where a replay's time goes: seconds of every mechanism in every tick, beside what there was to do.

One replay is run to warm up; then "replays" more, each mechanism timed by itself. The time that a mechanism takes is
split by least squares over the ticks into what it takes when nobody is in the street and what each person there adds.
A copy of an array that does not fit into any cache gives the bandwidth of the memory, to hold bytes against.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

import contrafact as cf
from contrafact import engine, world
from contrafact.engine.running import Run
from contrafact.engine.stepper import apply
from contrafact.kernels import Array

COPIED = 32_000_000  # numbers of 8 bytes
TOUCHED = {
    "movement": ("slot_site", "slot_origin", "slot_progress", "slot_phase", "slot_late", "slot_cell", "moved_phase",
                 "moved_late", "moved_cell"),
    "applying": ("slot_fate", "slot_fate", "slot_late", "moved_late", "slot_spent", "spent_after", "slot_phase",
                 "slot_phase", "slot_phase", "moved_phase", "slot_cell", "slot_cell", "slot_home", "slot_site",
                 "cell_slots"),
    "participation": ("slot_phase", "slot_home", "slot_site", "slot_hardship", "slot_aversion", "slot_spent",
                      "slot_late", "slot_patience", "spent_after"),
}  # fmt: skip
"""Arrays by slot that a part reads or writes for one who stays where he or she is, once for each pass over them."""


def name_of(mechanism: object) -> str:
    """The last part of a module's name."""
    return str(getattr(mechanism, "__name__", mechanism)).rpartition(".")[2]


def timed(model: engine.Model, replication: int) -> tuple[dict[str, Array], Array]:
    """Seconds by part, (tick,) each, and persons in the street as each tick began, (tick,)."""
    run = Run(model, 1, replication)
    c = run.context
    parts = [*map(name_of, c.order), "applying", "recording", "digest"]
    seconds = {part: np.zeros(run.ticks) for part in parts}
    street = np.zeros(run.ticks)
    clock = time.perf_counter
    while run.under_way:
        c.tick = tick = run.done
        street[tick] = c.slots
        for mechanism in c.order:
            begun = clock()
            mechanism.step(c)
            seconds[name_of(mechanism)][tick] = clock() - begun
        begun = clock()
        apply(c)
        seconds["applying"][tick] = clock() - begun
        begun = clock()
        run.recorder.observe(c)
        seconds["recording"][tick] = clock() - begun
        run.done += 1
        begun = clock()
        if run.done % c.ticks_per_hour == 0:
            run.digest.hourly(c)
        seconds["digest"][tick] = clock() - begun
    return seconds, street


def copy_seconds() -> float:
    """Seconds in which NumPy reads and writes a byte each, the best of seven copies."""
    source, target = np.ones(COPIED), np.zeros(COPIED)
    best = np.inf
    for _ in range(7):
        begun = time.perf_counter()
        np.copyto(target, source)
        best = min(best, time.perf_counter() - begun)
    return float(best) / (2 * source.nbytes)


def main() -> None:
    """Print seconds per replay of every part, its seconds per tick at rest, and its seconds per person and tick."""
    asked = json.load(sys.stdin)
    crisis = cf.load("almaty-2022", asked.get("settings", []))
    model = engine.prepare(crisis, world.build(crisis))
    engine.simulate(model, 1, 0)
    first = asked["seed"] * 1000
    runs = [timed(model, first + number) for number in range(asked["replays"])]
    street = np.concatenate([one for _, one in runs])
    ground = np.column_stack([np.ones_like(street), street])
    parts = {}
    for name in runs[0][0]:
        series = np.concatenate([seconds[name] for seconds, _ in runs])
        (rest, each), *_ = np.linalg.lstsq(ground, series, rcond=None)
        parts[name] = {"seconds": float(series.sum()) / len(runs), "at_rest": float(rest), "per_person": float(each)}
    run = Run(model, 1, first).context
    whole = sum(part["seconds"] for part in parts.values())
    found = {"seconds": whole, "parts": parts, "street": float(street.mean()), "ticks": street.size // len(runs),
             "copy": copy_seconds(),
             "bytes": {part: sum(getattr(run.now, name).itemsize for name in names)
                       for part, names in TOUCHED.items()}}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
