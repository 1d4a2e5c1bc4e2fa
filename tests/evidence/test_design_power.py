"""What is said of weights: ensembles whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from contrafact.evidence import design_power
from contrafact.evidence.readings import share_interval
from contrafact.evidence.weighing import Column, Ensembles

Floats = NDArray[np.float64]
SIZE = 60
COLUMNS = [Column("a1", "a", 0.05, 0.0), Column("a2", "a", 0.05, 0.0), Column("b", "b", 0.05, 0.0)]


def ensembles(*shifts: float, record: float = 0.0, size: int = SIZE) -> Ensembles:
    """Arms of two facts, one told by two rows, normal about a shift, each with its own random numbers."""
    random = np.random.Generator(np.random.Philox(7))
    values = random.normal(size=(len(shifts), size, 3)) + np.array(shifts)[:, np.newaxis, np.newaxis]
    return Ensembles([Column(one.row, one.fact, one.half, record) for one in COLUMNS], values)


def logs(*shifts: float, record: float = 0.0) -> design_power.Logs:
    """The logarithms of such arms."""
    found = ensembles(*shifts, record=record)
    return design_power.logs_of(found, found.statements())


def test_arms_far_apart_are_always_told_and_never_misleading() -> None:
    found = design_power.power(logs(0.0, 8.0), 1)
    for truth in ("truth_arm", "truth_recorded"):
        assert found[truth]["told"] == design_power.as_dict(share_interval(SIZE, SIZE))
        assert found[truth]["misled"]["share"] == 0.0
        assert found[truth]["median"] > 0.99


def test_arms_that_are_the_same_are_never_told() -> None:
    one = ensembles(0.0)
    same = Ensembles(one.columns, np.repeat(one.values, 2, axis=0))
    found = design_power.power(design_power.logs_of(same, same.statements()), 1)
    assert found["truth_arm"]["told"]["share"] == 0.0
    assert found["truth_arm"]["median"] == pytest.approx(0.5)


def test_power_lies_where_theory_puts_it() -> None:
    """Two independent normal facts, d apart: the log of the odds is normal with mean d^2 and variance 2 d^2."""
    columns = [Column("a", "a", 0.05, 0.0), Column("b", "b", 0.05, 0.0)]
    values = np.random.Generator(np.random.Philox(7)).normal(size=(2, 400, 2))
    values[1] += 2.0
    found = Ensembles(columns, values)
    known = 0.65  # P(N(4, 8) >= log 19)
    power = design_power.power(design_power.logs_of(found, found.statements()), 1)
    assert power["truth_arm"]["told"]["share"] == pytest.approx(known, abs=0.08)


def test_a_run_against_itself_tells_next_to_nothing_and_prefers_neither_set() -> None:
    found = design_power.of_itself(ensembles(0.0, 5.0, size=120))
    assert found["n"] == 120
    assert found["told"]["share"] <= 0.05
    assert found["median"] == pytest.approx(0.5, abs=0.1)


def test_the_sign_of_a_clear_effect_is_recovered_where_the_arm_is_told() -> None:
    random = np.random.Generator(np.random.Philox(3))
    deaths = 100.0 + random.normal(size=(3, SIZE)) + np.array([0.0, -20.0, 0.0])[:, np.newaxis]
    told = design_power.sign(logs(0.0, 8.0, 0.5), deaths, 1)
    assert told is not None
    assert (told["share"], told["without_rows"]) == (1.0, True)
    assert design_power.sign(logs(0.0, 8.0, 0.5), np.repeat(deaths[:1], 3, axis=0), 2) is None


def test_a_sign_is_not_recovered_where_a_rival_of_the_other_sign_looks_the_same() -> None:
    one = ensembles(0.0, 0.0)
    values = np.concatenate([one.values, one.values[1:]])
    same = Ensembles(one.columns, values)
    deaths = np.array([[0.0], [-1.0], [3.0]]) + np.random.Generator(np.random.Philox(3)).normal(size=(3, SIZE)) / 10
    found = design_power.sign(design_power.logs_of(same, same.statements()), deaths, 1)
    assert found is not None
    assert (found["share"], found["without_rows"]) == (0.0, False)


def test_a_record_amid_one_arm_is_told_and_typical_of_it() -> None:
    found = logs(0.0, 8.0, record=8.0)
    said = design_power.of_record(found, 1, np.array([-20.0, 0.0]))
    assert said["told"]
    assert said["low"] > 0.95
    assert said["joint"] == pytest.approx(1.0, abs=1e-6)
    assert design_power.typical(found, 1) > 0.5
    assert design_power.typical(found, 0) == 0.0


def test_a_row_outside_everything_is_typical_of_nothing() -> None:
    found = ensembles(0.0)
    columns = [*found.columns[:2], Column("b", "b", 0.05, 9.0)]
    strange = Ensembles(columns, found.values)
    shares = design_power.typical_rows(design_power.logs_of(strange, strange.statements()))
    assert shares[2] == 0.0
    assert min(shares[:2]) > 0.5


def test_it_is_not_told_where_another_assumption_disagrees() -> None:
    said = design_power.of_record(logs(0.0, 8.0, record=8.0), 1, np.array([0.0, 0.0]))
    assert (said["joint"], said["told"]) == (0.5, False)


def test_it_is_not_told_where_it_leans_on_one_fact() -> None:
    one = ensembles(0.0, 8.0)
    values = one.values.copy()
    values[1, :, 2] -= 8.0
    leaning = Ensembles([*one.columns[:2], one.columns[2]], values)
    said = design_power.of_record(design_power.logs_of(leaning, leaning.statements()), 1)
    assert said["weight"] < 0.01
    assert said["leaning_on"] == "a"
    assert said["without_it"] == pytest.approx(0.5, abs=0.1)
    assert not said["told"]


def test_rows_can_be_chosen() -> None:
    part = logs(0.0, 8.0).chosen([True, False, False])
    assert part.facts == ("a",)
    nothing = logs(0.0, 8.0).chosen([False, False, False])
    said = design_power.of_record(nothing, 1)
    assert (said["weight"], said["leaning_on"], said["told"]) == (0.5, None, False)


def test_weights_of_all_arms_add_up() -> None:
    found = design_power.of_all(logs(0.0, 0.5, 8.0))
    assert sum(one["weight"] for one in found) == pytest.approx(1.0)
    assert all(one["low"] <= one["weight"] <= one["high"] for one in found)
