"""The document itself. What is written by hand stands in template.md; everything that the code knows is put into it."""

from __future__ import annotations

import inspect
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

import h3

import contrafact
from contrafact.engine import ORDER, RECORDERS, calm, stepper
from contrafact.errors import InputError
from contrafact.experiment.result import HIGH, LOW
from contrafact.model import PARAMETERS, recording
from contrafact.parameters import ASSUMPTION, CONVENTION, Prior
from contrafact.report import wording
from contrafact.report.odd import mechanisms, sources, tables
from contrafact.report.odd.markdown import anchor, code, docstring, prose, table, verbatim
from contrafact.report.odd.mechanisms import Mechanism
from contrafact.scenario.place import RegionPlace
from contrafact.scenario.schema import Scenario
from contrafact.translation import ENGLISH, speaking
from contrafact.words import counted
from contrafact.world import population

if TYPE_CHECKING:
    from contrafact.experiment.description import Description
    from contrafact.scenario import Scenario


def document(description: Description) -> str:
    """The ODD document of a scenario and of the model that runs it, in Markdown and in English.

    InputError where the scenario has no map; ValueError names a mechanism whose docstring lacks one of the lines that
    the document is made of.
    """
    if not isinstance(description.scenario, Scenario):
        found, allowed = description.scenario.name, "a scenario of a city, e.g. almaty-2022"
        message = f"found {found}, expected {allowed}: the ODD document tells of the model of a city"
        raise InputError(message, key="--odd", found=found, allowed=allowed)
    order = [mechanisms.read(module) for module in ORDER]
    template = files("contrafact.report.odd").joinpath("template.md").read_text("utf-8")
    with speaking(ENGLISH):
        text = Template(template).substitute(_of_model(order, mechanisms.read(recording)), **_of_scenario(description))
        return f"{text.rstrip()}\n\n{sources.references(text, description.scenario)}\n"


def _of_model(order: list[Mechanism], last: Mechanism) -> dict[str, Any]:
    """What the registry and the docstrings know, by its name in the template."""
    declared = PARAMETERS.values()
    return {
        "version": contrafact.__version__,
        "mechanisms": len(order),
        "order": "\n".join(f"{number}. {_in_order(one)}" for number, one in enumerate(order, start=1)),
        "recording": _in_order(last),
        "stepper": docstring(mechanisms.without_title(stepper)),
        "arrays": tables.arrays(),
        "words": tables.words(),
        "initial": tables.initial(),
        "outcomes": tables.outcomes(),
        "recorders": ", ".join(map(code, RECORDERS)),
        "interval": f"{HIGH - LOW:.0%}",
        "quiet_hours": f"{recording.QUIET_HOURS:g}",
        "custody": wording.CUSTODY,
        "parameters": len(PARAMETERS),
        "parameters_assumed": sum(one.evidence == ASSUMPTION for one in declared),
        "parameters_held": sum(one.evidence == CONVENTION for one in declared),
        "parameters_drawn": sum(one.prior is not None for one in declared),
        "priors": verbatim((inspect.getdoc(Prior) or "").partition("\n\n")[2].splitlines()),
        "calm_share": f"{calm.CALM_SHARE:.2%}",
        "calm_days": f"{calm.CALM_WEEK_H / 24:g}",
        "residents": docstring(mechanisms.without_title(population)),
        "boxes": population.BOXES,
        "submodels": "\n\n".join(map(_submodel, (*order, last))),
    }


def _of_scenario(description: Description) -> dict[str, Any]:
    """What the scenario says, by its name in the template."""
    scenario = description.scenario
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "summary": prose(scenario.summary),
        "digest": scenario.digest,
        "start": f"{scenario.start:%Y-%m-%d %H:%M}",
        "end": f"{scenario.end:%Y-%m-%d %H:%M}",
        "timezone": scenario.timezone,
        "days": f"{scenario.hours / 24:g}",
        "tick": f"{60 * scenario.tick:g}",
        "ticks": f"{scenario.ticks:,}",
        "cells_are": _cells(scenario),
        "persons": f"{description.entities['persons']:,}",
        "entities": tables.entities(description),
        "milestones": tables.milestones(scenario),
        "milestone_count": len(scenario.milestones),
        "actions": tables.actions(scenario),
        "actions_count": len(scenario.actions),
        **_responses(scenario),
        "values": tables.values(description),
        "all_values": len(description.values),
        "assumed": description.assumptions,
        "draws": _draws(description),
        "own_parameters": len(scenario.parameters),
        "news": len(scenario.news),
        "left_out": "\n".join(f"- {prose(one)}" for one in scenario.left_out) or "Nothing is listed.",
        "evidence": sources.evidence(scenario),
    }


def _cells(scenario: Scenario) -> str:
    """What a cell is, in words."""
    if isinstance(scenario.place, RegionPlace):
        return "a region or a state, one cell each"
    area = h3.average_hexagon_area(scenario.place.resolution, unit="km^2")
    return f"H3 hexagons of resolution {scenario.place.resolution}, {area:.2g} km² on average"


def _responses(scenario: Scenario) -> dict[str, int]:
    """How many actions fire at their hour, and how many by their cause."""
    responses = [scenario.response_of(name) for name in scenario.actions]
    return {"fixed_actions": responses.count("fixed"), "triggered_actions": responses.count("triggered")}


def _draws(description: Description) -> str:
    """What is drawn anew in each replication beside chance itself."""
    if description.scenario.draw == "central":
        return "This scenario holds every value that has a prior, so the spread between replications is chance alone."
    drawn = sum(value.prior is not None for value in description.values)
    fitted, posterior = description.posterior, description.scenario.posterior
    if posterior is not None:
        rows = counted(len(posterior.weight), "row")
        return (
            f"Each replication also draws {drawn - len(fitted)} of the {len(description.values)} values anew from "
            f"their priors, independently of each other, and {len(fitted)} together as one of the {rows} of a "
            "posterior, so the spread between replications holds chance and ignorance together."
            f"\n\n{tables.posterior(description)}"
        )
    return (
        f"Each replication also draws {drawn} of the {len(description.values)} values anew from their priors, "
        "independently of each other, so the spread between replications holds chance and ignorance together."
    )


def _in_order(one: Mechanism) -> str:
    return f"[{one.title}](#{anchor(one.title)}) ({code(one.name)}): {prose(one.purpose)}"


def _submodel(one: Mechanism) -> str:
    """A section of its own: purpose, equations and text, what the docstring says of it, and its parameters."""
    purpose = prose(one.purpose)
    facts = table(("", code(one.name)), ((entry, prose(one.entries[entry])) for entry in mechanisms.ENTRIES))
    declared = tables.parameters(one.parameters) if one.parameters else "It has no parameters of its own."
    parts = (f"### {one.title}", purpose[:1].upper() + purpose[1:], docstring(one.text), facts, declared)
    return "\n\n".join(part for part in parts if part)
