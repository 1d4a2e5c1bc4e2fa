"""A posterior: rows of parameters that were fitted together, each with its weight, drawn from instead of their priors.

In a scenario ``posterior`` names a Parquet file in its folder: a column for every parameter, named by its dotted path,
in the unit in which the model takes it (a time: hours since the start), and a column ``weight``. The loader puts the
numbers themselves in place of the name, so that a manifest holds all that was drawn from.

What a fit left alone keeps its prior. So does, without one, a number that the scenario or the user has fixed: a
posterior stands for priors and for nothing else. Of a posterior that was fitted to another scenario those parameters
are drawn that this one has too, and results name the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationInfo, field_validator

from contrafact.errors import InputError, InputErrors
from contrafact.scenario.context import context_of
from contrafact.scenario.datafiles import located
from contrafact.scenario.parts import Listed, Part, quantities_in
from contrafact.scenario.problems import problem, show

KEY = "posterior"
WEIGHT = "weight"
MOST_ROWS = 10_000
FILE: dict[str, Any] = {
    "type": ["string", "null"],
    "description": "Parquet file beside this one, from which fitted parameters are drawn in place of their priors",
}
"""What editors are told: a scenario file names a table; the loader puts the numbers in its place."""


class Posterior(Part):
    """Rows of parameters with weights.

    weight      (row,), positive, of any sum
    parameters  dotted path -> (row,)
    """

    weight: Annotated[Listed[Annotated[float, Field(gt=0.0)]], Field(min_length=1, max_length=MOST_ROWS)]
    parameters: Annotated[Mapping[str, Listed[float]], Field(min_length=1)]

    @field_validator("parameters")
    @classmethod
    def _as_long_as_weights(cls, columns: Mapping[str, tuple[float, ...]], info: ValidationInfo) -> Mapping[str, Any]:
        rows = len(info.data.get("weight", ()))
        for path, column in columns.items():
            if rows and len(column) != rows:
                allowed = f"{rows} numbers, one for each weight"
                raise problem(f"{path}: found {len(column)} numbers, expected {allowed}", len(column), allowed)
        return columns

    def row(self, uniform: float) -> dict[str, float]:
        """The row that a uniform in (0, 1) falls on when rows are as wide as their weights."""
        at = int(np.searchsorted(self._ends, uniform * self._ends[-1], side="right"))
        return {path: column[min(at, len(column) - 1)] for path, column in self.parameters.items()}

    def central(self) -> dict[str, float]:
        """The weighted median of every parameter."""
        return {path: quantile(np.array(column), self._weights, 0.5) for path, column in self.parameters.items()}

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        return np.array(self.weight)

    @cached_property
    def _ends(self) -> NDArray[np.float64]:
        return np.cumsum(self._weights)


def quantile(values: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float:
    """The smallest value up to which at least this share of the weight, (row,), lies."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    return float(values[order][min(np.searchsorted(ends, share * ends[-1] * (1 - 1e-12)), values.size - 1)])


def checked(posterior: Posterior | None, info: ValidationInfo) -> Posterior | None:
    """The posterior of a scenario; a problem where it speaks of nothing that the scenario knows."""
    if posterior is None:
        return None
    quantities = (path for name, part in info.data.items() for path, _ in quantities_in(part, name))
    declared = context_of(info).declared
    if declared is not None and len(unknown(posterior, quantities, declared)) == len(posterior.parameters):
        found = ", ".join(posterior.parameters)
        raise problem(f"the scenario has none of the parameters {found}", found, "a posterior of this scenario")
    return posterior


def unknown(posterior: Posterior, quantities: Iterable[str], declared: Iterable[str]) -> tuple[str, ...]:
    """Parameters of a posterior that a scenario does not have, as one that was fitted to another has them: not drawn.

    quantities  paths of the scenario's numbers
    declared    names of the parameters that mechanisms declare
    """
    known = {*quantities, *(f"parameters.{name}" for name in declared)}
    return tuple(path for path in posterior.parameters if path not in known)


def put_in_place(tree: dict[str, Any], folder: Path, source: str, by_user: bool) -> None:
    """Replace the name of a file under ``posterior`` by what it holds; InputErrors where it cannot be read.

    by_user  whether the user named it, who may name any file; a scenario names files in its own folder
    """
    name = tree.get(KEY)
    if not isinstance(name, str):
        return
    path = Path(name) if by_user else located(folder, name)
    if path is None:
        allowed = "a path inside the scenario's folder"
        error = InputError(f"found {show(name)}, expected {allowed}", source, key=KEY, found=name, allowed=allowed)
        raise InputErrors([error])
    tree[KEY] = read(path)


def read(path: Path) -> dict[str, Any]:
    """Weight and parameters of a Parquet file, as a scenario holds them; InputErrors where it is none of that kind."""
    import duckdb  # noqa: PLC0415  heavy

    allowed = f"a Parquet file with a column {WEIGHT} and a column of numbers for every parameter"
    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            table = connection.execute("SELECT * FROM read_parquet($path)", {"path": str(path)}).fetchnumpy()
        columns = {column: [float(number) for number in values] for column, values in table.items()}
    except (duckdb.Error, ValueError, TypeError) as error:
        message = f"cannot be read ({str(error).splitlines()[0]}), expected {allowed}"
        raise InputErrors([InputError(message, str(path), key=KEY, allowed=allowed)]) from None
    if WEIGHT not in columns or len(columns) < 2:
        raise InputErrors([_lacking(path, columns, allowed)])
    return {WEIGHT: columns.pop(WEIGHT), "parameters": columns}


def _lacking(path: Path, columns: Collection[str], allowed: str) -> InputError:
    found = ", ".join(columns)
    return InputError(
        f"found the columns {found}, expected {allowed}", str(path), key=KEY, found=found, allowed=allowed
    )
