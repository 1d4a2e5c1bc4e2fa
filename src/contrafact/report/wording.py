"""How outcomes, numbers and rows of the record are said in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from contrafact.evidence import load_ledger
from contrafact.experiment.result import CUSTODY_NOTE

if TYPE_CHECKING:
    from contrafact.experiment.result import Result
    from contrafact.scenario import Scenario

HOURS = "h since start"
GROUPS = {
    "bystanders": "bystanders",
    "protesters": "protesters",
    "armed_persons": "armed persons",
    "state_forces": "state forces",
    "contingents": "contingents",
    "total": "all groups",
}
OUTCOMES = {
    "detained": "Detained",
    "offline_person_hours": "Time without communications",
    "facility_hours_lost": "Time facilities were not held by the state",
    "time_to_end": "From the start until violence ended",
    "peak_crowd": "Most people in the street at one time",
    "peak_armed": "Most armed persons at one time",
}
UNITS = {"h": "hours", "person h": "person-hours", "facility h": "facility-hours", "dimensionless": "share"}
OVERLAP = "Agree: what the source says and the interval that holds 90 % of the replays overlap."
USES = "Shown are rows that drive the scenario (input) or may be used for fitting (fit), never rows kept for scoring."
CUSTODY = f"{CUSTODY_NOTE[:1].upper()}{CUSTODY_NOTE[1:]}."


def scale_note(scenario: Scenario) -> str:
    """How many residents a synthetic person stands for, and what may not be read off a scaled run; else nothing."""
    scale = scenario.population.scale
    if scale == 1:
        return ""
    return (
        f"Each synthetic person stands for {scale:,} residents: multiply counts of persons by {scale:,}. "
        f"Spreads by chance are about {math.sqrt(scale):.0f} times as wide as at 1:1, maxima are biased upward, and "
        "casualties are not to be read off this run."
    )


def outcome(name: str) -> str:
    """An outcome in words, e.g. ``deaths_state_forces`` as "Deaths, state forces"."""
    if name in OUTCOMES:
        return OUTCOMES[name]
    kind, _, group = name.partition("_")
    return f"{kind.capitalize()}, {GROUPS.get(group, group.replace('_', ' '))}"


def unit(name: str) -> str:
    """A unit in words."""
    return UNITS.get(name, name)


def number(value: float, unit_name: str = "persons") -> str:
    """A number as a reader wants it: no more digits than mean something."""
    if math.isinf(value):
        return "not ended"
    if unit_name == "dimensionless":
        return f"{value * 100:.0f} %"
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.{0 if abs(value) >= 1e7 else 1}f} million"
    return f"{value:,.0f}" if unit_name in ("persons", "facilities") or abs(value) >= 100 else f"{value:,.1f}"


def clock(start: datetime, hour: float, weekday: bool = False) -> str:
    """Local time in words, e.g. "5 Jan 13:00"; the year where it is not that of the start."""
    time = start.replace(tzinfo=None) + timedelta(minutes=round(hour * 60))
    year = "" if time.year == start.year else f" {time.year}"
    return f"{f'{time:%a} ' if weekday else ''}{time.day} {time:%b}{year} {time:%H:%M}"


def amount(value: float, unit_name: str, start: datetime) -> str:
    """A number of a milestone in its own unit; hours since the start become a local time."""
    return clock(start, value) if unit_name == HOURS else number(value, unit_name)


def span(low: float | None, high: float | None, unit_name: str, start: datetime) -> str:
    """A range in words, open ends included."""
    if low is None and high is None:
        return "no number"
    if high is None:
        return f"{'from' if unit_name == HOURS else 'at least'} {amount(low or 0.0, unit_name, start)}"
    if low is None:
        return f"{'by' if unit_name == HOURS else 'at most'} {amount(high, unit_name, start)}"
    first, last = amount(low, unit_name, start), amount(high, unit_name, start)
    if first == last:
        return first
    if unit_name != HOURS:
        return f"{first} to {last}"
    same_day = first.rsplit(" ", 1)[0] == last.rsplit(" ", 1)[0]
    return f"{first}–{last.rsplit(' ', 1)[1] if same_day else last}"


def milestone(result: Result, entry: Mapping[str, Any]) -> str:
    """What one milestone is about, e.g. "Crowd: Republic Square" or "Presidential residence falls"."""
    quantity = str(entry["quantity"])
    place, statistic = asked(result, entry)
    name = place_name(result, place) if place else ""
    events = {"seizure": f"{name} falls", "recapture": f"{name} is retaken", "overrun": f"A unit gives way: {name}"}
    if quantity in events:
        return events[quantity]
    if statistic == "first":
        what = outcome(quantity)
        return f"First {what[:1].lower()}{what[1:]}"
    levels = {"crowd": "Crowd", "network": "Network", "facilities_lost": "Facilities lost"}
    what = levels.get(quantity) or outcome(quantity)
    how = {"mean": "mean", "min": "lowest"}.get(statistic, "")
    return ": ".join(part for part in (", ".join(part for part in (what, how) if part), name) if part)


def window(result: Result, entry: Mapping[str, Any]) -> str:
    """The hours a row speaks of, e.g. "4 Jan 18:00–20:00"; "by the end of 6 Jan" for a count, nothing for an event."""
    if entry["observed"]["unit"] == HOURS:
        return ""
    row, start = load_ledger(result.scenario.name)[str(entry["id"])], result.scenario.start
    begins, ends = row.begins, row.ends or row.begins
    if ends is None:
        return ""
    final = (ends - start) / timedelta(hours=1)
    last_day = clock(start, final - 24)[:-6] if ends.hour == ends.minute == 0 else ""
    if begins is None or str(entry["quantity"]).partition("_")[0] in ("deaths", "injured", "detained"):
        return f"by the end of {last_day}" if last_day else f"by {clock(start, final)}"
    first = (begins - start) / timedelta(hours=1)
    if last_day and begins.hour == begins.minute == 0:
        first_day = clock(start, first)[:-6]
        return first_day if first_day == last_day else f"{first_day}–{last_day}"
    return span(first, final, HOURS, start)


def asked(result: Result, entry: Mapping[str, Any]) -> tuple[str | None, str]:
    """Place and statistic that the scenario names for a milestone."""
    for listed in result.scenario.milestones:
        if listed.record == entry["id"] and listed.quantity == entry["quantity"]:
            return listed.place, listed.statistic
    return None, ""


def draws_note(result: Result) -> str:
    """What makes the replays differ."""
    if result.scenario.draw == "priors":
        return "every replay draws every assumption anew from its prior"
    return "every assumption is held at its central value, so the replays differ by chance alone"


def place_name(result: Result, place: str) -> str:
    """The name of a facility, site or post, or its id made readable."""
    scenario = result.scenario
    named = scenario.facilities.get(place) or scenario.sites.get(place) or scenario.posts.get(place)
    return named.name if named is not None and named.name else place.replace("_", " ").title()
