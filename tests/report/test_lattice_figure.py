"""The picture of a run on the lattice: bands over the replays, one replay as a line, a whole file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import contrafact as cf
from contrafact.experiment.lattice import LatticeResult
from contrafact.report import lattice
from contrafact.report.tables import outcome_rows


def result(*overrides: str, replications: int = 3) -> LatticeResult:
    found = cf.run(cf.load("epstein-2002", overrides or ["ticks=40"]), replications)
    assert isinstance(found, LatticeResult)
    return found


def test_rows_are_quantiles_at_each_tick_and_the_first_replay() -> None:
    found = result("rules.ratio=floor")
    rows = lattice.agents(found).spec()["datasets"]
    active = found.timeline["active"][:, 9]
    row = rows["ticks1"][9]
    assert (row["tick"], row["one"], row["p50"]) == (10, active[0], np.median(active))
    assert [row["one"] for row in rows["ticks2"]] == found.timeline["jailed"][0].tolist()


def test_of_two_groups_the_smaller_is_drawn() -> None:
    found = result("run=run-7", replications=1)
    rows = lattice.agents(found).spec()["datasets"]["ticks2"]
    smaller = np.minimum(found.timeline["blue"], found.timeline["green"])[0]
    assert [row["one"] for row in rows] == smaller.tolist()


@pytest.mark.parametrize("ticks", [1, 40])
def test_the_picture_is_saved_and_none_is_drawn_without_a_timeline(tmp_path: Path, ticks: int) -> None:
    found = result(f"ticks={ticks}", replications=1)
    paths = lattice.save_figures(found, tmp_path / "pictures")
    assert [path.name for path in paths] == ["curves.png", "curves.svg"]
    assert all(path.stat().st_size > 1000 for path in paths)
    bare = cf.run(found.scenario, 1, record=())
    assert isinstance(bare, LatticeResult)
    assert lattice.save_figures(bare, tmp_path / "none") == []
    assert not (tmp_path / "none").exists()


def test_outcomes_are_told_in_words_and_what_was_not_measured_as_none() -> None:
    rows = {row[0]: row for row in outcome_rows(result("ticks=3"))}
    assert rows["Wait between outbursts, mean"] == ("Wait between outbursts, mean", "none", "none", "ticks")
    assert rows["Outbursts"][1] == "0"
