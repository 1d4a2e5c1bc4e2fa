"""One pair of a comparison, what is kept of all pairs, as arrays, and the comparison that they make.

number, digest             (pair,)
outcomes                   (pair, run, outcome), the recorded run first, outcomes in the order of OUTCOMES
districts                  (pair, run, quantity, district)
first_hours, shared        (pair, arm); first_ticks (pair, arm, cell)
rows/event_count           (pair x run,), and the fields of these events, (event,), for the table of events
curves/QUANTITY            (pair, run, hour); sum/crowd (run, hour, cell) and sum/lost (run, hour, facility): if watched
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.experiment.city import event_arrays
from contrafact.experiment.comparison import UNITS_OF_OUTCOMES, Comparison
from contrafact.experiment.divergence import NEVER
from contrafact.experiment.kept import ROWS, SUM, Kept, joined, under
from contrafact.experiment.result import RECORDED, overall_digest
from contrafact.experiment.watching import STATE, Seen

if TYPE_CHECKING:
    from contrafact.experiment.arms import Arm
    from contrafact.experiment.design import Design
    from contrafact.experiment.divergence import Divergence
    from contrafact.experiment.plan import Plan
    from contrafact.experiment.watching import Hourly
    from contrafact.model.context import Event
    from contrafact.scenario import Scenario
    from contrafact.world import World

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Half:
    """One of the runs of a pair.

    outcomes    by name
    events      in order
    districts   sums by district, (quantity, district), see divergence.SUMMED
    divergence  None for the recorded run
    seen        curves, crowds and holders hour by hour, None where nobody watches
    forked_at   ticks shared with the recorded run, which is 0 for an arm that was run whole
    """

    digest: str
    outcomes: dict[str, float]
    events: tuple[Event, ...]
    districts: Array
    divergence: Divergence | None
    forked_at: int
    seen: Hourly | None = None


@dataclass(frozen=True)
class Pairs:
    """One replication: the recorded run and every arm by name, the recorded first."""

    replication: int
    halves: Mapping[str, Half]
    settings: Mapping[str, str]

    @property
    def digest(self) -> str:
        """One digest of all its runs."""
        return overall_digest(half.digest for half in self.halves.values())


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


def comparison_of(
    crisis: Scenario, built: World, arms: Sequence[Arm], design: Design, asked: Plan, kept: Kept, elapsed_s: float
) -> Comparison:
    """The comparison of the pairs that were kept."""
    names = [arm.name for arm in arms]
    runs = [crisis.variant, *names]
    columns = dict(zip(UNITS_OF_OUTCOMES, np.moveaxis(kept["outcomes"], 2, 0), strict=True))
    return Comparison(
        scenario=crisis,
        world=built,
        arms=tuple(arms),
        design=design,
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
