"""No ratio is told of programs that do not do the same work."""

from __future__ import annotations

import random

from benchmarks.equality import all_of, of_groups, of_pairs
from benchmarks.table import Row, markdown


def near(mean: float, spread: float, number: int, seed: int) -> list[float]:
    """Results around a mean."""
    draw = random.Random(seed)
    return [draw.gauss(mean, spread) for _ in range(number)]


def test_results_that_differ_by_chance_alone_are_equal() -> None:
    agreed = of_groups("share", near(0.8, 0.01, 10, 1), near(0.8, 0.01, 10, 2))
    assert agreed.equal
    assert "(10 runs)" in agreed.told


def test_results_that_differ_by_more_are_not() -> None:
    assert not of_groups("share", near(0.8, 0.01, 10, 1), near(0.75, 0.01, 10, 2)).equal
    assert not of_pairs("active", [0.12, 0.0, 0.1, 0.2], [15.0, 14.0, 16.0, 15.5]).equal


def test_a_known_difference_is_let_pass() -> None:
    ours, theirs = near(0.8, 1e-4, 10, 1), near(0.805, 1e-4, 10, 2)
    assert not of_groups("share", ours, theirs).equal
    assert of_groups("share", ours, theirs, slack=0.006).equal


def test_results_too_uncertain_to_tell_are_not_called_equal() -> None:
    ours, theirs = [0.0, 0.0, 66.0, 0.0], [0.0, 14.0, 0.0, 1.0]
    assert not of_groups("active", ours, theirs).equal


def test_pairs_take_out_what_a_society_brings_with_it() -> None:
    societies = near(100.0, 50.0, 10, 1)
    theirs = [one + off for one, off in zip(societies, near(4.0, 1.0, 10, 2), strict=True)]
    assert not of_pairs("jailed", societies, theirs).equal
    assert of_groups("jailed", societies, theirs, slack=100.0).equal is False


def test_all_must_agree() -> None:
    good = of_pairs("active", [1.0, 2.0, 3.0], [1.01, 2.0, 2.99])
    bad = of_pairs("jailed", [1.0, 2.0, 3.0], [2.0, 3.0, 4.01])
    assert all_of([good, good]).equal
    assert not all_of([good, bad]).equal
    assert bad.told in all_of([good, bad]).told


def test_the_table_says_that_results_are_not_equal() -> None:
    table = markdown([Row("infection", "a rival", at_least=3.0, unequal=True, note="Ours 0.80, theirs 0.72.")])
    (row,) = [line for line in table.splitlines() if line.startswith("| infection")]
    assert row.count("not equal") == 2
