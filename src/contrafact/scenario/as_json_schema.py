"""What editors are told of sourced values, in JSON Schema (draft 2020-12): units, bounds, priors and sources.

The schema helps while a file is written. It cannot know the names that the file itself declares, nor whether a unit can
be converted; ``contrafact validate`` checks those.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from contrafact.scenario import units

TIME_PATTERN = f"^{units.LOCAL_TIME.pattern}$"
NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
PRIORS = {"uniform": 2, "loguniform": 2, "triangular": 3, "normal": 2, "lognormal": 2}
"""Kinds of prior and how many numbers each takes."""

TEXT: JsonSchemaValue = {"type": "string", "minLength": 1}
IDS: JsonSchemaValue = {"type": "array", "items": TEXT}


def measured(unit: str, low: float = -math.inf, high: float = math.inf, example: str | None = None) -> JsonSchemaValue:
    """A number in a unit, as it is written: ``300 m``, a local time, or a plain number where there is no unit."""
    shown = example or units.EXAMPLES.get(unit, f"1 {unit}")
    if unit == units.TIME:
        return {"type": "string", "pattern": TIME_PATTERN, "description": "local civil time", "examples": [shown]}
    bounds = _bounds(unit, low, high)
    if unit == units.DIMENSIONLESS:
        number: JsonSchemaValue = {"type": "number"}
        if math.isfinite(low):
            number["minimum"] = low
        if math.isfinite(high):
            number["maximum"] = high
        share = {"type": "string", "pattern": rf"^\s*{NUMBER}\s*(%|percent)?\s*$"}
        return {"anyOf": [number, share], "description": f"a number{bounds}"}
    return {"type": "string", "pattern": _pattern(unit), "description": f"{unit}{bounds}", "examples": [shown]}


def sourced(unit: str, low: float = -math.inf, high: float = math.inf) -> JsonSchemaValue:
    """A sourced value: the number, and evidence, or an assumption with a prior."""
    value = measured(unit, low, high)
    bare = {"anyOf": [{"type": "number"}, TEXT]}
    kinds = {"uniform", "triangular"} if unit == units.TIME else set(PRIORS)
    priors = {
        kind: {"type": "array", "items": bare, "minItems": count, "maxItems": count}
        for kind, count in PRIORS.items()
        if kind in kinds
    }
    return {
        "type": "object",
        "description": f"{value['description']}; with evidence, or an assumption and its prior",
        "properties": {
            "value": value,
            "evidence": {**IDS, "minItems": 1, "description": "ids of the record or the literature that say so"},
            "assumption": {**TEXT, "description": "why this value, where no source gives it"},
            "prior": {"type": "object", "properties": priors, "minProperties": 1, "maxProperties": 1}
            | {"additionalProperties": False, "description": "what each replication draws instead"},
            "anchors": {**IDS, "description": "ids on which an assumption leans"},
            "note": TEXT,
        },
        "required": ["value"],
        "oneOf": [{"required": ["evidence"]}, {"required": ["assumption", "prior"]}],
        "additionalProperties": False,
    }


def _pattern(unit: str) -> str:
    """A number and one of the spellings that can be turned into the unit; any unit where it is made of several."""
    spellings = "|".join(name for name in units.names() if units.alike(name, unit)) or r"\S.*"
    return rf"^\s*{NUMBER}\s*({spellings})\s*$"


def _bounds(unit: str, low: float, high: float) -> str:
    """The bounds in words, nothing where there are none."""
    named = "" if unit == units.DIMENSIONLESS else f" {unit}"
    if math.isfinite(low) and math.isfinite(high):
        return f", {low:.12g} to {high:.12g}{named}"
    if math.isfinite(low):
        return f", at least {low:.12g}{named}"
    return f", at most {high:.12g}{named}" if math.isfinite(high) else ""


@dataclass(frozen=True)
class OneOf:
    """Marks a field whose class follows from its keys: the schema offers all of these classes."""

    models: tuple[type[BaseModel], ...]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """References to the classes."""
        del schema
        parts: list[Any] = [handler(model.__pydantic_core_schema__) for model in self.models]
        return {"anyOf": parts}
