"""The normal likelihood of all facts together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from contrafact.evidence import joint
from contrafact.evidence.weighing import Column, pairwise


def sample(seed: int, size: int, facts: int, shift: float = 0.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Standard normal numbers, the same in every call."""
    return np.random.Generator(np.random.Philox(seed)).normal(shift, size=(size, facts))


def test_two_normals_have_their_known_weight() -> None:
    published = np.stack([sample(1, 40_000, 2), sample(2, 40_000, 2, 1.0)])
    record = np.array([0.8, 0.4])
    logs = joint.of_record(published, record)
    known = [multivariate_normal(np.full(2, mean), np.eye(2)).logpdf(record) for mean in (0.0, 1.0)]
    assert logs == pytest.approx(known, abs=0.05)


def test_facts_that_say_the_same_twice_count_once() -> None:
    one = np.stack([sample(1, 4_000, 1), sample(2, 4_000, 1, 1.0)])
    noise = 0.01 * sample(3, 4_000, 1)
    twice = np.concatenate([one, one + noise], axis=2)
    weights = [pairwise(joint.of_record(part, np.full(part.shape[2], 2.0)))[1] for part in (one, twice)]
    assert weights[1] == pytest.approx(weights[0], abs=0.02)


def test_arms_that_are_the_same_are_not_told_apart() -> None:
    published = np.repeat(sample(1, 15, 4)[np.newaxis], 2, axis=0)
    found = joint.of_synthetic(published)
    assert found[..., 0] == pytest.approx(found[..., 1])


def test_a_truth_is_left_out() -> None:
    published = np.stack([sample(1, 12, 2), sample(2, 12, 2)])
    found = joint.of_synthetic(published)
    others = np.delete(published[1], 3, axis=0)
    assert found[0, 3, 1] == pytest.approx(joint.log_density(others, published[0, 3:4])[0])


def test_covariance_is_shrunk_wholly_where_a_sample_tells_nothing_and_hardly_where_it_is_large() -> None:
    few = joint.shrunk(sample(1, 5, 20))
    assert np.linalg.eigvalsh(few).min() > 0.1
    factor = np.array([[1.0, 0.0], [0.9, 0.3]])
    assert joint.shrunk(sample(2, 50_000, 2) @ factor.T) == pytest.approx(factor @ factor.T, abs=0.03)


def test_rows_become_facts() -> None:
    columns = [Column("a", "x", 0.0, 2.0), Column("b", "x", 0.0, 4.0), Column("c", "still", None, 1.0)]
    statements = np.array([[[0.0, np.nan, 1.0], [2.0, 10.0, 1.0]]])  # spreads 1, 0 once never is the horizon, 0
    published, record = joint.by_fact(columns, statements, horizon=10.0)
    assert published[0, :, 0].tolist() == [0.0, 2.0]
    assert record.tolist() == [2.0]


def test_arms_that_are_added_do_not_move_the_weight_of_the_others() -> None:
    columns = [Column("a", "a", 0.0, 0.3), Column("b", "b", 0.0, -0.2)]
    two = np.stack([sample(1, 15, 2), sample(2, 15, 2, 0.5)])
    three = np.concatenate([two, 50.0 * sample(3, 15, 2)[np.newaxis]])
    logs = [joint.of_record(*joint.by_fact(columns, arms, 10.0)) for arms in (two, three)]
    assert logs[1][:2] == pytest.approx(logs[0])


def test_rows_that_tell_nothing_apart_leave_every_arm_alike() -> None:
    published, record = joint.by_fact([Column("a", "a", None, 1.0)], np.ones((2, 12, 1)), 10.0)
    assert joint.of_record(published, record).tolist() == [0.0, 0.0]
