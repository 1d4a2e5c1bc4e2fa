"""Policy: what the authorities and the callers of protests do, and when.

An action is timed (it fires at its hour whatever happened) or triggered (it fires a delay after its cause: a count that
reaches a threshold, or another action). While it is in force it sets levers; several at once combine:

    call            adds attraction to a site and to the news
    march           moves a share of those present at one site to another, once
    concession      adds its size, of either sign, to legitimacy, once
    emergency       lowers the rate of joining by its compliance; so does a curfew in its hours
    rules           of those in force the last to fire hold; riot control where there are none
    network         the lowest availability holds
    jamming         takes a share of the network within a radius; the highest holds
    deploy          orders a force to a place; withdraw sends it off the map
    announce        is written down; alliance.request and alliance.withdrawal go to the alliance
    mandate         orders the mandate of contingents

Levers are set for the tick that follows, so an action is in force in every tick that begins at or after its hour.

Order     first
Reads     counts (count,), crowd (cell,), holder (facility,), contingents ()
Writes    availability, compliance, under_curfew, rules, news, concession (); jamming (cell,);
          call, march_to, march_share (site,); unit_order (unit,); alliance_request, alliance_withdrawal,
          mandate_order ()
Source    the scenario: each action names its evidence
Check     tests/model/test_policy.py
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from contrafact.model.context import Context
from contrafact.model.state import COUNTS, STATE
from contrafact.parameters import Parameter

PARAMETERS: tuple[Parameter, ...] = ()

RULES = ("restraint", "riot_control", "self_defence", "without_warning")
CAUSES = ("facilities_lost", "crowd", "deaths", "deaths_state", "injured", "detained", "contingents")
ANNOUNCED = {"alliance.request": "alliance_request", "alliance.withdrawal": "alliance_withdrawal"}


@dataclass
class Action:
    """One action with its drawn numbers and with places resolved to indices.

    ``at`` is None for a triggered action; then ``cause`` is one of CAUSES and ``at_least`` its threshold, or ``after``
    the id of another action; ``delay`` in hours. ``fired`` is the hour at which it did fire. ``values`` belong to its
    kind.
    """

    name: str
    kind: str
    values: dict[str, Any]
    at: float | None
    until: float = math.inf
    cause: str | None = None
    at_least: float = 0.0
    after: str | None = None
    delay: float = 0.0
    due: float | None = None
    fired: float | None = field(default=None)

    def in_force(self, hour: float) -> bool:
        return self.fired is not None and hour + 1e-9 < self.until


def quantities(c: Context) -> dict[str, float]:
    """What causes are measured by, at the beginning of the tick."""
    counts = dict(zip(COUNTS, (int(n) for n in c.now.counts), strict=True))
    return {
        "facilities_lost": int(np.count_nonzero(c.now.holder != STATE)),
        "crowd": int(c.now.crowd.sum()),
        "deaths": sum(n for name, n in counts.items() if name.startswith("deaths_")),
        "deaths_state": counts["deaths_state_forces"],
        "injured": sum(n for name, n in counts.items() if name.startswith("injured_")),
        "detained": counts["detained"],
        "contingents": int(c.now.contingents[0]),
    }


def fire_due(c: Context, hour: float) -> list[Action]:
    """Fire what is due by ``hour`` (hours since the start) and return it, in the scenario's order."""
    fired = []
    measured: dict[str, float] = {}
    by_name = {action.name: action for action in c.actions}
    for action in c.actions:
        if action.fired is not None:
            continue
        due = action.at if action.at is not None else action.due
        if due is None:
            measured = measured or quantities(c)
            if action.after is not None:
                cause_met = by_name[action.after].fired is not None
            else:
                cause_met = measured[str(action.cause)] >= action.at_least
            if cause_met:
                due = action.due = hour + action.delay
        if due is not None and due <= hour + 1e-9:
            action.fired = hour
            fired.append(action)
    return fired


def set_levers(c: Context, hour: float) -> None:
    """Set the levers for the tick that begins at ``hour``."""
    following, fixed = c.next, c.fixed
    fired = fire_due(c, hour)
    for action in fired:
        c.note("action", action.name, hour=hour)
        if action.kind in ("deploy", "withdraw"):
            following.unit_order[action.values["units"]] = action.values.get("place", -1)
    following.march_to[:] = -1
    following.concession[0] = sum(a.values["size"] for a in fired if a.kind == "concession")
    for action in fired:
        if action.kind == "march":
            following.march_to[action.values["origin"]] = action.values["destination"]
            following.march_share[action.values["origin"]] = action.values["share"]
    ask_alliance(c, fired)
    in_force = [action for action in c.actions if action.in_force(hour)]
    hour_of_day = (c.hour_of_day_at_start + hour) % 24
    obeyed = [1.0 - a.values["compliance"] for a in in_force if a.kind == "emergency"]
    curfews = [a for a in in_force if a.kind == "curfew" and in_hours(hour_of_day, a)]
    following.compliance[0] = 1.0 - math.prod([*obeyed, *(1.0 - a.values["compliance"] for a in curfews)])
    following.under_curfew[0] = bool(curfews)
    rules = [a for a in in_force if a.kind == "rules_of_engagement"]
    latest = max(reversed(rules), key=lambda a: a.fired or 0.0, default=None)
    following.rules[0] = latest.values["level"] if latest else RULES.index("riot_control")
    following.availability[0] = min([1.0, *(a.values["availability"] for a in in_force if a.kind == "network")])
    following.news[0] = fixed.news[max(0, np.searchsorted(fixed.news_hours, hour + 1e-9, side="right") - 1)]
    following.call[:] = 0.0
    for action in in_force:
        if action.kind == "call":
            following.call[action.values["site"]] += action.values["weight"]
            following.news[0] += action.values.get("news", 0.0)
    following.jamming[:] = 0.0
    for action in in_force:
        if action.kind == "jamming":
            cells = action.values["cells"]
            following.jamming[cells] = np.maximum(following.jamming[cells], action.values["effectiveness"])


def ask_alliance(c: Context, fired: list[Action]) -> None:
    """Hand requests, withdrawals and mandates to the alliance, dated to the hour at which they were due."""
    for action in fired:
        if action.kind == "mandate":
            c.next.mandate_order[0] = action.values["mandate"]
        elif action.kind == "announce" and action.values.get("what") in ANNOUNCED:
            due = action.at if action.at is not None else action.due
            getattr(c.next, ANNOUNCED[action.values["what"]])[0] = due


def in_hours(hour_of_day: float, action: Action) -> bool:
    """Whether a daily window such as 23 to 7 holds at this local hour."""
    start, end = action.values["from_hour"], action.values["to_hour"]
    hour_of_day = (hour_of_day + 1e-9) % 24
    inside = start <= hour_of_day < end
    return inside if start < end else not (end <= hour_of_day < start)


def step(c: Context) -> None:
    """Set the levers for the next tick."""
    set_levers(c, c.hour + c.dt)
