"""The notebooks of the documentation run from the first cell to the last, and show what they promise.

They are kept without outputs: what a cell shows is made where it is read, and by this test, with fewer replays on a
coarser map.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="no Jupyter: pip install nbclient ipykernel")
nbclient = pytest.importorskip("nbclient", reason="no Jupyter: pip install nbclient ipykernel")
pytest.importorskip("ipykernel", reason="no Jupyter: pip install nbclient ipykernel")

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs" / "notebooks").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"
HTML, PLAIN = "text/html", "text/plain"
PICTURE = "data:image/svg+xml"
LESS = {"REPLAYS = 4": "REPLAYS = 2", "place.resolution=8": "place.resolution=7"}
"""What a notebook asks for, and what it is given here."""

LONGEST = 4000
"""Characters of plain text beside what a notebook shows; a result told by all its arrays would have 400,000."""

PROMISED = {
    "almaty": {HTML: ("Deaths, all groups", "Milestones", "deaths_total", "restraint"), PICTURE: 2, WIDGET: 2},
    "baltimore": {HTML: ("Deaths, all groups", "kept for scoring", "Skill", "skill_90"), PICTURE: 1, WIDGET: 1},
}


def cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def test_every_notebook_is_known_and_has_no_outputs() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted(PROMISED)
    for path in NOTEBOOKS:
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells(path)), path.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_it_promises(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    text = path.read_text(encoding="utf-8")
    for asked, given in LESS.items():
        assert text.count(asked) == 1
        text = text.replace(asked, given)
    notebook = nbformat.reads(text, as_version=4)
    running = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    running.execute()
    shown = [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs if "data" in out]
    promised = PROMISED[path.stem]
    html = " ".join(out.data.get(HTML, "") for out in shown)
    for word in promised[HTML]:
        assert word in html, word
    assert html.count(PICTURE) == promised[PICTURE]
    assert sum(WIDGET in out.data for out in shown) == promised[WIDGET]
    assert max(len(out.data[PLAIN]) for out in shown) < LONGEST
    assert list(tmp_path.iterdir()) == []
