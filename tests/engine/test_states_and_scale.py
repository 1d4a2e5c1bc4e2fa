"""Regions and scale in the engine: states, reach, who is counted, and numbers of persons turned by the scale."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import contrafact as cf
from contrafact import scenario, world
from contrafact.engine import Model, prepare, simulate
from contrafact.engine.draws import Draws
from contrafact.engine.setup import set_up
from contrafact.engine.territory import COUNTED
from contrafact.experiment.result import scale_note
from contrafact.model import PARAMETERS, communications, exposure
from contrafact.rng import stream_key
from tests.engine.towns import prepared


@cache
def csto(*overrides: str, draw: str = "central") -> Model:
    crisis = scenario.load("csto-2022", [f"draw={draw}", *overrides], declared=PARAMETERS)
    return prepare(crisis, world.build(crisis, cache=False))


def test_the_engine_knows_the_state_of_each_cell() -> None:
    fixed = csto().fixed
    assert fixed.state_names == ("Kazakhstan", "Russia", "Belarus", "Armenia", "Kyrgyzstan", "Tajikistan")
    assert fixed.cell_state.tolist() == [0] * 17 + [1, 2, 3, 4, 5]
    assert fixed.governed.tolist() == [True] * 17 + [False] * 5


def test_those_counted_are_residents_of_the_home_state() -> None:
    fixed = csto().fixed
    assert fixed.residents_total == csto().world.residents[:17].sum()
    assert fixed.residents_share.sum() == pytest.approx(1.0)
    assert not fixed.residents_share[17:].any()


def test_a_city_has_one_state_that_governs_and_reaches_everyone() -> None:
    fixed = set_up(prepared("small"), 1, 0)[0].fixed
    assert fixed.state_names == ("city",)
    assert fixed.governed.all()
    assert np.array_equal(fixed.reach, np.ones(fixed.cells))
    assert fixed.residents_total == 20_000


def test_news_are_felt_by_reach_at_home_and_abroad() -> None:
    c, _ = set_up(csto("place.abroad=0.25", "place.reach.Mangystau=3"), 1, 0)
    assert c.fixed.reach.tolist() == [1.0] * 10 + [3.0] + [1.0] * 6 + [0.25] * 5
    c.now.news[0] = 1e-6
    exposure.step(c)
    # so little of it that exposure grows in proportion
    assert c.next.exposure / c.next.exposure[0] == pytest.approx(c.fixed.reach, rel=1e-3)


def test_the_network_is_cut_at_home_alone() -> None:
    c, _ = set_up(csto(), 1, 0)
    c.now.availability[0] = 0.05
    communications.step(c)
    assert c.next.network.tolist() == pytest.approx([0.05] * 17 + [1.0] * 5)


def test_numbers_of_residents_are_turned_to_persons_by_the_scale() -> None:
    drawn = Draws(csto().scenario, stream_key(1, 0))
    for name, power in COUNTED.items():
        assert drawn.parameters[name] == pytest.approx(PARAMETERS[name].default * 100.0**power)
        assert drawn.values[f"parameters.{name}"] == PARAMETERS[name].default
    c, _ = set_up(csto(), 1, 0)
    strength = round(csto().scenario.forces["police_mangystau"].strength.value / 100)
    members = [n for n, of in zip(c.fixed.unit_strength, c.fixed.unit_force_name, strict=True) if "mangystau" in of]
    assert sum(members) == strength
    triggered, _ = set_up(csto("responses=triggered"), 1, 0)
    assert next(a for a in triggered.actions if a.name == "network_evening").at_least == 200.0  # 20,000 residents


def test_a_scale_of_one_changes_nothing() -> None:
    model = prepared("small")
    assert model.scenario.population.scale == 1
    drawn = Draws(model.scenario, stream_key(1, 0))
    assert all(drawn.parameters[name] == drawn.values[f"parameters.{name}"] for name in COUNTED)
    assert scale_note(model.scenario) == ""


def test_two_replications_run_and_repeat_and_the_first_protests_are_in_mangystau() -> None:
    model = csto(draw="priors")
    runs = [simulate(model, 1, number, until_hours=60) for number in (0, 1)]
    assert simulate(model, 1, 0, until_hours=60).digest == runs[0].digest != runs[1].digest
    mangystau = model.world.district_names.index("Mangystau")
    for run in runs:
        share = run.crowd[24:48].max(axis=0) / model.world.residents
        assert share.argmax() == mangystau


def test_the_result_says_how_many_residents_a_person_stands_for() -> None:
    result = cf.run(scenario.load("csto-2022"), replications=2, until="12 h", threads=1)
    assert result.as_dict()["residents_per_person"] == 100
    assert "stands for 100 residents" in scale_note(result.scenario)
    assert "casualties are not to be read off" in scale_note(result.scenario)
    described = cf.describe(result.scenario, draws=0)
    assert described.entities["states"] == 6
    assert any("stands for 100 residents" in line for section in described.sections for line in section.lines)
