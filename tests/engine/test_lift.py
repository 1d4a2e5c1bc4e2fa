"""An alliance added to a town: what its numbers become, and that it moves nothing before the first unit is there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from contrafact import scenario
from contrafact.engine import Model, Replication, prepare, simulate
from contrafact.engine.setup import set_up
from contrafact.errors import InputError
from contrafact.model import PARAMETERS
from contrafact.model.alliance import Pact
from contrafact.world import build
from tests.engine.test_setup import DATA
from tests.engine.towns import NUMBERS, prepared, spelled, unit
from tests.scenario.alliances import overrides, value

HOURS = 36.0
REQUEST = 6 + 1 / 3  # 12:20, the scenario begins at 06:00
# From 50 N 76 E to 43.231 N 76.962 E it is 756.2 km; a tenth longer by air, at 600 km/h
OUT = 1.1 * 756.2 / 600


def town(
    draw: str = "central", field: str = "police_hq", alternate: bool = False,
    numbers: Mapping[str, float] | None = None, **changes: Any,
) -> Model:  # fmt: skip
    """The lively town with an alliance; field and changes as in ``overrides``, numbers of parameters."""
    named = overrides(field, alternate) | {key.replace("__", "."): item for key, item in changes.items()}
    named = {key: item for key, item in named.items() if item is not None}
    loaded = scenario.load(DATA / "lively", named | {"draw": draw} | spelled(numbers or {}), declared=PARAMETERS)
    return prepare(loaded, build(loaded, cache=False))


@cache
def base() -> Model:
    return town()


@cache
def run(request: bool = True) -> Replication:
    """36 hours with crowds in the street, so that who arrives can be seen to matter."""
    asks: dict[str, Any] = {} if request else {"actions__ask": None}
    return simulate(town(numbers=NUMBERS, **asks), 1, 0, until_hours=HOURS)


def pact_in(model: Model, replication: int = 0) -> tuple[Pact, Any]:
    c, _ = set_up(model, 1, replication)
    return c.fixed.alliance, c


def test_packages_are_the_share_that_comes_here_in_whole_persons_vehicles_and_kilograms() -> None:
    pact, _ = pact_in(base())
    assert pact.packed.tolist() == [[120, 3, 2, 1, 16_000]] * 2
    assert pact.members == ("one", "two")
    assert (pact.host, pact.scale) == (0, 1)
    assert (pact.plane_member == 0).all()
    assert pact.plane_member.size == 3
    assert pact.fill[0].tolist() == [0.02, 0.2, 0.25, 0.45, 0.001 / 40]
    assert pact.out == pytest.approx(OUT, rel=2e-3)
    assert pact.road.tolist() == [np.inf, 5.0]


@pytest.mark.parametrize("replication", range(3))
def test_forces_are_exactly_as_strong_as_what_their_member_packs(replication: int) -> None:
    pact, c = pact_in(town("priors"), replication)
    names = np.array(c.fixed.unit_force_name)
    strength = c.fixed.unit_strength
    for m, forces in enumerate((("first", "second"), ("third",))):
        mine = pact.unit_member == m
        assert set(names[mine]) == set(forces)
        assert strength[mine].sum() == pact.packed[m, 0]
        assert pact.unit_need[mine].tolist() == np.cumsum(strength[mine]).tolist()
        assert np.ptp(strength[mine]) <= 1
        assert np.isinf(c.now.unit_arrives[mine]).all()
    assert (pact.unit_member[np.isin(names, ["police", "guard", "helpers"])] == -1).all()


def test_contingents_come_at_the_hours_worked_out_by_hand() -> None:
    nothing_else = {f"alliance__members__one__{key}": value(0, 0, 1) for key in ("wheeled", "tracked", "platforms")}
    model = town(**nothing_else, alliance__members__one__supplies=value("0 t", 0, 1))
    run = simulate(model, 1, 0, until_hours=HOURS)
    arrivals = [(e.hour, e.subject, e.place, e.value) for e in run.events if e.kind == "arrival"]
    ready = REQUEST + 2.5 + 3.0
    by_road = ready + 200 / 40
    # the third of three aircraft waits for the first of two spots: 1 h / 0.85 after the first two landed
    first = ready + 2.0 + OUT + 1.0
    wanted = [
        (first, "first", "police_hq", 80), (first + 1 / 0.85, "second", "police_hq", 40),
        (by_road, "third", "west_bridge", 120),
    ]  # fmt: skip
    for seen, (hour, *what) in zip(arrivals, sorted(wanted), strict=True):
        assert list(seen[1:]) == what
        assert hour - 1e-3 <= seen[0] < hour + 1 / 6  # the first tick that ends at or after the hour


def test_without_a_request_it_is_as_if_there_were_no_alliance() -> None:
    without, plain = run(request=False), simulate(prepared("lively"), 1, 0, until_hours=HOURS)
    assert without.outcomes == plain.outcomes
    assert all(np.array_equal(without.timeline[name], plain.timeline[name]) for name in plain.timeline)
    assert np.array_equal(without.crowd, plain.crowd)


def test_a_request_moves_nothing_before_the_first_unit_is_there() -> None:
    asked, silent = run(), run(request=False)
    first = min(e.tick for e in asked.events if e.kind == "arrival")
    for name in silent.timeline:
        assert np.array_equal(asked.timeline[name][: first + 1], silent.timeline[name][: first + 1]), name
    assert any(not np.array_equal(asked.timeline[name], silent.timeline[name]) for name in silent.timeline)


def test_the_digest_repeats() -> None:
    assert simulate(town(numbers=NUMBERS), 1, 0, until_hours=HOURS).digest == run().digest


def test_units_cannot_enter_where_the_map_ends() -> None:
    with pytest.raises(InputError, match='units cannot come onto the map at "airfield"'):
        set_up(town(field="airfield"), 1, 0)


def test_an_alternate_adds_spots_and_a_road() -> None:
    pact, c = pact_in(town(alternate=True))
    assert pact.spots.tolist() == [0, 2, 3]
    assert pact.march.tolist() == [0.0, 1.5]
    names = c.fixed.place_names
    assert [names[p] for p in pact.field_entry] == ["police_hq", "west_bridge"]
    assert unit("movement.wheeled") == "km/h"
    assert prepared("lively").scenario.alliance is None
