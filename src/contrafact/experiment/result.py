"""What a run gives back: outcomes, curves, events and mean crowds, replications in the order of their numbers."""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from contrafact.extras import needed
from contrafact.model import PARAMETERS
from contrafact.model.extending import parameters_with
from contrafact.model.recording import OUTCOMES
from contrafact.scenario.posterior import unknown
from contrafact.translation import counted_text, localised, retold, text, whole
from contrafact.words import counted, length

if TYPE_CHECKING:
    from contrafact.model.context import Event
    from contrafact.scenario import Scenario
    from contrafact.scenario.document import Document
    from contrafact.world import World

Array: TypeAlias = NDArray[Any]

RECORDED = "recorded"
LOW, HIGH = 0.05, 0.95
CUSTODY_NOTE = "ill-treatment and deaths in custody are not simulated; of Almaty they are documented [R202-R204]"
STAMP = "Not for operational use: this scenario ends less than a year ago"
FROM_PRIORS = "every replay draws every assumption anew from its prior"
FROM_POSTERIOR = (
    "every replay draws what was fitted together from the posterior, and every other assumption anew from its prior"
)
BY_CHANCE = "every assumption is held at its central value, so the replays differ by chance alone"
RECENT = timedelta(days=365)
NOTES = {"detained": CUSTODY_NOTE}


@dataclass(frozen=True)
class Summary:
    """One outcome over the replications: median and the ends of the interval that holds 90 % of them.

    An infinite number means that the thing did not happen before the end of the run, NaN that there was nothing to
    measure in any replication.
    """

    median: float
    low: float
    high: float
    unit: str

    def as_dict(self) -> dict[str, float | str | None]:
        """JSON form: a number that is infinite or NaN becomes null."""
        numbers = {"median": self.median, "low": self.low, "high": self.high}
        return {**{name: finite(value) for name, value in numbers.items()}, "unit": self.unit}


@dataclass(frozen=True, kw_only=True, repr=False)
class AnyResult(ABC):
    """What the results of all models have in common.

    numbers     (replication,) int64, which replications these are, ascending
    digests     one per replication, hex
    outcomes    name -> (replication,) float64, in the order of ``units``; infinite where a time was not reached, NaN
                where a replication had nothing to measure
    timeline    quantity -> (replication, time) float32
    milestones  rows of the record beside what the runs did, as ``contrafact run --json`` prints them
    record      what was kept beside outcomes
    requested   how many replications were asked for; more than there are after an interruption
    until_hours hours simulated, None for a model without a clock
    """

    scenario: Document
    seed: int
    record: frozenset[str]
    requested: int
    elapsed_s: float
    numbers: Array
    digests: tuple[str, ...]
    outcomes: Mapping[str, Array]
    timeline: Mapping[str, Array]
    milestones: tuple[Mapping[str, Any], ...] = ()
    until_hours: float | None = None
    folder: Path | None = None

    figures: ClassVar[str]
    """Module of the report that draws such results with ``save_figures``."""

    @property
    @abstractmethod
    def persons(self) -> int:
        """Persons or agents at the start of each replication."""

    @property
    @abstractmethod
    def cell_count(self) -> int:
        """Places of the map or sites of the lattice."""

    @property
    @abstractmethod
    def ticks(self) -> int:
        """Ticks simulated in each replication."""

    @property
    @abstractmethod
    def units(self) -> Mapping[str, str]:
        """Unit of each outcome, in the order in which they are told."""

    @property
    @abstractmethod
    def size(self) -> str:
        """What was simulated in each replication, in words."""

    @property
    @abstractmethod
    def stopped_at(self) -> str | None:
        """What ``--until`` says of a run that ends early, None of one that ran to its end."""

    @property
    @abstractmethod
    def variation(self) -> str:
        """What makes the replications differ."""

    @property
    @abstractmethod
    def notes(self) -> Sequence[str]:
        """What must be said beside the outcomes."""

    @property
    def replications(self) -> int:
        """How many replications finished."""
        return len(self.digests)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the replications' digests in the order of their numbers, hex."""
        return overall_digest(self.digests)

    @cached_property
    def summary(self) -> dict[str, Summary]:
        """Median and 90 % interval of every outcome, in the order of ``units``."""
        known = self.outcomes
        return {name: summarise(known[name], unit) for name, unit in self.units.items() if name in known}

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact run --json`` prints."""
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "replications": self.replications,
            "persons": self.persons,
            "cells": self.cell_count,
            "ticks": self.ticks,
            "elapsed_s": round(self.elapsed_s, 3),
            "digest": self.digest,
            "results": None if self.folder is None else str(self.folder),
            "outcomes": {name: summary.as_dict() for name, summary in self.summary.items()},
            "milestones": [dict(milestone) for milestone in self.milestones],
        }

    def table(self) -> Any:
        """The outcomes as a table for terminal and notebook, harm first."""
        return import_module("contrafact.report.tables").outcome_table(self)

    def to_pandas(self) -> Any:
        """One row for each replication, one column for each outcome, as a pandas DataFrame; needs ``notebook``."""
        columns = {name: self.outcomes[name] for name in self.summary}
        index = self.numbers.tolist()
        return needed("pandas", "notebook", "makes data frames").DataFrame(columns, index=index)

    def __repr__(self) -> str:
        return in_short(self)

    def _repr_html_(self) -> str:
        html: str = import_module("contrafact.report.notebook").result_html(self)
        return html


@dataclass(frozen=True, kw_only=True, repr=False)
class Result(AnyResult):
    """All that is kept of one run of a city.

    hours       (time,) float64, hours since the scenario's start
    cells       quantity -> (hour, cell) float64, mean over the replications, at the end of each hour
    first_cells quantity -> (hour, cell), the lowest-numbered replication alone
    holders     (replication, hour, facility) int8, an index of HOLDERS at the end of each hour
    events      one tuple of events per replication
    draws       parameter -> (replication,) float64
    record      what was kept beside outcomes, holders and draws: any of timeline, cells, events
    """

    scenario: Scenario
    world: World
    until_hours: float
    hours: Array
    cells: Mapping[str, Array]
    first_cells: Mapping[str, Array]
    holders: Array
    events: tuple[tuple[Event, ...], ...]
    draws: Mapping[str, Array]

    figures: ClassVar[str] = "contrafact.report.figures"

    @property
    def persons(self) -> int:
        """Residents simulated in each replication."""
        return self.world.persons

    @property
    def cell_count(self) -> int:
        """Hexagons of the world."""
        return self.world.cells

    @property
    def ticks(self) -> int:
        """Ticks simulated in each replication."""
        return round(self.until_hours / self.scenario.tick)

    @property
    def units(self) -> Mapping[str, str]:
        """Unit of each outcome, in the order of OUTCOMES."""
        return {outcome.name: outcome.unit for outcome in OUTCOMES}

    @property
    @retold
    def size(self) -> str:
        """What was simulated in each replication, in words."""
        ticks = counted_text("{count} tick", "{count} ticks", self.ticks)
        cells = whole(self.cell_count)
        return text("{persons} persons, {cells} cells, {ticks}", persons=whole(self.persons), cells=cells, ticks=ticks)

    @property
    def stopped_at(self) -> str | None:
        """What ``--until`` says of a run that ends early."""
        return f"{self.ticks * self.scenario.tick * 60:.0f} min" if self.until_hours < self.scenario.hours else None

    @property
    def variation(self) -> str:
        """What makes the replays differ."""
        if self.scenario.draw == "priors":
            return FROM_POSTERIOR if fitted_here(self.scenario)[0] else FROM_PRIORS
        return BY_CHANCE

    @property
    def notes(self) -> Sequence[str]:
        """In how many replays violence ended, and what is not simulated."""
        return (
            ended_note(self),
            f"Detained: {CUSTODY_NOTE}.",
            *filter(None, [posterior_note(self.scenario), scale_note(self.scenario), recent_note(self.scenario)]),
        )

    @property
    def share_ended(self) -> float:
        """Share of the replications in which unrest ended before the run did."""
        return float(np.isfinite(self.outcomes["time_to_end"]).mean())

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact run --json`` prints."""
        document = super().as_dict()
        document["outcomes"]["time_to_end"]["share_ended"] = self.share_ended
        for name, note in NOTES.items():
            document["outcomes"][name]["note"] = note
        document["residents_per_person"] = self.scenario.population.scale
        return document

    def plot(self) -> Any:
        """Curves with their intervals and the record beside them, as a picture; needs the extra ``report``."""
        return import_module(self.figures).crisis_curves(self)


def summarise(values: Array, unit: str) -> Summary:
    """Quantiles over replications, shape (replication,); NaN, where there was nothing to measure, is left out.

    Linear between neighbouring values. Where one is infinite: the smallest value that so large a share does not exceed,
    which is how a survival curve is read.
    """
    shares = (LOW, 0.5, HIGH)
    values = values[~np.isnan(values)]
    if not values.size:
        return Summary(math.nan, math.nan, math.nan, unit)
    if np.isfinite(values).all():
        low, median, high = np.quantile(values, shares)
    else:
        rank = [max(0, math.ceil(share * values.size - 1e-9) - 1) for share in shares]
        low, median, high = np.sort(values)[rank]
    return Summary(float(median), float(low), float(high), unit)


def overall_digest(digests: Iterable[str]) -> str:
    """SHA-256 of the replications' digests, one a line, hex."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()


def local_time(scenario: Scenario, hour: float) -> datetime:
    """Local civil time with its offset; hours count civil time from the start, as the scenario's own times do."""
    local = scenario.start + timedelta(seconds=round(hour * 3600))
    return local.replace(tzinfo=ZoneInfo(scenario.timezone))


def in_short(found: Any) -> str:
    """What a prompt shows of a result, a comparison or a score, in place of all its arrays."""
    count = counted(found.replications, "replication")
    return f"<{type(found).__name__} of {found.scenario.name}: {count}, seed {found.seed}, digest {found.digest[:16]}>"


def finite(value: float) -> float | None:
    """The number, or None where JSON has no word for it."""
    return value if math.isfinite(value) else None


def is_recent(scenario: Scenario, now: datetime | None = None) -> bool:
    """Whether the scenario's horizon ended less than a year before now, or has not ended yet."""
    return local_time(scenario, float(scenario.hours)) > (now or datetime.now(UTC)) - RECENT


@retold
def ended_note(result: Result) -> str:
    """In how many replays violence ended, and what that means."""
    return counted_text(
        "Violence ended within the {length} of the run in {ended} of {count} replay: for a day, fewer than {share} of "
        "the residents were armed or in a place where someone was hurt.",
        "Violence ended within the {length} of the run in {ended} of {count} replays: for a day, fewer than {share} of "
        "the residents were armed or in a place where someone was hurt.",
        result.replications,
        length=length(result.until_hours),
        ended=whole(round(result.share_ended * result.replications)),
        share=localised(f"{PARAMETERS['recording.quiet_share'].default:.3%}"),
    )


def recent_note(scenario: Scenario) -> str:
    """The stamp that results of a recent scenario carry; else nothing."""
    return f"{STAMP}." if is_recent(scenario) else ""


def fitted_here(scenario: Scenario) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Parameters of the scenario's posterior: those that it has, and those that it does not; nothing without one."""
    posterior = scenario.posterior
    if posterior is None:
        return (), ()
    paths = (path for path, _ in scenario.quantities())
    others = unknown(posterior, paths, parameters_with(scenario.mechanisms))
    return tuple(path for path in posterior.parameters if path not in others), others


@retold
def posterior_note(scenario: Scenario) -> str:
    """What of a posterior is not drawn since the scenario has no such parameter; empty where it has all of them."""
    drawn, others = fitted_here(scenario)
    if not others:
        return ""
    return text(
        "Drawn from the posterior: {drawn} of its {all} parameters; this scenario has no {others}.",
        drawn=len(drawn),
        all=len(drawn) + len(others),
        others=", ".join(others),
    )


@retold
def scale_note(scenario: Scenario) -> str:
    """How many residents a synthetic person stands for, and what may not be read off a scaled run; else nothing."""
    scale = scenario.population.scale
    if scale == 1:
        return ""
    return text(
        "Each synthetic person stands for {scale} residents: multiply counts of persons by {scale}. Spreads by chance "
        "are about {times} times as wide as at 1:1, maxima are biased upward, and casualties are not to be read off "
        "this run.",
        scale=whole(scale),
        times=whole(math.sqrt(scale)),
    )
