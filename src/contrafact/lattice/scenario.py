"""A lattice scenario: the strict, frozen model of a file with ``model: lattice``, which holds runs and chooses one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from contrafact.lattice.rules import Change, Jailed, Neighbourhood, Order, Quantity, Ratio, Rules, faults
from contrafact.lattice.runs import Run
from contrafact.scenario.context import Id
from contrafact.scenario.document import Document
from contrafact.scenario.loading import UNCHECKED, Outside, load_as, open_file
from contrafact.scenario.overrides import Overrides
from contrafact.scenario.parts import Entity, Listed, Part, Text
from contrafact.scenario.problems import Problems, TreePath, listed, nearest, problem, show

PUBLISHED = "epstein-2002"
ENDLESS = "endless"
LARGEST_SIDE = 1000
LONGEST_RUN = 100_000
LEFT_OUT: Any = None
"""Default of a rule that is not given; ``given`` tells which are."""

REQUIRED = tuple(field.name for field in dataclasses.fields(Rules) if field.default is dataclasses.MISSING)


def _term(raw: object) -> object:
    """A term in ticks, or None for one that never ends."""
    if raw == ENDLESS:
        return None
    if raw is None or isinstance(raw, bool) or not isinstance(raw, int):
        allowed = f"a whole number of ticks, or {ENDLESS}"
        raise problem(f"found {show(raw)}, expected {allowed}{nearest(raw, [ENDLESS])}", raw, allowed)
    return raw


Side: TypeAlias = Annotated[int, Field(le=LARGEST_SIDE)]
Tick: TypeAlias = Annotated[int, Field(ge=1, le=LONGEST_RUN)]


class SomeRules(Part):
    """Rules by name, as many as are given; their meanings are in ``rules.DECLARED``."""

    groups: int = LEFT_OUT
    width: Side = LEFT_OUT
    height: Side = LEFT_OUT
    agents: float = LEFT_OUT
    cops: float = LEFT_OUT
    vision: float = LEFT_OUT
    cop_vision: float = LEFT_OUT
    legitimacy: float = LEFT_OUT
    threshold: float = LEFT_OUT
    k: float = LEFT_OUT
    longest_jail: Annotated[int | None, BeforeValidator(_term)] = LEFT_OUT
    agents_move: bool = LEFT_OUT
    clone: float = LEFT_OUT
    longest_life: float = LEFT_OUT
    ratio: Ratio = LEFT_OUT
    neighbourhood: Neighbourhood = LEFT_OUT
    order: Order = LEFT_OUT
    jailed: Jailed = LEFT_OUT
    shortest_jail: int = LEFT_OUT

    def given(self) -> dict[str, Any]:
        """The rules that are given."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class SomeChange(Part):
    """Legitimacy, or the density of cops, moves in a straight line to a new value between two ticks."""

    quantity: Quantity
    start: Tick
    end: Tick
    to: Annotated[float, Field(ge=0.0, le=1.0)]

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end < self.start:
            problems = Problems()
            allowed = f"{self.start} or later"
            problems.add(("end",), problem(f"found {self.end}, expected {allowed}", self.end, allowed))
            problems.raise_any("change")
        return self


class SomeRun(Entity):
    """One run of a file, see :class:`contrafact.lattice.runs.Run`; its rules come before the common ones."""

    rules: SomeRules
    ticks: Tick
    changes: Listed[SomeChange] = ()
    figures: Text | None = None
    reported: Text | None = None
    chosen: Text | None = None


class LatticeScenario(Document):
    """Runs of the lattice model, of which one is chosen.

    run     which of the runs
    rules   replace those of the chosen run, e.g. ``ratio: floor``
    ticks   replace the length of the chosen run
    common  rules of all runs that do not say otherwise
    runs    by id
    """

    model: Literal["lattice"]
    run: Id
    rules: SomeRules = SomeRules()
    ticks: Tick | None = None
    common: SomeRules = SomeRules()
    runs: Mapping[Id, SomeRun] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_run_is_whole(self) -> Self:
        problems = Problems()
        if self.run not in self.runs:
            message = f"no run is called {show(self.run)}{nearest(self.run, self.runs)}"
            problems.add(("run",), problem(message, self.run, listed(tuple(self.runs))))
        found = {path: message for name in self.runs for path, message in self._faults(name)}
        for path, (message, value, allowed) in found.items():
            problems.add(path, problem(message, value, allowed))
        problems.raise_any("scenario")
        return self

    @property
    def chosen(self) -> Run:
        """The run that is run."""
        return self.as_run(self.run)

    def as_run(self, name: str) -> Run:
        """One of the runs; the chosen one with the rules and the length that replace its own."""
        own = self.runs[name]
        return Run(
            name=name,
            rules=Rules(**self._merged(name)),
            ticks=self.ticks if self.ticks is not None and name == self.run else own.ticks,
            changes=tuple(Change(one.quantity, one.start, one.end, one.to) for one in own.changes),
            figures=own.figures or "",
            reported=own.reported or "",
            chosen=own.chosen or "",
            evidence=own.evidence,
        )

    def home(self, name: str, rule: str) -> TreePath:
        """Where the file says what a rule of a run is; where it would, if it says nothing."""
        for path, rules in self._layers(name):
            if rule in rules.given():
                return (*path, rule)
        return ("runs", name, "rules", rule)

    def _layers(self, name: str) -> list[tuple[TreePath, SomeRules]]:
        """Where rules of a run stand; the first that gives one decides."""
        own = [(("runs", name, "rules"), self.runs[name].rules), (("common",), self.common)]
        return [(("rules",), self.rules), *own] if name == self.run else [*own]

    def _merged(self, name: str) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for _, rules in reversed(self._layers(name)):
            merged |= rules.given()
        return merged

    def _faults(self, name: str) -> Iterator[tuple[TreePath, tuple[str, object, str | None]]]:
        """Path of each wrong value of a run: message, what was found, what is allowed."""
        rules = self._merged(name)
        missing = [rule for rule in REQUIRED if rule not in rules]
        for rule in missing:
            allowed = f'"{rule}" is required here or under common'
            yield ("runs", name, "rules"), (f'the key "{rule}" is missing', None, allowed)
        if missing:
            return
        full: dict[str, Any] = {field.name: field.default for field in dataclasses.fields(Rules)} | rules
        for fault in faults(full):
            yield self.home(name, str(fault.key)), (fault.message, full[str(fault.key)], fault.allowed)
        for number, change in enumerate(self.runs[name].changes):
            most = 1.0 - float(full["agents"])
            if change.quantity == "cops" and change.to > most >= 0.0:
                allowed = f"0 to {most:g}: the rest are agents"
                path = ("runs", name, "changes", number, "to")
                yield path, (f"found {change.to}, expected {allowed}", change.to, allowed)


def load(name_or_path: str | Path, overrides: Overrides = (), outside: Outside = UNCHECKED) -> LatticeScenario:
    """Read a lattice scenario by its shipped name, or by the path of its file or folder; raises InputErrors."""
    return load_as(LatticeScenario, open_file(name_or_path), overrides, outside)


@cache
def published() -> Mapping[str, Run]:
    """By name: the eight runs of the paper's Table 2, and the peacekeepers of Fig. 14, who have no column in it."""
    found = load(PUBLISHED)
    return {name: found.as_run(name) for name in found.runs}
