"""An alliance between states at one person for a hundred residents: who asks, who comes, precedent and cohesion."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from contrafact import scenario, world
from contrafact.engine import Model, Replication, prepare, simulate
from contrafact.engine.draws import Draws
from contrafact.engine.setup import set_up
from contrafact.model import PARAMETERS, movement
from contrafact.model.alliance import DEPLOYED, NEVER
from contrafact.model.context import Context
from contrafact.rng import stream_key
from tests.model.pacts import lose, run

# Hours after 2 January, 00:00
REQUEST = 96 + 53 / 60
CONSULTATION = 157 / 60
DECISION = 99.5
MINSK, ALMATY = 18, 15


@cache
def model(variant: str = "recorded", *overrides: str, draw: str = "central") -> Model:
    crisis = scenario.load("csto-2022", [f"draw={draw}", *overrides], variant=variant, declared=PARAMETERS)
    return prepare(crisis, world.build(crisis, cache=False))


@cache
def replay(variant: str, number: int, *overrides: str) -> Replication:
    return simulate(model(variant, *overrides), 1, number, until_hours=130)


def moved(until: float, variant: str = "recorded", *overrides: str) -> Context:
    """A replication in which nothing but policy, movement and the alliance acts."""
    c, _ = set_up(model(variant, *overrides), 1, 0)
    run(c, until, movement)
    return c


def decisions(c: Context | Replication) -> list[tuple[float, str]]:
    return [(round(e.hour, 6), e.place) for e in c.events if e.kind == "decision"]


def test_the_airlift_counts_residents_and_units_count_persons() -> None:
    c, _ = set_up(model(), 1, 0)
    pact: Any = c.fixed.alliance
    names = ("russia", "belarus", "armenia", "kyrgyzstan", "tajikistan")
    assert (pact.members, pact.scale) == (names, 100)
    assert pact.packed[:, 0].tolist() == [1500, 120, 100, 150, 200]
    assert pact.packed[:, 1:4].sum() == 260  # 250 vehicles, of which not all are known
    assert pact.fill[0, 0] == pytest.approx(1 / 126)  # a resident, not a hundred
    lifted = pact.unit_member >= 0
    assert c.fixed.unit_strength[lifted].tolist() == [5, 5, 5, 1, 1, 2, 2]
    # Belarus and Kyrgyzstan send 1.2 and 1.5 persons: no unit waits for more than is sent
    assert pact.unit_need[lifted].tolist() == [500, 1000, 1500, 100, 100, 150, 200]


def test_at_a_scale_of_one_units_are_as_strong_as_what_is_packed() -> None:
    changes = {"population.scale": 1, "population.total": "200000 persons"}
    crisis = scenario.load("csto-2022", {"draw": "central", **changes}, declared=PARAMETERS)
    c, _ = set_up(prepare(crisis, world.build(crisis, cache=False)), 1, 0)
    pact: Any = c.fixed.alliance
    for m, sent in enumerate(pact.packed[:, 0]):
        mine = pact.unit_member == m
        assert c.fixed.unit_strength[mine].sum() == sent == pact.unit_need[mine][-1]


@pytest.mark.parametrize("number", range(3))
def test_whatever_is_drawn_every_unit_comes(number: int) -> None:
    c, _ = set_up(model(draw="priors"), 1, number)
    run(c, 240.0, movement)
    pact: Any = c.fixed.alliance
    lifted = pact.unit_member >= 0
    assert (c.now.unit_arrives[lifted] < NEVER).all()
    assert (c.now.unit_cell[lifted] == ALMATY).all()
    for m, sent in enumerate(pact.packed[:, 0]):
        assert abs(c.fixed.unit_strength[pact.unit_member == m].sum() - sent / 100) <= 0.5
    assert c.now.contingents[0] == pact.packed[:, 0].sum() // 100


def test_the_decision_follows_the_request_and_contingents_come_by_air_and_by_road() -> None:
    c = moved(240.0)
    assert decisions(c) == [(DECISION, "granted")]
    arrivals = {e.subject: (e.hour, e.place, e.value) for e in c.events if e.kind == "arrival"}
    assert set(arrivals) == {f"csto_{name}" for name in c.fixed.alliance.members}
    hour, place, persons = arrivals["csto_kyrgyzstan"]
    by_road = DECISION + 36 + 250 / 40
    assert (place, persons) == ("almaty", 2)
    assert by_road - 1e-6 <= hour < by_road + 1 / 3  # the first tick after the hour
    landed = sum(e.value for e in c.events if e.kind == "landing")
    assert landed == pytest.approx((1500 + 120 + 100 + 200) / 100)
    assert (c.now.contingents[0], c.now.mandate[0], c.now.alliance_phase[0]) == (20, 1, DEPLOYED)


def test_nobody_comes_unasked() -> None:
    c = moved(288.0, "no_request")
    assert {e.kind for e in c.events} == {"action"}
    assert (c.now.contingents[0], c.now.alliance_deployments[0]) == (0, 0)


def test_contingents_leave_at_the_withdrawal() -> None:
    c = moved(264.0)
    lifted = c.fixed.alliance.unit_member >= 0
    assert (c.now.unit_cell[lifted] == ALMATY).all()
    run(c, 265.0, movement)
    assert (c.now.unit_cell[lifted] == -1).all()
    assert c.now.contingents[0] == 0


@pytest.mark.parametrize(("home", "index"), [("Kazakhstan", 0), ("Belarus", 2), ("Tajikistan", 5)])
def test_the_home_state_asks_and_the_precedent_is_one_for_the_others(home: str, index: int) -> None:
    c = moved(100.0, "precedent", f"place.regions.home={home}")
    assert c.fixed.alliance.host == index
    assert np.array_equal(c.now.precedent, np.where(c.fixed.cell_state == index, 0.0, 1.0 * 0.5))


def test_the_precedent_lasts_beyond_the_withdrawal_and_is_none_without_a_request() -> None:
    c = moved(288.0, "precedent")
    assert c.now.precedent[17:].tolist() == [0.5] * 5
    assert not moved(288.0, "precedent", "actions.alliance_request=null").now.precedent.any()
    assert not moved(288.0).now.precedent.any()


@pytest.mark.parametrize("number", range(2))
def test_fewer_are_in_the_street_in_belarus_after_the_intervention_in_kazakhstan(number: int) -> None:
    after = replay("unrest_in_belarus_precedent", number).crowd[:, MINSK]
    unasked = replay("unrest_in_belarus_precedent", number, "actions.alliance_request=null").crowd[:, MINSK]
    no_precedent = replay("unrest_in_belarus", number).crowd[:, MINSK]
    before = int(DECISION)
    assert after[:before].max() > 200  # tens of thousands of residents
    for other in (unasked, no_precedent):
        assert np.array_equal(after[:before], other[:before])
        assert after[before + 1 : before + 24].mean() < 0.75 * other[before + 1 : before + 24].mean()


def test_where_nobody_is_in_the_street_a_precedent_keeps_nobody_at_home() -> None:
    quiet, recorded = replay("precedent", 0), replay("recorded", 0)
    assert recorded.crowd[:, MINSK].max() < 10
    assert np.array_equal(quiet.crowd, recorded.crowd)


def test_the_second_consultation_is_shorter_by_the_factor() -> None:
    again = 270.0  # 13 January, 06:00
    c = moved(288.0, "cohesion")
    assert c.now.alliance_deployments[0] == 1
    assert decisions(c) == [(DECISION, "granted"), (round(again + 0.5 * CONSULTATION, 6), "granted")]
    as_long = moved(288.0, "cohesion", "parameters.alliance.cohesion=1")
    assert decisions(as_long)[1] == (round(again + CONSULTATION, 6), "granted")
    assert decisions(moved(288.0, "cohesion", "actions.alliance_withdrawal=null")) == [(DECISION, "granted")]


@pytest.mark.parametrize("number", range(3))
def test_drawn_hours_and_factors_keep_the_order_of_withdrawal_and_second_decision(number: int) -> None:
    of = model("precedent_and_cohesion", draw="priors")
    drawn = Draws(of.scenario, stream_key(1, number))
    c, _ = set_up(of, 1, number)
    run(c, 288.0)
    asked, factor = drawn["actions.alliance_request_again.at"], drawn.parameters["alliance.cohesion"]
    assert asked > drawn["actions.alliance_withdrawal.at"]
    assert decisions(c)[1] == (pytest.approx(asked + factor * CONSULTATION, abs=1e-6), "granted")
    expected = drawn.parameters["alliance.precedent"] * drawn.parameters["alliance.expected"]
    assert c.now.precedent[17:] == pytest.approx(np.full(5, expected))


def test_a_field_that_the_state_does_not_hold_takes_nobody() -> None:
    c, _ = set_up(model(), 1, 0)
    lose(c, c.fixed.facility_names.index("airport_ala"))
    run(c, 160.0, movement)
    assert not [e for e in c.events if e.kind == "landing"]
    assert c.now.contingents[0] == 1  # 150 residents by road


def test_variants_are_data_that_can_be_written_and_read() -> None:
    variants = scenario.load("csto-2022").variants
    assert {"no_request", "precedent", "cohesion", "precedent_and_cohesion"} <= set(variants)
    both = variants["precedent_and_cohesion"].settings
    assert both == {**variants["precedent"].settings, **variants["cohesion"].settings}
    assert json.loads(json.dumps(both)) == both
