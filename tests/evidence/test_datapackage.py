"""The Data Package description agrees with the tables: columns, types, constraints, keys, and nothing left out."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest

from contrafact.evidence import camps, claims, errata, ledger, names, rivals
from contrafact.evidence.bundle import PLACE_COLUMNS, POPULATION_COLUMNS, REFERENCE_COLUMNS
from contrafact.evidence.reporting import declared, operators
from contrafact.evidence.tables import DATA

PACKAGE = json.loads(DATA.joinpath("datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
READERS: dict[str, Callable[[str], object]] = {"string": str, "number": float, "date": date.fromisoformat}


@cache
def rows_of(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a resource; a row with cells too many or too few is told by the reader's own key or value None."""
    text = DATA.joinpath(*RESOURCES[name]["path"].split("/")).read_text(encoding="utf-8-sig")
    return tuple(csv.DictReader(text.splitlines(keepends=True), strict=True))


def complaint(cell: str, field: dict[str, Any]) -> str | None:
    """What a cell breaks of its field's description, by the Table Schema specification; None where nothing."""
    rules = field.get("constraints", {})
    if cell == "":
        return "required" if rules.get("required") else None
    value = READERS[field["type"]](cell)
    broken = {
        "enum": "enum" in rules and cell not in rules["enum"],
        "pattern": "pattern" in rules and re.fullmatch(rules["pattern"], cell) is None,
        "minimum": isinstance(value, float) and value < rules.get("minimum", value),
        "maximum": isinstance(value, float) and value > rules.get("maximum", value),
        "uri": field.get("format") == "uri" and not cell.startswith(("http://", "https://")),
    }
    return next((rule for rule, is_broken in broken.items() if is_broken), None)


def test_every_table_is_described_once() -> None:
    here = {item.name for item in DATA.iterdir() if item.name.endswith(".csv")}
    crises = [item for item in DATA.iterdir() if item.is_dir() and not item.name.startswith("_")]
    here |= {
        f"{crisis.name}/{item.name}" for crisis in crises for item in crisis.iterdir() if item.name.endswith("csv")
    }
    described = [resource["path"] for resource in PACKAGE["resources"]]
    assert sorted(described) == sorted(here)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("record", ledger.COLUMNS),
        ("errata", errata.COLUMNS),
        ("names", names.COLUMNS),
        ("readings", declared.COLUMNS),
        ("camps", camps.COLUMNS),
        ("rivals", rivals.COLUMNS),
        ("claims", claims.COLUMNS),
        ("comparison", claims.COMPARISON_COLUMNS),
        ("compared", claims.COMPARED_COLUMNS),
        ("places", PLACE_COLUMNS),
        ("population", POPULATION_COLUMNS),
        ("references", REFERENCE_COLUMNS),
    ],
)
def test_fields_are_the_columns_of_the_table_and_of_its_reader(name: str, columns: tuple[str, ...]) -> None:
    fields = tuple(field["name"] for field in RESOURCES[name]["schema"]["fields"])
    assert fields == columns == tuple(rows_of(name)[0])


@pytest.mark.parametrize("name", list(RESOURCES))
def test_every_cell_is_of_its_type_and_keeps_its_constraints(name: str) -> None:
    for field in RESOURCES[name]["schema"]["fields"]:
        cells = [row[field["name"]] for row in rows_of(name)]
        assert [cell for cell in cells if complaint(cell, field)] == []
        assert not field.get("constraints", {}).get("unique") or len(set(cells)) == len(cells)


@pytest.mark.parametrize("name", list(RESOURCES))
def test_keys_are_unique_and_point_to_rows_that_exist(name: str) -> None:
    schema, rows = RESOURCES[name]["schema"], rows_of(name)
    keys = [tuple(row[column] for column in schema.get("primaryKey", row)) for row in rows]
    assert len(set(keys)) == len(keys)
    for key in schema.get("foreignKeys", []):
        (here,), (there,) = key["fields"], key["reference"]["fields"]
        assert {row[here] for row in rows} <= {row[there] for row in rows_of(key["reference"]["resource"])}


def test_words_that_are_allowed_are_those_of_the_reader() -> None:
    def allowed(name: str, column: str) -> tuple[str, ...]:
        (field,) = [field for field in RESOURCES[name]["schema"]["fields"] if field["name"] == column]
        return tuple(field["constraints"]["enum"])

    assert allowed("record", "use") == ledger.USES
    assert allowed("claims", "record_verdict") == claims.VERDICTS
    assert allowed("names", "kind") == names.KINDS
    assert allowed("readings", "said") == operators.WORDS
    assert allowed("camps", "camp") == camps.CAMPS


def test_the_package_names_its_standard_its_licences_and_its_sources() -> None:
    assert PACKAGE["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert PACKAGE["licenses"]
    assert PACKAGE["sources"]
    for resource in PACKAGE["resources"]:
        assert (resource["type"], resource["schema"]["missingValues"]) == ("table", [""])
        assert all(field["description"] for field in resource["schema"]["fields"])


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ("", {"type": "string", "constraints": {"required": True}}),
        ("inptu", {"type": "string", "constraints": {"enum": ["input"]}}),
        ("2022-1", {"type": "string", "constraints": {"pattern": r"\d{4}-\d{2}"}}),
        ("-91", {"type": "number", "constraints": {"minimum": -90}}),
        ("91", {"type": "number", "constraints": {"maximum": 90}}),
        ("example.org", {"type": "string", "format": "uri"}),
    ],
)
def test_the_check_sees_a_cell_that_breaks_its_description(cell: str, field: dict[str, Any]) -> None:
    assert complaint(cell, field) is not None
