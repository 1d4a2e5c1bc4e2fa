"""Where a replay's time goes, mechanism by mechanism, and what bounds each."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.harness import in_turns, ours
from benchmarks.table import duration

FIXED, EACH = 0.8, 0.5
"""Above this share of time at rest a part is bound by calls and cells; below, by the persons in the street."""


def measure(repetitions: int, quick: bool) -> dict[str, Any]:
    """Medians over turns of what ``sides/profile_replay.py`` prints."""
    settings = ["population.total=100000 persons"] if quick else []
    side = ours("profile_replay.py", replays=1 if quick else 2, settings=settings)
    turns = [turn[0].found for turn in in_turns([side], repetitions)]

    def middle(part: str, key: str) -> float:
        return statistics.median(turn["parts"][part][key] for turn in turns)

    shares = {part: [turn["parts"][part]["seconds"] / turn["seconds"] for turn in turns] for part in turns[0]["parts"]}
    return {
        "parts": {
            part: {"share": statistics.median(found), "low": min(found), "high": max(found),
                   "at_rest": middle(part, "at_rest"), "per_person": middle(part, "per_person")}
            for part, found in shares.items()
        },
        "seconds": statistics.median(turn["seconds"] for turn in turns),
        "copy": statistics.median(turn["copy"] for turn in turns),
        "street": statistics.median(turn["street"] for turn in turns),
        "ticks": turns[0]["ticks"],
        "bytes": turns[0]["bytes"],
        "turns": repetitions,
    }  # fmt: skip


def markdown(found: dict[str, Any]) -> str:
    """The table of shares, the largest first."""
    lines = [
        "| part | share of the time (range) | a tick at rest | each person in the street | at rest | bound by |",
        "|---|---|---|---|---|---|",
    ]
    for name, part in sorted(found["parts"].items(), key=lambda item: -item[1]["share"]):
        rest, each = max(0.0, part["at_rest"]), max(0.0, part["per_person"])
        whole = rest + each * found["street"]
        at_rest = rest / whole if whole else 0.0
        spread = f"{part['share']:.1%} ({part['low']:.1%} to {part['high']:.1%})"
        lines.append(f"| {name} | {spread} | {duration(rest)} | {duration(each)} | {at_rest:.0%} | "
                     f"{bound(name, at_rest, each, found)} |")  # fmt: skip
    return "\n".join(lines)


def bound(name: str, at_rest: float, each: float, found: dict[str, Any]) -> str:
    """What bounds a part, as far as the measurement tells."""
    if at_rest >= FIXED:
        return "calls, cells and units: persons hardly matter"
    moved = found["bytes"].get(name)
    if moved is None or each <= 0.0:
        return "persons in the street" if at_rest < EACH else "cells and persons alike"
    share = moved * found["copy"] / each
    what = "memory bandwidth" if share > EACH else "computing and latency, not bandwidth"
    return f"{what}: {moved} bytes a person, {share:.0%} of a copy's speed"
