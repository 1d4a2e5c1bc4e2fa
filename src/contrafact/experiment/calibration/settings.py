"""The calibration file: what is fitted, to which rows, on which scales and for how long; written before any fit.

    format: 1
    scenario: almaty-2022
    parameters:                     # at most six
      - {path: parameters.participation.legitimacy, prior: {uniform: [0.93, 0.95]}, why: ...}
    held: [parameters.exposure.near]   # collinear with one of them: kept at its central value
    rows:                           # use `fit` only, each fact once
      - {record: R015, scale: 0.7, why: ...}   # counts: logarithms; hours: "2 h"; yes or no: a number
    population: 200
    batch: 50
    quantile: 0.5
    stop: {epsilon: 0.5, runs: 20000, acceptance: 0.02}

With ``method: regression`` (regression.py) so many ``runs`` draw from the priors, of which the ``population`` nearest
are kept; ``quantile``, ``epsilon`` and ``acceptance`` are for ``smc`` alone.

``prior`` may be left out, which takes the number's own. What is fitted and what is held become the posterior.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from contrafact.errors import InputError, InputErrors
from contrafact.scenario.loading import LIBRARY
from contrafact.scenario.parts import Listed, Part, Text
from contrafact.scenario.problems import Marks, Problems, input_errors
from contrafact.scenario.reading import read_text, read_yaml

FILE_NAME = "calibration.yaml"
OPTION = "--calibration"
MOST_PARAMETERS = 6


class Chosen(Part):
    """A parameter to fit: its path, a prior in place of its own, and the reason for the choice."""

    path: Text
    prior: Mapping[str, Any] | None = None
    why: Text


class Target(Part):
    """A row of the record to fit: how far off counts as one, and why."""

    record: Text
    scale: Annotated[float, Field(gt=0.0)] | Text
    why: Text


class Stop(Part):
    """When to stop: at a distance, after so many runs, at a share of accepted proposals."""

    epsilon: Annotated[float, Field(ge=0.0)] = 0.0
    runs: Annotated[int, Field(ge=1, le=10_000_000)]
    acceptance: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0


class Settings(Part):
    """All of a calibration file."""

    format: Literal[1]
    scenario: Text
    parameters: Annotated[Listed[Chosen], Field(min_length=1, max_length=MOST_PARAMETERS)]
    held: Listed[Text] = ()
    rows: Annotated[Listed[Target], Field(min_length=1)]
    method: Literal["smc", "regression"] = "smc"
    population: Annotated[int, Field(ge=10, le=10_000)]
    batch: Annotated[int, Field(ge=1, le=10_000)]
    quantile: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.5
    stop: Stop


def load_settings(scenario: str, file: str | Path | None = None) -> Settings:
    """The settings of a file, or of the one that ships with a scenario; InputErrors tells all that is wrong."""
    path = LIBRARY / scenario / FILE_NAME if file is None else Path(file)
    if file is None and not path.is_file():
        message = f"{scenario} ships no {FILE_NAME}; name one"
        raise InputErrors([InputError(message, key=OPTION, allowed="a calibration file")])
    tree, marks = read_yaml(read_text(path), str(path))
    settings = _modelled(tree, marks, str(path))
    if settings.scenario != scenario:
        message = f"is for {settings.scenario} and not for {scenario}"
        raise InputErrors([InputError(message, str(path), key="scenario", found=settings.scenario, allowed=scenario)])
    return settings


def _modelled(tree: object, marks: Marks, source: str) -> Settings:
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        found = Problems()
        found.include((), error)
        raise InputErrors(input_errors(found.details, marks, source, ())) from None
