"""An alliance of two for the towns of tests/data, as a file would hold it: one member flies, one comes by road."""

from __future__ import annotations

import copy
from typing import Any

MADE_UP = "made up for tests"


def value(number: object, low: object, high: object) -> dict[str, Any]:
    """A sourced value."""
    return {"value": number, "assumption": MADE_UP, "prior": {"uniform": [low, high]}}


PLANE = {
    "assumption": MADE_UP, "seats": value("50 persons", 40, 60), "payload": value("40 t", 30, 50),
    "speed": value("600 km/h", "500 km/h", "700 km/h"), "loading": value("2 h", "1 h", "3 h"),
    "ground": value("1 h", "0.5 h", "2 h"),
}  # fmt: skip
PACKAGE = {
    "name": "One", "assumption": MADE_UP, "persons": value("150 persons", 100, 200),
    "wheeled": value(4, 2, 6), "tracked": value(3, 1, 5), "platforms": value(1, 0, 2),
    "supplies": value("20 t", 10, 30), "share": value(0.8, 0.6, 1.0), "ready": value("3 h", "1 h", "5 h"),
}  # fmt: skip
FLIER = PACKAGE | {
    "origin": {"lat": 50.0, "lon": 76.0, "precision": "1 km", "assumption": MADE_UP},
    "fleet": {"carrier": value(3, 1, 5)},
}  # fmt: skip
DRIVER = PACKAGE | {"name": "Two", "road": value("200 km", "150 km", "250 km"), "entry": "west_bridge"}
ALLIANCE = {
    "name": "An alliance", "assumption": MADE_UP, "consultation": value("2.5 h", "1 h", "4 h"),
    "granted": value(1.0, 0.5, 1.0), "mandate": "guard",
    "field": {"facility": "airfield", "assumption": MADE_UP, "mog": value(2, 1, 4)},
    "efficiency": value(0.85, 0.8, 0.9), "holding": value("1 h", "0.5 h", "2 h"), "airways": value(1.1, 1.0, 1.2),
    "road_speed": value("40 km/h", "30 km/h", "50 km/h"),
    "masses": {kind: value(f"{tonnes} t", f"{tonnes / 2} t", f"{tonnes * 1.5} t")
               for kind, tonnes in (("person", 0.1), ("wheeled", 8), ("tracked", 10), ("platform", 18))},
    "aircraft": {"carrier": PLANE},
    "members": {"one": FLIER, "two": DRIVER},
}  # fmt: skip
REQUEST = {"kind": "announce", "label": "Request", "what": "alliance.request", "response": "fixed",
           "at": value("2022-01-04T12:20", "2022-01-04T12:00", "2022-01-04T13:00")}  # fmt: skip


def contingent(member: str, units: int, **changes: Any) -> dict[str, Any]:
    """A force that a member sends."""
    return {
        "side": "contingent", "member": member, "mobility": "wheeled", "firearms": True, "units": units,
        "posts": {"main_square": value(1.0, 0.9, 1.0)}, "fallback": "police_hq", "assumption": MADE_UP,
    } | changes  # fmt: skip


def overrides(field: str = "police_hq", alternate: bool = False) -> dict[str, Any]:
    """What adds the alliance, its forces and a request to a town; the field is one of the town's facilities."""
    alliance: dict[str, Any] = copy.deepcopy(ALLIANCE)
    alliance["field"]["facility"] = field
    if alternate:
        alliance["alternate"] = {"facility": "airfield", "assumption": MADE_UP, "mog": value(1, 1, 2),
                                 "road": value("60 km", "50 km", "70 km"), "entry": "west_bridge"}  # fmt: skip
    return {
        "alliance": alliance, "forces.first": contingent("one", 2), "forces.second": contingent("one", 1),
        "forces.third": contingent("two", 2), "actions.ask": REQUEST,
    }  # fmt: skip
