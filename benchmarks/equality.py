"""Whether two programs do the same work: their results over several seeds, held against their own spread."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

WITHIN = 3.0
"""Means may be so many standard errors of their difference apart."""
PRECISE = 0.1
"""A standard error above this share of the mean tells nothing; such results are not called equal."""


class Agreement(NamedTuple):
    """Whether results are equal as far as chance allows, and the numbers by which it was judged."""

    equal: bool
    told: str


def of_pairs(what: str, ours: Sequence[float], theirs: Sequence[float]) -> Agreement:
    """Agreement of results that belong together one by one: the same society, or the same seed."""
    differences = [a - b for a, b in zip(ours, theirs, strict=True)]
    return _judged(what, ours, theirs, statistics.stdev(differences) / math.sqrt(len(differences)))


def of_groups(what: str, ours: Sequence[float], theirs: Sequence[float], slack: float = 0.0) -> Agreement:
    """Agreement of two sets of independent results; ``slack`` is a difference that is known and let pass."""
    error = math.sqrt(statistics.variance(ours) / len(ours) + statistics.variance(theirs) / len(theirs))
    return _judged(what, ours, theirs, error, slack)


def all_of(agreements: Sequence[Agreement]) -> Agreement:
    """Equal where all are."""
    return Agreement(all(one.equal for one in agreements), " ".join(one.told for one in agreements))


def _judged(what: str, ours: Sequence[float], theirs: Sequence[float], error: float, slack: float = 0.0) -> Agreement:
    mine, other = statistics.mean(ours), statistics.mean(theirs)
    apart, most = abs(mine - other), PRECISE * max(abs(mine), abs(other))
    told = f"{what}: ours {mine:.4g} ({len(ours)} runs), theirs {other:.4g} ({len(theirs)} runs), "
    told += (
        f"{apart:.2g} apart; allowed {f'{slack:g} and ' if slack else ''}{WITHIN:g} standard errors of {error:.2g}, "
    )
    told += f"and those at most {most:.2g}."
    return Agreement(apart <= slack + WITHIN * error and error <= most, told)
