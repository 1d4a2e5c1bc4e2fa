"""Alliances small enough to work out by hand: one type of aircraft for each member, round numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from contrafact.model import alliance, policy
from contrafact.model.alliance import NEVER, Pact
from contrafact.model.context import Context
from contrafact.model.state import CROWD, GUARD, STATE
from tests.model.town import accept, start, town

AIRPORT, AIRFIELD = 0, 1
FIELDS = ({"kind": "airport", "name": "airport"}, {"kind": "airfield", "name": "airfield"})


def pact(
    members: Sequence[Mapping[str, Any]] = ({},),
    unit_strengths: Mapping[int, Sequence[int]] | None = None,
    mog: int = 3,
    alternate_mog: int = 0,
    march: float = 2.0,
    **changes: Any,
) -> Pact:
    """An alliance whose members each bring ``persons`` and vehicles in ``planes`` aircraft ``out`` hours away.

    unit_strengths  strength of each unit by member; the first units of the town are those of member 0, and so on
    alternate_mog   0 for no alternate; march is the hours by road from there, which units enter at place_2
    """
    defaults = {"persons": 100, "wheeled": 0, "tracked": 0, "platforms": 0, "kilograms": 0, "planes": 2, "out": 4.0,
                "loading": 2.0, "ground": 1.0, "ready": 3.0, "seats": 50, "payload": 40.0, "road": NEVER}  # fmt: skip
    full = [defaults | dict(member) for member in members]
    planes = [m for m, member in enumerate(full) for _ in range(member["planes"])]
    fill = [
        [
            max(1 / full[m]["seats"], 0.1 / full[m]["payload"]),
            *(mass / full[m]["payload"] for mass in (8, 10, 18, 0.001)),
        ]
        for m in planes
    ]
    strengths = unit_strengths or {}
    return Pact(
        **{
            "consultation": 2.5, "granted": 1.0, "mandate": GUARD,
            "members": tuple(f"member_{m}" for m in range(len(full))),
            "packed": np.array([[member[key] for key in alliance.CARGO] for member in full], np.int64),
            "ready": np.array([member["ready"] for member in full], float),
            "road": np.array([member["road"] for member in full], float),
            "road_entry": np.array([2 if member["road"] < NEVER else -1 for member in full], np.int64),
            "plane_member": np.array(planes, np.int64),
            "fill": np.array(fill, float).reshape(-1, 5),
            "out": np.array([full[m]["out"] for m in planes], float),
            "across": np.full(len(planes), 0.25),
            "loading": np.array([full[m]["loading"] for m in planes], float),
            "ground": np.array([full[m]["ground"] for m in planes], float),
            "facility": np.array([AIRPORT, AIRFIELD if alternate_mog else -1], np.int64),
            "field_entry": np.array([0, 2 if alternate_mog else -1], np.int64),
            "march": np.array([0.0, march]),
            "spots": np.array([0, mog, mog + alternate_mog], np.int64),
            "holding": 1.0, "efficiency": 0.85,
            "unit_member": np.array([m for m, units in strengths.items() for _ in units], np.int64),
            "unit_need": np.concatenate([[], *(np.cumsum(units) for units in strengths.values())]).astype(np.int64),
            "loads": 400,
        } | changes
    )  # fmt: skip


def crisis(of: Pact, request: float | None = 0.0, ticks_per_hour: int = 6, seed: int = 1, **numbers: float) -> Context:
    """Three cells, the airport at the first; units of the pact off the map, ordered to the second."""
    need = of.unit_need.tolist()
    mine = of.unit_member.tolist()
    strengths = [n - (need[u - 1] if u and mine[u - 1] == mine[u] else 0) for u, n in enumerate(need)]
    units = [
        {"cell": -1, "order": 1, "strength": strength, "arrives": NEVER, "contingent": True, "force": f"csto_{m}"}
        for strength, m in zip(strengths, mine, strict=True)
    ]
    named = {f"alliance.{name}": value for name, value in numbers.items()}
    c = town(facilities=FIELDS, units=units, pact=of, numbers=named, ticks_per_hour=ticks_per_hour, seed=seed)
    start(c, "holder", STATE)
    start(c, "unit_scripted", c.fixed.unit_never_commanded)  # as the first levers have it
    if request is not None:
        ask(c, request)
    return c


def ask(c: Context, hour: float, what: str = "alliance.request") -> None:
    """Add a request, or a withdrawal, that falls due at an hour."""
    c.actions.append(policy.Action(f"act_{len(c.actions)}", "announce", {"what": what}, at=hour))
    if c.tick == 0:
        policy.set_levers(c, 0.0)
        for name in ("alliance_request", "alliance_withdrawal"):
            getattr(c.now, name)[:] = getattr(c.next, name)


def run(c: Context, until: float, *mechanisms: Any) -> None:
    """Let policy, the alliance and more mechanisms act until an hour."""
    while c.hour < until - 1e-9:
        for mechanism in (policy, *mechanisms, alliance):
            mechanism.step(c)
        accept(c)


def lose(c: Context, facility: int = AIRPORT, holder: int = CROWD) -> None:
    """Hand a field to the crowd, or back."""
    for state in (c.now, c.next):
        state.holder[facility] = holder
