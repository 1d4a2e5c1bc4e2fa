"""No one is lost, made, or harmed twice; counts say what statuses say and never go back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrafact.engine import Replication, set_up, simulate, tick
from contrafact.model.context import Context
from contrafact.model.policy import Action
from contrafact.model.state import (
    CALM,
    COUNTS,
    DEAD,
    DETAINED,
    HOMEBOUND,
    INJURED,
    PRESENT,
    PROTESTING,
    RETURNING,
    STATUSES,
)
from tests.engine.towns import NUMBERS, prepared

CUMULATIVE = [name for name in COUNTS if name not in ("joined", "returned")]
ENDS = (DETAINED, INJURED, DEAD)


def check_people(c: Context, residents: int) -> None:
    """Statuses, roster, counts and cells tell the same story."""
    now, slots = c.now, c.slots
    counts = dict(zip(COUNTS, now.counts.tolist(), strict=True))
    of_status = np.bincount(now.status, minlength=len(STATUSES))
    assert of_status.sum() == now.status.size == residents
    assert of_status[DEAD] == counts["deaths_bystanders"] + counts["deaths_protesters"]
    assert of_status[INJURED] == counts["injured_bystanders"] + counts["injured_protesters"]
    assert of_status[DETAINED] == counts["detained"]
    in_street = np.sort(now.slot_person[:slots])
    assert np.array_equal(in_street, np.flatnonzero((now.status == PROTESTING) | (now.status == RETURNING)))
    harmed = counts["deaths_protesters"] + counts["injured_protesters"] + counts["detained"]
    assert slots == counts["joined"] - counts["returned"] - harmed
    returning = now.status[now.slot_person[:slots]] == RETURNING
    assert np.array_equal(returning, now.slot_phase[:slots] == HOMEBOUND)
    assert now.crowd.sum() == now.active_home.sum() == of_status[PROTESTING]
    assert now.on_site.sum() == (now.slot_phase[:slots] == PRESENT).sum()
    assert np.all(now.winner == 0)
    home = np.searchsorted(c.fixed.first_resident, now.slot_person[:slots], "right") - 1
    assert np.array_equal(home, now.slot_home[:slots])


def check_forces(c: Context) -> None:
    """Every member is fit, injured or dead; those fit for duty are in the cell of their unit."""
    now, fixed = c.now, c.fixed
    lost = now.unit_injured + now.unit_dead
    assert np.all((now.unit_injured >= 0) & (now.unit_dead >= 0) & (lost <= fixed.unit_strength))
    counts = dict(zip(COUNTS, now.counts.tolist(), strict=True))
    assert counts["deaths_state_forces"] + counts["deaths_contingents"] == now.unit_dead.sum()
    assert counts["injured_state_forces"] + counts["injured_contingents"] == now.unit_injured.sum()
    on_duty = (now.unit_cell >= 0) & (now.unit_recovers <= (c.tick + 1) / c.ticks_per_hour)
    assert now.force.sum() == (fixed.unit_strength - lost)[on_duty].sum()
    assert np.all(now.armed_force <= now.force)
    assert np.all((now.unit_busy >= 0) & (now.unit_busy <= fixed.unit_strength / c.p["crowd_control.team"] + 1))


def check_fields(c: Context) -> None:
    """Every field is within its stated range."""
    now = c.now
    for name in ("network", "legitimacy", "jamming", "compliance", "availability", "site_risk"):
        assert np.all((getattr(now, name) >= 0) & (getattr(now, name) <= 1)), name
    assert np.all((now.exposure >= 0) & (now.exposure <= c.p["exposure.maximum"]))
    assert np.all(now.fear >= 0)
    assert np.all(now.near >= 0)
    assert np.all(now.site_weight > 0)
    assert np.all((now.contest >= 0) & (now.contest <= np.maximum(c.fixed.facility_hold, 10)))


changes = st.fixed_dictionaries(
    {
        "participation.legitimacy": st.floats(0.84, 0.93),
        "participation.nu": st.floats(0.05, 1.5),
        "participation.phi": st.floats(0.02, 1.0),
        "movement.speed": st.floats(2.0, 30.0),
        "crowd_control.arrest": st.floats(0.0, 4.0),
        "crowd_control.melee_crowd": st.floats(0.0, 3.0),
        "crowd_control.melee_forces": st.floats(0.0, 3.0),
        "crowd_control.kinetic": st.floats(0.0, 2.0),
        "crowd_control.lethality": st.floats(0.0, 3.0),
        "crowd_control.stray": st.floats(0.0, 1.0),
        "crowd_control.overrun_ratio": st.floats(1.0, 30.0),
        "facilities.unarmed_weight": st.floats(0.01, 0.5),
    }
)


@settings(max_examples=8)
@given(numbers=changes, replication=st.integers(0, 1_000), rules=st.integers(0, 3))
def test_people_are_conserved_and_no_one_is_harmed_twice(
    numbers: dict[str, float], replication: int, rules: int
) -> None:
    model = prepared("lively")
    c, _ = set_up(model, 1, replication)
    c.p.update(numbers)
    c.actions = [action for action in c.actions if action.kind != "rules_of_engagement"]
    c.actions.append(Action("rules", "rules_of_engagement", {"level": rules}, at=0.0))
    before, counted = c.now.status.copy(), c.now.counts.copy()
    for c.tick in range(30 * 6):
        tick(c)
        ended = np.isin(before, ENDS)
        assert np.array_equal(c.now.status[ended], before[ended])
        assert not np.any((before == CALM) & (c.now.status == RETURNING))
        assert not np.any((before == RETURNING) & (c.now.status == PROTESTING))
        assert np.all(c.now.counts >= counted)
        before, counted = c.now.status.copy(), c.now.counts.copy()
        if c.tick % 12 == 0:
            check_people(c, model.world.persons)
            check_forces(c)
            check_fields(c)
    check_people(c, model.world.persons)
    check_forces(c)


@pytest.fixture(scope="module")
def run() -> Replication:
    return simulate(prepared("lively"), 5, 2)


def test_counts_in_the_timeline_are_never_negative_and_never_fall(run: Replication) -> None:
    for name in CUMULATIVE:
        assert run.timeline[name][0] >= 0
        assert np.all(np.diff(run.timeline[name]) >= 0), name
    for name in ("crowd", "crowd@main_square", "crowd@market", "facilities_lost"):
        assert np.all(run.timeline[name] >= 0)
    assert np.all(run.timeline["crowd"] >= run.timeline["crowd@main_square"] + run.timeline["crowd@market"])


def test_outcomes_are_the_last_of_the_timeline(run: Replication) -> None:
    for name in CUMULATIVE:
        assert run.outcomes[name] == run.timeline[name][-1], name
    assert run.outcomes["peak_crowd"] == run.timeline["crowd"].max()
    assert run.outcomes["facility_hours_lost"] == pytest.approx(run.timeline["facilities_lost"].sum() / 6)
    offline = (1 - run.timeline["network"]).sum() / 6 * prepared("lively").world.persons
    assert run.outcomes["offline_person_hours"] == pytest.approx(offline)


def test_maps_add_up_to_the_timeline(run: Replication) -> None:
    assert np.array_equal(run.crowd.sum(axis=1), run.timeline["crowd"][5::6])
    on_map = [f for f in range(run.holders.shape[1]) if prepared("lively").fixed.onmap[f]]
    assert np.array_equal((run.holders[:, on_map] != 0).sum(axis=1), run.timeline["facilities_lost"][5::6])


def test_a_calm_week_has_no_actions_and_no_news() -> None:
    calm = simulate(prepared("lively"), 1, 0, until_hours=40.0, calm=True)
    assert not any(event.kind == "action" for event in calm.events)
    c, _ = set_up(prepared("lively"), 1, 0, calm=True)
    assert (c.actions, c.fixed.news.tolist()) == ([], [0.0])


def test_numbers_of_this_file_are_those_of_the_town() -> None:
    c, draws = set_up(prepared("lively"), 1, 0)
    given: dict[str, Any] = {name: c.p[name] for name in NUMBERS}
    assert given == pytest.approx(NUMBERS)
    assert draws["parameters.fear.phi"] == NUMBERS["fear.phi"]
