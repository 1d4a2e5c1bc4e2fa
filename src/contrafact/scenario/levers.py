"""Values that a scenario gives to the parameters of mechanisms, read against what the mechanisms declare."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from contrafact.parameters import Parameter
from contrafact.scenario import units
from contrafact.scenario.context import context_of
from contrafact.scenario.problems import KEY, Problems, listed, nearest_or_all, problem, show
from contrafact.scenario.quantities import Quantity, Scale, read_quantity

LARGEST = {"km/h": 200.0}
"""By unit, what no parameter may exceed, whether or not its mechanism bounds it: nobody in a city moves faster."""


def read_parameters(raw: object, info: ValidationInfo) -> dict[str, Quantity]:
    """Sourced values by name, each in the unit and within the range that its mechanism declares.

    Where the declarations are not at hand, a value keeps the unit in which it is written.
    """
    if not isinstance(raw, Mapping):
        allowed = "a mapping of names of parameters to sourced values"
        raise problem(f"found {show(raw)}, expected {allowed}", raw, allowed)
    context = context_of(info)
    problems = Problems()
    values: dict[str, Quantity] = {}
    for name, item in raw.items():
        if context.declared is not None and name not in context.declared:
            message = f"no mechanism declares {show(name)}{nearest_or_all(name, context.declared)}"
            problems.add((name, KEY), problem(message, name, listed(context.declared)))
            continue
        scale = _declared(context.declared[name]) if context.declared is not None else _as_written(item)
        try:
            values[name] = read_quantity(item, scale, context)
        except PydanticCustomError as error:
            problems.add((name,), error)
        except ValidationError as error:
            problems.include((name,), error)
    problems.raise_any("parameters")
    return values


def _declared(parameter: Parameter) -> Scale:
    """Unit and range of a declaration."""
    unit = units.DIMENSIONLESS if parameter.unit in ("", "1") else parameter.unit
    return Scale(unit, parameter.low, min(parameter.high, LARGEST.get(unit, parameter.high)))


def _as_written(item: object) -> Scale:
    """The unit in which a sourced value is written, any number allowed."""
    try:
        _, unit = units.split(item.get("value") if isinstance(item, Mapping) else None)
    except units.UnitError:
        unit = None
    return Scale(unit if unit is not None and units.known(unit) else units.DIMENSIONLESS)
