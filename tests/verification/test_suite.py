"""The suite itself: what it prints, how it counts, what it exits with, and its test of equivalence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from verification import __main__ as suite
from verification.check import Check, count, table
from verification.equivalence import equivalence


def check(passed: bool | None) -> Check:
    return Check("1 A thing", "1", "2", "exact", passed, "seed 1", "exact")


def test_what_is_told_counts_as_neither_passed_nor_failed() -> None:
    assert count([check(True), check(None), check(False), check(True)]) == "2 passed, 1 failed"


def test_truth_values_of_numpy_are_counted() -> None:
    verdicts = np.array([1.0, 3.0]) > 2.0
    assert count([check(verdict) for verdict in verdicts]) == "1 passed, 1 failed"


def test_a_bar_in_a_text_breaks_no_table() -> None:
    assert table([Check("a|b", "", "", "", True, "", "")]).endswith("| a\\|b |  |  |  | pass |  |  |")


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (None, 0), (False, 1)])
def test_exit_code_is_1_only_if_a_check_failed(
    passed: bool | None, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(suite, "checks_of", lambda number: [check(passed)])
    assert suite.main(["1"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("1 A thing | 1 | 2 | exact | ")
    assert lines[-1].endswith(" passed, 0 failed" if code == 0 else " passed, 1 failed")


def test_targets_run_in_order_once_each_and_only_all_of_them_write_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run: list[int] = []

    def note(number: int) -> list[Check]:
        run.append(number)
        return [check(True)]

    monkeypatch.setattr(suite, "checks_of", note)
    monkeypatch.setattr(suite, "PAGE", tmp_path / "page.md")
    suite.main(["7", "6", "7"])
    assert run == [6, 7]
    assert not suite.PAGE.exists()
    suite.main([])
    assert run[2:] == sorted(suite.TARGETS)
    assert "1 passed" not in suite.PAGE.read_text()
    assert f"{len(suite.TARGETS)} passed, 0 failed" in suite.PAGE.read_text()


def test_a_target_that_breaks_off_fails_and_the_others_still_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "TARGETS", {1: ("harm.target_none",)})
    (broken,) = suite.checks_of(1)
    assert broken.passed is False
    assert broken.name == "1 harm.target_none runs to its end"


def test_a_target_without_checks_is_refused() -> None:
    with pytest.raises(SystemExit):
        suite.main(["99"])


def test_equal_means_pass_and_means_that_differ_by_the_margin_do_not() -> None:
    rng = np.random.default_rng(1)
    passed = dict.fromkeys((1.0, 1.05), 0)
    for _ in range(200):
        base = rng.normal(100, 10, 400)
        for ratio in passed:
            passed[ratio] += equivalence(ratio * rng.normal(100, 10, 400), base, 0.05).equal
    power = equivalence(rng.normal(100, 10, 400), rng.normal(100, 10, 400), 0.05).power
    assert passed[1.0] >= 200 * power - 5
    assert passed[1.05] <= 20  # 10 expected; more than 20 of 200 has a chance of 0.1 %


def test_few_replications_do_not_pass_for_want_of_a_difference() -> None:
    rng = np.random.default_rng(2)
    found = equivalence(rng.normal(100, 30, 10), rng.normal(100, 30, 10), 0.05)
    assert not found.equal
    assert found.power == 0.0


def test_what_goes_together_in_pairs_lowers_the_error() -> None:
    rng = np.random.default_rng(3)
    base = rng.normal(100, 20, 50)
    assert equivalence(base * 1.01, base, 0.05).error < 1e-12
