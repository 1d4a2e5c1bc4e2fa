"""What a city is made of, in sections: entities, order of processes, parameters, actions, what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from contrafact import world
from contrafact.engine import calm
from contrafact.experiment.city import prepared
from contrafact.experiment.protocol import Notify, Progress, Row, Section
from contrafact.experiment.replications import processors
from contrafact.model.extending import order_with, parameters_with
from contrafact.scenario import units
from contrafact.scenario.posterior import quantile
from contrafact.translation import counted_text, listed, localised, noted, text, told, whole

if TYPE_CHECKING:
    from contrafact.engine import Model
    from contrafact.parameters import Parameter, Prior
    from contrafact.scenario import Quantity, Scenario
    from contrafact.world import World


@dataclass(frozen=True)
class CalmCheck:
    """Share of draws of all priors that keep a week without news and actions calm."""

    draws: int
    share: float

    def __str__(self) -> str:
        return counted_text(
            "{share} of {count} draw of all priors keep a week without news and actions calm",
            "{share} of {count} draws of all priors keep a week without news and actions calm",
            self.draws,
            share=f"{self.share:.0%}",
        )


@dataclass(frozen=True)
class Value:
    """One number of a scenario or of a mechanism: where it stands, what is drawn in its place, what it rests on.

    A value whose unit is "time" counts hours from the start of the scenario.
    """

    path: str
    value: float
    unit: str
    prior: Prior | None
    evidence: tuple[str, ...]
    assumption: str | None
    meaning: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact describe --json`` prints for it."""
        prior = None if self.prior is None else {self.prior.kind: list(self.prior.numbers)}
        return {
            "path": self.path,
            "value": self.value,
            "unit": self.unit,
            "prior": prior,
            "evidence": list(self.evidence),
            "assumption": self.assumption,
            "meaning": self.meaning,
        }


@dataclass(frozen=True)
class Description:
    """A scenario, laid open."""

    scenario: Scenario
    entities: dict[str, int]
    order: Row
    values: tuple[Value, ...]
    calm: CalmCheck | None

    @property
    def assumptions(self) -> int:
        """How many of the values no source gives."""
        return sum(value.assumption is not None for value in self.values)

    @property
    def posterior(self) -> dict[str, dict[str, float]]:
        """Weighted median and 5 and 95 % quantiles of each value that is drawn from the posterior, not its prior."""
        fitted = self.scenario.posterior
        if fitted is None:
            return {}
        weight = np.array(fitted.weight)
        drawn = {value.path for value in self.values if value.prior is not None}
        return {
            path: {name: quantile(np.array(column), weight, share) for name, share in ENDS.items()}
            for path, column in fitted.parameters.items()
            if path in drawn
        }

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact describe --json`` prints."""
        described = self.scenario
        return {
            "scenario": described.name,
            "title": described.title,
            "digest": described.digest,
            "start": described.start.isoformat(),
            "end": described.end.isoformat(),
            "entities": self.entities,
            "order": list(self.order),
            "values": [value.as_dict() for value in self.values],
            "assumptions": self.assumptions,
            "posterior": self.posterior,
            "actions": [dict(zip(ACTION_KEYS, row, strict=True)) for row in action_rows(described)],
            "variant": described.variant,
            "variants": {name: variant.title for name, variant in described.variants.items()},
            "switches": {
                name: {"title": switch.title, "contested": switch.contested, "settings": list(switch.settings)}
                for name, switch in described.switches.items()
            },
            "left_out": list(described.left_out),
            "calm": None if self.calm is None else {"draws": self.calm.draws, "share": self.calm.share},
        }

    @property
    def sections(self) -> Iterator[Section]:
        """The same for people, in the order in which it is read."""
        described = self.scenario
        counts = tuple((text(name), whole(count)) for name, count in self.entities.items())
        yield Section(text("Entities"), told(ENTITY_COLUMNS), counts)
        if described.population.scale > 1:
            yield Section(text("Scale"), lines=(text(SCALED, residents=whole(described.population.scale)),))
        yield Section(text("Order of processes in a tick"), lines=(" -> ".join(told(self.order)),))
        own = tuple(value_row(described, value) for value in self.values if value.meaning is None)
        yield Section(text("Values of the scenario ({count})", count=whole(len(own))), told(VALUE_COLUMNS), own)
        declared = [value for value in self.values if value.meaning is not None]
        rows = tuple((*value_row(described, value), text(str(value.meaning))) for value in declared)
        heading = text("Parameters of the mechanisms ({count})", count=whole(len(rows)))
        yield Section(heading, told((*VALUE_COLUMNS, "meaning")), rows)
        if self.posterior:
            rows = tuple(posterior_rows(self))
            heading = text("Drawn from a posterior in place of their priors ({count})", count=whole(len(rows)))
            yield Section(heading, told(POSTERIOR_COLUMNS), rows)
        columns = told(key.replace("_", " ") for key in ACTION_KEYS)
        yield Section(text("Actions"), columns, tuple((name, *told(cells)) for name, *cells in action_rows(described)))
        variants = tuple(
            (name, *told((variant.title, variant.asserts or ""))) for name, variant in described.variants.items()
        )
        yield Section(text("Variants (--variant NAME)"), told(VARIANT_COLUMNS), variants)
        contested = tuple(
            (name, text(switch.title), ", ".join(switch.settings)) for name, switch in described.switches.items()
        )
        if contested:
            heading = text("Contested; a setting of each is drawn when arms are compared")
            yield Section(heading, told(SWITCH_COLUMNS), contested)
        yield Section(text("Left out, since no source gives it"), lines=told(described.left_out))
        assumed = counted_text(
            "{assumed} of {count} value are assumptions, each with a prior or set by the user",
            "{assumed} of {count} values are assumptions, each with a prior or set by the user",
            len(self.values),
            assumed=whole(self.assumptions),
        )
        lines = (assumed, *(() if self.calm is None else (str(self.calm),)))
        yield Section(text("How much is assumed"), lines=lines)


SCALED = (
    "Each synthetic person stands for {residents} residents. Spreads grow with the square root of that number, maxima "
    "are biased upward, and casualties are not to be read off such a run."
)
ENDS = {"median": 0.5, "low": 0.05, "high": 0.95}
ENTITY_COLUMNS = ("entity", "count")
POSTERIOR_COLUMNS = ("name", "median", "90 %", "unit", "prior")
VALUE_COLUMNS = ("name", "value", "unit", "prior", "rests on")
ACTION_KEYS = ("action", "kind", "time", "response", "rests_on", "label")
VARIANT_COLUMNS = ("name", "what it changes", "asserted only by")
SWITCH_COLUMNS = ("switch", "question", "settings")
DECLARED = "declared by its mechanism"


def describe(
    described: Scenario, draws: int, seed: int, threads: int | None, progress: Progress | None, notify: Notify
) -> Description:
    """Lay a city open; ``draws`` is the number of calm weeks to simulate, 0 for none."""
    check = None
    if draws:
        model = prepared(described, seed, frozenset(), None, notify).model
        check = CalmCheck(draws, _calm_share(model, draws, seed, threads or processors(), progress))
    built = world.build(described)
    order = tuple(
        mechanism.__name__.rsplit(".", 1)[-1].replace("_", " ") for mechanism in order_with(described.mechanisms)
    )
    return Description(described, _entities(described, built), order, tuple(_values(described)), check)


def _calm_share(model: Model, draws: int, seed: int, threads: int, progress: Progress | None) -> float:
    done = 0
    counting = Lock()

    def count() -> None:
        nonlocal done
        with counting:
            done += 1
            if progress is not None:
                progress(done, draws)

    return calm.calm_share(model, draws, seed, min(threads, draws), count)


def _entities(described: Scenario, built: World) -> dict[str, int]:
    return {
        noted("persons"): built.persons,
        noted("residents per person"): described.population.scale,
        noted("cells"): built.cells,
        noted("districts"): len(built.district_names),
        noted("states"): len(built.state_names),
        noted("facilities"): len(described.facilities),
        noted("gathering sites"): len(described.sites),
        noted("forces"): len(described.forces),
        noted("units"): sum(force.units for force in described.forces.values()),
        noted("actions"): len(described.actions),
        noted("ticks"): described.ticks,
    }


def _values(described: Scenario) -> Iterator[Value]:
    """Values of the scenario in the order of its file, then the parameters that mechanisms declare."""
    for path, quantity in described.quantities():
        if not path.startswith("parameters."):
            yield _value(path, quantity)
    for name, parameter in parameters_with(described.mechanisms).items():
        given = described.parameters.get(name)
        path = f"parameters.{name}"
        yield _declared(path, parameter) if given is None else _value(path, given, parameter.meaning)


def _value(path: str, given: Quantity, meaning: str | None = None) -> Value:
    return Value(path, given.value, given.unit, given.prior, given.evidence, given.assumption, meaning)


def _declared(path: str, parameter: Parameter) -> Value:
    assumed = parameter.evidence == "assumption"
    return Value(
        path,
        parameter.default,
        parameter.unit,
        parameter.prior,
        () if assumed else (parameter.evidence,),
        DECLARED if assumed else None,
        parameter.meaning,
    )


def value_row(described: Scenario, value: Value) -> Row:
    """Name, value, unit, prior and what it rests on, in the language that is spoken; a time is local."""

    def shown(number: float) -> str:
        if value.unit == units.TIME:
            at = described.clock(number)
            return f"{text('{day} {month}', day=f'{at:%d}', month=text(f'{at:%b}'))} {at:%H:%M}"
        return localised(f"{number:,.0f}" if number.is_integer() else f"{number:,.4g}")

    said = ", ".join(told(value.evidence))
    if value.assumption == DECLARED:
        said = text("assumption")
    elif value.assumption:
        said = text("assumption: {why}", why=text(value.assumption))
    prior = "" if value.prior is None else f"{text(value.prior.kind)} {listed(map(shown, value.prior.numbers))}"
    unit = "" if value.unit in (units.TIME, units.DIMENSIONLESS) else text(value.unit)
    return value.path, shown(value.value), unit, prior, said


def posterior_rows(description: Description) -> Iterator[Row]:
    """Name, median and 90 % interval in the posterior, and prior of each value that was fitted, or held in the fit."""
    values = {value.path: value for value in description.values}
    for path, ends in description.posterior.items():
        low, median, high = (
            value_row(description.scenario, replace(values[path], value=ends[name]))[1]
            for name in ("low", "median", "high")
        )
        _, _, unit, prior, _ = value_row(description.scenario, values[path])
        yield path, median, text("held") if low == high else text("{low} to {high}", low=low, high=high), unit, prior


def action_rows(described: Scenario) -> Iterator[Row]:
    """One row an action, in English, in the order of ACTION_KEYS."""
    for name, action in described.actions.items():
        time = "" if action.at is None else f"{described.clock(action.at.value):%Y-%m-%dT%H:%M}"
        sources = action.evidence or (action.at.evidence if action.at is not None else ())
        yield name, action.kind, time, described.response_of(name), ", ".join(sources) or "assumption", action.label
