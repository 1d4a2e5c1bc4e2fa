"""What a comparison gives back: effects of every arm on every outcome, where arms diverge, differences by district."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.experiment.divergence import NEVER, SUMMED, UNITS
from contrafact.experiment.effects import Effect, Groups, Interval, effect_of, mean_over_groups
from contrafact.experiment.result import (
    CUSTODY_NOTE,
    NOTES,
    finite,
    in_short,
    local_time,
    overall_digest,
    recent_note,
    scale_note,
)
from contrafact.extras import needed
from contrafact.model.recording import OUTCOMES
from contrafact.translation import retold, text

if TYPE_CHECKING:
    from contrafact.experiment.arms import Arm
    from contrafact.experiment.design import Design
    from contrafact.experiment.watching import Seen
    from contrafact.scenario import Scenario
    from contrafact.world import World

Array: TypeAlias = NDArray[Any]

UNENDED = "Where violence did not end within the run, the end of the run stands for its end."
UNITS_OF_OUTCOMES = {outcome.name: outcome.unit for outcome in OUTCOMES}


@dataclass(frozen=True)
class FirstDivergence:
    """Where and when one arm first differs in one pair, in words that JSON can hold; None: it never does.

    hour      full hour at whose end the runs first differ in anything that the digest covers
    tick      first tick after which another number of people is in a cell; ``time`` local, at the end of that tick
    cell      the first of these cells by number, and the district where it lies
    """

    arm: str
    replication: int
    hour: int | None
    tick: int | None
    time: str | None
    cell: str | None
    district: str | None


@dataclass(frozen=True)
class DistrictEffect:
    """Mean paired difference of a sum over one district; of harm, unarmed persons alone."""

    arm: str
    district: str
    quantity: str
    unit: str
    effect: Interval


@dataclass(frozen=True, kw_only=True, repr=False)
class Comparison:
    """Arms beside the recorded run, or the variant that was asked for, in pairs with the same random numbers.

    numbers      (pair,) int64, numbers of the replications
    digests      one per pair, of all its runs
    outcomes     arm -> outcome -> (pair,), the reference first; infinite where a time was not reached
    first_hours  (arm, pair) int, full hour from which on the digests differ, NEVER where they do not
    first_ticks  (arm, pair, cell) int16, first tick after which another number of people is in the cell, NEVER
    districts    (arm with the reference first, pair, quantity, district)
    shared       (arm, pair) int, ticks that were run once for the arm and the reference
    seen         arm -> what it looked like hour by hour, the reference first; empty where nobody watched
    rows         events, as collecting.py has them, for their table; empty once it is written
    requested    how many pairs were asked for; more than there are after an interruption
    """

    scenario: Scenario
    world: World
    arms: tuple[Arm, ...]
    design: Design
    seed: int
    until_hours: float
    requested: int
    elapsed_s: float
    numbers: Array
    digests: tuple[str, ...]
    outcomes: Mapping[str, Mapping[str, Array]]
    first_hours: Array
    first_ticks: Array
    districts: Array
    shared: Array
    seen: Mapping[str, Seen] = field(default_factory=dict)
    rows: Mapping[str, Array] = field(default_factory=dict)
    folder: Path | None = None

    record: ClassVar[frozenset[str]] = frozenset({"events"})
    figures: ClassVar[str] = "contrafact.report.effects"
    """Module of the report that draws comparisons with ``save_figures``."""

    @property
    def replications(self) -> int:
        """How many pairs finished."""
        return len(self.digests)

    @property
    def persons(self) -> int:
        """Residents simulated in each run."""
        return self.world.persons

    @property
    def cell_count(self) -> int:
        """Cells of the world."""
        return self.world.cells

    @property
    def ticks(self) -> int:
        """Ticks of each run."""
        return round(self.until_hours / self.scenario.tick)

    @property
    def reference(self) -> str:
        """What arms are compared with, as tables name it: ``recorded`` or the scenario's variant."""
        return self.scenario.variant

    @property
    def arm_names(self) -> tuple[str, ...]:
        """The reference and the arms, as tables name them."""
        return (self.reference, *(arm.name for arm in self.arms))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the pairs' digests in the order of their numbers, hex."""
        return overall_digest(self.digests)

    @cached_property
    def groups(self) -> Groups:
        """How the pairs belong together."""
        return self.design.groups([int(number) for number in self.numbers])

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """The effect of every arm on every outcome: arms as they were given, outcomes with harm first."""
        return tuple(
            effect_of(
                arm.name, name, unit, self._values(self.reference, name), self._values(arm.name, name), self.groups
            )
            for arm in self.arms
            for name, unit in UNITS_OF_OUTCOMES.items()
        )

    def _values(self, arm: str, outcome: str) -> Array:
        """Values of one outcome, (pair,); the end of the run where an end was not reached."""
        return np.minimum(self.outcomes[arm][outcome], self.until_hours if outcome == "time_to_end" else np.inf)

    def effect(self, arm: str, outcome: str) -> Effect:
        """The effect of one arm on one outcome; KeyError where there is none."""
        for effect in self.effects:
            if (effect.arm, effect.outcome) == (arm, outcome):
                return effect
        raise KeyError(f"no effect of {arm!r} on {outcome!r}")

    @cached_property
    def first_divergence(self) -> tuple[FirstDivergence, ...]:
        """Where and when each arm first differs, pair by pair."""
        return tuple(
            self._first(arm.name, row, pair) for row, arm in enumerate(self.arms) for pair in range(self.replications)
        )

    def _first(self, arm: str, row: int, pair: int) -> FirstDivergence:
        number, hour = int(self.numbers[pair]), int(self.first_hours[row, pair])
        ticks = self.first_ticks[row, pair]
        reached = ticks[ticks != NEVER]
        if not reached.size:
            return FirstDivergence(arm, number, None if hour == NEVER else hour, None, None, None, None)
        tick = int(reached.min())
        cell = int(np.flatnonzero(ticks == tick)[0])
        time = local_time(self.scenario, (tick + 1) * self.scenario.tick).isoformat(timespec="minutes")
        district = self.world.district_names[int(self.world.district[cell])]
        return FirstDivergence(
            arm, number, None if hour == NEVER else hour, tick, time, self.world.cell_names[cell], district
        )

    def reach(self, arm: str) -> tuple[Array, Array]:
        """Share of the pairs in which each cell ever differs, and the median hour at which it first does, (cell,).

        The median is over the pairs in which it differs, hours since the start, NaN where there is none.
        """
        ticks = self.first_ticks[[one.name for one in self.arms].index(arm)]
        found = ticks != NEVER
        hours = np.where(found, (ticks + 1) * self.scenario.tick, np.nan)
        median = np.full(ticks.shape[1], np.nan)
        ever = found.any(axis=0)
        median[ever] = np.nanmedian(hours[:, ever], axis=0)
        return found.mean(axis=0), median

    @cached_property
    def by_district(self) -> tuple[DistrictEffect, ...]:
        """Mean paired differences of sums over each district, harm first."""
        found = []
        for row, arm in enumerate(self.arms, start=1):
            for column, quantity in enumerate(SUMMED):
                for place, district in enumerate(self.world.district_names):
                    difference = self.districts[row, :, column, place] - self.districts[0, :, column, place]
                    effect = mean_over_groups(difference, self.groups.group)
                    found.append(DistrictEffect(arm.name, district, quantity, UNITS[quantity], effect))
        return tuple(found)

    @property
    def notes(self) -> Sequence[str]:
        """What must be said beside the effects."""
        return tuple(
            filter(
                None,
                [
                    drawn_note(self),
                    *(held_note(name, why) for name, why in self.design.held.items()),
                    UNENDED,
                    f"Detained: {CUSTODY_NOTE}.",
                    scale_note(self.scenario),
                    recent_note(self.scenario),
                ],
            )
        )

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact compare --json`` prints."""
        variant = self.scenario.variants.get(self.reference)
        return {
            "scenario": self.scenario.name,
            "variant": self.reference,
            "seed": self.seed,
            "arms": [{"name": self.reference, "title": "as the scenario has it" if variant is None else variant.title}]
            + [{"name": arm.name, "title": arm.title} for arm in self.arms],
            "replications": self.replications,
            "persons": self.persons,
            "cells": self.cell_count,
            "ticks": self.ticks,
            "elapsed_s": round(self.elapsed_s, 3),
            "digest": self.digest,
            "results": None if self.folder is None else str(self.folder),
            "switches": {s.name: {"title": s.title, "settings": list(s.settings)} for s in self.design.switches},
            "held": dict(self.design.held),
            "residents_per_person": self.scenario.population.scale,
            "notes": list(self.notes),
            "interval": "95 %, over groups of pairs that share a draw of the scenario's numbers; Student's t",
            "effects": [effect_as_dict(effect) for effect in self.effects],
            "first_divergence": [vars(first) for first in self.first_divergence],
            "districts": [
                {**{key: getattr(one, key) for key in ("arm", "district", "quantity", "unit")},
                 "effect": interval_as_dict(one.effect)}
                for one in self.by_district
            ],
        }  # fmt: skip

    def table(self) -> Any:
        """The effects as a table for terminal and notebook, harm first, arms as they were given."""
        return import_module("contrafact.report.effect_tables").effect_table(self)

    def plot(self) -> Any:
        """The effects with their intervals as a picture; needs the extra ``report``."""
        return import_module("contrafact.report.effects").effect_chart(self)

    def __repr__(self) -> str:
        return in_short(self)

    def _repr_html_(self) -> str:
        html: str = import_module("contrafact.report.notebook").comparison_html(self)
        return html

    def to_pandas(self) -> Any:
        """One row for each arm and outcome, as a pandas DataFrame; needs the extra ``notebook``."""
        return needed("pandas", "notebook", "makes data frames").DataFrame([flat(effect) for effect in self.effects])


@retold
def drawn_note(comparison: Comparison) -> str:
    """What is drawn for each pair."""
    switches = comparison.design.switches
    if not switches:
        return text("Drawn together, alike for all runs of a pair: the scenario's numbers from their priors.")
    return text(
        "Drawn together, alike for all runs of a pair: the scenario's numbers from their priors, and a setting, "
        "equally likely, of {switches}.",
        switches="; ".join(f"{switch.name} ({', '.join(switch.settings)})" for switch in switches),
    )


@retold
def held_note(name: str, why: str) -> str:
    """Which switch is not drawn, and why."""
    return text("{name} is held as the scenario has it: {why}.", name=name, why=text(why))


def interval_as_dict(interval: Interval) -> dict[str, float | int | None]:
    """JSON form; an interval of fewer than two groups has null ends."""
    ends = {"mean": interval.mean, "low": interval.low, "high": interval.high}
    return {**{name: finite(value) for name, value in ends.items()}, "pairs": interval.pairs}


def effect_as_dict(effect: Effect) -> dict[str, Any]:
    """JSON form; the pooled effect is null where a switch decides its sign."""
    pooled = None if effect.effect is None else {**interval_as_dict(effect.effect), "median": effect.median}
    shares = (
        dict.fromkeys(("monte_carlo", "parameters", "assumptions")) if effect.parts is None else effect.parts.shares()
    )
    document: dict[str, Any] = {
        "arm": effect.arm,
        "outcome": effect.outcome,
        "unit": effect.unit,
        "effect": pooled,
        "sign_flip_share": effect.sign_flip_share,
        "zero_share": effect.zero_share,
        "variance_ratio": effect.variance_ratio,
        "share_of_variance": shares,
        "clipped_at_zero": [] if effect.parts is None else list(effect.parts.clipped),
        "decided_by": effect.decided_by,
        "by_setting": [
            {"switch": one.switch, "setting": one.setting, "effect": interval_as_dict(one.effect)}
            for one in effect.by_setting
        ],
    }
    if effect.outcome in NOTES:
        document["note"] = NOTES[effect.outcome]
    return document


def flat(effect: Effect) -> dict[str, Any]:
    """One row of a data frame; NaN where there is no number."""
    shares = {} if effect.parts is None else effect.parts.shares()
    numbers = {} if effect.effect is None else vars(effect.effect)
    return {
        "arm": effect.arm,
        "outcome": effect.outcome,
        "unit": effect.unit,
        **{name: numbers.get(name, math.nan) for name in ("mean", "low", "high")},
        "median": math.nan if effect.median is None else effect.median,
        "sign_flip_share": effect.sign_flip_share,
        "zero_share": effect.zero_share,
        "variance_ratio": math.nan if effect.variance_ratio is None else effect.variance_ratio,
        **{f"share_{name}": math.nan if share is None else share for name, share in shares.items()},
        "decided_by": effect.decided_by,
    }
