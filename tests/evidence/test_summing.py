"""Scores put together: each fact once, kinds apart."""

from __future__ import annotations

from typing import Any

import pytest

from contrafact.evidence.summing import summary, weighted


def row(fact: str, crps: float | None, base: float | None, kind: str = "count", **given: Any) -> dict[str, Any]:
    """One row that was scored, against one baseline."""
    brier = given.pop("brier", (None, None))
    return {
        "fact": fact, "use": "fit", "kind": kind, "crps": crps, "brier": brier[0], "inside": True, "inside_50": False,
        "baselines": {"b": {"crps": base, "brier": brier[1]}}, **given,
    }  # fmt: skip


def test_a_fact_weighs_once_however_many_rows_tell_of_it() -> None:
    rows = weighted([row("a", 1.0, 2.0), row("a", 3.0, 2.0), row("b", 0.0, 4.0, inside=False)])
    assert [one["weight"] for one in rows] == [0.5, 0.5, 1.0]
    found = summary(rows, ["b"], "b", 40)
    assert found["n"] == 2
    assert found["coverage_90"] == 0.5
    assert found["crps"]["count"] == pytest.approx(1.0)  # (0.5 + 1.5 + 0) / 2
    assert found["crps_skill"] == pytest.approx(1 - 1.0 / 3.0)


def test_rows_of_another_use_do_not_share_the_weight() -> None:
    assert [one["weight"] for one in weighted([row("a", 1, 1), row("a", 1, 1, use="score")])] == [1.0, 1.0]


def test_counts_and_times_are_never_pooled_in_their_units() -> None:
    rows = weighted([row("a", 1.0, 2.0), row("b", 300.0, 400.0, "time"), row("c", 300.0, 400.0, "time")])
    found = summary(rows, ["b"], "b", 40)
    assert found["skills"]["b"]["count"]["skill"] == 0.5
    assert found["skills"]["b"]["time"]["skill"] == 0.25
    assert found["crps_skill"] == pytest.approx((0.5 + 2 * 0.25) / 3)


def test_a_baseline_is_compared_on_the_rows_that_it_predicts() -> None:
    rows = weighted([row("a", 1.0, 2.0), row("b", 9.0, None)])
    one = summary(rows, ["b"], "b", 40)["skills"]["b"]["count"]
    assert (one["skill"], one["n"], one["score"], one["baseline"]) == (0.5, 1, 1.0, 2.0)


def test_there_is_no_skill_against_a_perfect_baseline_and_both_scores_are_told() -> None:
    rows = weighted([row("a", None, None, "yes or no", brier=(0.25, 0.0001))])
    found = summary(rows, ["b"], "b", 40)
    assert found["brier_skill"] is None
    assert found["skills"]["b"]["brier"]["baseline"] == 0.0001
    assert found["coverage_90"] is None


def test_the_interval_of_a_skill_holds_it_and_narrows_where_all_facts_agree() -> None:
    alike = weighted([row(str(number), 1.0, 2.0) for number in range(6)])
    assert summary(alike, ["b"], "b", 40)["skills"]["b"]["count"]["skill_90"] == (0.5, 0.5)
    mixed = weighted([row(str(number), 0.5 * number, 2.0) for number in range(6)])
    one = summary(mixed, ["b"], "b", 40)["skills"]["b"]["count"]
    assert one["skill_90"][0] < one["skill"] - 0.1 < one["skill"] + 0.1 < one["skill_90"][1]
    few = weighted([row("a", 1.0, 2.0), row("b", 1.0, 2.0)])
    assert summary(few, ["b"], "b", 40)["skills"]["b"]["count"]["skill_90"] is None


def test_coverage_tells_of_which_rows_it_speaks_and_what_so_few_replications_would_hold() -> None:
    rows = weighted(
        [row("a", 1.0, 2.0), row("a", 1.0, 2.0, "time"), row("b", None, None, "yes or no", brier=(0.2, 0.2))]
    )
    found = summary(rows, ["b"], "b", 40)
    assert (found["n"], found["rows"], found["coverage_n"], found["coverage_rows"]) == (2, 3, 1, 2)
    assert found["coverage_90_expected"] == pytest.approx(39 * 0.9 / 41)
    assert found["coverage_50_expected"] == pytest.approx(39 * 0.5 / 41)


def test_nothing_read_is_nothing_said() -> None:
    found = summary([], ["b"], "b", 40)
    assert (found["n"], found["crps_skill"], found["coverage_90"]) == (0, None, None)
