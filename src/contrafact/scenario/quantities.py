"""Sourced values: a number or a time in its canonical unit, with its evidence, or an assumption and its prior.

In a file a sourced value is a mapping::

    strength: {value: 3000 persons, assumption: "why", prior: {triangular: [2000, 3000, 5000]}, anchors: [R307]}
    at:       {value: 2022-01-05T23:00, evidence: [R136]}

Bare numbers in a prior take the unit in which the value is written. Times become hours since the scenario's start.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from contrafact.parameters import Prior
from contrafact.scenario import units
from contrafact.scenario.as_json_schema import measured, sourced
from contrafact.scenario.context import Context, context_of, read_ids
from contrafact.scenario.problems import (
    BARE_VALUE,
    KEY,
    Problems,
    TreePath,
    listed,
    nearest,
    problem,
    show,
    unknown_key,
)

SET_BY_USER = "set by the user"
"""The assumption of a value that the user gave in place of the scenario's; it alone needs no prior."""

FIELDS = ("value", "evidence", "assumption", "prior", "anchors", "note")
PRIORS = {
    "uniform": ("low", "high"),
    "loguniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "standard deviation"),
    "lognormal": ("median", "standard deviation of the logarithm"),
}
WINDOWED_PRIORS = ("uniform", "triangular")
LONGEST_AFTER_END_H = 60 * 24.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """One sourced number.

    value        in ``unit``; a time is hours since the start of the scenario
    unit         canonical: persons, h, km, 1/h, dimensionless, time, or the unit that a parameter declares
    evidence     ids that state the value; empty for an assumption
    assumption   why the value was chosen where no source gives it, else None
    prior        what may be drawn in its place, in the same unit
    anchors      ids on which an assumption rests loosely
    note         remark for readers
    """

    value: float
    unit: str
    evidence: tuple[str, ...] = ()
    assumption: str | None = None
    prior: Prior | None = None
    anchors: tuple[str, ...] = ()
    note: str | None = None

    def draw(self, u: float) -> float:
        """The prior's quantile at u in (0, 1), or the value where there is no prior."""
        return self.value if self.prior is None else self.prior.quantile(u)


@dataclass(frozen=True)
class Scale:
    """How the numbers of one value are read and between which bounds, ends included, they must lie.

    A value of unit ``time`` is read as a local time and counted from ``start``. ``whole`` allows whole numbers only.
    """

    unit: str
    low: float = -math.inf
    high: float = math.inf
    start: datetime | None = None
    whole: bool = False
    zone: str | None = None

    def read(self, raw: object, bare: str | None = None) -> tuple[float, str | None]:
        """The number and the unit as written; units.UnitError tells what was expected."""
        if self.unit != units.TIME:
            return units.read(raw, self.unit, bare)
        moment = units.read_local_time(raw, self.zone)
        return units.hours_between(self.start or datetime(moment.year, 1, 1), moment), None

    def holds(self, number: float) -> bool:
        """Whether a number lies within the bounds."""
        return self.low <= number <= self.high

    def bounds(self) -> str:
        """The bounds in words."""
        if math.isinf(self.low) and math.isinf(self.high):
            return "any number"
        if math.isinf(self.high):
            return f"at least {self._show(self.low)}"
        if math.isinf(self.low):
            return f"at most {self._show(self.high)}"
        low = f"{self.low:.12g}" if self.unit != units.TIME else self._show(self.low)
        return f"{low} to {self._show(self.high)}"

    def _show(self, number: float) -> str:
        if self.unit == units.TIME:
            moment = (self.start or datetime.min) + timedelta(hours=number)
            return moment.isoformat(timespec="minutes")
        return f"{number:.12g}" if self.unit == units.DIMENSIONLESS else f"{number:.12g} {self.unit}"


@dataclass(frozen=True)
class Sourced:
    """Marks a field of a model as a sourced value of a unit within bounds: ``Annotated[Quantity, Sourced("h", 0)]``."""

    unit: str
    low: float = -math.inf
    high: float = math.inf

    def scale(self, context: Context, siblings: Mapping[str, Any]) -> Scale:
        """How the value is read, given the context and the fields of the model that are validated already."""
        del context, siblings
        return Scale(self.unit, self.low, self.high, whole=self.unit == "persons")

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the mapping of a file, or take a Quantity that is one already."""

        def read(raw: object, info: ValidationInfo) -> Quantity:
            context = context_of(info)
            return read_quantity(raw, self.scale(context, info.data or {}), context)

        return core_schema.with_info_plain_validator_function(read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """What editors are told of such a value: its unit, its bounds, its sources."""
        del schema, handler
        return sourced(self.unit, self.low, self.high)


@dataclass(frozen=True)
class SourcedTime(Sourced):
    """Marks a field as a sourced time inside the scenario's window; ``after_end_h`` hours past its end are allowed."""

    unit: str = units.TIME
    after_end_h: float = 0.0

    def scale(self, context: Context, siblings: Mapping[str, Any]) -> Scale:
        """Hours since the start; no bounds while the window itself is not known."""
        del siblings
        if context.start is None or context.end is None:
            return Scale(units.TIME, zone=context.zone)
        horizon = units.hours_between(context.start, context.end)
        return Scale(units.TIME, 0.0, horizon + self.after_end_h, context.start, zone=context.zone)


@dataclass(frozen=True)
class Measured:
    """Marks a float field as a number with a unit that needs no source of its own, such as the precision of a place.

    example  what messages show; None: the usual one of the unit
    """

    unit: str
    low: float = -math.inf
    high: float = math.inf
    example: str | None = None

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read ``"300 m"``."""

        def read(raw: object) -> float:
            scale = Scale(self.unit, self.low, self.high)
            try:
                number, _ = scale.read(raw)
            except units.UnitError as error:
                usual = units.expected(self.unit)
                allowed = usual if self.example is None else f'a duration, e.g. "{self.example}"'
                raise problem(str(error).replace(usual, allowed), raw, allowed) from error
            if not scale.holds(number):
                raise problem(f"found {show(raw)}, expected {scale.bounds()}", raw, scale.bounds())
            return number

        return core_schema.no_info_plain_validator_function(read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """What editors are told: a number with its unit."""
        del schema, handler
        return measured(self.unit, self.low, self.high, self.example)


def read_quantity(raw: object, scale: Scale, context: Context) -> Quantity:
    """A sourced value from the mapping of a file; raises ValidationError with everything that is wrong in it."""
    if isinstance(raw, Quantity):
        return raw
    if not isinstance(raw, dict):
        allowed = "a mapping with value and either evidence, or assumption and prior"
        raise problem(f"found {show(raw)}, expected {allowed}", raw, allowed, BARE_VALUE)
    problems = Problems()
    for key in raw:
        if key not in FIELDS:
            problems.add((key, KEY), problem(unknown_key(key, FIELDS), key, listed(FIELDS)))
    value, written = _read_value(raw, scale, problems)
    evidence = read_ids(raw.get("evidence", ()), context, problems, ("evidence",))
    anchors = read_ids(raw.get("anchors", ()), context, problems, ("anchors",))
    assumption = _read_text(raw, "assumption", problems)
    note = _read_text(raw, "note", problems)
    prior = None
    if raw.get("prior") is not None:
        prior = _read_prior(raw["prior"], scale, value, written, problems)
    _check_source(raw, context, problems)
    problems.raise_any("sourced value")
    assert value is not None
    return Quantity(value, scale.unit, evidence, assumption, prior, anchors, note)


def _read_value(raw: dict[str, Any], scale: Scale, problems: Problems) -> tuple[float | None, str | None]:
    """The value and the unit as written; None where it cannot be read or lies outside the bounds."""
    if raw.get("value") is None:
        expected = units.expected(scale.unit)
        problems.add((), problem(f'the key "value" is missing, expected {expected}', allowed=expected))
        return None, None
    try:
        value, written = scale.read(raw["value"])
    except units.UnitError as error:
        problems.add(("value",), problem(str(error), raw["value"], units.expected(scale.unit)))
        return None, None
    if not scale.holds(value):
        message = f"found {show(raw['value'])}, expected {scale.bounds()}"
        problems.add(("value",), problem(message, raw["value"], scale.bounds()))
        return None, written
    if scale.whole and not value.is_integer():
        allowed = f"a whole number of {scale.unit}"
        problems.add(("value",), problem(f"found {show(raw['value'])}, expected {allowed}", raw["value"], allowed))
        return None, written
    return value, written


def _read_text(raw: dict[str, Any], key: str, problems: Problems) -> str | None:
    text = raw.get(key)
    if text is not None and (not isinstance(text, str) or not text.strip()):
        problems.add((key,), problem(f"found {show(text)}, expected text", text, "text"))
        return None
    return text


def _check_source(raw: dict[str, Any], context: Context, problems: Problems) -> None:
    """Evidence, or an assumption with a prior; not neither, not both."""
    evidence, assumption = raw.get("evidence"), raw.get("assumption")
    if not evidence and not assumption:
        allowed = "evidence: [ids], or assumption: why with a prior"
        message = f"the value has neither evidence nor an assumption, expected {allowed}"
        problems.add((), problem(message, allowed=allowed))
    elif evidence and assumption:
        allowed = "either evidence or assumption; list under anchors what an assumption rests on"
        message = f"found evidence and an assumption, expected {allowed}"
        problems.add(("assumption",), problem(message, assumption, allowed))
    elif assumption and raw.get("prior") is None and not (context.user_values and assumption == SET_BY_USER):
        allowed = f"prior: {{KIND: [numbers]}} with one of {listed(PRIORS)}"
        problems.add((), problem(f"an assumption needs a prior, expected {allowed}", allowed=allowed))


def _read_prior(
    raw: object, scale: Scale, value: float | None, written: str | None, problems: Problems
) -> Prior | None:
    """``{uniform: [low, high]}`` and its like, checked against the bounds of the field and against the value."""
    kinds = [kind for kind in PRIORS if scale.unit != units.TIME or kind in WINDOWED_PRIORS]
    if not isinstance(raw, dict) or len(raw) != 1:
        allowed = f"one of {listed(kinds)} with its numbers, e.g. {{uniform: [low, high]}}"
        problems.add(("prior",), problem(f"found {show(raw)}, expected {allowed}", raw, allowed))
        return None
    kind, listing = next(iter(raw.items()))
    path: TreePath = ("prior", kind)
    if kind not in kinds:
        problems.add((*path, KEY), problem(f"unknown prior {show(kind)}{nearest(kind, kinds)}", kind, listed(kinds)))
        return None
    wanted = PRIORS[kind]
    if not isinstance(listing, list | tuple) or len(listing) != len(wanted):
        allowed = f"[{', '.join(wanted)}]"
        problems.add(path, problem(f"found {show(listing)}, expected {allowed}", listing, allowed))
        return None
    numbers = _read_numbers(kind, listing, scale, written, problems)
    if numbers is None or value is None:
        return None
    complaint = _misfit(kind, numbers, scale, value)
    if complaint is not None:
        problems.add(path, problem(f"found {show(listing)}, expected {complaint}", listing, complaint))
        return None
    return Prior(kind, numbers, scale.low, scale.high)


def _read_numbers(
    kind: str, listing: list[Any] | tuple[Any, ...], scale: Scale, written: str | None, problems: Problems
) -> tuple[float, ...] | None:
    """The numbers of a prior in the unit of the value; None where one cannot be read."""
    numbers: list[float] = []
    for index, raw in enumerate(listing):
        of_logarithm = kind == "lognormal" and index == 1
        own = Scale(units.DIMENSIONLESS) if of_logarithm else scale
        try:
            numbers.append(own.read(raw, None if of_logarithm else written)[0])
        except units.UnitError as error:
            rests_on_value = written is None and isinstance(raw, int | float) and not isinstance(raw, bool)
            if not rests_on_value:
                problems.add(("prior", kind, index), problem(str(error), raw, units.expected(own.unit)))
    return tuple(numbers) if len(numbers) == len(listing) else None


def _misfit(kind: str, numbers: tuple[float, ...], scale: Scale, value: float) -> str | None:
    """What the numbers of a prior should have been, None where they are right."""
    if kind in ("normal", "lognormal"):
        centre, spread = numbers
        if spread <= 0 or (kind == "lognormal" and centre <= 0):
            return "a positive spread" if spread <= 0 else "a positive median"
        return None if scale.holds(centre) else f"a centre within {scale.bounds()}"
    low, high = numbers[0], numbers[-1]
    if not low < high or list(numbers) != sorted(numbers):
        return "numbers in rising order"
    if kind == "loguniform" and low <= 0:
        return "positive numbers"
    if not (scale.holds(low) and scale.holds(high)):
        return f"numbers within {scale.bounds()}"
    return None if low <= value <= high else "a range that contains the value"


At: TypeAlias = Annotated[Quantity, SourcedTime()]
Until: TypeAlias = Annotated[Quantity, SourcedTime(after_end_h=LONGEST_AFTER_END_H)]
Share: TypeAlias = Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.0, 1.0)]
Weight: TypeAlias = Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.0)]
Persons: TypeAlias = Annotated[Quantity, Sourced("persons", 0.0, 1e8)]
Duration: TypeAlias = Annotated[Quantity, Sourced("h", 0.0, 60 * 24.0)]
Distance: TypeAlias = Annotated[Quantity, Sourced("km", 0.0, 1000.0)]
