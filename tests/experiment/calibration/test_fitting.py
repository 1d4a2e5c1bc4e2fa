"""A fit must come out the same whatever runs it and however often it was stopped, and its posterior must be usable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import contrafact as cf
from contrafact.errors import InputError, InputErrors
from contrafact.evidence.bundle import Evidence
from contrafact.experiment.calibration import trials
from contrafact.experiment.calibration.fitting import Calibration, calibrate, space_of
from contrafact.experiment.calibration.recovery import recovery
from contrafact.experiment.parquet import read_metadata
from contrafact.scenario import Scenario
from contrafact.scenario.document import Document
from tests.experiment.calibration.conftest import made_up, settings, short_weeks

SMALL = Path(__file__).parents[2] / "data" / "small"
PATHS = ["parameters.participation.legitimacy", "parameters.crowd_control.arrest"]


@pytest.fixture
def town(record: Evidence, monkeypatch: pytest.MonkeyPatch) -> Document:
    short_weeks(monkeypatch)
    return cf.load(SMALL)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calibration]:
    """A fit that nothing disturbed."""
    with pytest.MonkeyPatch.context() as patch:
        made_up(patch)
        short_weeks(patch)
        yield fitted(cf.load(SMALL), tmp_path_factory.mktemp("fits") / "whole")


def fitted(town: Document, folder: Path, **options: Any) -> Calibration:
    return calibrate(town, settings(), seed=3, out=folder, **{"threads": 2, **options})


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_fit_that_was_stopped_goes_on_to_the_same_bytes_at_any_number_of_threads(
    whole: Calibration, town: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = 0

    def stop(*_: object) -> None:
        nonlocal done
        done += 1
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(town, tmp_path / "parts", progress=stop)
    assert len(list((tmp_path / "parts" / "generations").iterdir())) == 3
    resumed = fitted(town, tmp_path / "parts", resume=True, threads=1)
    assert files(tmp_path / "parts") == files(whole.folder)
    assert resumed.fit.runs == whole.fit.runs == 8 * len(list((whole.folder / "generations").iterdir())) > 24

    def never(*_: object, **__: object) -> None:
        raise AssertionError("everything is there")

    monkeypatch.setattr(trials.Trials, "simulate", never)
    assert fitted(town, whole.folder, resume=True).values.tolist() == whole.values.tolist()


def test_the_document_and_the_posterior_say_what_was_fitted_and_a_run_can_draw_from_it(whole: Calibration) -> None:
    found, document = whole, whole.as_dict()
    assert {"parameters", "accepted", "runs", "elapsed_s", "results"} <= document.keys()
    assert [one["name"] for one in document["parameters"]] == PATHS
    first = document["parameters"][0]
    assert 0.75 <= first["posterior"]["low"] <= first["posterior"]["median"] <= first["posterior"]["high"] <= 0.95
    assert document["accepted"] == 10
    assert [row["id"] for row in document["rows"]] == ["T1", "T3"]
    assert read_metadata(found.path)["scenario"] == "small"
    again = cf.load(SMALL, {"posterior": str(found.path)})
    result = cf.run(again, 3, until="1 h")
    assert isinstance(result, cf.Result)
    drawn = np.column_stack([result.draws[path] for path in PATHS])
    rows = {tuple(row) for row in found.values.tolist()}
    assert {tuple(row) for row in drawn.tolist()} <= rows
    assert set(result.draws["parameters.exposure.near"]) == {found.space.held["parameters.exposure.near"]}


def test_a_fit_begins_with_the_priors_though_the_scenario_has_a_posterior(whole: Calibration, tmp_path: Path) -> None:
    again = fitted(cf.load(SMALL, {"posterior": str(whole.path)}), tmp_path / "again")
    assert files(tmp_path / "again") == files(whole.folder)
    assert again.scenario.digest == whole.scenario.digest


def test_draws_that_set_a_calm_week_on_fire_are_rejected_before_the_crisis_is_run(
    town: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials.calm, "stays_calm", lambda model, seed, number, given: number % 2 == 0)
    found = fitted(town, tmp_path / "fit")
    assert found.fit.generations[0].numbers.tolist() == list(range(0, 20, 2))


def test_a_folder_begun_for_another_fit_is_refused(whole: Calibration, town: Document) -> None:
    with pytest.raises(InputError, match="holds such work already"):
        fitted(town, whole.folder)
    with pytest.raises(InputError, match="something else under seed"):
        calibrate(town, settings(), seed=4, out=whole.folder, resume=True)
    changed = settings(("T1", 0.25), ("T3", 0.5))
    with pytest.raises(InputError, match="under rows"):
        calibrate(town, changed, seed=3, out=whole.folder, resume=True)


def test_what_is_fitted_may_be_named_instead_and_what_is_wrong_with_it_is_told(town: Document, tmp_path: Path) -> None:
    named = space_of(cast(Scenario, town), settings(), ["parameters.participation.nu=0.3..0.5 1/h"])
    assert [axis.path for axis in named.axes] == ["parameters.participation.nu"]
    with pytest.raises(InputErrors, match=r"no number parameters\.participation\.nuu"):
        fitted(town, tmp_path / "other", over=["parameters.participation.nuu"])
    with pytest.raises(InputError, match="both fitted and held"):
        calibrate(town, settings(held=[PATHS[0]]), out=tmp_path / "other")
    with pytest.raises(InputErrors, match="--population"):
        fitted(town, tmp_path / "other", population=5)
    assert not (tmp_path / "other").exists()


def test_a_scaled_town_is_not_fitted(town: Document, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="casualties are not fitted"):
        calibrate(cf.load(SMALL, {"population.scale": 10}), settings(), out=tmp_path / "fit")


def test_a_parameter_is_identified_if_the_fit_took_a_quarter_of_its_prior_variance_away(whole: Calibration) -> None:
    # Of the first the last generation has a quarter of the prior's spread, of the second all of it.
    z = np.array([[-0.25, -1.0], [0.25, 1.0]])
    last = replace(whole.fit.last, z=z, weight=np.array([0.5, 0.5]))
    found = replace(whole, fit=replace(whole.fit, generations=(last,)), residuals={})
    assert found.contraction == pytest.approx([1 - 1 / 16, 0.0])
    assert [one["identified"] for one in found.as_dict()["parameters"]] == [True, False]


def test_the_reference_table_is_generation_0_of_the_fit_and_finds_out_what_cannot_be_told(
    whole: Calibration, town: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(whole.folder)
    kept = 8 * len([name for name in before if "generation-000" in name])
    ran: list[int] = []
    simulate = trials.Trials.simulate
    monkeypatch.setattr(trials.Trials, "simulate", lambda self, n: (ran.append(self.first + n), simulate(self, n))[1])
    options: dict[str, Any] = {"seed": 3, "neighbours": 9, "out": whole.folder, "resume": True, "threads": 1}
    found = recovery(town, 64, settings(), **options)
    assert ran == list(range(kept, 64))
    assert found.names == tuple(PATHS)
    assert 18 < len(found.ranks) <= 64
    after = files(whole.folder)
    assert {name: after[name] for name in before} == before
    with pytest.raises(InputErrors, match="--recovery"):
        recovery(town, 3, settings(), **options)


def test_a_fit_by_regression_runs_draws_of_the_priors_alone_and_goes_on_with_their_table(
    town: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = settings(method="regression", population=12, stop={"runs": 32})
    options: dict[str, Any] = {"seed": 3, "threads": 1, "notify": lambda _: None}
    found = calibrate(town, of, out=tmp_path / "fit", **options)
    assert found.fit.runs == 32
    assert found.fit.last.distance.size == 12
    assert (found.values[:, 0] > 0.75).all()
    assert (found.values[:, 0] < 0.95).all()
    assert set(found.residuals) == {"T1", "T3"}
    monkeypatch.setattr(trials.Trials, "simulate", lambda *_: pytest.fail("everything is there"))
    again = calibrate(town, of, out=tmp_path / "fit", resume=True, **options)
    assert again.values.tolist() == found.values.tolist()
