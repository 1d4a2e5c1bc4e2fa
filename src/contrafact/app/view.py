"""Results as the page draws them: one document for a run or a comparison, small enough to be sent at once."""

from __future__ import annotations

import gzip
import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact import __version__, world
from contrafact.app import levers, record
from contrafact.app.ground import ground
from contrafact.app.packing import packed_counts, packed_shares
from contrafact.errors import InputError
from contrafact.experiment.arms import OPTION
from contrafact.experiment.comparison import UNITS_OF_OUTCOMES, Comparison
from contrafact.experiment.manifest import packages, python_version
from contrafact.experiment.result import (
    CUSTODY_NOTE,
    HIGH,
    LOW,
    RECORDED,
    AnyResult,
    Result,
    is_recent,
    local_time,
    summarise,
)
from contrafact.experiment.tables import whole_hours
from contrafact.model.state import HOLDERS
from contrafact.scenario.document import Document
from contrafact.scenario.overrides import settings
from contrafact.scenario.schema import Scenario
from contrafact.translation import in_every_language
from contrafact.world import World

Array: TypeAlias = NDArray[Any]

FORMAT = 2
CURVES = ("deaths_total", "injured_total", "detained", "crowd", "armed", "hidden", "network", "facilities_lost")
"""Quantities that have a curve, harm first; crowds at sites follow."""

STATE = HOLDERS.index("state")


def of_scenario(crisis: Scenario, built: World) -> dict[str, Any]:
    """What does not depend on any run: names, times, the map, the record beside it, and what may be changed."""
    return {
        "format": FORMAT,
        "contrafact": __version__,
        "scenario": {
            "name": crisis.name,
            "variant": crisis.variant,
            "title": crisis.title,
            "summary": crisis.summary,
            "start": local_time(crisis, 0.0).isoformat(timespec="minutes"),
            "end": local_time(crisis, float(crisis.hours)).isoformat(timespec="minutes"),
            "timezone": crisis.timezone,
            "hours": crisis.hours,
            "tick_minutes": round(crisis.tick * 60),
            "digest": crisis.digest,
            "residents": built.persons,
            "residents_per_person": crisis.population.scale,
            "left_out": list(crisis.left_out),
            "recent": is_recent(crisis),
        },
        "ground": ground(crisis, built),
        "observations": record.observations(crisis),
        "actions": record.timed_actions(crisis),
        "levers": levers.levers(crisis),
        "arms": levers.arms(crisis),
    }


def of_scenario_alone(crisis: Scenario) -> dict[str, Any]:
    """A scenario that has not been run: the map and the record, and nothing that a model says."""
    return {
        **of_scenario(crisis, world.build(crisis)),
        "kind": "scenario",
        "shown": [],
        "milestones": [],
        "run": None,
        "notes": [],
    }


def of_result(result: AnyResult, command: str = "") -> dict[str, Any]:
    """A run; InputError for results of a model without a map."""
    if not isinstance(result, Result):
        allowed = "the results of a city or of regions"
        raise InputError(f"{result.scenario.name} has no map to show, expected {allowed}", allowed=allowed)
    lacking = {"timeline", "cells"} - result.record
    if lacking:
        allowed = "results with timeline and cells"
        raise InputError(f"the results were kept without {' and '.join(sorted(lacking))}, expected {allowed}")
    marks = whole_hours(result.hours)
    curves = {name: curve[:, marks] for name, curve in result.timeline.items()}
    lost = (result.holders != STATE).mean(axis=0)
    shown = _arm(RECORDED, result.scenario.title, curves, result.cells["crowd"], lost)
    shown["outcomes"] = {name: summary.as_dict() for name, summary in result.summary.items()}
    return {
        **of_scenario(result.scenario, result.world),
        "kind": "run",
        "shown": [shown],
        "milestones": [dict(milestone) for milestone in result.milestones],
        "run": _run(result, command),
        "notes": list(
            map(in_every_language, (f"{result.variation[:1].upper()}{result.variation[1:]}.", *result.notes))
        ),
    }


def of_comparison(found: Comparison, command: str = "", title: str = "") -> dict[str, Any]:
    """Arms beside the recorded run; the comparison must have been watched.

    title  of its only arm where that has one, else the arms' own titles are told
    """
    titles = {RECORDED: "", **{arm.name: title or arm.title for arm in found.arms}}
    shown = []
    for name, seen in found.seen.items():
        one = _arm(name, titles[name], seen.curves, seen.crowd, seen.lost)
        units = UNITS_OF_OUTCOMES.items()
        one["outcomes"] = {key: summarise(found.outcomes[name][key], unit).as_dict() for key, unit in units}
        shown.append(one)
    document = found.as_dict()
    return {
        **of_scenario(found.scenario, found.world),
        "kind": "comparison",
        "shown": shown,
        "milestones": [],
        "run": _run(found, command),
        "notes": list(map(in_every_language, found.notes)),
        "effects": document["effects"],
        "districts": document["districts"],
        "first_divergence": document["first_divergence"],
        "switches": document["switches"],
        "divergence": {arm.name: _divergence(found, arm.name) for arm in found.arms},
    }


def compressed(document: Mapping[str, Any]) -> bytes:
    """A document as compressed JSON, the same bytes for the same content."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def unfolded(content: bytes) -> dict[str, Any]:
    """The document that ``compressed`` folded."""
    document: dict[str, Any] = json.loads(gzip.decompress(content))
    return document


def command_of(crisis: Document, changes: Mapping[str, Any] | None, replications: int, seed: int) -> str:
    """The command that does what a job did."""
    if changes is None:
        words = ["contrafact", "run", crisis.name]
    else:
        made = ";".join(f"{path}={json.dumps(value, ensure_ascii=False)}" for path, value in settings(changes))
        words = ["contrafact", "compare", crisis.name, OPTION, f"what if:{made}"]
    return shlex.join([*words, "--replications", str(replications), "--seed", str(seed)])


def _arm(name: str, title: str, curves: Mapping[str, Array], crowd: Array, lost: Array) -> dict[str, Any]:
    """One arm at the start and at the end of each hour.

    curves  quantity -> (replication, hour)
    crowd   (hour, cell), lost (hour, facility): means over replications
    """
    sums = {
        f"{kind}_total": sum(curve for key, curve in curves.items() if key.startswith(f"{kind}_"))
        for kind in ("deaths", "injured")
    }
    known = {**curves, **sums}
    names = [*(key for key in CURVES if key in known), *(key for key in known if key.startswith("crowd@"))]
    return {
        "name": name,
        "title": title,
        "curves": {key: _bands(np.asarray(known[key]), 1.0 if key == "network" else 0.0) for key in names},
        "crowd": packed_counts(np.concatenate([np.zeros_like(crowd[:1]), crowd])),
        "lost": packed_shares(np.concatenate([np.zeros_like(lost[:1]), lost])),
    }


def _bands(values: Array, first: float) -> dict[str, list[float]]:
    """Median and ends of the interval that holds 90 % of the replications, (hour,), with the start before them."""
    low, median, high = np.quantile(np.asarray(values, dtype=float), (LOW, 0.5, HIGH), axis=0)
    return {"median": _short(median, first), "low": _short(low, first), "high": _short(high, first)}


def _short(values: Array, first: float) -> list[float]:
    """Four digits are more than a screen shows; whole numbers lose their point."""
    texts = [first, *(float(f"{value:.4g}") for value in values.tolist())]
    return [int(value) if float(value).is_integer() else value for value in texts]


def _divergence(found: Comparison, arm: str) -> dict[str, object]:
    """Share of pairs in which each cell ever differs, and the median hour at which it first does, None for never."""
    share, median = found.reach(arm)
    hours: Sequence[float | None] = [None if np.isnan(hour) else round(float(hour), 1) for hour in median]
    return {"share": packed_shares(share), "hour": hours}


def _run(done: Result | Comparison, command: str) -> dict[str, object]:
    """How it was computed, and how it is computed again."""
    return {
        "replications": done.replications,
        "requested": done.requested,
        "seed": done.seed,
        "persons": done.persons,
        "cells": done.cell_count,
        "ticks": done.ticks,
        "until_hours": done.until_hours,
        "elapsed_s": round(done.elapsed_s, 1),
        "digest": done.digest,
        "command": command,
        "python": python_version(),
        "packages": packages(),
        "custody": CUSTODY_NOTE,
        "interval": [LOW, HIGH],
    }
