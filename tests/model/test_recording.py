"""What is kept of a run must be what the state was, in the stated units and order."""

from __future__ import annotations

import math

import numpy as np
import pytest

from contrafact.model import recording
from contrafact.model.context import Context
from contrafact.model.recording import OUTCOMES, RECORDERS, Recorder, end_of_violence
from contrafact.model.state import COUNTS, CROWD, NOBODY
from tests.model.town import start, town

ALL = frozenset(RECORDERS)


def recorded(ticks: int = 12, record: frozenset[str] = ALL) -> tuple[Context, Recorder]:
    """Two hours of a town in which the crowd grows by a person per tick and cell, and half the network fails."""
    facilities = [{"kind": "government"}, {"kind": "police"}, {"kind": "airfield"}]
    c = town((100, 300, 0), sites=(0, 2), facilities=facilities, numbers={"recording.quiet_share": 0.01})
    c.fixed.onmap[2] = False
    recorder = Recorder(c, ticks, record)
    for c.tick in range(ticks):
        c.now.crowd[:] = np.array([1, 2, 3]) * (c.tick + 1)
        c.now.armed[:], c.now.hidden[:] = [0, 1, 1], [c.tick, 0, 1]
        for kind, start_of in (("crowd", "cell_start"), ("armed", "armed_start"), ("hidden", "hidden_start")):
            getattr(c.now, start_of)[1:] = np.cumsum(getattr(c.now, kind))
        c.now.on_site[:] = np.array([1, 3]) * (c.tick + 1)
        c.now.counts[:] = np.arange(len(COUNTS)) + c.tick
        start(c, "network", [0.5, 1.0, 0.0] if c.tick >= 6 else 1.0)
        start(c, "holder", [CROWD, NOBODY, CROWD] if c.tick >= 9 else 0)
        c.now.violence[0], c.now.fighting[0] = 2 if c.tick < 3 else 1, 1  # beside 2 armed persons
        recorder.observe(c)
    return c, recorder


def test_the_timeline_holds_the_end_of_every_tick() -> None:
    c, recorder = recorded()
    timeline = recorder.timeline(c)
    assert list(timeline) == [
        "hour", "crowd", "crowd@site_0", "crowd@site_1", "armed", "hidden", "deaths_bystanders",
        "deaths_protesters", "deaths_armed_persons", "deaths_state_forces", "deaths_contingents", "injured_bystanders",
        "injured_protesters", "injured_armed_persons", "injured_state_forces", "injured_contingents", "detained",
        "took_arms", "entered", "left", "network", "facilities_lost",
    ]  # fmt: skip
    assert timeline["hour"] == pytest.approx(np.arange(1, 13) / 6)
    assert timeline["crowd"].tolist() == [6 * n for n in range(1, 13)]
    assert timeline["crowd@site_0"].tolist() == list(range(1, 13))  # who has arrived
    assert timeline["crowd@site_1"].tolist() == [3 * n for n in range(1, 13)]
    assert timeline["armed"].tolist() == [2] * 12
    assert timeline["hidden"].tolist() == list(range(1, 13))
    assert timeline["deaths_protesters"].tolist() == list(range(1, 13))
    for name in ("detained", "took_arms", "entered", "left"):
        assert timeline[name][0] == COUNTS.index(name)
    assert timeline["network"][[0, 6]] == pytest.approx([1.0, 0.875])  # a quarter of residents on half a network
    assert timeline["facilities_lost"].tolist() == [0] * 9 + [2] * 3  # that off the map is no facility of the city


def test_maps_are_kept_at_full_hours() -> None:
    _, recorder = recorded()
    assert recorder.crowd.tolist() == [[6, 12, 18], [12, 24, 36]]
    assert recorder.holders.tolist() == [[0, 0, 0], [CROWD, NOBODY, CROWD]]


def test_outcomes_come_in_the_stated_order_with_totals_that_add_up() -> None:
    c, recorder = recorded()
    outcomes = recorder.outcomes(c)
    assert list(outcomes) == [outcome.name for outcome in OUTCOMES]
    last = {name: i + 11 for i, name in enumerate(COUNTS)}
    assert {name: outcomes[name] for name in COUNTS if name in outcomes} == {n: last[n] for n in last if n in outcomes}
    for kind in ("deaths", "injured"):
        assert outcomes[f"{kind}_total"] == sum(number for name, number in last.items() if name.startswith(f"{kind}_"))
    assert outcomes["offline_person_hours"] == pytest.approx(50 * 1.0)  # half of 100 residents for an hour
    assert outcomes["facility_hours_lost"] == pytest.approx(2 * 0.5)
    assert (outcomes["peak_crowd"], outcomes["peak_armed"]) == (72, 2)
    assert math.isinf(outcomes["time_to_end"])  # 5 of 400 is more than 0.01 and no quiet day follows


def test_outcomes_do_not_depend_on_what_is_recorded() -> None:
    c, recorder = recorded()
    for record in (frozenset(), frozenset({"timeline"}), frozenset({"cells"})):
        other, silent = recorded(record=record)
        assert silent.outcomes(other) == recorder.outcomes(c)
    assert silent.timeline(other) == {}
    assert recorded(record=frozenset())[1].crowd.shape == (0, 3)


def test_violence_ends_with_the_last_violent_tick_that_a_quiet_day_follows() -> None:
    day = 24 * 6
    violence = np.zeros(day + 30)
    assert end_of_violence(violence, 10.0, 6) == 0.0
    assert math.isinf(end_of_violence(violence[: day - 1], 10.0, 6))  # nobody saw a whole quiet day
    violence[[3, 17]] = 11
    violence[20:] = 10  # at the limit is quiet
    assert end_of_violence(violence, 10.0, 6) == 3.0
    violence[29] = 11
    assert end_of_violence(violence, 10.0, 6) == 5.0
    violence[30] = 11
    assert math.isinf(end_of_violence(violence, 10.0, 6))


def test_every_outcome_has_a_unit_and_a_meaning() -> None:
    for outcome in OUTCOMES:
        assert outcome.unit in ("persons", "person h", "facility h", "h")
        assert outcome.meaning
    harms = [outcome.name for outcome in OUTCOMES]
    assert harms[0] == "deaths_bystanders"
    assert harms.index("deaths_total") < harms.index("injured_total") < harms.index("detained") < len(harms)
    assert recording.RECORDERS == ("timeline", "cells", "events")
