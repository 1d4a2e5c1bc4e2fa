"""Numbers with units, read once, at the door: ``"6 h"``, ``"20 persons"``, ``"0.2 1/h"``, ``"5 %"``.

Only units that a scenario can need are known, so that an odd one is told as a mistake. Text is cut into a number and a
unit before pint sees it: pint would otherwise compute any expression that a file holds. Arithmetic is in exact
fractions, so that ``"10 min"`` and ``"600 s"`` give the same number of hours to the last bit. From one plain name to
another, which is all that most scenarios need, pint is not loaded: that would be a good part of the start of a command.
"""

from __future__ import annotations

import math
import re
import zoneinfo
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from contrafact.scenario.problems import nearest, show

if TYPE_CHECKING:
    import pint

DIMENSIONLESS = "dimensionless"
TIME = "time"

DEFINITIONS = (
    "percent = 1 / 100",
    "person = [person] = person = persons = people",
    "facility = [facility] = facility = facilities",
    "second = [time] = s = sec = seconds",
    "minute = 60 * second = min = minutes",
    "hour = 3600 * second = h = hr = hours",
    "day = 86400 * second = d = days",
    "week = 7 * day = week = weeks",
    "meter = [length] = m = metre = meters = metres",
    "kilometer = 1000 * meter = km = kilometre = kilometers = kilometres",
    "gram = [mass] = g = grams",
    "kilogram = 1000 * gram = kg = kilograms",
    "tonne = 1000000 * gram = t = tonnes",
)

EXAMPLES = {
    DIMENSIONLESS: "0.5",
    TIME: "2022-01-05T12:30",
    "persons": "12000 persons",
    "h": "6 h",
    "km": "300 m",
    "km/h": "30 km/h",
    "1/h": "0.2 1/h",
}

NAME = r"[A-Za-z%]{1,20}(?:(?:\^|\*\*)-?[1-9])?"
NUMBER = re.compile(r"\s*([-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?)\s*(.*?)\s*", re.DOTALL)
UNIT = re.compile(rf"(?:1\s*/\s*)?{NAME}(?:\s*[*/]\s*{NAME}){{0,4}}")
LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?")


class UnitError(ValueError):
    """A text is no number with a unit of the wanted kind; the message says what was expected."""


@cache
def registry() -> pint.UnitRegistry[Any]:
    """The units that a scenario may use, built at the first need."""
    import pint  # noqa: PLC0415  heavy

    units: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Fraction)
    for definition in DEFINITIONS:
        units.define(definition)
    return units


@cache
def names() -> tuple[str, ...]:
    """Spellings of units, for the nearest one."""
    return tuple(word for line in DEFINITIONS for word in re.findall(r"\b[a-z]+\b", line.replace("[", " ")))


@cache
def plain() -> dict[str, tuple[str, Fraction]]:
    """What each name in DEFINITIONS measures, told by the name that all of its kind go back to, and how many of it."""
    found: dict[str, tuple[str, Fraction]] = {}
    for definition in DEFINITIONS:
        name, meaning, *others = (part.strip() for part in definition.split("="))
        if scaled := re.fullmatch(r"(\d+) \* (\w+)", meaning):
            kind, size = found[scaled[2]]
            found[name] = kind, size * int(scaled[1])
        elif meaning.startswith("["):
            found[name] = name, Fraction(1)
        else:
            continue  # a plain number
        found |= dict.fromkeys(others, found[name])
    return found


@cache
def factor(unit: str, wanted: str) -> Fraction:
    """How many of the wanted unit one unit is; UnitError where they measure different things."""
    one, other = plain().get(unit), plain().get(wanted)
    if one and other and one[0] == other[0]:
        return one[1] / other[1]
    import pint  # noqa: PLC0415  heavy

    units = registry()
    try:
        ratio = units.Quantity(Fraction(1), _pint_unit(unit)).to(_pint_unit(wanted)).magnitude
    except pint.UndefinedUnitError as error:
        raise UnitError(f"unknown unit{nearest(unit, names())}") from error
    except UnitError:
        raise
    except (pint.PintError, AttributeError, TypeError, ValueError, ZeroDivisionError) as error:
        raise UnitError from error
    return Fraction(ratio)


def known(unit: str) -> bool:
    """Whether this is a unit that a scenario may use."""
    return alike(unit, unit)


@cache
def alike(unit: str, wanted: str) -> bool:
    """Whether both measure the same."""
    try:
        factor(unit, wanted)
    except UnitError:
        return False
    return True


def expected(wanted: str) -> str:
    """What a value of this unit looks like, for messages."""
    example = EXAMPLES.get(wanted, f"1 {wanted}")
    if wanted == DIMENSIONLESS:
        return f"a number, e.g. {example}"
    if wanted == TIME:
        return f"a local time without a zone, e.g. {example}"
    return f'{wanted}, e.g. "{example}"'


def split(raw: object) -> tuple[Fraction, str | None]:
    """The number and the text of the unit, None where there is none; UnitError for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise UnitError("not a number")
    if isinstance(raw, int | float):
        if not math.isfinite(raw):
            raise UnitError("not a finite number")
        return Fraction(repr(raw) if isinstance(raw, float) else raw), None
    match = NUMBER.fullmatch(raw[:120])
    if match is None:
        raise UnitError("not a number with a unit")
    return Fraction(match[1]), match[2] or None


def read(raw: object, wanted: str, bare: str | None = None) -> tuple[float, str]:
    """The number in the wanted unit and the unit as written.

    bare    unit of a number that has none; None: only dimensionless numbers may stand without
    Raises UnitError, whose message tells what was found and expected.
    """
    complaint = f"found {show(raw)}, expected {expected(wanted)}"
    try:
        number, unit = split(raw)
        if unit is None:
            unit = bare or (DIMENSIONLESS if wanted == DIMENSIONLESS else None)
        if unit is None:
            raise UnitError("a unit is missing")
        if unit == wanted:
            return float(number), unit
        return float(number * factor(unit, wanted)), unit
    except UnitError as error:
        raise UnitError(f"{complaint} ({error})" if str(error) else complaint) from error
    except OverflowError as error:
        raise UnitError(f"{complaint} (too large)") from error


def read_local_time(raw: object, zone: str | None = None) -> datetime:
    """A local civil time such as ``2022-01-05T12:30``; UnitError for a date alone, a zone, or an impossible hour.

    zone  IANA name of the time zone, by which an hour that its clocks skip is an impossible one; None: not checked
    """
    complaint = f"found {show(raw)}, expected {expected(TIME)}"
    if isinstance(raw, datetime) and raw.tzinfo is None:
        return raw
    if not isinstance(raw, str) or LOCAL_TIME.fullmatch(raw.strip()) is None:
        raise UnitError(complaint)
    try:
        moment = datetime.fromisoformat(raw.strip())
    except ValueError as error:
        raise UnitError(f"{complaint} ({error})") from error
    if zone is not None and skipped(moment, zone):
        raise UnitError(f"{complaint} (clocks of {zone} are put forward over that hour)")
    return moment


def skipped(moment: datetime, zone: str) -> bool:
    """Whether clocks of a time zone never show this local time, since they are put forward over it."""
    local = moment.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != moment


def hours_between(start: datetime, moment: datetime) -> float:
    """Hours of civil time from start to a moment, negative before it.

    A day on which clocks are changed has 24 of them, like any other: so hours of the day agree with the record and with
    curfews throughout, and what lasts across the change is an hour off.
    """
    return (moment - start).total_seconds() / 3600


def _pint_unit(unit: str) -> pint.Unit:
    """Pint's unit for a text, refused unless it is a plain product of powers of names."""
    units = registry()
    if unit in (DIMENSIONLESS, "", "1"):
        return units.Unit("")
    if UNIT.fullmatch(unit) is None:
        raise UnitError("not a unit")
    return units.parse_units(unit.replace("%", "percent").replace("**", "^"))
