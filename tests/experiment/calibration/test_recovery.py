"""What the rows cannot tell must be found out, and ranks must be even when the posterior is right and not otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from contrafact.errors import InputError
from contrafact.experiment.calibration.recovery import DOUBTFUL, NEIGHBOURS, evenness, recover

NAMES = ("told", "only in a sum", "without effect")


def table(runs: int = 600) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """One parameter is seen with a noise of 0.3, one only within a sum with noise of 3, one not at all."""
    generator = np.random.default_rng(1)
    z = generator.standard_normal((runs, 3))
    seen = z[:, 0] + 0.3 * generator.standard_normal(runs)
    summed = z[:, 1] + 3.0 * generator.standard_normal(runs)
    return z, np.column_stack([seen, summed, generator.standard_normal(runs)])


def test_a_parameter_that_the_rows_cannot_tell_is_not_identified() -> None:
    # Posterior variances in closed form: 0.09 / 1.09 = 0.083 of the prior's; 9 / 10; all of it.
    found = recover(NAMES, *table())
    assert found.contraction == pytest.approx([1 - 0.083, 0.1, 0.0], abs=0.08)
    assert found.identified.tolist() == [True, False, False]
    assert found.correlation[0] == pytest.approx(np.sqrt(1 / 1.09), abs=0.03)
    assert abs(found.correlation[2]) < 0.25
    document = found.as_dict()
    assert [row["identified"] for row in document["parameters"]] == [True, False, False]
    assert all(sum(row["ranks"]) == document["runs"] == 600 for row in document["parameters"])


def test_ranks_are_even_where_the_posterior_is_right() -> None:
    assert (recover(NAMES, *table()).evenness > DOUBTFUL).all()


def test_uneven_ranks_are_found_out() -> None:
    # A posterior that is too narrow by half puts 2 x 20 % of the truths into the outer tenths; one shifted by half a
    # standard deviation 23 % into one of them.
    generator = np.random.default_rng(2)
    truth = generator.standard_normal(600)
    for centre, spread in ((0.0, 0.5), (0.5, 1.0)):
        wrong = centre + spread * generator.standard_normal((600, NEIGHBOURS))
        assert evenness((wrong < truth[:, np.newaxis]).sum(axis=1), NEIGHBOURS) < DOUBTFUL
    right = generator.standard_normal((600, NEIGHBOURS))
    assert evenness((right < truth[:, np.newaxis]).sum(axis=1), NEIGHBOURS) > DOUBTFUL


def test_a_table_that_is_too_small_is_refused_and_one_whose_rows_never_vary_tells_nothing() -> None:
    z, readings = table()
    with pytest.raises(InputError, match="expected more than 198"):
        recover(NAMES, z[:150], readings[:150])
    assert not recover(NAMES, z, np.zeros((600, 2))).identified.any()
