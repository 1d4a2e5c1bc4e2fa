"""Rules must refuse what is not allowed, and vision and courses must be what they say."""

from __future__ import annotations

import numpy as np
import pytest

from contrafact.errors import InputError
from contrafact.lattice import RUNS, Change, Rules
from contrafact.lattice.rules import course, sight

RUN_2 = RUNS["run-2"].rules

# Table 2 of Epstein 2002: vision of cops and agents, legitimacy, longest jail term, density of cops.
TABLE = {
    "run-1": (1, 1.7, 0.89, 15, 0.04),
    "run-2": (1, 7.0, 0.82, 30, 0.04),
    "run-3": (1, 7.0, 0.9, None, 0.074),
    "run-4": (1, 7.0, 0.9, None, 0.074),
    "run-5": (1, 7.0, 0.8, None, 0.074),
    "run-6": (2, 1.7, 0.9, 15, 0.0),
    "run-7": (2, 1.7, 0.8, 15, 0.0),
    "run-8": (2, 1.7, 0.8, 15, 0.04),
}


@pytest.mark.parametrize(
    ("vision", "neighbourhood", "sites"),
    [
        (1.7, "euclidean", 8),
        (7.0, "euclidean", 148),
        (7.0, "moore", 15 * 15 - 1),
        (7.0, "von_neumann", 2 * 7 * 8),
        (7.0, "cross", 4 * 7),
        (1.0, "moore", 8),
        (1.0, "von_neumann", 4),
    ],
)
def test_vision_reaches_as_many_sites_as_its_shape_holds(vision: float, neighbourhood: str, sites: int) -> None:
    seen = {tuple(step) for step in sight(vision, neighbourhood)}
    assert len(seen) == sites
    assert (0, 0) not in seen
    assert seen == {(-x, -y) for x, y in seen} == {(y, x) for x, y in seen}


@pytest.mark.parametrize("name", TABLE)
def test_published_runs_have_the_numbers_of_the_table(name: str) -> None:
    run = RUNS[name]
    rules = run.rules
    assert TABLE[name] == (rules.groups, rules.vision, rules.legitimacy, rules.longest_jail, rules.cops)
    assert rules.cop_vision == rules.vision
    assert (rules.width, rules.height, rules.agents, rules.threshold, rules.k) == (40, 40, 0.7, 0.1, 2.3)
    assert (rules.clone, rules.longest_life) == (0.05, 200.0)
    assert rules.agents_move == (name != "run-1")
    assert run.evidence == ("epstein2002",)
    assert run.reported


def test_the_paper_is_taken_literally_unless_asked_otherwise() -> None:
    assert RUN_2.ratio == "literal"
    assert RUN_2.order == "move_first"


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("groups", 3),
        ("agents", 1.2),
        ("legitimacy", -0.1),
        ("cops", 0.31),
        ("vision", 20.0),
        ("cop_vision", 0.5),
        ("ratio", "ceiling"),
        ("neighbourhood", "hexagon"),
        ("order", "first"),
        ("jailed", "home"),
        ("longest_jail", 0),
        ("k", 0.0),
        ("clone", 2.0),
    ],
)
def test_a_rule_that_is_not_allowed_is_refused_by_name(rule: str, value: object) -> None:
    with pytest.raises(InputError) as error:
        Rules(**{**RUN_2.as_dict(), rule: value})
    assert error.value.key == rule


def test_a_change_of_anything_else_is_refused() -> None:
    with pytest.raises(InputError, match="legitimacy, cops"):
        Change("threshold", 1, 2, 0.5)
    with pytest.raises(InputError, match="5 or later"):
        Change("cops", 5, 4, 0.5)


def test_a_fall_of_a_hundredth_per_tick_takes_seventy_ticks() -> None:
    values = course("legitimacy", 0.9, RUNS["run-3"].changes, 200)
    assert values[75] == 0.9  # tick 76
    assert values[76] == pytest.approx(0.89)
    assert np.diff(values[75:146]) == pytest.approx(-0.01)
    assert (values[145:] == 0.2).all()


def test_a_jump_is_there_at_its_tick_and_other_quantities_stay() -> None:
    changes = (Change("legitimacy", 3, 3, 0.7), Change("legitimacy", 5, 5, 0.1))
    assert course("legitimacy", 0.9, changes, 6).tolist() == [0.9, 0.9, 0.7, 0.7, 0.1, 0.1]
    assert course("cops", 0.04, changes, 6).tolist() == [0.04] * 6
    assert course("legitimacy", 0.9, changes, 2).tolist() == [0.9, 0.9]
    assert course("cops", 0.04, (Change("cops", 1, 1, 0.0),), 2).tolist() == [0.0, 0.0]
