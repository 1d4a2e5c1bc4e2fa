"""Setting up: from scenario and world to the arrays and drawn numbers of one replication.

What every replication shares is prepared once (``prepare``); what is drawn, and so differs, is set up for each
(``set_up``). A number with a prior is drawn by a uniform keyed to its path in the scenario, so a change of one number
leaves the draws of all others where they were.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaincinv

from contrafact import rng
from contrafact.engine.draws import NOTHING, Draws
from contrafact.engine.geometry import disks, edge_of, great_circle, place_distances
from contrafact.engine.lift import pact_of, strength_of, unit_members
from contrafact.engine.stepper import count_state
from contrafact.engine.territory import reach, state_arrays
from contrafact.kernels import Array
from contrafact.model import policy
from contrafact.model.context import Context, Fixed, Proposals
from contrafact.model.exposure import FIXED_POINT
from contrafact.model.extending import order_with
from contrafact.model.participation import BOXES
from contrafact.model.state import (
    CHANNELS,
    COUNTS,
    LAGS,
    MANDATES,
    OBJECTIVES,
    OUTSIDE,
    TASKS,
    TOLD,
    accept,
    allocate,
)
from contrafact.scenario.schema import Scenario
from contrafact.world import World
from contrafact.world.population import HARDSHIP_EDGES, RISK_EDGES

SIGHT_KM = 4.0  # distance at which the exposure kernel is cut
AROUND_KM = 1.0  # distance within which deaths and injuries are seen
ROSTER = 65_536  # residents in the street for whom there is room at first
OUTSIDERS = 20_000  # ids reserved for persons who come from outside
SCRATCH = ("free_teams", "arrests", "harm", "hits", "combat_harm", "band_goal")  # of fixed, (cell,): written in a tick


@dataclass(frozen=True)
class Model:
    """What all replications of a scenario share. km tells the straight distance from places to cells, (place, cell)."""

    scenario: Scenario
    world: World
    hours: float
    ticks_per_hour: int
    place_km: Array
    sight: tuple[Array, Array, Array]
    around: tuple[Array, Array]
    fixed: Fixed


def prepare(scenario: Scenario, world: World, like: Model | None = None) -> Model:
    """Prepare what all replications share; ``like``, a model of the same world, lends its distances."""
    if like is None:
        start, cell = (np.asarray(a) for a in world.near(SIGHT_KM))
        home = np.repeat(np.arange(world.cells), np.diff(start))
        km = great_circle(world.lat[home], world.lon[home], world.lat[cell], world.lon[cell])
        sight, place_km = (start, cell, km), place_distances(world)
        around = tuple(np.asarray(a) for a in world.near(AROUND_KM))
    else:
        sight, place_km, around = like.sight, like.place_km, like.around
    around_start, around_cell = around
    fixed = Fixed(
        cells=world.cells,
        persons=world.persons,
        district=world.district.astype(np.int64),
        **state_arrays(scenario, world),
        class_count=world.class_count,
        by_hardship=world.class_count.reshape(world.cells, BOXES, BOXES).sum(axis=2),
        first_resident=world.first_resident,
        next_hop=world.next_hop,
        place_cell=world.place_cell,
        place_names=world.place_names,
        route_start=world.route_start,
        route_cell=world.route_cell,
        neighbour_start=world.neighbour_start,
        neighbour=world.neighbour,
        edge_cells=edge_of(world),
        place_hops=world.hops,
        cell_km2=world.area_km2,
        residents_per_km2=world.residents / world.area_km2,
        site_cell=world.place_cell[world.site_place],
        site_names=world.site_names,
        around_start=around_start,
        around_cell=around_cell,
        thousands_around=np.maximum(
            0.5, np.add.reduceat(world.residents[around_cell].astype(float), around_start[:-1]) / 1000.0
        ),
        **facility_arrays(scenario, world),
    )
    return Model(
        scenario, world, scenario.hours, scenario.ticks_per_hour, place_km, sight, (around_start, around_cell), fixed
    )


def facility_arrays(scenario: Scenario, world: World) -> dict[str, Any]:
    """Arrays by facility, in the scenario's order; contested are those with a site, on the map."""
    names = list(scenario.facilities)
    kinds = np.array([scenario.facilities[name].kind for name in names])
    place = np.array([world.place_names.index(name) for name in names], np.int64)
    site = np.array([site_index(world, scenario.facilities[name].site) for name in names], np.int64)
    onmap = world.place_cell[place] >= 0 if names else np.zeros(0, bool)
    return {
        "facility_names": names,
        "facility_place": place,
        "facility_site": site,
        "onmap": onmap,
        "contested": np.flatnonzero(onmap & ((site >= 0) | (kinds != "hospital"))) if names else np.zeros(0, np.int64),
        "guarded": [f for f in range(len(names)) if onmap[f] and kinds[f] != "hospital"],
        "facility_regained": np.array([scenario.facilities[name].regained for name in names], bool),
        "facility_is_target": onmap & (kinds != "hospital") if names else np.zeros(0, bool),
        **{
            f"facility_is_{kind}": kinds == kind if names else np.zeros(0, bool)
            for kind in ("telecom", "broadcast", "hospital", "government")
        },
    }


def site_index(world: World, name: str | None) -> int:
    return -1 if name is None else world.site_names.index(name)


def set_up(
    model: Model,
    seed: int,
    replication: int,
    calm: bool = False,
    draw: int | None = None,
    given: Mapping[str, float] = NOTHING,
) -> tuple[Context, dict[str, float]]:
    """One replication before its first tick, and its drawn numbers by path.

    ``calm`` leaves out news and actions; ``draw`` is the number of the replication whose drawn numbers are taken, the
    replication's own where None; ``given`` are numbers by path that are not drawn.
    """
    scenario, world = model.scenario, model.world
    key = rng.stream_key(seed, replication)
    draws = drawn(model, seed, replication if draw is None else draw, given)
    p = draws.parameters
    fixed = Fixed(**model.fixed.__dict__)
    detour = draws["place.detour"]
    fixed.hop_km = world.edge_km * detour
    fixed.reach = reach(scenario, world, fixed.governed, draws.values)
    set_up_sites(model, fixed, draws, detour)
    set_up_residents(model, fixed, draws)
    orders = set_up_units(model, fixed, draws)
    set_up_arms(model, fixed, draws)
    fixed.alliance, sizes = pact_of(scenario, world, fixed, draws)
    fixed.news_hours, fixed.news = news_series(scenario, draws, calm)
    now, following = allocate(
        {
            "person": world.persons + OUTSIDERS, "slot": ROSTER, "cell": world.cells, "cell+1": world.cells + 1,
            "site": len(fixed.site_names), "facility": len(fixed.facility_names), "unit": fixed.unit_strength.size,
            "shop": fixed.shop_hold.size, "count": len(COUNTS), "told": len(TOLD), "channel": len(CHANNELS),
            "lag": LAGS, "objective": OBJECTIVES, **sizes,
        }
    )  # fmt: skip
    context = Context(
        now, following, fixed, p, key, 1.0 / model.ticks_per_hour, model.ticks_per_hour,
        Proposals.with_room_for(8 * ROSTER), scenario.start.hour + scenario.start.minute / 60.0,
        order=order_with(scenario.mechanisms),
    )  # fmt: skip
    now.status[world.persons :] = OUTSIDE
    following.unit_order[:] = following.unit_goal[:] = orders
    following.unit_arrives[:] = fixed.unit_arrives
    following.intelligence[:] = p["support.intelligence"]
    following.exit_hop[:] = np.arange(world.cells)
    following.legitimacy[:] = p["participation.legitimacy"]
    on_map = (fixed.unit_arrives <= 0.0) & (orders >= 0)
    following.unit_cell[on_map] = world.place_cell[orders[on_map]]
    context.actions = [] if calm else actions(model, fixed, draws)
    policy.set_levers(context, 0.0)
    accept(now, following)
    context.tick = -1
    count_state(context)
    context.tick = 0
    return context, draws.values


def drawn(model: Model, seed: int, draw: int, given: Mapping[str, float] = NOTHING) -> Draws:
    """The numbers of one draw of the scenario's priors, or of its posterior, some of them given."""
    return Draws(model.scenario, rng.stream_key(seed, draw), given)


def set_up_sites(model: Model, fixed: Fixed, draws: Draws, detour: float) -> None:
    """Arrays by site and what depends on distance from facilities: attraction, pull, vision, reach, hold times."""
    world, p = model.world, draws.parameters
    fixed.site_attraction = np.array([draws[f"sites.{name}.attraction"] for name in fixed.site_names])
    fixed.pull = np.exp(-p["gathering.beta"] * world.distance_km[world.site_place].astype(float) * detour)
    fixed.vision_start, fixed.vision_cell = disks(
        model.place_km[world.site_place], p["gathering.vision"], world.place_cell[world.site_place]
    )
    place = fixed.facility_place
    own = np.maximum(0, world.place_cell[place])
    fixed.reach_start, fixed.reach_cell = disks(model.place_km[place], p["facilities.reach"], own)
    hold = [draws.values.get(f"facilities.{name}.hold", p["facilities.hold"]) for name in fixed.facility_names]
    fixed.facility_hold = np.array(hold)


def set_up_residents(model: Model, fixed: Fixed, draws: Draws) -> None:
    """Edges of the boxes of hardship and risk aversion by district, who sees whom, and scratch arrays by cell."""
    world, p = model.world, draws.parameters
    for name, edges, unit in (("hardship", HARDSHIP_EDGES, "hardship"), ("risk_aversion", RISK_EDGES, "aversion")):
        concentration = draws[f"population.{name}.concentration"]
        values = []
        for district in world.district_names:
            path = f"population.by_district.{district}.{name}_mean"
            mean = draws.values.get(path, draws[f"population.{name}.mean"])
            values.append(betaincinv(mean * concentration, (1.0 - mean) * concentration, np.asarray(edges)))
        setattr(fixed, unit, np.array(values))
    start, cell, km = model.sight
    weight = np.exp(-km / p["exposure.range"])
    total = np.bincount(cell, weights=weight, minlength=world.cells)
    home = np.repeat(np.arange(world.cells), np.diff(start))
    share = weight / total[cell] / np.maximum(1, world.residents[home])
    fixed.sight_start, fixed.sight_cell = start, cell
    fixed.sight_weight = np.rint(share * FIXED_POINT).astype(np.int64)
    fixed.risk = np.zeros(world.cells)
    for name in SCRATCH:
        setattr(fixed, name, np.zeros(world.cells, np.int64))


def set_up_arms(model: Model, fixed: Fixed, draws: Draws) -> None:
    """Firearms of facilities, and hold time and firearms of gun shops, (shop,); each shop has its own hold time."""
    stocks = [draws.values.get(f"facilities.{name}.firearms", 0.0) for name in fixed.facility_names]
    fixed.facility_firearms = np.rint(np.array(stocks)).astype(np.int64)
    shops = model.scenario.gun_shops
    number = 0 if shops is None else round(draws["gun_shops.number"])
    fixed.shop_hold, fixed.shop_firearms = np.zeros(number), np.zeros(number, np.int64)
    if shops is not None and number:
        total = round(draws["gun_shops.firearms"])
        fixed.shop_firearms = largest_remainder(total, np.ones(number))
        fixed.shop_hold = np.array([draws.again("gun_shops.hold", shops.hold, shop) for shop in range(number)])


def largest_remainder(total: int, shares: Array) -> Array:
    """Integers in proportion to shares that add up to total; ties go to the first."""
    exact = total * shares / shares.sum()
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return np.asarray(whole)


def set_up_units(model: Model, fixed: Fixed, draws: Draws) -> Array:
    """Split forces into units at their posts; returns the place each is first ordered to, (unit,).

    How many units stand at each post follows from the central shares, so that a unit keeps its identity whatever is
    drawn; the drawn shares and strength decide how many members they have.
    """
    scenario, world, p = model.scenario, model.world, draws.parameters
    columns: dict[str, list[Any]] = {
        name: []
        for name in ("force", "contingent", "strength", "firearms", "speed", "fallback", "arrives", "order", "tasks")
    }
    for name, force in scenario.forces.items():
        posts = list(force.posts)
        central = np.array([force.posts[post].value for post in posts])
        drawn = np.array([draws[f"forces.{name}.posts.{post}"] for post in posts])
        total = round(strength_of(scenario, name, draws) / draws.scale)
        per_post = np.maximum(1, largest_remainder(max(force.units, len(posts)), central))
        for post, units, members in zip(posts, per_post, largest_remainder(total, drawn), strict=True):
            columns["strength"].extend(largest_remainder(int(members), np.ones(units)))
            columns["order"].extend([world.place_names.index(post)] * units)
            fallback = world.place_names.index(force.fallback) if force.fallback else -1
            columns["fallback"].extend([fallback] * units)
            columns["force"].extend([name] * units)
            columns["contingent"].extend([force.side == "contingent"] * units)
            columns["firearms"].extend([force.firearms] * units)
            columns["speed"].extend([p[f"movement.{force.mobility}"]] * units)
            columns["tasks"].extend([sum(1 << TASKS.index(task) for task in force.tasks)] * units)
            arrives = draws.values.get(f"forces.{name}.arrives", math.inf if force.member else 0.0)
            columns["arrives"].extend([arrives] * units)
    fixed.unit_force_name = columns["force"]
    fixed.unit_is_contingent = np.array(columns["contingent"], bool)
    fixed.unit_strength = np.array(columns["strength"], np.int32)
    fixed.unit_firearms = np.array(columns["firearms"], bool)
    fixed.unit_speed = np.array(columns["speed"], float)
    fixed.unit_fallback = np.array(columns["fallback"], np.int64)
    fixed.unit_arrives = np.array(columns["arrives"], float)
    fixed.unit_tasks = np.array(columns["tasks"], np.int64)
    fixed.unit_never_commanded = fixed.unit_tasks == 0
    fixed.unit_member = unit_members(scenario, fixed.unit_force_name)
    return np.array(columns["order"], np.int64)


def news_series(scenario: Scenario, draws: Draws, calm: bool) -> tuple[Array, Array]:
    """Hours and values of the step series of news, beginning with none."""
    steps = [] if calm else [(draws[f"news.{i}.at"], draws[f"news.{i}.value"]) for i in range(len(scenario.news))]
    steps = [(-math.inf, 0.0), *sorted(steps)]
    return np.array([hour for hour, _ in steps]), np.array([value for _, value in steps])


def actions(model: Model, fixed: Fixed, draws: Draws) -> list[policy.Action]:
    """The scenario's actions with drawn hours and numbers, each driven by its hour or by its cause."""
    compiled = []
    for name, action in model.scenario.actions.items():
        path = f"actions.{name}"
        by_cause = model.scenario.response_of(name) == "triggered"
        when = action.when if by_cause else None
        compiled.append(
            policy.Action(
                name=name,
                kind=action.kind,
                values=action_values(model, fixed, draws, name),
                at=None if by_cause else draws[f"{path}.at"],
                until=draws.values.get(f"{path}.until", math.inf),
                cause=when.quantity if when else None,
                at_least=draws.values.get(f"{path}.when.at_least", 0.0)
                / (1 if when and when.quantity == "facilities_lost" else draws.scale),
                after=when.after if when else None,
                delay=draws.values.get(f"{path}.when.delay", 0.0),
            )
        )
    return compiled


NUMBERS = ("weight", "news", "share", "size", "compliance", "availability", "effectiveness", "number")


def action_values(model: Model, fixed: Fixed, draws: Draws, name: str) -> dict[str, Any]:
    """The numbers of one action, and its places, sites, units and cells as indices."""
    action, world = model.scenario.actions[name], model.world
    values: dict[str, Any] = {
        key: draws[f"actions.{name}.{key}"] for key in NUMBERS if f"actions.{name}.{key}" in draws.values
    }
    for key in ("site", "origin", "destination"):
        if hasattr(action, key):
            values[key] = site_index(world, getattr(action, key))
    if hasattr(action, "place"):
        values["place"] = world.place_names.index(action.place)
    if hasattr(action, "force"):
        values["units"] = np.flatnonzero(np.array(fixed.unit_force_name) == action.force)
    if hasattr(action, "quantity") and hasattr(action, "channels"):
        values["told"] = TOLD.index(action.quantity)
        values["channels"] = [CHANNELS.index(channel) for channel in action.channels]
    if hasattr(action, "level"):
        values["level"] = policy.RULES.index(action.level)
    if hasattr(action, "what"):
        values["what"] = action.what
    if hasattr(action, "mandate"):
        values["mandate"] = MANDATES.index(action.mandate)
    if hasattr(action, "from_hour") and hasattr(action, "to_hour"):
        values |= {"from_hour": action.from_hour, "to_hour": action.to_hour}
    if hasattr(action, "radius"):
        values["cells"] = np.flatnonzero(model.place_km[values["place"]] <= draws[f"actions.{name}.radius"])
    return values
