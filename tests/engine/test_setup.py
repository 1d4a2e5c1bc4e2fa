"""Setting up must draw each number by its path, split forces without losing anyone, and weigh what is seen to one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from contrafact import rng, scenario
from contrafact.engine import prepare, set_up
from contrafact.engine.geometry import disks, great_circle
from contrafact.engine.setup import largest_remainder
from contrafact.model import PARAMETERS
from contrafact.model.exposure import FIXED_POINT
from contrafact.model.policy import RULES
from contrafact.world.population import HARDSHIP_EDGES, RISK_EDGES
from tests.engine.towns import DATA, built, prepared


def drawn(replication: int, seed: int = 1, **changes: object) -> dict[str, float]:
    """Numbers of one replication of the small town with all priors drawn."""
    overrides = {"draw": "priors", "parameters": {}} | {key.replace("__", "."): v for key, v in changes.items()}
    model = prepare(scenario.load(DATA / "small", overrides, declared=PARAMETERS), built("small"))
    return set_up(model, seed, replication)[1]


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 100), min_size=1, max_size=12))
def test_largest_remainder_adds_up_and_is_within_one_of_exact(total: int, shares: list[float]) -> None:
    parts = largest_remainder(total, np.array(shares))
    assert parts.sum() == total
    assert np.all(np.abs(parts - total * np.array(shares) / sum(shares)) < 1 + 1e-9 * total)


def test_great_circle_knows_the_length_of_a_degree() -> None:
    # A degree of a great circle of radius 6371.0088 km is 111.195 km; at 60 degrees of latitude half as long eastward.
    ends = (
        np.array([0.0, 0.0, 60.0]),
        np.array([0.0, 0.0, 10.0]),
        np.array([1.0, 0.0, 60.0]),
        np.array([0.0, 1.0, 11.0]),
    )
    assert great_circle(*ends) == pytest.approx([111.195, 111.195, 55.597], abs=2e-3)


def test_disks_hold_cells_within_the_radius_and_always_their_own() -> None:
    start, cell = disks(np.array([[0.0, 0.7, 0.71], [np.inf, np.inf, np.inf]]), 0.7, np.array([0, 2]))
    assert (start.tolist(), cell.tolist()) == ([0, 2, 3], [0, 1, 2])


def test_a_number_is_the_quantile_of_its_prior_at_a_uniform_keyed_by_its_path() -> None:
    draws = drawn(4, seed=9)
    key = rng.stream_key(9, 4)
    for path, quantity in prepared("small").scenario.quantities():
        if quantity.prior is not None and path in draws and not path.startswith("parameters."):
            u = rng.draw(key, rng.decision(f"prior:{path}"), 0, 0, 0)[0]
            assert draws[path] == pytest.approx(quantity.draw(u)), path
    for name, parameter in PARAMETERS.items():
        if parameter.prior is not None:
            u = rng.draw(key, rng.decision(f"prior:parameters.{name}"), 0, 0, 0)[0]
            assert draws[f"parameters.{name}"] == parameter.prior.quantile(u)


def test_setting_one_number_leaves_all_other_draws_where_they_were() -> None:
    one, other = drawn(3), drawn(3, **{"forces__police__strength": "500 persons", "parameters__fear.phi": 1.25})
    changed = {path for path in one if one[path] != other[path]}
    assert changed == {"forces.police.strength", "parameters.fear.phi"}
    assert other["forces.police.strength"] == 500
    assert other["parameters.fear.phi"] == 1.25


def test_removing_an_action_leaves_all_other_draws_where_they_were() -> None:
    one, other = drawn(3), drawn(3, actions__march_to_the_square=None)
    assert {path for path in one if path not in other} == {p for p in one if "march_to_the_square" in p} != set()
    assert all(other[path] == one[path] for path in other)


def test_replications_and_seeds_draw_anew_and_central_draws_nothing() -> None:
    assert drawn(0) != drawn(1)
    assert drawn(0) != drawn(0, seed=2)
    central = drawn(0, draw="central")
    assert central == drawn(1, draw="central")
    for path, quantity in prepared("small").scenario.quantities():
        if not path.startswith("parameters."):
            assert central[path] == quantity.value
    assert all(central[f"parameters.{name}"] == p.default for name, p in PARAMETERS.items())


def test_every_member_of_a_force_is_in_a_unit_at_a_post() -> None:
    c, draws = set_up(prepared("lively"), 1, 0)
    world, forces = prepared("lively").world, prepared("lively").scenario.forces
    names = np.array(c.fixed.unit_force_name)
    for name, force in forces.items():
        mine = names == name
        strength = c.fixed.unit_strength[mine]
        assert strength.sum() == round(draws[f"forces.{name}.strength"])
        assert mine.sum() == force.units
        posts = {world.place_names.index(post): draws[f"forces.{name}.posts.{post}"] for post in force.posts}
        for place, share in posts.items():
            there = strength[c.now.unit_order[mine] == place]
            assert abs(there.sum() - share / sum(posts.values()) * strength.sum()) < 1
            assert np.ptp(there) <= 1
        assert set(c.fixed.unit_firearms[mine]) == {force.firearms}
        assert set(c.fixed.unit_is_contingent[mine]) == {force.side == "contingent"}
        assert set(c.fixed.unit_speed[mine]) == {c.p[f"movement.{force.mobility}"]}
    late = c.fixed.unit_arrives > 0
    assert set(names[late]) == {"helpers"}
    assert np.array_equal(c.now.unit_cell, np.where(late, -1, world.place_cell[c.now.unit_order]))
    assert c.now.force.sum() == c.fixed.unit_strength[~late].sum()


def test_units_keep_their_number_and_posts_whatever_is_drawn() -> None:
    model = prepare(scenario.load(DATA / "lively", {"draw": "priors"}), built("lively"))
    orders = {tuple(set_up(model, 1, replication)[0].now.unit_order.tolist()) for replication in range(4)}
    strengths = {int(set_up(model, 1, replication)[0].fixed.unit_strength.sum()) for replication in range(4)}
    assert len(orders) == 1
    assert len(strengths) > 1


def test_what_a_cell_sees_of_all_homes_adds_up_to_one() -> None:
    # near_c = sum_d K(c, d) a_d with sum_d K = 1: were every resident active, near would be the share of homes lived in
    c, _ = set_up(prepared("small"), 1, 0)
    fixed, world = c.fixed, prepared("small").world
    home = np.repeat(np.arange(world.cells), np.diff(fixed.sight_start))
    all_active = np.bincount(fixed.sight_cell, weights=(fixed.sight_weight * world.residents[home]).astype(float))
    km = great_circle(world.lat[home], world.lon[home], world.lat[fixed.sight_cell], world.lon[fixed.sight_cell])
    assert km.max() <= 4.0 + 1e-6
    weight = np.exp(-km / c.p["exposure.range"])
    lived_in = np.bincount(fixed.sight_cell, weights=weight * (world.residents[home] > 0))
    assert all_active / FIXED_POINT == pytest.approx(lived_in / np.bincount(fixed.sight_cell, weights=weight), abs=1e-6)


def test_boxes_of_traits_are_quantiles_of_the_beta_distribution_of_the_district() -> None:
    # Mean m and concentration k: beta(m k, (1 - m) k). Northwest is poorer, Southeast less averse to risk.
    fixed, districts = set_up(prepared("lively"), 1, 0)[0].fixed, prepared("lively").world.district_names
    for d, name in enumerate(districts):
        hardship = {"Northwest": 0.55}.get(name, 0.5) * 8
        aversion = {"Southeast": 0.4}.get(name, 0.5) * 8
        assert fixed.hardship[d] == pytest.approx(stats.beta(hardship, 8 - hardship).ppf(HARDSHIP_EDGES), abs=1e-9)
        assert fixed.aversion[d] == pytest.approx(stats.beta(aversion, 8 - aversion).ppf(RISK_EDGES), abs=1e-9)


def test_actions_are_compiled_with_their_places_numbers_and_causes() -> None:
    c, draws = set_up(prepared("lively"), 1, 0)
    world = prepared("lively").world
    by_name = {action.name: action for action in c.actions}
    assert list(by_name) == list(prepared("lively").scenario.actions)
    live_fire, deploy, jam = by_name["live_fire"], by_name["guard_to_the_market"], by_name["jam_the_market"]
    assert (live_fire.at, live_fire.values["level"]) == (35.0, RULES.index("self_defence"))
    assert deploy.values["place"] == world.place_names.index("market")
    assert {c.fixed.unit_force_name[u] for u in deploy.values["units"]} == {"guard"}
    market = world.place_cell[world.place_names.index("market")]
    km = great_circle(world.lat[market], world.lon[market], world.lat, world.lon)
    assert jam.values["cells"].tolist() == np.flatnonzero(km <= 2.0).tolist()
    assert (jam.at, jam.until, jam.values["effectiveness"]) == (31.0, 37.0, 0.6)
    emergency, reinforcement = by_name["emergency"], by_name["reinforcement"]
    assert (emergency.at, emergency.cause, emergency.at_least, emergency.delay) == (None, "facilities_lost", 1.0, 4.0)
    assert (reinforcement.after, reinforcement.delay) == ("emergency", 1.0)
    assert draws["actions.emergency.compliance"] == emergency.values["compliance"] == 0.3


def test_news_is_a_step_series_that_begins_with_none() -> None:
    c, _ = set_up(prepared("lively"), 1, 0)
    assert c.fixed.news_hours.tolist() == [-math.inf, 2.0, 27.0]
    assert c.fixed.news.tolist() == [0.0, 0.002, 0.003]


def test_responses_of_the_scenario_decide_between_hour_and_cause() -> None:
    changed = prepared("small", None, {"responses": "triggered"})
    by_name = {action.name: action for action in set_up(changed, 1, 0)[0].actions}
    assert (by_name["network_shutdown"].at, by_name["network_shutdown"].after) == (None, "emergency")
    assert by_name["curfew"].at == 47.0  # has no cause
    by_name = {action.name: action for action in set_up(prepared("small"), 1, 0)[0].actions}
    assert (by_name["network_shutdown"].at, by_name["network_shutdown"].after) == (41.0, None)


def test_replications_share_nothing_that_one_of_them_writes() -> None:
    first, second = (set_up(prepared("lively"), 1, replication)[0] for replication in (0, 1))
    shared = prepared("lively").fixed.__dict__
    for name in ("risk", "free_teams", "arrests", "harm"):
        assert name not in shared
        assert not np.shares_memory(getattr(first.fixed, name), getattr(second.fixed, name))
    assert first.actions[0] is not second.actions[0]


def test_a_posterior_gives_whole_rows_and_leaves_every_other_draw_where_it_was() -> None:
    rows = {"place.detour": [1.11, 1.22, 1.33], "parameters.participation.nu": [0.5, 0.6, 0.7]}
    posterior = {"weight": [1.0, 1.0, 2.0], "parameters": rows}
    seen = set()
    for replication in range(12):
        plain, fitted = drawn(replication), drawn(replication, posterior=posterior)
        assert fitted == drawn(replication, posterior=posterior)
        assert {path: plain[path] for path in plain if path not in rows} == {
            path: fitted[path] for path in fitted if path not in rows
        }
        seen.add(tuple(fitted[path] for path in rows))
    assert seen == set(zip(*rows.values(), strict=True))


def test_a_posterior_replaces_priors_and_nothing_that_is_fixed() -> None:
    posterior = {"weight": [1.0], "parameters": {"place.detour": [1.11], "actions.no_such.at": [3.0]}}
    assert drawn(0, posterior=posterior)["place.detour"] == 1.11
    assert drawn(0, posterior=posterior, place__detour=1.4)["place.detour"] == 1.4
    assert drawn(0, posterior=posterior, draw="central")["place.detour"] == 1.11


def test_given_numbers_are_taken_as_they_are_and_move_no_other_draw() -> None:
    model = prepared("small")
    path = "parameters.participation.nu"
    plain, moved = set_up(model, 1, 3)[1], set_up(model, 1, 3, given={path: 0.123})[1]
    assert {name for name in plain if plain[name] != moved[name]} == {path}
    assert moved[path] == 0.123
