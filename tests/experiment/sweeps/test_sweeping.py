"""A sweep must pair its points, keep what was finished byte for byte, and refuse to go on with another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import contrafact as cf
from contrafact.errors import InputError, InputErrors
from contrafact.experiment.sweeps.points import UNITS, AtPoints
from contrafact.experiment.sweeps.sweeping import Sweep, design_of, sweep

UNTIL = "16 h"
SMALL = Path(__file__).parents[2] / "data" / "small"
OVER = ["parameters.participation.legitimacy=0.7..0.9", "place.detour"]


def swept(folder: Path, **options: Any) -> Sweep:
    settled: dict[str, Any] = {"points": 3, "replications": 2, "seed": 4, "until": UNTIL, "threads": 2, **options}
    return sweep(cf.load(SMALL), settled.pop("over", OVER), out=folder, **settled)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return swept(tmp_path_factory.mktemp("sweeps") / "whole")


def test_designs_cover_every_axis() -> None:
    latin = design_of("lhs", 3, 8, 1)
    assert (np.sort((latin * 8).astype(int), axis=0) == np.arange(8)[:, np.newaxis]).all()
    assert design_of("lhs", 3, 8, 1).tolist() == latin.tolist() != design_of("lhs", 3, 8, 2).tolist()
    assert design_of("grid", 2, 3, 1).tolist() == [[a, b] for a in (0, 0.5, 1) for b in (0, 0.5, 1)]
    sobol = design_of("sobol", 2, 8, 1)
    assert (np.sort((sobol * 8).astype(int), axis=0) == np.arange(8)[:, np.newaxis]).all()
    with pytest.raises(InputErrors, match="--points"):
        design_of("grid", 8, 10, 1)


def test_replication_k_of_a_point_is_a_run_with_its_numbers_set_on_the_same_seed(whole: Sweep) -> None:
    legitimacy, detour = whole.points[1]
    alone = cf.run(
        cf.load(SMALL, {OVER[0].partition("=")[0]: legitimacy, "place.detour": detour}), 2, seed=4, until=UNTIL
    )
    for name, values in whole.outcomes.items():
        assert values[1].tolist() == alone.outcomes[name].tolist(), name


def test_an_interrupted_sweep_goes_on_to_the_same_bytes(
    whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(tmp_path / "parts", progress=stop)
    assert len(list((tmp_path / "parts" / "points").iterdir())) == 1
    swept(tmp_path / "parts", resume=True, threads=1)
    assert files(tmp_path / "parts") == files(whole.folder)

    def never(*_: object) -> None:
        raise AssertionError("everything is there")

    monkeypatch.setattr(AtPoints, "simulate", never)
    assert swept(whole.folder, resume=True).points.tolist() == whole.points.tolist()


def test_another_sweep_is_not_gone_on_with(whole: Sweep, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds such work already"):
        swept(whole.folder)
    with pytest.raises(InputError, match="under replications"):
        swept(whole.folder, replications=3, resume=True)
    with pytest.raises(InputError, match="under axes, points"):
        swept(whole.folder, over=[OVER[0].replace("0.9", "0.8"), OVER[1]], resume=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "note").write_text("mine")
    with pytest.raises(InputError, match="holds something else"):
        swept(tmp_path / "other")
    before = files(whole.folder)
    torn = whole.folder / "points" / "point-000001.parquet"
    torn.write_bytes(before["points/point-000001.parquet"][:100])
    try:
        with pytest.raises(InputError, match="cannot be read as Parquet"):
            swept(whole.folder, resume=True)
    finally:
        torn.write_bytes(before["points/point-000001.parquet"])


def test_the_document_puts_harm_first_and_leaves_points_in_the_order_of_the_design(whole: Sweep) -> None:
    document = whole.as_dict()
    assert list(document["outcomes"])[:2] == list(UNITS)[:2]
    assert next(iter(UNITS)).startswith("deaths")
    assert [row["point"] for row in document["points"]] == [0, 1, 2]
    assert list(document["points"][0])[:2] == ["point", "outcomes"]
    assert not {"best", "rank", "optimum"} & document.keys()
    assert "detained" in document["notes"]


def test_processes_give_what_threads_give(whole: Sweep, tmp_path: Path) -> None:
    swept(tmp_path / "by-process", threads=None, workers=1, over=OVER)
    assert files(tmp_path / "by-process") == files(whole.folder)


def test_a_scenario_of_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="only scenarios of a city"):
        sweep(cf.load("epstein-2002"), OVER, out=tmp_path / "x")
