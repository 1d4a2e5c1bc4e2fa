"""What is kept of the pairs of a comparison, as arrays, and the comparison that they make.

number, digest             (pair,)
outcomes                   (pair, run, outcome), the recorded run first, outcomes in the order of OUTCOMES
districts                  (pair, run, quantity, district)
first_hours, shared        (pair, arm); first_ticks (pair, arm, cell)
rows/event_count           (pair x run,), and the fields of these events, (event,), for the table of events
curves/QUANTITY            (pair, run, hour); sum/crowd (run, hour, cell) and sum/lost (run, hour, facility): if watched
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from contrafact.experiment.city import event_arrays
from contrafact.experiment.comparison import UNITS_OF_OUTCOMES, Comparison
from contrafact.experiment.divergence import NEVER
from contrafact.experiment.kept import ROWS, SUM, Kept, joined, under
from contrafact.experiment.result import RECORDED
from contrafact.experiment.watching import STATE, Seen

if TYPE_CHECKING:
    from contrafact.experiment.divergence import Divergence
    from contrafact.experiment.pairs import Half, Pairs, PairsJob
    from contrafact.experiment.plan import Plan


class Collected:
    """What has been kept so far; pairs are added in the order of their numbers."""

    def __init__(self) -> None:
        self._kept: list[Kept] = []

    @property
    def count(self) -> int:
        """How many pairs have been kept."""
        return len(self._kept)

    def add(self, pair: Pairs) -> None:
        """Keep one pair."""
        self._kept.append(_of_pair(pair))

    def arrays(self) -> Kept:
        """All that was kept, by quantity instead of by pair."""
        return joined(self._kept)


def comparison_of(job: PairsJob, asked: Plan, kept: Kept, elapsed_s: float) -> Comparison:
    """The comparison of the pairs that were kept."""
    names = [arm.name for arm in job.arms]
    runs = [job.scenario.variant, *names]
    columns = dict(zip(UNITS_OF_OUTCOMES, np.moveaxis(kept["outcomes"], 2, 0), strict=True))
    return Comparison(
        scenario=job.scenario,
        world=job.world,
        arms=tuple(job.arms),
        design=job.design,
        seed=asked.seed,
        until_hours=asked.length,
        requested=asked.replications,
        elapsed_s=elapsed_s,
        numbers=kept["number"],
        digests=tuple(kept["digest"].tolist()),
        outcomes={run: {name: column[:, i] for name, column in columns.items()} for i, run in enumerate(runs)},
        first_hours=kept["first_hours"].T,
        first_ticks=kept["first_ticks"].swapaxes(0, 1),
        districts=kept["districts"].swapaxes(0, 1),
        shared=kept["shared"].T,
        seen=_seen(kept, [RECORDED, *names]),
        rows=under(kept, ROWS),
    )


def _of_pair(pair: Pairs) -> Kept:
    """One pair, every array with a leading axis of one but those that are summed."""
    halves = list(pair.halves.values())
    arms = halves[1:]
    diverged = [half.divergence for half in arms if half.divergence is not None]
    return {
        "number": np.array([pair.replication], np.int64),
        "digest": np.array([pair.digest]),
        "outcomes": np.array([[[half.outcomes[name] for name in UNITS_OF_OUTCOMES] for half in halves]]),
        "districts": np.array([[half.districts for half in halves]]),
        "first_hours": np.array([[_hour(one) for one in diverged]]),
        "first_ticks": np.array([[one.ticks for one in diverged]], np.int16),
        "shared": np.array([[half.forked_at for half in arms]]),
        **{f"{ROWS}{name}": values for name, values in event_arrays([half.events for half in halves]).items()},
        **_watched(halves),
    }


def _hour(divergence: Divergence) -> int:
    return NEVER if divergence.hour is None else divergence.hour


def _watched(halves: list[Half]) -> Kept:
    """Curves, and what is summed over the pairs, of all runs of one pair; nothing where nobody watches."""
    seen = [half.seen for half in halves if half.seen is not None]
    if not seen:
        return {}
    return {
        **{f"curves/{name}": np.array([[one.curves[name] for one in seen]]) for name in seen[0].curves},
        f"{SUM}crowd": np.array([one.crowd for one in seen], np.int64),
        f"{SUM}lost": np.array([one.holders != STATE for one in seen], np.int64),
    }


def _seen(kept: Kept, runs: list[str]) -> dict[str, Seen]:
    """Every run by name over all pairs, hour by hour; nothing where nobody watched."""
    if f"{SUM}crowd" not in kept:
        return {}
    count, curves = len(kept["number"]), under(kept, "curves/")
    crowd, lost = kept[f"{SUM}crowd"] / count, kept[f"{SUM}lost"] / count
    return {
        run: Seen({name: curve[:, i] for name, curve in curves.items()}, crowd[i], lost[i])
        for i, run in enumerate(runs)
    }
