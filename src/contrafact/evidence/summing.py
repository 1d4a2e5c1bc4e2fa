"""Scores of single rows put together: fitted and held-out rows apart, each fact once, nothing pooled in raw units.

weight      1 / rows of the same fact and use that were read
coverage    weighted share of counts and times whose observation is inside the interval, how many facts and rows those
            are, and the coverage to be expected of a forecast without fault of so few replications
skill       per kind of score, 1 - weighted mean / that of the baseline, over the rows that the baseline predicts too;
            none where the baseline is as good as perfect: then the two scores stand alone
skill_90    of the skills of RESAMPLES sets of facts drawn with replacement, the 5th and 95th percentile
crps_skill  mean of the skills of counts and times, weighted by their rows
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from contrafact.evidence.scoring import expected_coverage, skill
from contrafact.rng import decision

CRPS_KINDS = ("count", "time")
PERFECT = 0.01
"""A baseline whose score is below this leaves nothing to gain: in logarithms, hours or squares of a probability."""

RESAMPLES = 2000
FEWEST = 3
"""From so many facts at least sets are drawn."""

Row = Mapping[str, Any]


def weighted(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows with the weight of each."""
    numbers = Counter((row["use"], row["fact"]) for row in rows)
    return [{**row, "weight": 1.0 / numbers[row["use"], row["fact"]]} for row in rows]


def summary(rows: Sequence[Row], baselines: Iterable[str], main: str, replications: int) -> dict[str, Any]:
    """What is said of all rows of one use; ``main`` is the baseline of the headline."""
    intervals = [row for row in rows if row["kind"] in CRPS_KINDS]
    skills = {name: {**_crps_skill(rows, name), "brier": _skill(rows, "brier", name)} for name in baselines}
    return {
        "n": len({row["fact"] for row in rows}),
        "rows": len(rows),
        "crps_skill": skills[main]["crps_skill"],
        "brier_skill": skills[main]["brier"]["skill"],
        "coverage_n": len({row["fact"] for row in intervals}),
        "coverage_rows": len(intervals),
        "coverage_90": _mean(intervals, "inside"),
        "coverage_50": _mean(intervals, "inside_50"),
        "coverage_90_expected": expected_coverage(replications, 0.9),
        "coverage_50_expected": expected_coverage(replications, 0.5),
        "crps": {kind: _mean([row for row in intervals if row["kind"] == kind], "crps") for kind in CRPS_KINDS},
        "brier": _mean(rows, "brier"),
        "skills": skills,
    }


def _crps_skill(rows: Sequence[Row], baseline: str) -> dict[str, Any]:
    """Skill of counts and times, and their mean by weight."""
    kinds = {kind: _skill([row for row in rows if row["kind"] == kind], "crps", baseline) for kind in CRPS_KINDS}
    known = [one for one in kinds.values() if one["skill"] is not None]
    weight = sum(one["weight"] for one in known)
    pooled = sum(one["weight"] * one["skill"] for one in known) / weight if weight else None
    return {"crps_skill": pooled, **kinds}


def _skill(rows: Sequence[Row], score: str, baseline: str) -> dict[str, Any]:
    """Skill over the rows that both score, how many facts and rows those are, and their weight."""
    both = [row for row in rows if row[score] is not None and row["baselines"][baseline][score] is not None]
    base = [{**row, score: row["baselines"][baseline][score]} for row in both]
    own, other = _mean(both, score), _mean(base, score)
    return {
        "skill": None if own is None or other is None or other < PERFECT else skill(own, other),
        "skill_90": None if other is None or other < PERFECT else _resampled(both, base, score),
        "score": own,
        "baseline": other,
        "n": len({row["fact"] for row in both}),
        "rows": len(both),
        "weight": sum(row["weight"] for row in both),
    }


def _resampled(rows: Sequence[Row], base: Sequence[Row], score: str) -> tuple[float, float] | None:
    """5th and 95th percentile of the skill over sets of facts drawn with replacement; None for a handful of facts.

    Sets of which the baseline is as good as perfect have no skill and are left out.
    """
    facts = list(dict.fromkeys(row["fact"] for row in rows))
    if len(facts) < FEWEST:
        return None
    sums = np.zeros((3, len(facts)))
    for one, other in zip(rows, base, strict=True):
        sums[:, facts.index(one["fact"])] += one["weight"] * np.array([one[score], other[score], 1.0])
    random = np.random.Generator(np.random.Philox(decision("scoring.facts")))
    own, baseline, weight = sums[:, random.integers(len(facts), size=(RESAMPLES, len(facts)))].sum(axis=2)
    beatable = baseline >= PERFECT * weight
    low, high = np.quantile(1.0 - own[beatable] / baseline[beatable], (0.05, 0.95))
    return float(low), float(high)


def _mean(rows: Sequence[Row], key: str) -> float | None:
    """Weighted mean over the rows that have it, None where none has."""
    known = [row for row in rows if row[key] is not None]
    weight = sum(row["weight"] for row in known)
    return sum(row["weight"] * float(row[key]) for row in known) / weight if weight else None
