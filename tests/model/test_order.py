"""A mechanism must be one file that says what it is, needs no other mechanism, and writes what it declares alone."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from contrafact import model
from contrafact.engine.stepper import apply
from contrafact.kernels import PACKAGE
from contrafact.model import ORDER, PARAMETERS, recording
from contrafact.model.context import Context
from contrafact.model.state import ARRAYS
from tests.model.pacts import pact
from tests.model.town import accept, arm, put_in_street, start, town

MODULES = (*ORDER, recording)
LEAVES = {"errors", "kernels", "parameters", "rng", "model.context", "model.state"}
each = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])


def short(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def imported(path: Path) -> set[str]:
    """Modules of the package that a file imports, without the package's name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("contrafact"):
            inside = (node.module or "").removeprefix("contrafact").removeprefix(".")
            names = [alias.name for alias in node.names]
            found |= {inside} if inside not in ("", "model") else {f"{inside}.{n}".lstrip(".") for n in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("contrafact.") for alias in node.names if "contrafact" in alias.name}
    return found


@each
def test_a_mechanism_imports_leaves_and_no_other_mechanism(module: ModuleType) -> None:
    assert imported(Path(str(module.__file__))) <= LEAVES


def test_a_file_with_kernels_calls_kernels_of_its_own_and_of_leaves_only() -> None:
    # What Numba keeps is kept under a digest of all these files, so this is for readers: no kernel is far to seek.
    with_kernels = {p for p in PACKAGE.rglob("*.py") if re.search(r"^@(kernel|inline)$", p.read_text("utf-8"), re.M)}
    names = {".".join(p.relative_to(PACKAGE).with_suffix("").parts) for p in with_kernels}
    assert {"rng", "model.participation", "engine.stepper"} <= names
    for path in with_kernels:
        assert imported(path) & names <= {"rng", "lattice.planes"}, path


@each
def test_a_mechanism_says_its_order_what_it_reads_and_writes_its_source_and_check(module: ModuleType) -> None:
    entries = re.findall(r"^(Order|Reads|Writes|Source|Check)  +\S", module.__doc__ or "", re.M)
    assert entries == ["Order", "Reads", "Writes", "Source", "Check"]


@each
def test_parameters_are_named_after_their_mechanism_and_say_what_they_mean(module: ModuleType) -> None:
    for parameter in module.PARAMETERS:
        assert parameter.name.startswith(f"{short(module)}.")
        assert len(parameter.meaning) > 10
        assert parameter.unit
        assert PARAMETERS[parameter.name] is parameter


def test_no_parameter_is_declared_twice() -> None:
    assert len(PARAMETERS) == sum(len(module.PARAMETERS) for module in MODULES)


def test_checks_named_in_the_docstrings_exist() -> None:
    root = PACKAGE.parents[1]
    for module in MODULES:
        for path in re.findall(r"tests/[\w/]+\.py", module.__doc__ or ""):
            assert (root / path).exists(), path


BUSY = {
    "participation.nu": 2.0, "participation.noise": 0.05, "facilities.unarmed_weight": 1.0,
    "crowd_control.kinetic": 0.5, "crowd_control.lethality": 0.5, "crowd_control.overrun_ratio": 2.0,
    "crowd_control.arrest": 2.0, "crowd_control.melee_forces": 9.0, "crowd_control.melee_lethality": 0.5,
    "crowd_control.gathering": 10.0, "arming.crowd": 50.0, "outside.fighters": 240.0, "outside.firearms": 2400.0,
    "bands.attack": 1e3, "bands.ambush": 1e9, "bands.disperse": 0.0, "bands.escape": 0.0, "command.planning": 0.0,
    "combat.armed_fire": 3.0, "combat.state_fire": 1.0, "combat.rout": 1e3,
    "alliance.announcement": 0.5, "alliance.precedent": 0.5, "alliance.expected": 0.5,
}  # fmt: skip
"""Numbers that make the harm and the decisions of busy_town all but certain."""


def busy_town() -> Context:
    """A town in which every mechanism has something to do and every array changes.

    Crowds, stormed facilities, gun shops, a band that forces press into an ambush, one that they encircle and that is
    free to attack, persons in hiding, units under orders and free ones, contingents that come by air and are withdrawn,
    and an action of every kind that sets a lever.
    """
    facilities = [{"kind": kind, "site": 0, "hold": 0.3} for kind in ("government", "telecom", "broadcast", "hospital")]
    facilities.append({"kind": "police", "cell": 2, "firearms": 30})
    unit = {"strength": 30, "firearms": True, "fallback": 2, "speed": 4.0}
    tasks = ["guard", "retake", "clear", "cordon"]
    lifted = unit | {"cell": -1, "order": 1, "arrives": np.inf}
    units = [unit | {"cell": 0, "tasks": tasks}, unit | {"cell": 0}, unit | {"cell": 1, "order": 0}, lifted, lifted,
             unit | {"cell": 3}]  # fmt: skip
    near = {"out": 0.3, "loading": 0.25, "ready": 0.0, "ground": 0.3}
    lift = replace(
        pact([near], consultation=0.1, facility=np.array([4, -1])),
        unit_member=np.array([-1, -1, -1, 0, 0, -1]), unit_need=np.array([0, 0, 0, 60, 100, 0]),
    )  # fmt: skip
    c = town(
        (2000, 500, 900, 100), sites=(0, 1), units=units, facilities=facilities, pact=lift, numbers=BUSY,
        shops=[(0.2, 50)],
    )  # fmt: skip
    start(c, "legitimacy", 0.5)
    start(c, "rules", 3)
    start(c, "march_to", [1, -1])
    start(c, "march_share", [0.1, 0.0])
    c.actions = [
        model.policy.Action(kind, kind, values, at=at)
        for kind, at, values in (
            ("concession", 0.4, {"size": 0.01}), ("network", 0.2, {"availability": 0.3}),
            ("rules_of_engagement", 0.0, {"level": 3}), ("emergency", 0.2, {"compliance": 0.1}),
            ("jamming", 0.2, {"cells": np.array([1]), "effectiveness": 0.5}),
            ("curfew", 0.2, {"from_hour": 0, "to_hour": 12, "compliance": 0.2}),
            ("call", 0.2, {"site": 1, "weight": 0.5, "news": 0.01}), ("snipers", 0.2, {"place": 1, "number": 2.0}),
            ("march", 0.7, {"origin": 0, "destination": 1, "share": 0.3}),
            ("deploy", 0.5, {"units": np.array([1]), "place": 2}),
            ("report", 0.2, {"told": 2, "channels": [0, 1], "number": 5.0}), ("mandate", 0.2, {"mandate": 2}),
            ("announce", 0.1, {"what": "alliance.request"}),
        )
    ]  # fmt: skip
    c.actions.append(model.policy.Action("relent", "rules_of_engagement", {"level": 2}, at=1.0))
    c.actions.append(model.policy.Action("leave", "announce", {"what": "alliance.withdrawal"}, at=1.6))
    start(c, "field_lost", [0.0, -1.0])  # and held again now
    c.fixed.cell_state[2] = 1  # of another state, so that it sees a precedent
    for person in range(200):
        put_in_street(c, person, home=0, site=0, phase=1 if person % 2 else 0, patience=0.2)
    for person in range(20):
        arm(c, 300 + person, cell=0)
        arm(c, 2500 + person, cell=2)
        arm(c, 2000 + person, cell=1, hidden=True)
    return c


def bytes_of(c: Context) -> dict[tuple[str, str], bytes]:
    """Every state array as it stands."""
    states = {"now": c.now, "next": c.next}
    return {(side, spec.name): getattr(state, spec.name).tobytes() for side, state in states.items() for spec in ARRAYS}


def test_each_mechanism_changes_what_it_declares_and_never_the_state_that_others_read() -> None:
    c, written = busy_town(), set()
    specs: dict[str, Any] = {spec.name: spec for spec in ARRAYS}
    for _ in range(12):
        for module in ORDER:
            before = bytes_of(c)
            module.step(c)
            changed = {place for place, content in bytes_of(c).items() if content != before[place]}
            for side, name in changed:
                assert specs[name].writer == short(module), name
                assert side == "next" or not specs[name].buffered, name
            written |= {name for _, name in changed}
        apply(c)
        c.tick += 1
    idle = {spec.name for spec in ARRAYS if spec.writer != "stepper"} - written
    assert idle == set()


def test_recording_changes_nothing() -> None:
    c = busy_town()
    for name in ("crowd", "holder"):
        start(c, name, 1)
    before = bytes_of(c)
    recorder = recording.Recorder(c, 12, frozenset(recording.RECORDERS))
    for _ in range(3):
        recorder.observe(c)
        accept(c)
    c.tick = 0
    assert {k: v for k, v in bytes_of(c).items() if k[0] == "now"} == {k: v for k, v in before.items() if k[0] == "now"}
