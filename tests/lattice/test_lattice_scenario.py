"""Lattice scenarios: which rule decides, and what is refused, with file, line and key."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from contrafact.errors import InputError, InputErrors
from contrafact.lattice import Change, Rules
from contrafact.lattice.rules import DECLARED
from contrafact.lattice.scenario import PUBLISHED, LatticeScenario, SomeRules, load
from contrafact.scenario.loading import LIBRARY, Outside, from_resolved_as, with_overrides

SHIPPED = LIBRARY / PUBLISHED / "scenario.yaml"
Edit = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Writes the shipped file with some of its words replaced, each of which must occur."""

    def write(*replacements: tuple[str, str]) -> Path:
        text = SHIPPED.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "scenario.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def errors_of(file: Path | str, overrides: tuple[str, ...] = (), outside: Outside | None = None) -> list[InputError]:
    with pytest.raises(InputErrors) as raised:
        load(file, overrides, outside or Outside())
    return raised.value.errors


def test_every_rule_can_be_given_and_is_declared() -> None:
    names = {field.name for field in dataclasses.fields(Rules)}
    assert set(SomeRules.model_fields) == names
    assert {declared.name for declared in DECLARED} == names
    assert len(DECLARED) == len(names)


def test_run_2_is_run_unless_another_is_chosen() -> None:
    assert load(PUBLISHED).chosen.name == "run-2"
    chosen = load(PUBLISHED, ["run=run-4"]).chosen
    assert chosen.changes == (Change("legitimacy", 77, 77, 0.7),)
    assert (chosen.ticks, chosen.rules.longest_jail) == (300, None)


def test_a_rule_of_the_user_comes_before_the_runs_and_the_runs_before_the_common_one() -> None:
    found = load(PUBLISHED, ["rules.ratio=floor", "rules.legitimacy=0.5", "ticks=12", "run=run-1"])
    assert (found.chosen.rules.ratio, found.chosen.rules.legitimacy, found.chosen.ticks) == ("floor", 0.5, 12)
    assert not found.chosen.rules.agents_move  # the run's own; under common it is true
    other = found.as_run("run-2")
    assert (other.rules.ratio, other.rules.legitimacy, other.ticks) == ("literal", 0.82, 3000)
    assert found.home("run-1", "ratio") == ("rules", "ratio")
    assert found.home("run-2", "ratio") == ("common", "ratio")


def test_a_file_may_leave_out_what_replaces_and_what_is_common(edited: Edit) -> None:
    file = edited(("rules: {}\n", ""))
    assert load(file, ["rules.ratio=round"]).chosen.rules.ratio == "round"


def test_what_is_resolved_is_the_same_scenario_again() -> None:
    found = load(PUBLISHED, ["run=run-7", "rules.cops=0.01"])
    again = from_resolved_as(LatticeScenario, found.resolved())
    assert (again.digest, again.chosen) == (found.digest, found.chosen)
    changed = with_overrides(again, ["rules.cops=0.02"])
    assert changed.chosen.rules.cops == 0.02
    assert changed.digest != found.digest


WRONG = {
    "misspelt rule": (
        ("legitimacy: 0.82", "legitimcy: 0.82"),
        "runs.run-2.rules.legitimcy",
        'did you mean "legitimacy"',
    ),
    "misspelt choice": (("order: move_first", "order: movefirst"), "common.order", 'did you mean "move_first"'),
    "text for a number": (("  k: 2.3", "  k: NO"), "common.k", 'found "NO", expected a number'),
    "nothing for a number": (("  k: 2.3", "  k: ~"), "common.k", "found null, expected a number"),
    "truth for a number": (("  k: 2.3", "  k: true"), "common.k", "found true, expected a number"),
    "out of range": (("threshold: 0.1", "threshold: 2"), "common.threshold", "expected 0 to 1"),
    "too many cops": (("cops: 0.04}", "cops: 0.4}"), "runs.run-2.rules.cops", "expected 0 to 0.3: the rest are agents"),
    "sight around the torus": (("{vision: 7,", "{vision: 20,"), "runs.run-2.rules.vision", "expected 1 to 19"),
    "a lattice too large": (("width: 40", "width: 4000"), "common.width", "expected at most 1000"),
    "a lattice too small": (("width: 40", "width: 2"), "common.width", "expected 3 or more"),
    "a term in words": (("longest_jail: 30", "longest_jail: endles"), "runs.run-2.rules.longest_jail", "or endless"),
    "a change that ends early": (("end: 146", "end: 46"), "runs.run-3.changes.0.end", "found 46, expected 77 or later"),
    "a change of anything else": (("{quantity: cops", "{quantity: k"), "runs.run-5.changes.0.quantity", "cops"),
    "more cops than sites": (("to: 0.04", "to: 0.4"), "runs.peacekeepers.changes.0.to", "expected 0 to 0.3"),
    "rule that no one gives": ((", cops: 0.04}", "}"), "runs.run-2.rules", 'the key "cops" is missing'),
    "no such run": (("run: run-2", "run: run2"), "run", 'did you mean "run-2"'),
    "no ticks": (("ticks: 3000", "ticks: 0"), "runs.run-2.ticks", "expected 1 to 100000"),
    "no source": (("    evidence: [epstein2002]\n", ""), "runs.run-1", "neither evidence nor an assumption"),
    "no such source": (("[epstein2002]", "[epstein2003]"), "runs.run-1.evidence.0", 'did you mean "epstein2002"'),
    "another format": (("format: 1", "format: 2"), "format", "a newer version of contrafact is needed"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_file_line_and_key(edited: Edit, case: str) -> None:
    change, key, message = WRONG[case]
    file = edited(change)
    (error,) = errors_of(file, outside=Outside({"epstein2002"}))
    assert (error.file, error.key) == (str(file), key)
    assert message in error.message
    assert error.line is not None
    line = file.read_text(encoding="utf-8").splitlines()[error.line - 1]
    assert key.split(".")[-1] in line or key.split(".")[-2] in line or case in ("rule that no one gives", "no source")


def test_what_several_runs_share_is_told_once_and_all_is_told_at_once(edited: Edit) -> None:
    file = edited(("threshold: 0.1", "threshold: 2"), ("cops: 0.04}", "cops: 0.4}"), ("run: run-2", "run: run2"))
    assert [error.key for error in errors_of(file)] == ["run", "common.threshold", "runs.run-2.rules.cops"]


@pytest.mark.parametrize(
    ("override", "key", "message"),
    [
        ("rules.ratio=flor", "rules.ratio", 'did you mean "floor"'),
        ("rules.rato=floor", "rules.rato", 'did you mean "ratio"'),
        ("rules.cops=0.5", "rules.cops", "expected 0 to 0.3"),
        ("run=run2", "run", 'did you mean "run-2"'),
        ("ticks=100001", "ticks", "expected at most 100000"),
        ("model=city", "model", "expected lattice"),
        ("runs.run-2.ticks=x", "runs.run-2.ticks", "a whole number"),
    ],
)
def test_a_wrong_override_is_told_as_such(override: str, key: str, message: str) -> None:
    (error,) = errors_of(PUBLISHED, (override,))
    assert (error.file, error.line, error.key) == ("--set", None, key)
    assert message in error.message
