"""What a record could tell and what it does tell, from the logarithms of probabilities of ``weighing``.

told       the weight of the true arm, against the other alone and with equal weights beforehand, is at least TOLD
misled     that of the wrong one is; such misleading evidence has a probability of its own
median     of the weight of the true arm
sign       of the arm's effect on deaths: recovered where the mean effect over all arms, each with its weight among all,
           has the sign that the arm's own effect has; only asked where the interval of that effect leaves zero out.
           Equal weights, of no row at all, give a sign too, and it is told whether that is right already
itself     share of synthetic records of the recorded arm by which one of two sets of its own replications is told from
           the other: the rate at which noise of ensembles alone tells
typical    share of an arm's own synthetic records that are no more probable under it than the actual one: near zero,
           the arm does not explain the record, whatever its weight against another

Shares have Wilson's 95 % interval. The weight of the actual record has one from RESAMPLES sets of replications drawn
with replacement, and a range over leaving out one fact at a time.

Source  misleading evidence: Royall 2000, doi:10.1080/01621459.2000.10474264
Check   tests/evidence/test_design_power.py
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.evidence.readings import Interval, mean_interval, share_interval
from contrafact.evidence.weighing import Column, Ensembles, among_all, pairwise, shares_of_facts
from contrafact.rng import decision

Floats: TypeAlias = NDArray[np.float64]

TOLD = 0.95
RESAMPLES = 1000


@dataclass(frozen=True)
class Logs:
    """Logarithms of probabilities; the recorded arm is the first.

    record     of the actual record, (arm, row)
    resampled  the same from sets of replications drawn with replacement, (sample, arm, row)
    synthetic  of each replication as the truth, (truth, replication, arm, row)
    """

    columns: Sequence[Column]
    record: Floats
    resampled: Floats
    synthetic: Floats

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of its rows, each once."""
        return tuple(dict.fromkeys(one.fact for one in self.columns))

    def chosen(self, keep: Sequence[bool]) -> Logs:
        """The same of some of the rows."""
        places = [place for place, kept in enumerate(keep) if kept]
        columns = [self.columns[place] for place in places]
        return Logs(columns, self.record[:, places], self.resampled[:, :, places], self.synthetic[..., places])


def logs_of(ensembles: Ensembles, statements: Floats) -> Logs:
    """Logarithms of everything that is asked of ensembles."""
    size = ensembles.values.shape[1]
    random = np.random.Generator(np.random.Philox(decision("design_power.replications")))
    times = random.multinomial(size, np.full(size, 1.0 / size), size=RESAMPLES).astype(np.float64)
    return Logs(
        ensembles.columns, ensembles.of_record(), ensembles.of_record(times), ensembles.of_synthetic(statements)
    )


def power(logs: Logs, arm: int) -> dict[str, Any]:
    """How often the rows would tell an arm from the recorded one, were either of them the truth."""
    totals = logs.synthetic @ shares_of_facts(logs.columns)
    return {"truth_arm": told_pairwise(totals, arm), "truth_recorded": told(1.0 - pairwise(totals[0])[:, arm])}


def told_pairwise(totals: Floats, arm: int) -> dict[str, Any]:
    """How often an arm would be told from the recorded one, were it the truth, from (truth, replication, arm)."""
    return told(pairwise(totals[arm])[:, arm])


def told(weights: Floats) -> dict[str, Any]:
    """What is said of weights of the true arm, (replication,)."""
    size = weights.size
    return {
        "told": as_dict(share_interval(int((weights >= TOLD).sum()), size)),
        "misled": as_dict(share_interval(int((weights <= 1.0 - TOLD).sum()), size)),
        "median": float(np.median(weights)),
        "n": size,
    }


def of_itself(ensembles: Ensembles) -> dict[str, Any]:
    """The recorded arm against itself: each replication is the truth once, and halves of the others are two arms.

    Nothing is to be told, so whatever is told is false. Halves are smaller than ensembles and share no random numbers,
    and so tell it more often.
    """
    size = ensembles.values.shape[1]
    sets = np.zeros((size, 2, size))
    for truth in range(size):
        others = np.delete(np.arange(size), truth)
        sets[truth, 0, others[::2]] = sets[truth, 1, others[1::2]] = 1.0
    totals = ensembles.of_sets(ensembles.statements(), sets) @ shares_of_facts(ensembles.columns)
    weights = pairwise(totals)[:, 1]
    false = int(((weights >= TOLD) | (weights <= 1.0 - TOLD)).sum())
    return {"told": as_dict(share_interval(false, size)), "median": float(np.median(weights)), "n": size}


def sign(logs: Logs, deaths: Floats, arm: int) -> dict[str, Any] | None:
    """How often the sign of an arm's effect on deaths, (arm, replication), is recovered; None where it has none."""
    effects = deaths - deaths[0]
    own = mean_interval(effects[arm])
    if own.low <= 0.0 <= own.high:
        return None
    size = deaths.shape[1]
    others = (effects.sum(axis=1)[:, np.newaxis] - effects) / (size - 1)  # (arm, replication left out)
    weights = among_all(logs.synthetic[arm] @ shares_of_facts(logs.columns))  # (replication, arm)
    found = (weights * others.T).sum(axis=1)
    recovered = share_interval(int((np.sign(found) == np.sign(own.mean)).sum()), size)
    return {**as_dict(recovered), "without_rows": bool(np.sign(effects.mean()) == np.sign(own.mean))}


def of_record(logs: Logs, arm: int, joint: Floats | None = None) -> dict[str, Any]:
    """Weight that the actual record gives an arm against the recorded one, and how far it can be trusted.

    joint  logarithms of its probability under each arm by the other assumption, (arm,), None where not asked
    """
    shares = shares_of_facts(logs.columns)
    total = logs.record @ shares
    weight = float(pairwise(total)[arm])
    low, high = np.quantile(pairwise(logs.resampled @ shares)[:, arm], (0.025, 0.975))
    without = {fact: _without(logs, fact, arm) for fact in logs.facts}
    most = max(without, key=lambda fact: abs(without[fact] - weight)) if without else None
    found = {
        "weight": weight,
        "low": float(low),
        "high": float(high),
        "without_a_fact": {"low": min(without.values(), default=0.5), "high": max(without.values(), default=0.5)},
        "leaning_on": most,
        "without_it": None if most is None else without[most],
        "joint": None if joint is None else float(pairwise(joint)[arm]),
    }
    return {**found, "told": _is_told(found)}


def of_all(logs: Logs) -> list[dict[str, float]]:
    """Weight of every arm among all, with its interval, in the order of the arms."""
    shares = shares_of_facts(logs.columns)
    weights = among_all(logs.record @ shares)
    low, high = np.quantile(among_all(logs.resampled @ shares), (0.025, 0.975), axis=0)
    ends = zip(weights, low, high, strict=True)
    return [{"weight": float(one), "low": float(start), "high": float(end)} for one, start, end in ends]


def typical(logs: Logs, arm: int) -> float:
    """Share of an arm's synthetic records that are no more probable under it than the actual record."""
    shares = shares_of_facts(logs.columns)
    return float((logs.synthetic[arm, :, arm] @ shares <= logs.record[arm] @ shares).mean())


def typical_rows(logs: Logs) -> list[float]:
    """The same of each row by itself, of the recorded arm."""
    return [float(share) for share in (logs.synthetic[0, :, 0] <= logs.record[0]).mean(axis=0)]


def as_dict(one: Interval) -> dict[str, float]:
    """An interval as JSON shows it."""
    return {"share": one.mean, "low": one.low, "high": one.high}


def _without(logs: Logs, fact: str, arm: int) -> float:
    shares = shares_of_facts(logs.columns, [one.fact != fact for one in logs.columns])
    return float(pairwise(logs.record @ shares)[arm])


def _is_told(found: dict[str, Any]) -> bool:
    """Whether one of the two has weight TOLD, whatever replications are drawn, fact left out or assumption made."""
    without = found["without_a_fact"]
    said: list[float] = [found["weight"], found["low"], found["high"], without["low"], without["high"]]
    said += [] if found["joint"] is None else [found["joint"]]
    return min(said) >= TOLD or max(said) <= 1.0 - TOLD
