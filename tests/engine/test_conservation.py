"""No one is lost, made, or harmed twice; counts say what statuses say and never go back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from contrafact.engine import RECORDERS, Replication, set_up, simulate, tick
from contrafact.engine.digest import Digest
from contrafact.model.context import Context
from contrafact.model.policy import Action
from contrafact.model.recording import UNSEEN, Recorder
from contrafact.model.state import (
    ARMED,
    BAND,
    COUNTS,
    DEAD,
    DETAINED,
    HIDDEN,
    HIDING,
    HOMEBOUND,
    INJURED,
    LEFT,
    OUTSIDE,
    PRESENT,
    PROTESTING,
    RETURNING,
    STATUSES,
)
from tests.engine.towns import ARMED as ARMED_TOWN
from tests.engine.towns import FIGHTERS, LATER, NUMBERS, prepared

CUMULATIVE = [name for name in COUNTS if name not in UNSEEN]
IN_ROSTER = (PROTESTING, RETURNING, ARMED, HIDING)
ALLOWED = np.eye(len(STATUSES), dtype=bool)
"""Whether a status may follow another in a tick, (before, after)."""
for _before, _after in LATER.items():
    ALLOWED[_before, list(_after)] = True


def counted(c: Context) -> dict[str, int]:
    return dict(zip(COUNTS, c.now.counts.tolist(), strict=True))


def check_people(c: Context, residents: int) -> None:
    """Statuses, roster, counts and cells tell the same story."""
    now, slots, counts = c.now, c.slots, counted(c)
    of_status = np.bincount(now.status, minlength=len(STATUSES))
    groups = ("bystanders", "protesters", "armed_persons")
    assert of_status.sum() == now.status.size
    assert now.status.size - of_status[OUTSIDE] - of_status[LEFT] == residents + counts["entered"] - counts["left"]
    for status, kind in ((DEAD, "deaths"), (INJURED, "injured")):
        assert of_status[status] == sum(counts[f"{kind}_{group}"] for group in groups)
    assert (of_status[DETAINED], of_status[LEFT]) == (counts["detained"], counts["left"])
    listed = now.slot_person[:slots]
    assert np.array_equal(np.sort(listed), np.flatnonzero(np.isin(now.status, IN_ROSTER)))
    gone = sum(counts[f"{kind}_{group}"] for kind in ("deaths", "injured") for group in groups[1:])
    gone += counts["detained"] + counts["left"] + counts["returned"]
    assert slots == counts["joined"] + counts["entered"] - gone
    phase, status = now.slot_phase[:slots], now.status[listed]
    for of, at in ((RETURNING, HOMEBOUND), (ARMED, BAND), (HIDING, HIDDEN)):
        assert np.array_equal(status == of, phase == at)
    assert now.crowd.sum() == of_status[PROTESTING]
    assert now.armed.sum() == of_status[ARMED]
    assert now.hidden.sum() == of_status[HIDING]
    assert now.active_home.sum() == of_status[PROTESTING] + of_status[ARMED]
    assert now.on_site.sum() == (phase == PRESENT).sum()
    assert np.all(now.winner == 0)
    lives_here = listed < residents
    home = np.searchsorted(c.fixed.first_resident, listed[lives_here], "right") - 1
    assert np.array_equal(home, now.slot_home[:slots][lives_here])


def check_lists(c: Context) -> None:
    """Every slot of the street, of bands and of those in hiding is listed once, in its cell, in the roster's order."""
    now, slots = c.now, c.slots
    phase, cell = now.slot_phase[:slots], now.slot_cell[:slots]
    for name, which in (
        ("cell", (phase != HOMEBOUND) & (phase != BAND) & (phase != HIDDEN)),
        ("armed", phase == BAND),
        ("hidden", phase == HIDDEN),
    ):
        slot = np.flatnonzero(which)
        wanted = slot[np.argsort(cell[slot], kind="stable")]
        start = getattr(now, f"{name}_start")
        assert np.array_equal(getattr(now, f"{name}_slots")[: start[-1]], wanted), name
        assert np.array_equal(np.diff(start), np.bincount(cell[slot], minlength=c.fixed.cells)), name


def check_arms(c: Context, supplied: int) -> None:
    """Firearms come from shops and facilities that fell and from outside, and nobody takes one that is not there."""
    now, fixed, counts = c.now, c.fixed, counted(c)
    open_to_all = np.array([now.shop_contest >= fixed.shop_hold - 1e-6]).ravel()
    looted = int(fixed.shop_firearms[open_to_all].sum() + fixed.facility_firearms[now.emptied].sum())
    assert 0 <= counts["took_arms"] <= now.looted[0] <= looted + supplied
    reserve = now.status.size - fixed.persons
    from_outside = now.status[fixed.persons :] != OUTSIDE
    assert counts["entered"] == from_outside.sum() <= now.outside_next[0] <= reserve
    assert from_outside[: counts["entered"]].all()


def check_forces(c: Context) -> None:
    """Every member is fit, injured or dead; those fit for duty are in the cell of their unit."""
    now, fixed = c.now, c.fixed
    losses = {name: getattr(now, f"unit_{name}") for name in ("injured", "shot", "dead", "killed")}
    assert all(np.all(lost >= 0) for lost in losses.values())
    lost = sum(losses.values())
    assert np.all(lost <= fixed.unit_strength)
    counts = counted(c)
    for kind, ways in (("deaths", ("dead", "killed")), ("injured", ("injured", "shot"))):
        total = sum(int(losses[way].sum()) for way in ways)
        assert counts[f"{kind}_state_forces"] + counts[f"{kind}_contingents"] == total
    hour = (c.tick + 1) / c.ticks_per_hour
    on_duty = (now.unit_cell >= 0) & (now.unit_recovers <= hour) & (now.unit_routed <= hour)
    assert np.array_equal(now.unit_fit, np.where(on_duty, fixed.unit_strength - lost, 0))
    assert now.force.sum() == now.unit_fit.sum()
    assert np.all((now.armed_force >= 0) & (now.armed_force <= now.force))
    assert np.all((now.unit_busy >= 0) & (now.unit_busy <= fixed.unit_strength / c.p["crowd_control.team"] + 1))


def check_fields(c: Context) -> None:
    """Every field is within its stated range."""
    now = c.now
    for name in ("network", "legitimacy", "jamming", "compliance", "availability", "site_risk", "intelligence"):
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
        "movement.band_speed": st.floats(1.0, 60.0),
        "crowd_control.arrest": st.floats(0.0, 4.0),
        "crowd_control.melee_crowd": st.floats(0.0, 3.0),
        "crowd_control.melee_forces": st.floats(0.0, 3.0),
        "crowd_control.kinetic": st.floats(0.0, 2.0),
        "crowd_control.lethality": st.floats(0.0, 3.0),
        "crowd_control.stray": st.floats(0.0, 1.0),
        "crowd_control.overrun_ratio": st.floats(1.0, 30.0),
        "facilities.unarmed_weight": st.floats(0.01, 0.5),
        "outside.fighters": st.floats(0.0, 400.0),
        "outside.firearms": st.floats(0.0, 400.0),
        "arming.base": st.floats(0.0, 5.0),
        "arming.recruits": st.floats(0.0, 3.0),
        "arming.crowd": st.floats(1.0, 300.0),
        "bands.disperse": st.floats(0.0, 10.0),
        "bands.escape": st.floats(0.0, 10.0),
        "bands.emerge": st.floats(0.0, 3.0),
        "bands.give_up": st.floats(0.0, 3.0),
        "command.planning": st.floats(0.0, 6.0),
        "combat.state_fire": st.floats(0.0, 10.0),
        "combat.armed_fire": st.floats(0.0, 10.0),
        "combat.exposed": st.floats(0.0, 1.0),
        "combat.rout": st.floats(0.0, 10.0),
        "combat.surrender": st.floats(0.0, 1.0),
        "combat.sweep": st.floats(0.0, 5.0),
    }
)


def small_scenario(
    numbers: dict[str, float], replication: int, rules: int, reserve: int, firearms: int
) -> tuple[Context, int]:
    """The armed town with other numbers, rules of engagement from the start, reserve of ids, and firearms to loot."""
    model = prepared("lively", None, ARMED_TOWN)
    c, _ = set_up(model, 1, replication)
    c.p.update(numbers)
    c.actions = [action for action in c.actions if action.kind != "rules_of_engagement"]
    c.actions.append(Action("rules", "rules_of_engagement", {"level": rules}, at=0.0))
    c.now.status = c.next.status = c.now.status[: model.world.persons + reserve]
    c.fixed.shop_firearms = np.full(c.fixed.shop_hold.size, firearms, np.int64)
    c.fixed.facility_firearms = np.where(c.fixed.facility_firearms > 0, firearms, 0)
    return c, model.world.persons


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink a scenario takes minutes and tells little
scenarios = given(
    numbers=changes, replication=st.integers(0, 1_000), rules=st.integers(0, 3), reserve=st.integers(0, 120),
    firearms=st.integers(0, 60),
)  # fmt: skip


@settings(max_examples=12, phases=UNSHRUNK)
@scenarios
def test_people_arms_and_forces_are_conserved_and_no_one_acts_after_the_end(
    numbers: dict[str, float], replication: int, rules: int, reserve: int, firearms: int
) -> None:
    c, residents = small_scenario(numbers, replication, rules, reserve, firearms)
    before, counts, supplied = c.now.status.copy(), c.now.counts.copy(), 0
    for c.tick in range(30 * 6):
        tick(c)
        assert ALLOWED[before, c.now.status].all()
        assert np.all(c.now.counts >= counts)
        before, counts, supplied = c.now.status.copy(), c.now.counts.copy(), supplied + int(c.now.supply[0])
        if c.tick % 6 == 0 or c.tick == 30 * 6 - 1:
            check_people(c, residents)
            check_lists(c)
            check_arms(c, supplied)
            check_forces(c)
            check_fields(c)


@settings(max_examples=4, phases=UNSHRUNK)
@scenarios
def test_recorders_change_no_bit_of_any_scenario(
    numbers: dict[str, float], replication: int, rules: int, reserve: int, firearms: int
) -> None:
    digests = set()
    for record in (frozenset[str](), frozenset(RECORDERS)):
        c, _ = small_scenario(numbers, replication, rules, reserve, firearms)
        recorder, digest = Recorder(c, 20 * 6, record), Digest()
        for c.tick in range(20 * 6):
            tick(c)
            recorder.observe(c)
            digest.hourly(c)
        digests.add(digest.finish(c))
    assert len(digests) == 1


@pytest.fixture(scope="module")
def run() -> Replication:
    return simulate(prepared("lively", FIGHTERS, ARMED_TOWN), 5, 2)


def test_a_run_in_which_nobody_takes_up_arms_would_show_nothing(run: Replication) -> None:
    for name in ("took_arms", "entered", "left", "hidden", "detained", "deaths_armed_persons", "deaths_bystanders"):
        assert run.timeline[name].max() >= 1, name
    assert {"looting", "rout", "overrun", "seizure", "recapture", "arrival"} <= {event.kind for event in run.events}


def test_counts_in_the_timeline_are_never_negative_and_never_fall(run: Replication) -> None:
    for name in CUMULATIVE:
        assert run.timeline[name][0] >= 0
        assert np.all(np.diff(run.timeline[name]) >= 0), name
    for name in ("crowd", "crowd@main_square", "crowd@market", "armed", "hidden", "facilities_lost"):
        assert np.all(run.timeline[name] >= 0)
    assert np.all(run.timeline["crowd"] >= run.timeline["crowd@main_square"] + run.timeline["crowd@market"])


def test_outcomes_are_the_last_of_the_timeline(run: Replication) -> None:
    for name in CUMULATIVE:
        if name in run.outcomes:
            assert run.outcomes[name] == run.timeline[name][-1], name
    assert set(run.outcomes) >= set(CUMULATIVE) - {"took_arms", "entered", "left"}
    assert run.outcomes["peak_crowd"] == run.timeline["crowd"].max()
    assert run.outcomes["peak_armed"] == run.timeline["armed"].max()
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
