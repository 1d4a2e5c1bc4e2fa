"""Effects of an arm, from paired differences: pure arithmetic on arrays.

A pair is one replication of the recorded run and of an arm with the same random numbers. Pairs that share a draw of the
scenario's numbers form a group; groups are independent, pairs within one are not, so intervals are taken over groups:
the mean over pairs with the variance of group totals (Student's t, groups less one degrees of freedom). Settings of
switches are dealt without replacement (see design.py), so that groups are slightly negatively dependent and intervals
err on the wide side.

An interval has a sign where it excludes zero, comes from at least FEW_GROUPS groups and has a width: the few groups of
a small comparison agree by chance too often, and means that are all equal tell nothing of how far others would lie.

The variance of the paired effect is the sum of three parts, estimated without bias by the nested analysis of variance
of groups, answers (settings of all switches, drawn together) within a group, and repetitions within an answer:

    MS_repetitions = V_mc
    MS_answers     = V_mc + R V_a
    MS_groups      = V_mc + R V_a + J R V_p

with R repetitions of each answer and J answers in each group. A part whose estimate is negative is told as zero.

Source  Searle, Casella, McCulloch (1992), Variance Components, chapter 3: balanced nested designs
Check   tests/experiment/test_effects.py: synthetic data with known parts, cases solved by hand
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array: TypeAlias = NDArray[Any]

LEVEL = 0.95
FEW_GROUPS = 5
"""Groups from which on an interval may be said to have a sign."""


@dataclass(frozen=True)
class Interval:
    """A mean difference with its 95 % interval, NaN where there are fewer than two groups.

    pairs   that were counted
    groups  of them, over which the interval is taken
    """

    mean: float
    low: float
    high: float
    pairs: int
    groups: int

    @property
    def sign(self) -> int:
        """1 or -1 where the interval excludes zero; 0 where it does not, has no width or comes from few groups."""
        if self.groups < FEW_GROUPS or self.low == self.high:
            return 0
        return int(self.low > 0.0) - int(self.high < 0.0)


@dataclass(frozen=True)
class Parts:
    """Variance of the paired effect by where it comes from; ``clipped`` names what was estimated below zero."""

    monte_carlo: float
    parameters: float
    assumptions: float
    clipped: tuple[str, ...] = ()

    def shares(self) -> dict[str, float | None]:
        """Each part as a share of their sum; None where nothing varies."""
        parts = {"monte_carlo": self.monte_carlo, "parameters": self.parameters, "assumptions": self.assumptions}
        total = sum(parts.values())
        return {name: part / total if total > 0.0 else None for name, part in parts.items()}


@dataclass(frozen=True)
class UnderSetting:
    """The effect in the pairs that stand under one setting of a switch."""

    switch: str
    setting: str
    effect: Interval


@dataclass(frozen=True)
class Effect:
    """The effect of one arm on one outcome.

    effect          mean paired difference, arm less recorded; None where a switch decides its sign
    median          of the paired differences; None with it
    sign_flip_share share of pairs whose sign is opposite to the mean's, zeros not among them
    zero_share      share of pairs without any difference
    variance_ratio  variance of the unpaired difference over that of the paired; None where pairs never vary
    parts           of the variance of the paired effect; None where no group is whole
    decided_by      switch under whose settings the effect has opposite signs (see ``Interval.sign``)
    by_setting      the effect under each setting of each switch
    """

    arm: str
    outcome: str
    unit: str
    effect: Interval | None
    median: float | None
    sign_flip_share: float
    zero_share: float
    variance_ratio: float | None
    parts: Parts | None
    decided_by: str | None
    by_setting: tuple[UnderSetting, ...]


@dataclass(frozen=True)
class Groups:
    """How pairs belong together, in the order of their numbers.

    group, answer  (pair,) int: which draw of the scenario's numbers, and which answer within it
    settings       switch -> (pair,) str: the setting under which each pair stands
    order          switch -> its settings, as they are told
    answers        answers in a whole group
    repetitions    pairs of each answer in a whole group
    """

    group: Array
    answer: Array
    settings: Mapping[str, Array]
    order: Mapping[str, Sequence[str]]
    answers: int
    repetitions: int


def mean_over_groups(difference: Array, group: Array) -> Interval:
    """Mean of differences, (pair,), and its interval from the totals of the groups, (pair,), they belong to."""
    pairs = difference.size
    if not pairs:
        return Interval(math.nan, math.nan, math.nan, 0, 0)
    mean = float(difference.mean())
    _, index = np.unique(group, return_inverse=True)
    totals = np.bincount(index, weights=difference - mean)
    count = totals.size
    if count < 2:
        return Interval(mean, math.nan, math.nan, pairs, count)
    error = math.sqrt(count / (count - 1) * float((totals**2).sum())) / pairs
    reach = float(stdtrit(count - 1, 0.5 + LEVEL / 2)) * error
    return Interval(mean, mean - reach, mean + reach, pairs, count)


def parts_of_variance(nested: Array) -> Parts:
    """Parts of the variance of an effect, nested (group, answer, repetition); one answer in a group has no part."""
    groups, answers, repetitions = nested.shape
    within = nested.mean(axis=2)
    by_group = within.mean(axis=1)
    monte_carlo = float(((nested - within[:, :, None]) ** 2).sum()) / (groups * answers * (repetitions - 1))
    between = answers * repetitions * float(by_group.var(ddof=1))
    assumptions, below = 0.0, monte_carlo
    if answers > 1:
        below = repetitions * float(((within - by_group[:, None]) ** 2).sum()) / (groups * (answers - 1))
        assumptions = (below - monte_carlo) / repetitions
    parameters = (between - below) / (answers * repetitions)
    clipped = [name for name, part in (("parameters", parameters), ("assumptions", assumptions)) if part < 0.0]
    return Parts(monte_carlo, max(0.0, parameters), max(0.0, assumptions), tuple(clipped))


def nest(values: Array, groups: Groups) -> Array | None:
    """Values (pair,) of the whole groups as (group, answer, repetition); None where fewer than two are whole."""
    each = groups.answers * groups.repetitions
    counts = {number: int((groups.group == number).sum()) for number in np.unique(groups.group)}
    whole = np.array([counts[number] == each for number in groups.group.tolist()], dtype=bool)
    kept = values[whole]
    if kept.size < 2 * each or groups.repetitions < 2:
        return None
    return np.asarray(kept.reshape(-1, groups.answers, groups.repetitions))


def variance_ratio(recorded: Array, arm: Array) -> float | None:
    """Variance of the difference of unpaired runs over that of paired ones, both (pair,)."""
    if recorded.size < 2:
        return None
    paired = float((arm - recorded).var(ddof=1))
    return float(recorded.var(ddof=1) + arm.var(ddof=1)) / paired if paired > 0.0 else None


def under_settings(difference: Array, groups: Groups) -> tuple[UnderSetting, ...]:
    """The effect under each setting of each switch, as far as pairs stand under it."""
    found = []
    for switch, stands in groups.settings.items():
        for setting in groups.order[switch]:
            chosen = stands == setting
            if chosen.any():
                effect = mean_over_groups(difference[chosen], groups.group[chosen])
                found.append(UnderSetting(switch, setting, effect))
    return tuple(found)


def deciding(by_setting: Sequence[UnderSetting]) -> str | None:
    """The switch under whose settings the effect has opposite signs; of several the one that moves it farthest."""
    spans: dict[str, float] = {}
    for switch in dict.fromkeys(one.switch for one in by_setting):
        effects = [one.effect for one in by_setting if one.switch == switch]
        if {effect.sign for effect in effects} >= {1, -1}:
            means = [effect.mean for effect in effects]
            spans[switch] = max(means) - min(means)
    return max(spans, key=spans.__getitem__) if spans else None


def effect_of(arm: str, outcome: str, unit: str, recorded: Array, changed: Array, groups: Groups) -> Effect:
    """The effect on one outcome from its values in the recorded runs and in the arm, both (pair,) and finite."""
    difference = changed - recorded
    pooled = mean_over_groups(difference, groups.group)
    by_setting = under_settings(difference, groups)
    decided_by = deciding(by_setting)
    nested = nest(difference, groups)
    return Effect(
        arm=arm,
        outcome=outcome,
        unit=unit,
        effect=None if decided_by else pooled,
        median=None if decided_by else float(np.median(difference)),
        sign_flip_share=float((np.sign(difference) * np.sign(pooled.mean) < 0).mean()),
        zero_share=float((difference == 0.0).mean()),
        variance_ratio=variance_ratio(recorded, changed),
        parts=None if nested is None else parts_of_variance(nested),
        decided_by=decided_by,
        by_setting=by_setting,
    )
