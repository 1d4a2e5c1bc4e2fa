"""What an ODD document takes from the registry and the scenario: state, parameters, outcomes, milestones, values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from contrafact.experiment.description import (
    ACTION_KEYS,
    POSTERIOR_COLUMNS,
    VALUE_COLUMNS,
    action_rows,
    posterior_rows,
    value_row,
)
from contrafact.model import ORDER, state
from contrafact.model.recording import OUTCOMES
from contrafact.parameters import Parameter, Prior
from contrafact.report import wording
from contrafact.report.odd.markdown import code, prose, table
from contrafact.report.odd.sources import recorded, source, use

if TYPE_CHECKING:
    from contrafact.experiment.description import Description
    from contrafact.model.state import ArraySpec
    from contrafact.scenario import Scenario
    from contrafact.scenario.entities import Milestone

PARAMETER_COLUMNS = ("parameter", "unit", "default", "range", "prior", "rests on", "meaning")
ARRAY_COLUMNS = ("array", "type", "unit", "written by", "meaning")


def number(value: float) -> str:
    """A number with at most four digits that count."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def prior(drawn: Prior | None) -> str:
    """A prior by its kind and numbers, nothing where none is drawn."""
    return "" if drawn is None else f"{drawn.kind} {', '.join(map(number, drawn.numbers))}"


def parameters(declared: Iterable[Parameter]) -> str:
    """One row a parameter, as its mechanism declares it."""
    return table(PARAMETER_COLUMNS, map(_parameter, declared))


def _parameter(one: Parameter) -> tuple[str, ...]:
    unit = "" if one.unit == "dimensionless" else one.unit
    drawn, meaning = prior(one.prior), prose(one.meaning)
    return code(one.name), unit, number(one.default), allowed(one.low, one.high), drawn, one.evidence, meaning


def allowed(low: float, high: float) -> str:
    """A range in words, ends included."""
    if low == high:
        return number(low)
    if math.isinf(low):
        return "any" if math.isinf(high) else f"at most {number(high)}"
    return f"at least {number(low)}" if math.isinf(high) else f"{number(low)} to {number(high)}"


def arrays() -> str:
    """Every state array, in a table for each dimension, in the order of the declarations."""
    groups: dict[str, list[ArraySpec]] = {}
    for spec in state.ARRAYS:
        groups.setdefault(_dimension(spec), []).append(spec)
    return "\n\n".join(
        f"**{_heading(name)}**\n\n{table(ARRAY_COLUMNS, map(_array, specs))}" for name, specs in groups.items()
    )


def _dimension(spec: ArraySpec) -> str:
    """The first dimension of an array; edges, of which there is one more, belong to what they bound."""
    return spec.dims[0].removesuffix("+1") if spec.dims else ""


def _heading(dimension: str) -> str:
    """How a dimension is called, with what the registry's docstring says of it in brackets."""
    if not dimension:
        return "One number for the whole city"
    _, _, told = (state.__doc__ or "").partition("Dimensions:")
    gloss = re.search(rf"\b{re.escape(dimension)}\s+\(([^)]+)\)", told)
    return f"By {dimension}" + (f" ({' '.join(gloss[1].split())})" if gloss else "")


def _array(spec: ArraySpec) -> tuple[str, ...]:
    plain = spec.dims in ((), (_dimension(spec),))
    shape = "" if plain else f" ({', '.join(spec.dims)})"
    unit = "" if spec.unit == "-" else spec.unit
    return f"{code(spec.name)}{shape}", spec.dtype, unit, spec.writer, prose(spec.meaning)


def words() -> str:
    """The lists of words that arrays point into, by number: statuses, holders and their like."""
    named: dict[str, ArraySpec] = {}
    for spec in state.ARRAYS:
        for name in re.findall(r"\bindex of ([A-Z_]+)", spec.meaning):
            named.setdefault(name, spec)
    lines = []
    for name, spec in named.items():
        numbered = ", ".join(f"{number} {word}" for number, word in enumerate(_list(name, spec)))
        lines.append(f"- {code(name)}: {numbered}")
    return "\n".join(lines)


def _list(name: str, spec: ArraySpec) -> tuple[str, ...]:
    """The list of this name in state.py or in a mechanism; ValueError names the array that points into none."""
    for home in (state, *ORDER):
        if hasattr(home, name):
            return tuple(getattr(home, name))
    raise ValueError(f"state array {spec.name}: there is no {name} in model/state.py or in a mechanism")


def initial() -> str:
    """The arrays that are not zero before the first tick."""
    return ", ".join(f"{code(spec.name)} {number(spec.initial)}" for spec in state.ARRAYS if spec.initial != 0)


def outcomes() -> str:
    """Every outcome in its order, harm first."""
    rows = ((wording.outcome(one.name), code(one.name), wording.unit(one.unit), prose(one.meaning)) for one in OUTCOMES)
    return table(("outcome", "name", "unit", "meaning"), rows)


def entities(description: Description) -> str:
    """How many there are of each."""
    return table(("entity", "count"), ((name, f"{count:,}") for name, count in description.entities.items()))


def milestones(scenario: Scenario) -> str:
    """The rows of the record that the model is held against: what was observed, how it is read, what it is used for."""
    rows = [
        (
            one.record,
            use(one.record, scenario),
            ", ".join(part for part in (one.quantity, one.statistic, one.place) if part),
            *_observed(one, scenario),
            source(one.record, scenario),
        )
        for one in scenario.milestones
    ]
    return table(("row", "use", "reading", "observed", "when", "source"), rows) if rows else "None are named."


def _observed(one: Milestone, scenario: Scenario) -> tuple[str, str]:
    """The number of a row with its unit, but for an event, and its window; nothing where there is none, or no row."""
    row = recorded(one.record, scenario)
    if row is None:
        return "", ""
    low, high = row.interval
    known = one.statistic != "first" and (low, high) != (None, None)
    span = allowed(-math.inf if low is None else low, math.inf if high is None else high) if known else ""
    ends = dict.fromkeys(end.replace("T", " ") for end in (row.time_start, row.time_end) if end)
    when = " to ".join(ends) if row.time_start or not ends else f"by {' to '.join(ends)}"
    return f"{span} {row.unit}" if span else "", when


def actions(scenario: Scenario) -> str:
    """One row an action: its hour, how it responds to what happens, what it rests on."""
    return table([key.replace("_", " ") for key in ACTION_KEYS], ([*map(prose, row)] for row in action_rows(scenario)))


def posterior(description: Description) -> str:
    """One row a value that is drawn from the posterior, or was held in the fit."""
    return table(POSTERIOR_COLUMNS, ((code(path), *cells) for path, *cells in posterior_rows(description)))


def values(description: Description) -> str:
    """One row a value that the scenario gives, with what each assumption leans on."""
    anchors = {path: given.anchors for path, given in description.scenario.quantities()}
    own = (value for value in description.values if value.path in anchors or f"parameters.{value.path}" in anchors)
    rows = []
    for value in own:
        path, *cells, said = value_row(description.scenario, value)
        leans = anchors.get(value.path, anchors.get(f"parameters.{value.path}", ()))
        said = prose(said) + (f" (leans on {', '.join(leans)})" if leans else "")
        rows.append((code(path), *cells, said))
    return table(VALUE_COLUMNS, rows)
