"""What a lattice scenario is made of: the model's rules in words, their values, the runs, the outcomes, the source."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contrafact.evidence import load_references
from contrafact.experiment.description import ENTITY_COLUMNS
from contrafact.experiment.protocol import Row, Section
from contrafact.lattice import Change, Run, epstein
from contrafact.lattice.outcomes import OUTCOMES, outcomes_for
from contrafact.lattice.rules import CHOICES, DECLARED, Declared
from contrafact.lattice.scenario import ENDLESS, LatticeScenario
from contrafact.scenario.quantities import SET_BY_USER
from contrafact.translation import localised, noted, text, told, whole

PARAGRAPHS = tuple(inspect.cleandoc(epstein.__doc__ or "").split("\n\n"))
"""What the model's file says of its rules."""

ORDER = ("turns", "children", "deaths by age", "recording")
OPEN = "the paper leaves it open"
VALUE_COLUMNS = ("rule", "value", "unit", "rests on", "meaning")
RUN_COLUMNS = ("run", "model", "figures", "L", "cops", "vision", "J_max", "ticks", "changes")
OUTCOME_COLUMNS = ("outcome", "unit", "model", "meaning")
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
        return {
            noted("agents"): rules.count(rules.agents),
            noted("cops"): rules.count(rules.cops),
            noted("groups"): rules.groups,
            noted("sites"): rules.sites,
            noted("ticks"): run.ticks,
        }

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
        yield Section(text("Rules"), lines=tuple("\n\n".join(told(PARAGRAPHS)).splitlines()))
        counts = tuple((text(name), whole(count)) for name, count in self.entities.items())
        yield Section(text("Entities of {run}", run=run.name), told(ENTITY_COLUMNS), counts)
        rows = tuple(_row(value) for value in self.values)
        heading = text(
            "Values of {run} ({count}), each set with --set rules.NAME=VALUE", run=run.name, count=whole(len(rows))
        )
        yield Section(heading, told(VALUE_COLUMNS), rows)
        runs = [described.as_run(name) for name in described.runs]
        heading = text("Runs, each chosen with --set run=NAME")
        yield Section(heading, told(RUN_COLUMNS), tuple(_run_row(one) for one in runs))
        reports = tuple((one.name, *told((one.reported, one.chosen))) for one in runs)
        yield Section(text("What the paper reports of them"), told(REPORT_COLUMNS), reports)
        outcomes = tuple((one.name, text(one.unit), _models(one.groups), text(one.meaning)) for one in OUTCOMES)
        yield Section(text("Outcomes"), told(OUTCOME_COLUMNS), outcomes)
        yield Section(text("Sources"), lines=tuple(f"{name}: {work}" for name, work in self._citations().items()))

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
    given = value["value"]
    shown = localised(f"{given}") if isinstance(given, float) else f"{given}".lower()
    rests_on = text(value["assumption"]) if value["assumption"] else ", ".join(value["evidence"])
    choices = f"{', '.join(value['allowed'])}: " if value["allowed"] else ""
    return value["name"], shown, text(value["unit"]), rests_on, choices + text(value["meaning"])


def _run_row(run: Run) -> Row:
    rules = run.rules
    changes = "; ".join(_change(one) for one in run.changes)
    term = ENDLESS if rules.longest_jail is None else str(rules.longest_jail)
    numbers = (localised(f"{number:g}") for number in (rules.legitimacy, rules.cops, rules.vision))
    return run.name, run.model, text(run.figures), *numbers, term, str(run.ticks), changes


def _change(change: Change) -> str:
    to = localised(f"{change.to:g}")
    if change.start == change.end:
        return text("{quantity} to {to} at tick {tick}", quantity=change.quantity, to=to, tick=change.end)
    ends = {"start": change.start, "end": change.end}
    return text("{quantity} to {to} in ticks {start} to {end}", quantity=change.quantity, to=to, **ends)


def _as_dict(run: Run) -> dict[str, Any]:
    changes = [{"quantity": one.quantity, "start": one.start, "end": one.end, "to": one.to} for one in run.changes]
    rules = {name: ENDLESS if value is None else value for name, value in run.rules.as_dict().items()}
    told = {"figures": run.figures, "reported": run.reported, "chosen": run.chosen, "evidence": list(run.evidence)}
    return {"name": run.name, "model": run.model, "ticks": run.ticks, "changes": changes, "rules": rules, **told}


def _models(groups: tuple[int, ...]) -> str:
    return ", ".join("I" if group == 1 else "II" for group in groups)
