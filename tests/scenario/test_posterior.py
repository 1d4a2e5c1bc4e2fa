"""A posterior must be read whole or refused, and its rows must come up as often as their weights say."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from contrafact import scenario
from contrafact.errors import InputErrors
from contrafact.experiment.parquet import write_table
from contrafact.model import PARAMETERS
from contrafact.scenario.posterior import Posterior, quantile

SMALL = Path(__file__).parents[1] / "data" / "small"
PATHS = ("parameters.participation.legitimacy", "place.detour")
TABLE = Posterior(weight=(1.0, 3.0), parameters={PATHS[0]: (0.9, 0.8), PATHS[1]: (1.2, 1.4)})


def written(folder: Path, **columns: list[float]) -> Path:
    arrays = {name.replace("__", "."): np.array(values) for name, values in columns.items()}
    write_table(folder / "posterior.parquet", arrays, {})
    return folder / "posterior.parquet"


def test_a_row_comes_up_as_often_as_its_weight_says_and_its_numbers_stay_together() -> None:
    rows = [TABLE.row((i + 0.5) / 1000) for i in range(1000)]
    first = [row for row in rows if row[PATHS[0]] == 0.9]
    assert len(first) == 250
    assert all(row[PATHS[1]] == 1.2 for row in first)


def test_the_weighted_median_is_where_half_of_the_weight_lies() -> None:
    assert TABLE.central() == {PATHS[0]: 0.8, PATHS[1]: 1.4}
    assert quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0]), 0.5) == 2.0


def test_a_file_in_the_folder_of_the_scenario_becomes_part_of_it_and_of_its_digest(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "town")
    written(tmp_path / "town", weight=[1.0, 2.0], place__detour=[1.2, 1.4])
    file = tmp_path / "town" / "scenario.yaml"
    plain = scenario.load(file, declared=PARAMETERS)
    file.write_text(file.read_text() + "\nposterior: posterior.parquet\n")
    fitted = scenario.load(file, declared=PARAMETERS)
    assert fitted.posterior == Posterior(weight=(1.0, 2.0), parameters={"place.detour": (1.2, 1.4)})
    assert fitted.digest != plain.digest
    again = scenario.from_resolved(fitted.resolved(), declared=PARAMETERS)
    assert (again.posterior, again.digest) == (fitted.posterior, fitted.digest)


def test_the_user_may_name_a_file_anywhere(tmp_path: Path) -> None:
    path = written(tmp_path, weight=[1.0], place__detour=[1.2])
    found = scenario.load(SMALL, [f"posterior={path}"], declared=PARAMETERS)
    assert found.posterior is not None
    later = scenario.with_overrides(scenario.load(SMALL), {"posterior": str(path)}, declared=PARAMETERS)
    assert later.posterior == found.posterior


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"place__detour": [1.2]}, "found the columns place.detour"),
        ({"weight": [1.0]}, "found the columns weight"),
        ({"weight": [0.0], "place__detour": [1.2]}, "posterior.weight"),
        ({"weight": [1.0], "parameters__no__such": [1.2]}, "has none of the parameters"),
    ],
)
def test_a_table_that_is_no_posterior_of_the_scenario_is_refused(
    tmp_path: Path, columns: dict[str, list[float]], words: str
) -> None:
    path = written(tmp_path, **columns)
    with pytest.raises(InputErrors, match=words):
        scenario.load(SMALL, {"posterior": str(path)}, declared=PARAMETERS)


def test_a_scenario_names_no_file_outside_its_folder_and_a_missing_one_is_told(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "town")
    file = tmp_path / "town" / "scenario.yaml"
    file.write_text(file.read_text() + "\nposterior: ../posterior.parquet\n")
    with pytest.raises(InputErrors, match="inside the scenario's folder"):
        scenario.load(file)
    with pytest.raises(InputErrors, match="cannot be read"):
        scenario.load(SMALL, {"posterior": str(tmp_path / "missing.parquet")})
