"""What a lattice scenario is made of: the model's rules in words, their values, the runs, the outcomes, the source."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contrafact.evidence import load_references
from contrafact.experiment.protocol import Row, Section
from contrafact.lattice import Change, Run, epstein
from contrafact.lattice.outcomes import OUTCOMES, outcomes_for
from contrafact.lattice.rules import CHOICES, DECLARED, Declared
from contrafact.lattice.scenario import ENDLESS, LatticeScenario
from contrafact.scenario.quantities import SET_BY_USER

ORDER = ("turns", "children", "deaths by age", "recording")
OPEN = "the paper leaves it open"
VALUE_COLUMNS = ("rule", "value", "unit", "rests on", "meaning")
RUN_COLUMNS = ("run", "model", "figures", "L", "cops", "vision", "J_max", "ticks", "changes")
REPORT_COLUMNS = ("run", "reported", "chosen here, since the paper does not say")


@dataclass(frozen=True)
class LatticeDescription:
    """A lattice scenario, laid open."""

    scenario: LatticeScenario

    @property
    def entities(self) -> dict[str, int]:
        """What there is of each kind in the chosen run, at the start."""
        run = self.scenario.chosen
        rules = run.rules
        counts = {"agents": rules.count(rules.agents), "cops": rules.count(rules.cops), "groups": rules.groups}
        return {**counts, "sites": rules.sites, "ticks": run.ticks}

    @property
    def values(self) -> list[dict[str, Any]]:
        """Every rule of the chosen run: path, value, unit, what it rests on, meaning."""
        return [self._value(declared) for declared in DECLARED]

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact describe --json`` prints."""
        described = self.scenario
        outcomes = outcomes_for(described.chosen.rules.groups)
        return {
            "scenario": described.name,
            "title": described.title,
            "digest": described.digest,
            "start": None,
            "end": None,
            "entities": self.entities,
            "order": list(ORDER),
            "values": self.values,
            "assumptions": sum(value["assumption"] is not None for value in self.values),
            "actions": [],
            "left_out": [],
            "calm": None,
            "run": described.run,
            "runs": [_as_dict(described.as_run(name)) for name in described.runs],
            "outcomes": [{"name": one.name, "unit": one.unit, "meaning": one.meaning} for one in outcomes],
            "citations": self._citations(),
        }

    @property
    def sections(self) -> Iterator[Section]:
        """The same for people, in the order in which it is read."""
        described = self.scenario
        run = described.chosen
        yield Section("Rules", lines=tuple(inspect.cleandoc(epstein.__doc__ or "").splitlines()))
        counts = tuple((name, f"{count:,}") for name, count in self.entities.items())
        yield Section(f"Entities of {run.name}", ("entity", "count"), counts)
        rows = tuple(_row(value) for value in self.values)
        yield Section(f"Values of {run.name} ({len(rows)}), each set with --set rules.NAME=VALUE", VALUE_COLUMNS, rows)
        runs = [described.as_run(name) for name in described.runs]
        yield Section("Runs, each chosen with --set run=NAME", RUN_COLUMNS, tuple(_run_row(one) for one in runs))
        reports = tuple((one.name, one.reported, one.chosen) for one in runs)
        yield Section("What the paper reports of them", REPORT_COLUMNS, reports)
        outcomes = tuple((one.name, one.unit, _models(one.groups), one.meaning) for one in OUTCOMES)
        yield Section("Outcomes", ("outcome", "unit", "model", "meaning"), outcomes)
        yield Section("Sources", lines=tuple(f"{name}: {text}" for name, text in self._citations().items()))

    def _value(self, declared: Declared) -> dict[str, Any]:
        value = getattr(self.scenario.chosen.rules, declared.name)
        path = self.scenario.home(self.scenario.run, declared.name)
        own = self.scenario.runs[self.scenario.run]
        evidence, assumption = ([], OPEN) if declared.is_open else (list(own.evidence), own.assumption)
        if path[0] == "rules":
            evidence, assumption = [], SET_BY_USER
        return {
            "path": ".".join(str(part) for part in path),
            "name": declared.name,
            "value": ENDLESS if value is None else value,
            "unit": declared.unit,
            "prior": None,
            "evidence": evidence,
            "assumption": assumption,
            "allowed": list(CHOICES[declared.name]) if declared.name in CHOICES else None,
            "meaning": declared.meaning,
        }

    def _citations(self) -> dict[str, str]:
        """Work by id, of those on which runs rest."""
        ids = dict.fromkeys(name for run in self.scenario.runs.values() for name in run.evidence)
        works = load_references()
        return {name: f"{works[name].citation} doi:{works[name].doi}" for name in ids if name in works}


def _row(value: dict[str, Any]) -> Row:
    shown = str(value["value"]).lower() if isinstance(value["value"], bool) else str(value["value"])
    rests_on = value["assumption"] or ", ".join(value["evidence"])
    choices = f"{', '.join(value['allowed'])}: " if value["allowed"] else ""
    return value["name"], shown, value["unit"], rests_on, choices + value["meaning"]


def _run_row(run: Run) -> Row:
    rules = run.rules
    changes = "; ".join(_change(one) for one in run.changes)
    term = ENDLESS if rules.longest_jail is None else str(rules.longest_jail)
    numbers = (f"{rules.legitimacy:g}", f"{rules.cops:g}", f"{rules.vision:g}", term, str(run.ticks))
    return run.name, run.model, run.figures, *numbers, changes


def _change(change: Change) -> str:
    when = f"at tick {change.end}" if change.start == change.end else f"in ticks {change.start} to {change.end}"
    return f"{change.quantity} to {change.to:g} {when}"


def _as_dict(run: Run) -> dict[str, Any]:
    changes = [{"quantity": one.quantity, "start": one.start, "end": one.end, "to": one.to} for one in run.changes]
    rules = {name: ENDLESS if value is None else value for name, value in run.rules.as_dict().items()}
    told = {"figures": run.figures, "reported": run.reported, "chosen": run.chosen, "evidence": list(run.evidence)}
    return {"name": run.name, "model": run.model, "ticks": run.ticks, "changes": changes, "rules": rules, **told}


def _models(groups: tuple[int, ...]) -> str:
    return ", ".join("I" if group == 1 else "II" for group in groups)
