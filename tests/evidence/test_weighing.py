"""Weights of arms from ensembles whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from contrafact.evidence.ledger import COLUMNS as RECORD
from contrafact.evidence.ledger import Observation, parse_record
from contrafact.evidence.observed import COUNT, TIME, YES_OR_NO, Asked
from contrafact.evidence.weighing import (
    LEAST,
    Column,
    Ensembles,
    among_all,
    bandwidth,
    column,
    on_scale,
    pairwise,
    shares_of_facts,
)

Floats = NDArray[np.float64]
NAN = np.nan


def random(seed: int = 1) -> np.random.Generator:
    """Numbers that are the same in every call."""
    return np.random.Generator(np.random.Philox(seed))


def normals(apart: float, size: int) -> Floats:
    """Two arms of one row, standard normal and shifted, (arm, replication, row)."""
    base = random().normal(size=(2, size, 1))
    return base + np.array([0.0, apart])[:, np.newaxis, np.newaxis]


def row(**cells: str) -> Observation:
    """One row of a record."""
    given = {"id": "A1", "quantity": "q", "publisher": "P", "quote": "w", "reliability": "r", "fact_id": "A1"}
    filled = {**given, "use": "fit", **cells}
    text = ",".join(RECORD) + "\n" + ",".join(filled.get(name, "") for name in RECORD) + "\n"
    (found,) = parse_record(text, "record.csv")
    return found


def test_two_normals_have_their_known_weight() -> None:
    ensembles = Ensembles([Column("r", "f", 0.0, 0.8)], normals(1.0, 200_000))
    logs = ensembles.of_record()[:, 0]
    known = norm.logpdf(0.8, 1.0) - norm.logpdf(0.8, 0.0)
    assert logs[1] - logs[0] == pytest.approx(known, abs=0.03)
    assert pairwise(logs)[1] == pytest.approx(1.0 / (1.0 + math.exp(-known)), abs=0.01)


def test_a_band_has_the_probability_that_lies_within_it() -> None:
    ensembles = Ensembles([Column("r", "f", 0.5, 0.8)], normals(1.0, 200_000))
    logs = ensembles.of_record()[:, 0]
    within = [math.log(norm.cdf(1.3, mean) - norm.cdf(0.3, mean)) for mean in (0.0, 1.0)]
    assert logs[1] - logs[0] == pytest.approx(within[1] - within[0], abs=0.03)


def test_one_row_counted_by_hand() -> None:
    values = np.array([[[0.0], [0.2]], [[1.0], [NAN]]])
    one = Column("r", "f", 0.0, 0.1)
    width = bandwidth(values[:, :, 0], one.least)
    span = 1.0 + 2.0 * width
    logs = Ensembles([one], values).of_record()[:, 0]
    kernels = norm.pdf([0.1, -0.1], scale=width).sum()
    assert logs[0] == pytest.approx(math.log(2.5 / 3) + math.log((kernels + 1 / span) / 3))
    assert logs[1] == pytest.approx(math.log(1.5 / 3) + math.log((norm.pdf(0.9, scale=width) + 1 / span) / 2))


def test_yes_in_no_replication_has_the_floor_of_jeffreys() -> None:
    values = np.array([[[0.0]] * 4, [[1.0]] * 4])
    logs = Ensembles([Column("r", "f", None, 1.0)], values).of_record()[:, 0]
    assert np.exp(logs) == pytest.approx([0.5 / 5, 4.5 / 5])


def test_what_never_happens_in_an_arm_is_not_impossible() -> None:
    values = np.array([[[NAN]] * 4, [[10.0]] * 4])
    logs = Ensembles([Column("r", "f", 1.0, 10.0, LEAST[TIME])], values).of_record()[:, 0]
    span = 2.0 * (1.0 + LEAST[TIME])
    assert logs[0] == pytest.approx(math.log(0.5 / 5) - math.log(span))


def test_arms_that_are_the_same_have_half_the_weight_each() -> None:
    values = np.repeat(random().normal(size=(1, 30, 3)), 2, axis=0)
    columns = [Column("a", "a", 0.3, 0.5), Column("b", "b", 0.0, -2.0), Column("c", "c", 0.1, 9.0)]
    ensembles = Ensembles(columns, values)
    shares = shares_of_facts(columns)
    assert pairwise(ensembles.of_record() @ shares)[1] == 0.5
    truths = pairwise(ensembles.of_synthetic(ensembles.statements()) @ shares)
    assert np.abs(truths - 0.5).max() < 1e-12


def test_a_truth_is_left_out_of_every_arm() -> None:
    values = np.array([[[0.0], [1.0], [5.0]], [[0.0], [2.0], [6.0]]])
    one = Column("r", "f", 0.0, 0.0)
    found = Ensembles([one], values).of_synthetic(values)
    width = bandwidth(values[:, :, 0], one.least)
    unknown = 1.0 / (6.0 + 2.0 * width)
    for arm, others in enumerate(([1.0, 5.0], [2.0, 6.0])):
        kernels = norm.pdf(others, scale=width).sum()
        known = math.log(2.5 / 3) + math.log((kernels + unknown) / 3)
        assert found[0, 0, arm, 0] == pytest.approx(known)


def test_counting_each_replication_once_is_the_whole_ensemble() -> None:
    columns = [Column("a", "a", 0.3, 0.5), Column("b", "b", None, 1.0)]
    values = np.stack([normals(1.0, 12)[..., 0], (normals(0.5, 12)[..., 0] > 0).astype(float)], axis=2)
    ensembles = Ensembles(columns, values)
    times = np.vstack([np.ones(12), np.repeat([2.0, 0.0], 6)])
    found = ensembles.of_record(times)
    assert found[0] == pytest.approx(ensembles.of_record())
    yes = values[:, :6, 1].sum(axis=1)
    assert found[1, :, 1] == pytest.approx(np.log((2 * yes + 0.5) / 13))


def test_sets_of_an_arm_are_weighed_as_arms_of_their_own() -> None:
    columns = [Column("a", "a", 0.3, 0.5), Column("b", "b", None, 1.0)]
    values = np.stack([normals(0.0, 6)[..., 0], (normals(0.0, 6)[..., 0] > 0).astype(float)], axis=2)[:1]
    whole = Ensembles(columns, values)
    rest = np.ones((6, 1, 6)) - np.eye(6)[:, np.newaxis]
    left_out = whole.of_synthetic(whole.statements())[0]
    assert whole.of_sets(whole.statements(), rest) == pytest.approx(left_out)


def test_synthetic_words_are_anywhere_in_their_band_and_alike_in_all_arms() -> None:
    values = np.zeros((2, 200, 2))
    said = Ensembles([Column("a", "a", 0.5, 0.0), Column("b", "b", None, 1.0)], values).statements()
    assert (said[0] == said[1]).all()
    assert (said[..., 1] == 0.0).all()
    assert np.abs(said[..., 0]).max() == pytest.approx(0.5, abs=0.02)


def test_rows_of_a_fact_share_its_weight() -> None:
    columns = [Column("a", "x", 0.1, 0.0), Column("b", "x", 0.1, 0.0), Column("c", "y", 0.1, 0.0)]
    assert shares_of_facts(columns).tolist() == [0.5, 0.5, 1.0]
    assert shares_of_facts(columns, [False, True, True]).tolist() == [0.0, 1.0, 1.0]


def test_weights_among_all_add_up() -> None:
    logs = np.array([0.0, math.log(2.0), math.log(5.0)])
    assert among_all(logs) == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert pairwise(logs) == pytest.approx([1 / 2, 2 / 3, 5 / 6])


def test_bands_and_bounds_of_rows() -> None:
    counted = row(value="100", time_start="2022-01-04")
    assert column(Asked(counted, COUNT, (99.5, 100.5))) == Column(
        "A1", "A1", pytest.approx(np.log(101.5 / 100.5) / 2), pytest.approx(np.log(101.5 * 100.5) / 2)
    )
    assert column(Asked(counted, COUNT, (20.0, None))).half is None
    assert column(Asked(counted, TIME, (None, 8.0))).half is None
    assert column(Asked(counted, TIME, (6.0, 8.0))) == Column("A1", "A1", 1.0, 7.0, LEAST[TIME])
    assert column(Asked(counted, YES_OR_NO, (1.0, 1.0))).half is None


@pytest.mark.parametrize(
    ("kind", "interval", "values", "known"),
    [
        (COUNT, (20.0, None), [19.0, 20.0], [0.0, 1.0]),
        (COUNT, (None, 20.0), [20.0, 21.0], [1.0, 0.0]),
        (TIME, (None, 8.0), [7.0, 9.0, NAN], [1.0, 0.0, 0.0]),
        (TIME, (6.0, 8.0), [7.0, NAN], [7.0, NAN]),
        (COUNT, (1.0, 2.0), [0.0, math.e - 1.0], [0.0, 1.0]),
        (YES_OR_NO, (1.0, 1.0), [0.0, 1.0], [0.0, 1.0]),
    ],
)
def test_readings_on_their_scale(
    kind: str, interval: tuple[float | None, float | None], values: list[float], known: list[float]
) -> None:
    found = on_scale(Asked(row(), kind, interval), np.array(values))
    assert found == pytest.approx(np.array(known), nan_ok=True)
