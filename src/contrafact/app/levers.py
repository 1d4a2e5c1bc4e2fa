"""What a reader may change of a scenario, with its unit and the recorded value; the page makes plain controls of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, get_args

from contrafact.scenario.alliance import Mandate
from contrafact.scenario.quantities import Quantity
from contrafact.scenario.schema import Scenario

Lever: TypeAlias = dict[str, Any]

GROUPS: Mapping[str, str] = {
    "announce": "request",
    "network": "network",
    "jamming": "network",
    "concession": "concessions",
    "rules_of_engagement": "rules",
    "curfew": "order",
    "emergency": "order",
}
"""Group in which an action of a kind is shown; actions of other kinds are no levers."""

ORDER = ("request", "alliance", "rules", "network", "concessions", "order", "forces", "outside")
OUTSIDE = ("outside.fighters", "outside.firearms")
WIDEST = 4.0
"""How many times the recorded value a number may be set to where nothing bounds it."""


def levers(crisis: Scenario) -> list[Lever]:
    """Every lever, group by group in the order of ORDER."""
    found = [*_actions(crisis), *_alliance(crisis), *_forces(crisis), *_outside(crisis)]
    return sorted(found, key=lambda lever: ORDER.index(lever["group"]))


def arms(crisis: Scenario) -> list[dict[str, object]]:
    """The scenario's own variants: id, title, and who alone asserts what it supposes."""
    return [
        {"id": name, "title": variant.title, "asserts": variant.asserts, "paths": list(variant.settings)}
        for name, variant in crisis.variants.items()
    ]


def _actions(crisis: Scenario) -> Iterator[Lever]:
    for name, action in crisis.actions.items():
        group = GROUPS.get(action.kind)
        if group is None:
            continue
        path = f"actions.{name}"
        yield _lever(path, group, "happens", action.label, recorded=True, evidence=list(action.evidence))
        if action.at is not None:
            yield _time(crisis, f"{path}.at", group, "hour", action.label, action.at)


def _alliance(crisis: Scenario) -> Iterator[Lever]:
    alliance = crisis.alliance
    if alliance is None:
        return
    choices = list(get_args(Mandate))
    yield _lever(
        "alliance.mandate",
        "alliance",
        "mandate",
        alliance.name,
        recorded=alliance.mandate,
        choices=choices,
        evidence=list(alliance.evidence),
    )
    for name, member in alliance.members.items():
        yield _number(f"alliance.members.{name}.ready", "alliance", "ready", member.name, member.ready, high=120.0)


def _forces(crisis: Scenario) -> Iterator[Lever]:
    for name, force in crisis.forces.items():
        if force.strength is not None:
            yield _number(f"forces.{name}.strength", "forces", "strength", name.replace("_", " "), force.strength)


def _outside(crisis: Scenario) -> Iterator[Lever]:
    for name in OUTSIDE:
        held = crisis.parameters.get(name)
        recorded = 0.0 if held is None else held.value
        label = name.rpartition(".")[2]
        path = f"parameters.{name}"
        yield _lever(path, "outside", "supply", label, recorded=recorded, unit="1/day", low=0.0, high=200.0, step=10.0)


def _time(crisis: Scenario, path: str, group: str, what: str, label: str, held: Quantity) -> Lever:
    last = float(crisis.hours)
    return _lever(
        path,
        group,
        what,
        label,
        recorded=round(held.value, 3),
        unit="time",
        low=0.0,
        high=last,
        step=1.0,
        evidence=[*held.evidence, *held.anchors],
        assumption=held.assumption,
    )


def _number(path: str, group: str, what: str, label: str, held: Quantity, high: float | None = None) -> Lever:
    top = high if high is not None else max(1.0, held.value * WIDEST)
    return _lever(
        path,
        group,
        what,
        label,
        recorded=held.value,
        unit=held.unit,
        low=0.0 if held.unit == "h" else 1.0,
        high=top,
        step=1.0 if held.unit == "h" or top < 200 else 10.0,
        evidence=[*held.evidence, *held.anchors],
        assumption=held.assumption,
    )


def _lever(path: str, group: str, what: str, label: str, **rest: Any) -> Lever:
    """One lever: its dotted path, group, what it sets, whose it is, and the rest that its control needs."""
    return {"path": path, "group": group, "what": what, "label": label, **rest}
