"""Two arms must differ only where the change reached them: what is switched off moves no other draw."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from contrafact.engine import Replication, simulate
from tests.engine.towns import prepared

HOURS = 48.0
HARM = (
    "deaths_bystanders", "deaths_protesters", "injured_bystanders", "injured_protesters", "deaths_state_forces",
    "injured_state_forces", "injured_contingents", "deaths_contingents", "detained",
)  # fmt: skip
NO_DEATHS = {
    "crowd_control.lethality": 0.0, "crowd_control.kinetic_lethality": 0.0, "crowd_control.melee_lethality": 0.0,
}  # fmt: skip


def arm(numbers: Mapping[str, float] | None = None, **changes: object) -> Replication:
    """Two days of the lively town, in which fire needs no warning from 17:00 of the second day, hour 35."""
    named: dict[str, object] = {"actions.live_fire.level": "without_warning"}
    named |= {key.replace("__", "."): value for key, value in changes.items()}
    return simulate(prepared("lively", numbers, named), 4, 1, until_hours=HOURS)


@pytest.fixture(scope="module")
def base() -> Replication:
    return arm()


def parting(a: Replication, b: Replication, names: tuple[str, ...] | None = None) -> int:
    """First tick in which two timelines differ in some quantities, all of them unless named; past the end if never."""
    ticks = a.timeline["hour"].size
    return min(
        (int(np.argmax(differs)) for name in names or a.timeline
         if (differs := a.timeline[name] != b.timeline[name]).any()),
        default=ticks,
    )  # fmt: skip


def first(run: Replication, *names: str) -> int:
    """First tick in which one of some counts is above 0."""
    return int(np.argmax(sum(run.timeline[name] for name in names) > 0))


def test_without_fire_all_goes_on_as_before_until_the_first_hit(base: Replication) -> None:
    without = arm({"crowd_control.lethality": 0.0})
    assert base.outcomes["deaths_protesters"] > without.outcomes["deaths_protesters"]
    hit = parting(base, without)
    assert hit == parting(base, without, HARM) < parting(base, without, ("crowd",)) + 1
    assert base.timeline["hour"][hit] > 35
    for name in HARM:
        assert np.array_equal(base.timeline[name][:hit], without.timeline[name][:hit])
    assert [e for e in base.events if e.tick < hit] == [e for e in without.events if e.tick < hit]


def test_fear_without_deaths_changes_no_bit() -> None:
    bold, timid = (arm(NO_DEATHS | {"crowd_control.of_wounds": 0.0, "fear.phi": phi}) for phi in (0.0, 9.0))
    assert bold.outcomes["deaths_total"] == 0
    assert bold.digest == timid.digest


def test_fear_changes_nothing_before_the_first_death_of_a_resident(base: Replication) -> None:
    bold = arm({"fear.phi": 0.0})
    death = first(base, "deaths_bystanders", "deaths_protesters")
    assert death < parting(base, bold) < base.timeline["hour"].size


@pytest.mark.parametrize(
    ("number", "harm"),
    [
        ("crowd_control.arrest", "detained"), ("crowd_control.melee_crowd", "injured_protesters"),
        ("crowd_control.melee_forces", "injured_state_forces"),
    ],
)  # fmt: skip
def test_a_kind_of_harm_that_is_switched_off_moves_nothing_before_it_first_strikes(
    base: Replication, number: str, harm: str
) -> None:
    without = arm({number: 0.0})
    assert without.timeline[harm].sum() < base.timeline[harm].sum()
    assert parting(base, without) == parting(base, without, (harm,))


@pytest.mark.parametrize(("action", "hour"), [("jam_the_market", 31.0), ("live_fire", 35.0), ("curfew", 41.0)])
def test_an_action_that_is_removed_changes_nothing_before_its_hour(base: Replication, action: str, hour: float) -> None:
    without = arm(**{f"actions__{action}": None})
    assert hour < base.timeline["hour"][parting(base, without)] < HOURS
    assert action in {e.subject for e in base.events if e.kind == "action"}


def test_what_changes_nothing_changes_no_bit(base: Replication) -> None:
    assert arm(actions__live_fire__label="Fire").digest == base.digest
    assert arm(actions__concession=None).digest == base.digest  # due on the third day, after these 48 hours
    assert arm({"recording.quiet_share": 0.5}).digest == base.digest
    assert arm({"movement.tracked": 99.0}).digest == base.digest  # the contingent is not there yet


def test_joining_less_readily_keeps_most_of_who_joins() -> None:
    # A rate lower by a tenth thins the rings; it does not draw another crowd.
    one, other = (simulate(prepared("small", {"participation.nu": nu}), 4, 0, until_hours=4.0) for nu in (0.3, 0.27))
    ratio = other.timeline["crowd"][-1] / one.timeline["crowd"][-1]
    assert 0.8 < ratio < 1.0
