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
from tests.model.town import accept, put_in_street, start, town

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


def test_a_file_with_kernels_calls_kernels_of_its_own_and_of_rng_only() -> None:
    # Numba's cache does not see an edit in another file.
    with_kernels = {p for p in PACKAGE.rglob("*.py") if re.search(r"^@(kernel|inline)$", p.read_text("utf-8"), re.M)}
    names = {".".join(p.relative_to(PACKAGE).with_suffix("").parts) for p in with_kernels}
    assert {"rng", "model.participation", "engine.stepper"} <= names
    for path in with_kernels:
        assert imported(path) & names <= {"rng"}, path


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


def busy_town() -> Context:
    """A town in which every mechanism has something to do: crowds, armed units, a stormed hall, a shutdown."""
    facilities = [{"kind": kind, "site": 0, "hold": 0.3} for kind in ("government", "telecom", "broadcast", "hospital")]
    unit = {"strength": 30, "firearms": True, "fallback": 2, "speed": 4.0}
    near = {"out": 0.3, "loading": 0.25, "ready": 0.0, "ground": 0.3}
    lift = replace(
        pact([near], consultation=0.1, facility=np.array([3, -1])),
        unit_member=np.array([-1, -1, 0, 0]), unit_need=np.array([0, 0, 60, 100]),
    )  # fmt: skip
    lifted = unit | {"cell": -1, "order": 1, "arrives": np.inf}
    units = [unit | {"cell": 0}, unit | {"cell": 1, "order": 0}, lifted, lifted]
    c = town(
        (2000, 500, 900), sites=(0, 1), units=units, facilities=facilities, pact=lift,
        numbers={"participation.nu": 2.0, "participation.noise": 0.05, "facilities.unarmed_weight": 1.0,
                 "crowd_control.kinetic": 0.5, "crowd_control.lethality": 0.5, "crowd_control.overrun_ratio": 2.0,
                 "crowd_control.arrest": 2.0, "crowd_control.melee_forces": 9.0, "crowd_control.melee_lethality": 0.5},
    )  # fmt: skip
    start(c, "legitimacy", 0.5)
    start(c, "rules", 3)
    start(c, "march_to", [1, -1])
    start(c, "march_share", [0.1, 0.0])
    c.actions = [
        model.policy.Action("a", "concession", {"size": 0.01}, at=0.4),
        model.policy.Action("b", "network", {"availability": 0.3}, at=0.2),
        model.policy.Action("c", "jamming", {"cells": np.array([1]), "effectiveness": 0.5}, at=0.2),
        model.policy.Action("e", "announce", {"what": "alliance.request"}, at=0.1),
        model.policy.Action("d", "rules_of_engagement", {"level": 3}, at=0.0),
    ]
    for person in range(200):
        put_in_street(c, person, home=0, site=0, phase=1 if person % 2 else 0, patience=0.2)
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
    assert idle == {
        "under_curfew", "news", "call", "compliance", "march_share", "unit_order", "rules",
        "mandate_order", "alliance_withdrawal", "alliance_deployments", "announcement", "precedent", "field_open",
    }  # fmt: skip


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
