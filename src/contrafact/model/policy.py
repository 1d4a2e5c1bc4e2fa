"""Policy: what the authorities and the callers of protests do, and when.

An action is timed (it fires at its hour whatever happened) or triggered (it fires a delay after its cause: a count, as
the government is told it, that reaches a threshold, or another action). While it is in force it sets levers; several at
once combine:

    call            adds attraction to a site and to the news
    march           moves a share of those present at one site to another, once
    concession      adds its size, of either sign, to legitimacy, once
    emergency       lowers the rate of joining by its compliance; so does a curfew in its hours
    rules           of those in force the last to fire hold; riot control where there are none
    network         the lowest availability holds
    jamming         takes a share of the network within a radius; the highest holds
    deploy          orders a force to a place and holds it there; withdraw sends it off the map
    report          adds a number, true or false, to what channels tell of a count
    snipers         puts snipers at a place; cadres sends armed persons there from outside, once (see outside)
    announce        is written down; alliance.request and alliance.withdrawal go to the alliance
    mandate         orders the mandate of contingents

Levers are set for the tick that follows, so an action is in force in every tick that begins at or after its hour.

Order     first
Reads     told (told, channel), contingents ()
Writes    availability, compliance, under_curfew, rules, news, concession (); jamming, snipers (cell,);
          call, march_to, march_share (site,); unit_order, unit_scripted (unit,); injected (told, channel);
          alliance_request, alliance_withdrawal, mandate_order ()
Source    the scenario: each action names its evidence
Check     tests/model/test_policy.py
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from contrafact.model.context import Context
from contrafact.model.state import CHANNELS, TOLD
from contrafact.parameters import Parameter

PARAMETERS: tuple[Parameter, ...] = ()

RULES = ("restraint", "riot_control", "self_defence", "without_warning")
OFFICIAL = CHANNELS.index("official")
CAUSES = ("facilities_lost", "crowd", "armed", "deaths", "deaths_state", "injured", "detained", "contingents")
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
    """What causes are measured by: the counts as the government is told them, and the contingents that have come."""
    told = dict(zip(TOLD, c.now.told[:, OFFICIAL].tolist(), strict=True))
    told["deaths"] += told["deaths_armed"] + told["deaths_state"]
    told["contingents"] = float(c.now.contingents[0])
    return {name: told[name] for name in CAUSES}


def fire_due(c: Context, hour: float) -> list[Action]:
    """Fire what is due by ``hour`` (hours since the start) and return it, in the scenario's order."""
    fired: list[Action] = []
    measured: dict[str, float] = {}
    for action in c.actions:
        if action.fired is not None:
            continue
        due = action.at if action.at is not None else action.due
        if due is None:
            if action.after is not None:
                cause_met = any(a.name == action.after and a.fired is not None for a in c.actions)
            else:
                measured = measured or quantities(c)
                cause_met = measured[str(action.cause)] >= action.at_least
            if cause_met:
                due = action.due = hour + action.delay
        if due is not None and due <= hour + 1e-9:
            action.fired = hour
            fired.append(action)
    return fired


def set_levers(c: Context, hour: float) -> None:
    """Set the levers for the tick that begins at ``hour``; what no action and no hour changes stays as it is."""
    fired = fire_due(c, hour)
    for action in fired:
        c.note("action", action.name, hour=hour)
    act_once(c, fired)
    ask_alliance(c, fired)
    in_force = [action for action in c.actions if action.in_force(hour)]
    curfews = [a for a in in_force if a.kind == "curfew" and in_hours((c.hour_of_day_at_start + hour) % 24, a)]
    step_of_news = max(0, int(np.searchsorted(c.fixed.news_hours, hour + 1e-9, side="right")) - 1)
    situation = (len(fired), len(in_force), len(curfews), step_of_news)
    if fired or situation != c.situation:
        set_city(c, in_force, curfews, float(c.fixed.news[step_of_news]))
        set_places(c, in_force)
        set_units(c, hour)
    c.situation = situation


def act_once(c: Context, fired: list[Action]) -> None:
    """What actions do in the tick in which they fire, and in no other."""
    following = c.next
    following.march_to[:] = -1
    following.concession[0] = 0.0
    for action in fired:
        v = action.values
        if action.kind in ("deploy", "withdraw"):
            following.unit_order[v["units"]] = v.get("place", -1)
        elif action.kind == "concession":
            following.concession[0] += v["size"]
        elif action.kind == "march":
            following.march_to[v["origin"]] = v["destination"]
            following.march_share[v["origin"]] = v["share"]


def set_city(c: Context, in_force: list[Action], curfews: list[Action], news: float) -> None:
    """Levers that hold for the whole city."""
    following = c.next
    obeyed = [1.0 - a.values["compliance"] for a in in_force if a.kind == "emergency"]
    following.compliance[0] = 1.0 - math.prod([*obeyed, *(1.0 - a.values["compliance"] for a in curfews)])
    following.under_curfew[0] = bool(curfews)
    rules = [a for a in in_force if a.kind == "rules_of_engagement"]
    latest = max(reversed(rules), key=lambda a: a.fired or 0.0, default=None)
    following.rules[0] = latest.values["level"] if latest else RULES.index("riot_control")
    following.availability[0] = min([1.0, *(a.values["availability"] for a in in_force if a.kind == "network")])
    following.news[0] = news + sum(a.values.get("news", 0.0) for a in in_force if a.kind == "call")
    following.injected[:] = 0.0
    for action in in_force:
        if action.kind == "report":
            following.injected[action.values["told"], action.values["channels"]] += action.values["number"]


def set_places(c: Context, in_force: list[Action]) -> None:
    """Levers of sites and cells."""
    following = c.next
    following.call[:] = 0.0
    following.jamming[:] = 0.0
    following.snipers[:] = 0
    for action in in_force:
        v = action.values
        if action.kind == "call":
            following.call[v["site"]] += v["weight"]
        elif action.kind == "jamming":
            following.jamming[v["cells"]] = np.maximum(following.jamming[v["cells"]], v["effectiveness"])
        elif action.kind == "snipers":
            following.snipers[c.fixed.place_cell[v["place"]]] += round(v["number"])


def set_units(c: Context, hour: float) -> None:
    """Which units an order holds: those that are never commanded, and the others while their last order is in force."""
    following = c.next
    following.unit_scripted[:] = c.fixed.unit_never_commanded
    orders = [a for a in c.actions if a.fired is not None and a.kind in ("deploy", "withdraw")]
    for action in sorted(orders, key=lambda a: a.fired or 0.0):
        units = action.values["units"]
        following.unit_scripted[units] = action.in_force(hour) | c.fixed.unit_never_commanded[units]


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
