"""The table of residents by cell: what is wrong with it is told by line, and a right one moves people."""

from __future__ import annotations

import shutil
from pathlib import Path

import h3
import numpy as np
import pytest

import contrafact as cf
from contrafact import world

SMALL = Path(__file__).parent.parent / "data" / "small"
CELLS = sorted({h3.latlng_to_cell(43.2 + i / 100, 76.9 + j / 100, 8) for i in range(1, 10) for j in range(1, 10)})


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    shutil.copytree(SMALL, folder)
    file = folder / "scenario.yaml"
    text = file.read_text(encoding="utf-8")
    line = "  resolution: 8\n"
    file.write_text(
        text.replace(line, f'{line}  residents: {{file: residents.csv, assumption: "so"}}\n'), encoding="utf-8"
    )
    return folder


def put(folder: Path, *rows: str, header: str = "cell,residents") -> None:
    (folder / "residents.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")


def test_people_live_in_the_cells_of_the_table_alone(town: Path) -> None:
    put(town, *(f"{cell},{number}" for number, cell in enumerate(CELLS)))
    built = world.build(cf.load(town), cache=False)
    living = {format(int(cell), "x") for cell in built.cell_ids[built.residents > 0]}
    assert living <= set(CELLS[1:])
    assert built.persons == 20_000
    assert not np.array_equal(built.residents, world.build(cf.load(SMALL), cache=False).residents)


WRONG = {
    "another header": (["x"], "h3,people", (1, "found the columns")),
    "no rows": ([], "cell,residents", (None, "has no rows")),
    "no cell": (["nothing,1"], "cell,residents", (2, "expected an H3 cell")),
    "twice": ([f"{CELLS[0]},1", f"{CELLS[0]},1"], "cell,residents", (3, "occurs twice, first in line 2")),
    "negative": ([f"{CELLS[0]},-1"], "cell,residents", (2, "0 or more")),
    "too fine": ([f"{h3.cell_to_center_child(CELLS[0])},1"], "cell,residents", (2, "resolution 9, expected at most 8")),
    "mixed": ([f"{CELLS[0]},1", f"{h3.cell_to_parent(CELLS[1])},1"], "cell,residents", (3, "others are not")),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_table_is_told_by_line(town: Path, case: str) -> None:
    rows, header, (line, message) = WRONG[case]
    put(town, *rows, header=header)
    (error,) = cf.validate(town)
    assert Path(str(error.file)).name == "residents.csv"
    assert error.line == line
    assert message in error.message
    assert error.key == "place.residents.file"


def test_people_outside_the_districts_are_told_at_the_scenario(town: Path) -> None:
    put(town, f"{h3.latlng_to_cell(0.0, 0.0, 8)},5", *(f"{cell},1" for cell in CELLS))
    (error,) = cf.validate(town)
    assert "1 cells with residents lie outside the districts" in error.message
    assert error.line
