"""How outcomes, numbers and rows of the record are said in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from contrafact.evidence import required_evidence
from contrafact.experiment.result import CUSTODY_NOTE
from contrafact.translation import localised, text

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
    "killed": "Killed",
    "time_to_extinction": "Until one group was gone",
    "arrests": "Arrests",
    "jailed_mean": "In jail, mean over ticks",
    "jailed_peak": "Most in jail at one time",
    "active_mean": "Active, mean over ticks",
    "active_peak": "Most active at one time",
    "outbursts": "Outbursts",
    "activation_mean": "Activation of an outburst, mean",
    "wait_mean": "Wait between outbursts, mean",
}
EVENTS_AT = {
    "seizure": "{place} falls",
    "recapture": "{place} is retaken",
    "overrun": "A unit gives way: {place}",
}
LEVELS = {"crowd": "Crowd", "network": "Network", "facilities_lost": "Facilities lost"}
LARGE = ((1e9, "{count} billion"), (1e6, "{count} million"))
UNITS = {"h": "hours", "person h": "person-hours", "facility h": "facility-hours", "dimensionless": "share"}
COUNTED = ("persons", "facilities", "outbursts", "arrests")
OVERLAP = "Agree: what the source says and the interval that holds 90 % of the replays overlap."
USES = "Shown are rows that drive the scenario (input) or may be used for fitting (fit), never rows kept for scoring."
FEWEST = 5
"""In so many replays an event must have happened for its hours to have an interval."""

EVENTS = (
    "Events: median and interval are over the replays in which it happened, and where those are not all it is told how "
    f"many; if they are fewer than {FEWEST}, there is no interval."
)
CUSTODY = f"{CUSTODY_NOTE[:1].upper()}{CUSTODY_NOTE[1:]}."


def outcome(name: str) -> str:
    """An outcome in words, e.g. ``deaths_state_forces`` as "Deaths, state forces"."""
    if name in OUTCOMES:
        return OUTCOMES[name]
    kind, _, group = name.partition("_")
    return f"{kind.capitalize()}, {GROUPS.get(group, group.replace('_', ' '))}"


def unit(name: str) -> str:
    """A unit in words."""
    return UNITS.get(name, name)


def about(value: float) -> str:
    """A large number with two significant digits, e.g. "1.7 billion"."""
    power, words = next(((power, words) for power, words in LARGE if value >= power), (1.0, ""))
    share = value / power
    digits = localised(f"{share:.1f}" if share < 9.95 else f"{float(f'{share:.2g}'):,.0f}")
    return text(words, count=digits) if words else digits


def number(value: float, unit_name: str = "persons") -> str:
    """A number as a reader wants it, in the language that is spoken: no more digits than mean something."""
    if math.isnan(value):
        return text("none")
    if math.isinf(value):
        return text("not ended")
    if unit_name == "dimensionless":
        return f"{value * 100:.0f} %"
    if abs(value) >= 1e6:
        return text("{count} million", count=localised(f"{value / 1e6:,.{0 if abs(value) >= 1e7 else 1}f}"))
    return localised(f"{value:,.0f}" if unit_name in COUNTED or abs(value) >= 100 else f"{value:,.1f}")


def clock(start: datetime, hour: float, weekday: bool = False) -> str:
    """Local time in words, the clock last, e.g. "5 Jan 13:00" or "Wed 5 Jan, 13:00"; the year where it is another."""
    time = start.replace(tzinfo=None) + timedelta(minutes=round(hour * 60))
    month = f"{time:%b}"
    parts = {"day": time.day, "month": text(month)}
    if time.year == start.year:
        date = text("{day} {month}", **parts)
    else:
        date = text("{day} {month} {year}", **parts, year=time.year)
    return f"{text(f'{time:%a}')} {date}, {time:%H:%M}" if weekday else f"{date} {time:%H:%M}"


def amount(value: float, unit_name: str, start: datetime) -> str:
    """A number of a milestone in its own unit; hours since the start become a local time."""
    return clock(start, value) if unit_name == HOURS else number(value, unit_name)


def span(low: float | None, high: float | None, unit_name: str, start: datetime) -> str:
    """A range in words, open ends included."""
    if low is None and high is None:
        return text("no number")
    if high is None:
        said = amount(low or 0.0, unit_name, start)
        return text("from {value}", value=said) if unit_name == HOURS else text("at least {value}", value=said)
    if low is None:
        said = amount(high, unit_name, start)
        return text("by {value}", value=said) if unit_name == HOURS else text("at most {value}", value=said)
    first, last = amount(low, unit_name, start), amount(high, unit_name, start)
    if first == last:
        return first
    if unit_name != HOURS:
        return text("{low} to {high}", low=first, high=last)
    same_day = first.rsplit(" ", 1)[0] == last.rsplit(" ", 1)[0]
    return f"{first}–{last.rsplit(' ', 1)[1] if same_day else last}"


def milestone(result: Result, entry: Mapping[str, Any]) -> str:
    """What one milestone is about, e.g. "Crowd: Republic Square" or "Presidential residence falls"."""
    quantity = str(entry["quantity"])
    place, statistic = asked(result, entry)
    name = place_name(result, place) if place else ""
    if quantity in EVENTS_AT:
        return text(EVENTS_AT[quantity], place=name)
    named = LEVELS.get(quantity) or outcome(quantity)
    what = text(named)
    if statistic == "first":
        return first(what)
    manner = {"mean": "mean", "min": "lowest"}.get(statistic, "")
    how = text(manner)
    return ": ".join(part for part in (", ".join(part for part in (what, how) if part), name) if part)


def first(what: str) -> str:
    """The first of what an outcome counts, from its own words in the language that is spoken."""
    return text("First {what}", what=f"{what[:1].lower()}{what[1:]}")


def window(result: Result, entry: Mapping[str, Any]) -> str:
    """The hours a row speaks of, e.g. "4 Jan 18:00–20:00"; "by the end of 6 Jan" for a count, nothing for an event."""
    if entry["observed"]["unit"] == HOURS:
        return ""
    row, start = required_evidence(result.scenario).ledger[str(entry["id"])], result.scenario.start
    begins, ends = row.begins, row.ends or row.begins
    if ends is None:
        return ""
    final = (ends - start) / timedelta(hours=1)
    last_day = day_of(result, final) if ends.hour == ends.minute == 0 else ""
    if begins is None or str(entry["quantity"]).partition("_")[0] in ("deaths", "injured", "detained"):
        return text("by the end of {day}", day=last_day) if last_day else text("by {value}", value=clock(start, final))
    opening = (begins - start) / timedelta(hours=1)
    if last_day and begins.hour == begins.minute == 0:
        first_day = clock(start, opening)[:-6]
        return first_day if first_day == last_day else f"{first_day}–{last_day}"
    return span(opening, final, HOURS, start)


def day_of(result: Result, hour: float) -> str:
    """The day that ends at an hour, or in which it lies, e.g. "16 Jan"."""
    return clock(result.scenario.start, hour - 1 / 60)[:-6]


def asked(result: Result, entry: Mapping[str, Any]) -> tuple[str | None, str]:
    """Place and statistic that the scenario names for a milestone."""
    for listed in result.scenario.milestones:
        if listed.record == entry["id"] and listed.quantity == entry["quantity"]:
            return listed.place, listed.statistic
    return None, ""


def seen(result: Result, entry: Mapping[str, Any]) -> int:
    """In how many replays a milestone's event happened; all of them where it is no event."""
    return round(float(entry.get("share", 1.0)) * result.replications)


def is_rare(result: Result, entry: Mapping[str, Any]) -> bool:
    """Whether an event happened in so few replays that an interval of its hours would say nothing."""
    return "share" in entry and seen(result, entry) < FEWEST


def place_name(result: Result, place: str) -> str:
    """The name of a facility, site or post, or its id made readable."""
    return named_place(result.scenario, place)


def named_place(scenario: Scenario, place: str) -> str:
    """The same of a scenario."""
    named = scenario.facilities.get(place) or scenario.sites.get(place) or scenario.posts.get(place)
    return text(named.name) if named is not None and named.name else place.replace("_", " ").title()
