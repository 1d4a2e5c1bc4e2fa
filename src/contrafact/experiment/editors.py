"""The format of scenario files as JSON Schema, from the models that read them, so that editors complete and check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contrafact.lattice.scenario import ENDLESS, LatticeScenario
from contrafact.model import PARAMETERS
from contrafact.parameters import Parameter
from contrafact.scenario import units
from contrafact.scenario.as_json_schema import sourced
from contrafact.scenario.document import FORMAT
from contrafact.scenario.levers import LARGEST
from contrafact.scenario.schema import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TERM = re.compile(r"^(?P<names>\w+(?:, \w+)*)  +(?P<meaning>\S.*)$")
NEVER_WRITTEN = "variant"
"""A field that the loader sets."""


def schema() -> dict[str, Any]:
    """JSON Schema of a scenario file: a city, or a lattice where the file has the key ``model``."""
    definitions: dict[str, Any] = {}
    for name, model in (("City", Scenario), ("Lattice", LatticeScenario)):
        made = model.model_json_schema(ref_template="#/$defs/{model}")
        for key, inner in made.pop("$defs", {}).items():
            definitions[key] = inner
        made["properties"].pop(NEVER_WRITTEN)
        definitions[name] = made
    definitions["City"]["properties"]["parameters"] = _parameters(PARAMETERS)
    term = definitions["SomeRules"]["properties"]["longest_jail"]
    term["anyOf"] = [{"type": "integer"}, {"const": ENDLESS}]
    for part in _objects(definitions):
        if "properties" in part and "description" in part:
            _tell_fields(part)
        if "patternProperties" in part:
            part["additionalProperties"] = False
    return {
        "$schema": DIALECT,
        "title": f"contrafact scenario, format {FORMAT}",
        "if": {"required": ["model"]},
        "then": {"$ref": "#/$defs/Lattice"},
        "else": {"$ref": "#/$defs/City"},
        "$defs": definitions,
    }


def _parameters(declared: Mapping[str, Parameter]) -> dict[str, Any]:
    """Parameters that mechanisms declare, each with unit, range, meaning and default."""
    properties = {}
    for name, parameter in declared.items():
        unit = units.DIMENSIONLESS if parameter.unit in ("", "1") else parameter.unit
        value = sourced(unit, parameter.low, min(parameter.high, LARGEST.get(unit, parameter.high)))
        told = f"{parameter.meaning} ({value['description']}; default {parameter.default:g})"
        properties[name] = {**value, "description": told}
    return {
        "type": "object",
        "description": "values that replace the defaults of mechanisms",
        "properties": properties,
        "additionalProperties": False,
    }


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema of a mapping, wherever it stands."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        for item in node.values():
            yield from _objects(item)
    elif isinstance(node, list):
        for item in node:
            yield from _objects(item)


def _tell_fields(part: dict[str, Any]) -> None:
    """Move what a docstring says of each field to the field; its first paragraph stays with the whole."""
    text = str(part["description"])
    for names, meaning in _terms(text):
        for name in names:
            field = part["properties"].get(name)
            if isinstance(field, dict):
                field["description"] = f"{meaning} ({field['description']})" if "description" in field else meaning
    part["description"] = " ".join(text.partition("\n\n")[0].split())


def _terms(text: str) -> list[tuple[list[str], str]]:
    """Names and meanings of a docstring's aligned columns; a line further in goes on with the meaning above."""
    found: list[tuple[list[str], str]] = []
    for line in text.split("\n"):
        term = TERM.match(line)
        if term is not None:
            found.append((term["names"].split(", "), term["meaning"]))
        elif found and line.startswith("  "):
            names, meaning = found[-1]
            found[-1] = (names, f"{meaning} {line.strip()}")
    return found
