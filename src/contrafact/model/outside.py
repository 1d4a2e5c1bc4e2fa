"""Outside support: fighters and firearms that cross the edge of the area, and cadres that someone sends.

    fighters in a tick   Poisson(fighters (1 - interdiction) dt)
    firearms in a tick   Poisson(firearms (1 - interdiction) dt)

A fighter enters, armed, at a cell at the edge of the area by a keyed uniform, and counts as a person of that cell.
Firearms join the stock of arming in the next tick.
Persons from outside have ids of their own after those of the residents: residents + entered - left is conserved, and
where the reserve of ids is used up nobody more enters. Nothing comes by default: the armed persons are isolated. A
supply like that of another war is a variant, and so are cadres, who enter at a place at the hour of an action, if that
place is on the map.

Order     after movement, before arming
Reads     status (person,); outside_next ()
Writes    proposals of those who enter; outside_next, supply ()
Source    assumption: zero is what the article says; whether the record tells the two apart is itself a question
Check     tests/model/test_outside.py: the mean inflow is the rate times what is not interdicted; persons are conserved
"""

from __future__ import annotations

import math

import numpy as np

from contrafact.model.context import Context
from contrafact.model.state import ARMED
from contrafact.parameters import CONVENTION, Parameter
from contrafact.rng import decision, draw, poisson_count

PARAMETERS = (
    Parameter("outside.fighters", "1/day", 0.0, CONVENTION, "fighters who set out for the area in a day"),
    Parameter("outside.firearms", "1/day", 0.0, CONVENTION, "firearms sent to the area in a day"),
    Parameter("outside.interdiction", "dimensionless", 0.0, CONVENTION, "share of both that is stopped at the border",
              high=1.0),
)  # fmt: skip

PATIENCE = 1e9  # they do not leave for want of patience
FIGHTERS = decision("outside.fighters")
ENTRY = decision("outside.entry")


def step(c: Context) -> None:
    """Let fighters, firearms and cadres in."""
    p, following = c.p, c.next
    passed = (1.0 - p["outside.interdiction"]) * c.dt / 24.0
    u_fighters, u_firearms = draw(c.key, FIGHTERS, c.tick, 0, 0)
    following.supply[0] = poisson_count(p["outside.firearms"] * passed, u_firearms)
    entry = c.fixed.edge_cells
    for i in range(poisson_count(p["outside.fighters"] * passed, u_fighters) if entry.size else 0):
        u_cell, u_time = draw(c.key, ENTRY, c.tick, i, 0)
        let_in(c, int(entry[math.floor(u_cell * entry.size)]), u_time * c.dt)
    for action in c.actions:
        if action.kind == "cadres" and action.fired is not None and abs(action.fired - c.hour) < c.dt / 2:
            for _ in range(round(action.values["number"])):
                let_in(c, int(c.fixed.place_cell[action.values["place"]]), 0.0)


def let_in(c: Context, cell: int, time: float) -> None:
    """Propose that the next person from outside is in a cell, armed, from ``time`` hours into the tick on."""
    following, proposals = c.next, c.proposals
    person = c.fixed.persons + int(following.outside_next[0])
    if person >= c.now.status.size or cell < 0:
        return
    following.outside_next[0] += 1
    n = proposals.n
    proposals.person[n], proposals.status[n], proposals.time[n] = person, ARMED, time
    proposals.cell[n], proposals.payload[n] = cell, -1
    proposals.detail[n] = np.array([1.0, 0.0, PATIENCE])
    proposals.n += 1
