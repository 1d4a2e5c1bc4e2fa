"""Policy as the oracle does it: which actions fire, and what is ordered while they are in force."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from contrafact.kernels import Array
from contrafact.model.policy import Action
from contrafact.model.state import CHANNELS, TOLD
from reference.city import EPS, RIOT_CONTROL, City


@dataclass
class Levers:
    """What is ordered for one tick.

    By site, cell, cell, unit, and (told, channel); then the city's numbers; marches by the site that is left; cadres,
    pairs of a cell and a number.
    """

    call: Array
    jamming: Array
    snipers: Array
    scripted: Array
    injected: Array
    availability: float = 1.0
    compliance: float = 0.0
    curfew: bool = False
    rules: int = RIOT_CONTROL
    news: float = 0.0
    concession: float = 0.0
    marches: dict[int, tuple[int, float]] = field(default_factory=dict)
    cadres: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class Agenda:
    """Which actions have fired, which have their cause and wait, by name and hour, and where units are ordered."""

    orders: Array
    fired: dict[str, float] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)


def policy(city: City, agenda: Agenda, hour: float, counts: dict[str, float]) -> tuple[Agenda, Levers]:
    """Agenda and levers for the tick that begins at ``hour``, from counts by cause as they are known now."""
    agenda = Agenda(agenda.orders.copy(), dict(agenda.fired), dict(agenda.due))
    fresh = [action for action in city.actions if fires(action, agenda, hour, counts)]
    in_force = [a for a in city.actions if a.name in agenda.fired and hour + EPS < a.until]
    levers = Levers(
        call=np.zeros(city.site_cell.size), jamming=np.zeros(city.cells), snipers=np.zeros(city.cells, int),
        scripted=city.tasks == 0, injected=np.zeros((len(TOLD), len(CHANNELS))),
    )  # fmt: skip
    levers.news = float(city.news[city.news_hours <= hour + EPS][-1])
    for action in fresh:
        once(city, action, agenda, levers)
    for action in sorted(in_force, key=lambda a: agenda.fired[a.name]):
        lasting(city, action, levers, (city.start_hour + hour) % 24)
    fired = [a for a in city.actions if a.name in agenda.fired and a.kind in ("deploy", "withdraw")]
    for action in sorted(fired, key=lambda a: agenda.fired[a.name]):
        units = action.values["units"]
        levers.scripted[units] = (hour + EPS < action.until) | (city.tasks[units] == 0)
    return agenda, levers


def fires(action: Action, agenda: Agenda, hour: float, counts: dict[str, float]) -> bool:
    """Whether an action fires now; if so the agenda says it."""
    if action.name in agenda.fired:
        return False
    if action.at is not None:
        due = action.at
    else:
        if action.after is not None:
            caused = action.after in agenda.fired
        else:
            caused = counts[str(action.cause)] >= action.at_least
        if caused:
            agenda.due.setdefault(action.name, hour + action.delay)
        due = agenda.due.get(action.name, math.inf)
    if due <= hour + EPS:
        agenda.fired[action.name] = hour
        return True
    return False


def once(city: City, action: Action, agenda: Agenda, levers: Levers) -> None:
    """What an action does at the hour at which it fires."""
    v: dict[str, Any] = action.values
    if action.kind == "concession":
        levers.concession += v["size"]
    elif action.kind == "march":
        levers.marches[v["origin"]] = (v["destination"], v["share"])
    elif action.kind == "cadres":
        levers.cadres.append((int(city.place_cell[v["place"]]), round(v["number"])))
    elif action.kind == "deploy":
        agenda.orders[v["units"]] = v["place"]
    elif action.kind == "withdraw":
        agenda.orders[v["units"]] = -1


def lasting(city: City, action: Action, levers: Levers, clock: float) -> None:
    """What an action does as long as it is in force; called in the order in which actions fired."""
    v: dict[str, Any] = action.values
    if action.kind == "call":
        levers.call[v["site"]] += v["weight"]
        levers.news += v.get("news", 0.0)
    elif action.kind == "emergency" or (action.kind == "curfew" and is_night(clock, v["from_hour"], v["to_hour"])):
        levers.compliance = 1 - (1 - levers.compliance) * (1 - v["compliance"])
        levers.curfew |= action.kind == "curfew"
    elif action.kind == "rules_of_engagement":
        levers.rules = v["level"]
    elif action.kind == "network":
        levers.availability = min(levers.availability, v["availability"])
    elif action.kind == "jamming":
        levers.jamming[v["cells"]] = np.maximum(levers.jamming[v["cells"]], v["effectiveness"])
    elif action.kind == "report":
        levers.injected[v["told"], v["channels"]] += v["number"]
    elif action.kind == "snipers":
        levers.snipers[city.place_cell[v["place"]]] += round(v["number"])


def is_night(clock: float, start: int, end: int) -> bool:
    """Whether a local hour lies in the hours from start to end, which may run past midnight."""
    since = (clock + EPS - start) % 24
    return since < (end - start) % 24
