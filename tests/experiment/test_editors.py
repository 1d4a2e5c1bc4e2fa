"""The schema for editors: it takes what the loader takes, tells units, and finds common mistakes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contrafact.experiment.editors import schema
from contrafact.model import PARAMETERS
from contrafact.scenario.actions import KINDS
from contrafact.scenario.loading import open_file, shipped

DATA = Path(__file__).parent.parent / "data"
TEMPLATE = Path(__file__).parents[2] / "src" / "contrafact" / "scenario" / "template"
KNOWN = [*shipped(), *(str(DATA / name) for name in ("small", "lively", "embattled")), str(TEMPLATE)]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


@pytest.fixture
def tree() -> dict[str, Any]:
    return copy.deepcopy(open_file(DATA / "small").tree)


@pytest.mark.parametrize("name", KNOWN)
def test_every_scenario_that_ships_is_valid(validator: jsonschema.Draft202012Validator, name: str) -> None:
    assert [error.message for error in validator.iter_errors(open_file(name).tree)] == []


MISTAKES: dict[str, tuple[list[str | int], Any]] = {
    "a misspelt key": (["forces", "police", "strenght"], {"value": "80 persons", "evidence": ["R1"]}),
    "a bare number": (["forces", "police", "strength"], 80),
    "another unit": (["forces", "police", "strength", "value"], "80 km"),
    "no unit": (["forces", "police", "strength", "value"], 80),
    "neither evidence nor assumption": (["forces", "police", "strength"], {"value": "80 persons"}),
    "an assumption without a prior": (["forces", "police", "strength"], {"value": "80 persons", "assumption": "so"}),
    "a prior of another kind": (["forces", "police", "strength", "prior"], {"gaussian": [1, 2]}),
    "a prior with too few numbers": (["forces", "police", "strength", "prior"], {"triangular": [1, 2]}),
    "a share above 1": (["actions", "curfew", "compliance", "value"], 1.5),
    "a time with a zone": (["start"], "2022-01-04T00:00Z"),
    "an unknown kind of action": (["actions", "curfew", "kind"], "curfews"),
    "a name with a space": (
        ["posts"],
        {"west bridge": {"lat": 0.0, "lon": 0.0, "precision": "1 km", "evidence": ["R1"]}},
    ),
    "a parameter that no mechanism declares": (["parameters"], {"fear.of_the_dark": {"value": 1, "evidence": ["R1"]}}),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(validator: jsonschema.Draft202012Validator, tree: dict[str, Any], mistake: str) -> None:
    path, value = MISTAKES[mistake]
    node: Any = tree
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    assert list(validator.iter_errors(tree))


def test_units_and_meanings_are_told() -> None:
    city = schema()["$defs"]["City"]["properties"]
    declared = city["parameters"]["properties"]
    assert set(declared) == set(PARAMETERS)
    assert "1/h" in declared["bands.emerge"]["description"]
    assert PARAMETERS["bands.emerge"].meaning in declared["bands.emerge"]["description"]
    strength = schema()["$defs"]["Force"]["properties"]["strength"]
    assert "persons" in strength["description"]


def test_every_kind_of_action_is_offered() -> None:
    (offered,) = schema()["$defs"]["City"]["properties"]["actions"]["patternProperties"].values()
    assert len(offered["anyOf"]) == len(KINDS)
