"""One number that varies: its path in the scenario and where it may lie.

    forces.police.strength=2000..4000 persons       every value of the range alike
    actions.curfew.at=2022-01-05T12:00..2022-01-06T12:00
    parameters.participation.nu                     its prior: a point is a share of it, drawn as a quantile

Values are in the unit in which the model takes them; times count hours from the scenario's start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from contrafact.errors import InputError, InputErrors
from contrafact.experiment import kinds
from contrafact.model import PARAMETERS
from contrafact.parameters import Prior, uniform
from contrafact.scenario import Scenario, units
from contrafact.scenario.problems import listed, nearest
from contrafact.scenario.quantities import PRIORS, Scale

if TYPE_CHECKING:
    from contrafact.scenario.document import Document

Over: TypeAlias = Iterable[str] | Mapping[str, object]

OPTION = "--over"
FORM = "PATH, or PATH=LOW..HIGH with a unit, e.g. 'forces.police.strength=2000..4000 persons'"
BUILT = ("population.total", "population.districts")
"""Numbers that the map is built from, once for all replications."""


@dataclass(frozen=True)
class Axis:
    """A number that varies.

    prior  what it is drawn from; uniform over a range that the user gave
    """

    path: str
    unit: str
    prior: Prior
    ranged: bool = False

    def at(self, share: float) -> float:
        """The value below which this share, 0 to 1 over a range and inside (0, 1) over a prior, lies."""
        return self.prior.quantile(share)

    def as_dict(self) -> dict[str, Any]:
        """Path, unit and prior as plain values."""
        return {"path": self.path, "unit": self.unit, "prior": {self.prior.kind: list(self.prior.numbers)}}


@dataclass(frozen=True)
class Known:
    """A number of a scenario or of a mechanism: its unit, its prior if it has one, its central value."""

    unit: str
    prior: Prior | None
    value: float


def a_city(crisis: Document) -> Scenario:
    """The scenario, if it is one whose numbers can be varied here; InputError otherwise."""
    if not isinstance(crisis, Scenario):
        raise InputError("only scenarios of a city have numbers with priors to vary", found=crisis.name)
    return crisis


def numbers(crisis: Scenario) -> dict[str, Known]:
    """Every number that a replication takes, by path: those of the scenario first, then those of mechanisms."""
    found = {
        path: Known(quantity.unit, quantity.prior, quantity.value)
        for path, quantity in crisis.quantities()
        if not path.startswith(BUILT)
    }
    for parameter in PARAMETERS.values():
        found.setdefault(f"parameters.{parameter.name}", Known(parameter.unit, parameter.prior, parameter.default))
    return found


def every_prior(crisis: Scenario) -> tuple[Axis, ...]:
    """An axis for every number that has a prior."""
    known = numbers(crisis).items()
    return tuple(Axis(path, one.unit, one.prior) for path, one in known if one.prior is not None)


def axes(crisis: Scenario, over: Over, option: str = OPTION) -> tuple[Axis, ...]:
    """Axes as the user gives them: texts as above, or a mapping of paths to None or (low, high); InputErrors."""
    given = list(over.items()) if isinstance(over, Mapping) else [_cut(text) for text in over]
    found: list[Axis] = []
    errors: list[InputError] = []
    for path, ends in given:
        try:
            found.append(axis(crisis, path, ends, option))
        except InputError as error:
            errors.append(error)
        except InputErrors as several:
            errors += several.errors
    twice = sorted({one.path for one in found if sum(other.path == one.path for other in found) > 1})
    errors += [InputError(f"{path} is named twice", key=option, found=path) for path in twice]
    if not (given or errors):
        errors.append(InputError(f"nothing varies, expected {FORM}", key=option, allowed=FORM))
    if errors:
        raise InputErrors(errors)
    return tuple(found)


def axis(crisis: Scenario, path: str, ends: object, option: str = OPTION) -> Axis:
    """One axis; ``ends`` is None for the number's own prior, or "LOW..HIGH unit", or (low, high)."""
    one = known_number(crisis, path, option)
    if ends is None:
        if one.prior is None:
            message = f"{path} has no prior, expected a range: {path}=LOW..HIGH"
            raise InputError(message, key=option, found=path, allowed=FORM)
        return Axis(path, one.unit, one.prior)
    low, high = (_read(crisis, one.unit, end, path, option) for end in _ends(ends, path, option))
    if not low < high:
        message = f"{path}: found {ends}, expected a low end below the high end"
        raise InputError(message, key=option, found=str(ends))
    prior = uniform(low, high)
    check_bounds(crisis, path, one.unit, (low, high), option)
    return Axis(path, one.unit, prior, ranged=True)


def known_number(crisis: Scenario, path: str, option: str) -> Known:
    """The number at a path; InputError with the nearest spelling, or with the reason why it cannot vary."""
    known = numbers(crisis)
    if path in known:
        return known[path]
    if path.startswith(BUILT):
        message = f"{path} cannot vary: the map is built from it once, for all points"
        raise InputError(message, key=option, found=path)
    near = nearest(path, known) or nearest(f"parameters.{path}", known)
    raise InputError(f"the scenario has no number {path}{near}", key=option, found=path, allowed=FORM)


def read_prior(crisis: Scenario, path: str, raw: Mapping[str, Any], option: str) -> Axis:
    """An axis over a prior of its own, as {uniform: [low, high]}, in the number's unit or with units; InputError(s)."""
    unit = known_number(crisis, path, option).unit
    kind, listing = next(iter(raw.items()))
    if len(raw) != 1 or kind not in PRIORS or not isinstance(listing, list | tuple):
        allowed = f"one of {listed(PRIORS)} with its numbers"
        raise InputError(f"{path}: found the prior {dict(raw)}, expected {allowed}", key=option, allowed=allowed)
    if len(listing) != len(PRIORS[kind]):
        allowed = f"[{', '.join(PRIORS[kind])}]"
        raise InputError(f"{path}: found {listing}, expected {allowed}", key=option, allowed=allowed)
    logs = [kind == "lognormal" and place == 1 for place in range(len(listing))]
    found = [float(x) if log else _read(crisis, unit, x, path, option) for x, log in zip(listing, logs, strict=True)]
    rising = kind in ("normal", "lognormal") or (found == sorted(found) and found[0] < found[-1])
    if not rising or (kind in ("loguniform", "lognormal") and found[0] <= 0):
        allowed = "numbers in rising order, above 0 in logarithms"
        raise InputError(f"{path}: found {listing}, expected {allowed}", key=option, allowed=allowed)
    low, high = _bounds(path)
    prior = Prior(kind, tuple(found), low, high)
    check_bounds(crisis, path, unit, [end for end in prior.support() if abs(end) < float("inf")], option)
    return Axis(path, unit, prior)


def check_bounds(crisis: Scenario, path: str, unit: str, values: Iterable[float], option: str) -> None:
    """InputErrors where the scenario would not take one of these values at a path."""
    for value in values:
        try:
            kinds.of(crisis).overridden({path: written(crisis, unit, value)})
        except InputErrors as errors:
            found = [InputError(e.message, key=f"{option} {path}", found=e.found) for e in errors.errors]
            raise InputErrors(found) from None


def written(crisis: Scenario, unit: str, value: float) -> object:
    """A value as a scenario file would hold it."""
    if unit == units.TIME:
        return (crisis.start + timedelta(hours=value)).replace(microsecond=0).isoformat()
    return value if unit == units.DIMENSIONLESS else f"{round(value) if unit == 'persons' else value!r} {unit}"


def _bounds(path: str) -> tuple[float, float]:
    """The range that a mechanism declares; none known here for other numbers."""
    parameter = PARAMETERS.get(path.removeprefix("parameters."))
    return (-float("inf"), float("inf")) if parameter is None else (parameter.low, parameter.high)


def _cut(text: str) -> tuple[str, object]:
    """Path and range of PATH=LOW..HIGH; a path alone has none."""
    path, equals, ends = (part.strip() for part in text.partition("="))
    return path, ends if equals else None


def _ends(ends: object, path: str, option: str) -> tuple[object, object]:
    """Low and high end; a unit behind the high end counts for a low end without one."""
    if isinstance(ends, list | tuple) and len(ends) == 2:
        return ends[0], ends[1]
    low, dots, high = (part.strip() for part in str(ends).partition(".."))
    if not (dots and low and high):
        raise InputError(f"{path}: found {ends}, expected {FORM}", key=option, found=str(ends), allowed=FORM)
    if units.LOCAL_TIME.fullmatch(high):
        return low, high
    parts = high.split(maxsplit=1)
    return (f"{low} {parts[1]}" if len(parts) == 2 and len(low.split()) == 1 else low), high


def _read(crisis: Scenario, unit: str, raw: object, path: str, option: str) -> float:
    try:
        return Scale(unit, start=crisis.start).read(raw, unit if isinstance(raw, int | float) else None)[0]
    except units.UnitError as error:
        raise InputError(f"{path}: {error}", key=option, found=str(raw)) from None
