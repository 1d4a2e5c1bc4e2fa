"""The same of mechanisms around armed persons: what is switched off moves no draw of any other mechanism.

Every arm is two days of the armed town. At its neutral value a mechanism may change nothing before it first acts in the
base run, and then first what it acts on. Ticks of 5 minutes draw other numbers than ticks of 10, so both are asked
where what first changes is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from contrafact.engine import Replication, simulate
from tests.engine.test_switches import first, parting
from tests.engine.towns import ARMED, FIGHTERS, prepared

HOURS = 36.0
RESIDENTS_HARMED = ("deaths_bystanders", "deaths_protesters", "injured_bystanders", "injured_protesters")
STATE_HARMED = ("deaths_state_forces", "injured_state_forces")
HIT = (*RESIDENTS_HARMED, "deaths_armed_persons", "injured_armed_persons")


def arm(tick: int, numbers: Mapping[str, float] | None = None, **changes: object) -> Replication:
    """The armed town, in ticks of some minutes, with fighters from outside unless told otherwise."""
    changed = ARMED | {key.replace("__", "."): value for key, value in changes.items()}
    named = {key: value for key, value in changed.items() if value is not None}  # None: was never there
    model = prepared("lively", FIGHTERS | dict(numbers or {}), named | {"tick": f"{tick} min"})
    return simulate(model, 4, 1, until_hours=HOURS)


@cache
def base(tick: int = 10) -> Replication:
    return arm(tick)


ticks = pytest.mark.parametrize("tick", [10, 5], ids=["10_min", "5_min"])


def events_agree(a: Replication, b: Replication, until: int) -> bool:
    """Whether two runs tell of the same events in the ticks before one."""
    return [e for e in a.events if e.tick < until] == [e for e in b.events if e.tick < until]


@ticks
@pytest.mark.parametrize(
    ("neutral", "acts_on"),
    [
        ({"outside.fighters": 0.0}, ("entered",)),
        ({"outside.firearms": 0.0}, ("took_arms",)),
        ({"arming.base": 0.0, "arming.recruits": 0.0}, ("took_arms",)),
        ({"arming.growth": 0.0}, ("took_arms",)),
        ({"bands.disperse": 0.0, "bands.escape": 0.0}, ("hidden", "left")),
        ({"combat.state_fire": 0.0, "combat.sniper_fire": 0.0}, (*HIT, *STATE_HARMED)),
        ({"combat.armed_fire": 0.0, "combat.sniper_fire": 0.0}, (*HIT, *STATE_HARMED)),
        ({"combat.sweep": 0.0}, ("detained",)),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_mechanism_that_is_switched_off_moves_nothing_before_it_first_acts(
    tick: int, neutral: dict[str, float], acts_on: tuple[str, ...]
) -> None:
    run, without = base(tick), arm(tick, neutral)
    part = parting(run, without)
    assert part < run.timeline["hour"].size
    assert part == parting(run, without, acts_on)
    assert part >= min(first(run, name) for name in acts_on if run.timeline[name].any())
    assert events_agree(run, without, part)


@pytest.mark.parametrize("neutral", [
    {"bands.emerge": 0.0}, {"bands.give_up": 0.0}, {"bands.emerge": 0.0, "bands.give_up": 0.0},
])  # fmt: skip
def test_nobody_who_stays_in_hiding_changes_anything_before_someone_hid(neutral: dict[str, float]) -> None:
    part = parting(base(), arm(10, neutral))
    assert first(base(), "hidden") < part < base().timeline["hour"].size


@pytest.mark.parametrize("neutral", [
    {"bands.attack": 0.0}, {"bands.ambush": 0.0}, {"combat.rout": 0.0}
])  # fmt: skip
def test_bands_and_combat_change_nothing_before_someone_is_armed(neutral: dict[str, float]) -> None:
    part = parting(base(), arm(10, neutral))
    assert first(base(), "armed") < part < base().timeline["hour"].size


@pytest.mark.parametrize(("action", "hour"), [("cadres", 23.0), ("rumour", 28.0), ("snipers", 32.0)])
def test_a_variant_that_is_removed_changes_nothing_before_its_hour(action: str, hour: float) -> None:
    without = arm(10, **{f"actions__{action}": None})
    assert hour < base().timeline["hour"][parting(base(), without)] < HOURS
    assert action in {event.subject for event in base().events if event.kind == "action"}


def test_distorted_reports_change_nothing_before_a_resident_is_harmed() -> None:
    part = parting(base(), arm(10, {"reports.network_bias": 4.0}))
    assert first(base(), *RESIDENTS_HARMED) < part < base().timeline["hour"].size


def test_the_delay_of_broadcasts_changes_nothing_before_it_is_over_and_where_the_network_works() -> None:
    part = parting(base(), arm(10, {"reports.broadcast_delay": 12.0}))
    assert first(base(), *RESIDENTS_HARMED) + 6 * 6 < part < base().timeline["hour"].size
    assert (base().timeline["network"][:part] < 1.0).any()


def test_without_contingents_what_they_free_changes_no_bit() -> None:
    assert arm(10, {"command.freed": 0.0}).digest == base().digest  # they would come at hour 52


@ticks
def test_command_that_plans_for_ever_is_as_none_at_all(tick: int) -> None:
    never = arm(tick, {"command.planning": 1e4})
    none = arm(tick, **{f"forces__{force}__tasks": [] for force in ("police", "guard", "helpers")})
    assert parting(never, none) == none.timeline["hour"].size
    assert never.events == none.events
    # With an hour of planning nothing moves before that hour.
    assert 1.0 < base(tick).timeline["hour"][parting(base(tick), never)] < HOURS


@ticks
def test_without_firearms_nothing_of_bands_and_combat_changes_a_bit(tick: int) -> None:
    unarmed = {"outside.fighters": 0.0, "arming.base": 0.0, "arming.recruits": 0.0, "combat.sniper_fire": 0.0}
    changes = {"actions__cadres": None, "actions__snipers": None}
    other = {
        "bands.attack": 9.0, "bands.ambush": 9.0, "bands.disperse": 9.0, "bands.escape": 9.0, "bands.emerge": 1.0,
        "bands.cohesion": 1.0, "combat.state_fire": 5.0, "combat.armed_fire": 5.0, "combat.rout": 9.0,
        "combat.sweep": 1.0, "movement.band_speed": 50.0,
    }  # fmt: skip
    quiet, loud = arm(tick, unarmed, **changes), arm(tick, unarmed | other, **changes)
    assert quiet.timeline["armed"].max() == 0
    assert loud.digest == quiet.digest
