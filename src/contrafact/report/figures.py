"""From a result to its pictures: maps by hour, curves with intervals, milestones beside the record.

Everything is read off a :class:`contrafact.experiment.result.Result`; the drawing itself is in maps.py, curves.py and
milestones.py, on plain arrays. Needs the extra ``report``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from contrafact.evidence import required_evidence
from contrafact.experiment.result import scale_note, summarise
from contrafact.experiment.tables import facility_names
from contrafact.model.state import HOLDERS
from contrafact.report import wording
from contrafact.report.curves import Observation, Panel, curves
from contrafact.report.maps import City, Facility, Ring, chosen_hours, maps, maps_step
from contrafact.report.milestones import Milestone, milestones
from contrafact.report.style import Picture
from contrafact.scenario.place import RegionPlace
from contrafact.translation import counted_text, text

if TYPE_CHECKING:
    from contrafact.experiment.result import Result
    from contrafact.scenario import Scenario
    from contrafact.world import World

SYNTHETIC = "Persons are synthetic: no hexagon says where any real person was."
CIRCLES = (
    "Each circle stands for a region or a state; its radius grows with the cube root of its residents. "
    "Persons are synthetic."
)
OSM_NOTICE = "District borders © OpenStreetMap contributors, ODbL 1.0 (openstreetmap.org/copyright)."
MARKS_NOTE = (
    "● what a source said [row of the record], with its range and the hours it speaks of; ▲ at least, also where a row "
    "counts one group alone; ▼ at most."
)
LATER_NOTE = "Rows that speak of a day after the end of the run stand at its end, with that day beside them."


def save_figures(result: Result, folder: Path) -> list[Path]:
    """Draw whatever the result holds into a folder, as PNG and SVG; returns the files, maps first."""
    folder.mkdir(parents=True, exist_ok=True)
    return [path for name, picture in pictures(result) for path in picture.save(folder / name)]


def pictures(result: Result) -> Iterator[tuple[str, Picture]]:
    """Name and picture of each figure that the result's records allow."""
    if len(result.cells.get("crowd", ())):
        yield "maps", crowd_maps(result)
    if len(result.hours) and result.timeline:
        yield "curves", crisis_curves(result)
    if result.milestones:
        yield "milestones", milestone_chart(result)


def crowd_maps(result: Result) -> Picture:
    """How many people are in the street in each hexagon at twelve hours, and which places the state lost by then."""
    crowd = _from_the_start(np.asarray(result.cells["crowd"], dtype=float), empty=True)
    hours = chosen_hours(result.scenario.start, crowd.sum(axis=1))
    place = result.scenario.place
    coarse = isinstance(place, RegionPlace)
    cells = CIRCLES if coarse else SYNTHETIC
    lines = [
        f"{_hours_shown(hours)} {_colour(result)} {text(cells)}",
        counted_text(
            "Symbols: the share of replays in which the state did not hold the place at some time in the {count} hour "
            "up to the map.",
            "Symbols: the share of replays in which the state did not hold the place at some time in the {count} hours "
            "up to the map.",
            maps_step(hours),
        ),
        text(
            "Where places are too near to each other their symbols stand around them; a thin line leads to the place."
        ),
        *filter(None, [text(scale_note(result.scenario))]),
    ]
    if not isinstance(place, RegionPlace) and "osm" in place.districts.evidence:
        lines[2] += f" {text(OSM_NOTICE)}"
    title = text(
        "{scenario}: where people are in the street, and which places the state loses", scenario=named(result.scenario)
    )
    return maps(result.scenario.start, _city(result), crowd, hours, title, lines)


def crisis_curves(result: Result) -> Picture:
    """People in the street, deaths, injured, detained and the network over local time, with the record beside them."""
    site = _main_site(result)
    panels = [_crowd_panel(result, text("People in the street"), None)]
    if site is not None:
        place = wording.place_name(result, site)
        panels.append(_crowd_panel(result, text("People in the street: {place}", place=place), site))
    panels += [_count_panel(result, kind) for kind in ("deaths", "injured", "detained")]
    panels.append(_network_panel(result))
    title = text("{scenario}: {replays} and the record", scenario=named(result.scenario), replays=_replays(result))
    bands = text(
        "Line: median of the replays. Dark band: half of them. Light band: 90 %; {variation}.",
        variation=text(result.variation),
    )
    later = [text(LATER_NOTE)] if any(row.as_of for panel in panels for row in panel.observations) else []
    lines = [bands, text(MARKS_NOTE), *later, *filter(None, [text(scale_note(result.scenario))])]
    return curves(result.scenario.start, result.hours, panels, title, lines)


def milestone_chart(result: Result) -> Picture:
    """Every milestone in its own unit: the source above, the replays below."""
    title = counted_text(
        "{scenario}: what the record says and what {count} replay does",
        "{scenario}: what the record says and what {count} replays do",
        result.replications,
        scenario=named(result.scenario),
    )
    lines = [
        text(
            "Black: what the source says, with its range; an arrow where it gives one end only. "
            "Blue: 90 % of the replays, with their median."
        ),
        " ".join((text(wording.OVERLAP), text("Crowds: the highest in the hours named, unless marked as mean."))),
        text(wording.USES),
    ]
    if any("share" in entry for entry in result.milestones):
        lines.insert(2, text(wording.EVENTS))
    if any(entry["quantity"] == "detained" for entry in result.milestones):
        lines.append(text(wording.CUSTODY))
    entries = [_milestone(result, entry) for entry in result.milestones]
    return milestones(result.scenario.start, entries, title, lines)


def named(scenario: Scenario) -> str:
    """The scenario's title in the language that is spoken, where there is one."""
    return text(scenario.title)


def _hours_shown(hours: Sequence[int]) -> str:
    if len(hours) < 2:
        return text("One hour of local time.")
    return counted_text("Every {count} hour of local time.", "Every {count} hours of local time.", maps_step(hours))


def _colour(result: Result) -> str:
    replays = _replays(result)
    return text("Colour: people in the street at that hour, mean of {replays}.", replays=replays)


def _replays(result: Result) -> str:
    return counted_text("{count} replay", "{count} replays", result.replications)


def _from_the_start(field: NDArray[Any], empty: bool = False) -> NDArray[Any]:
    """Fields are kept at the end of each hour; put the start before them, so that row h is h hours after it."""
    first = np.zeros_like(field[:1]) if empty else field[:1]
    return np.concatenate([first, field])


def _city(result: Result) -> City:
    """Cells, district borders and contested places of the result's world."""
    scenario, places = result.scenario, []
    for number, name in enumerate(facility_names(result)):
        place = scenario.facilities[name]
        if place.site is not None:
            lost = _from_the_start(np.not_equal(result.holders[:, :, number].T, HOLDERS.index("state")))
            places.append(Facility(text(place.name), place.kind, place.lat, place.lon, lost))
    return ground(scenario, result.world, places)


def ground(scenario: Scenario, world: World, places: Sequence[Facility] = ()) -> City:
    """Cells and district borders of a world, with places on them."""
    if isinstance(scenario.place, RegionPlace):
        points = np.stack([world.lon, world.lat], axis=1)
        return City(world.cell_ids, world.residents, (), places, points)
    rings = list(_rings(json.loads(scenario.files[scenario.place.districts.file])))
    return City(world.cell_ids, world.residents, rings, places)


def _rings(districts: Mapping[str, Any]) -> Iterator[Ring]:
    """Every outline of a GeoJSON collection, holes included, without its closing point."""
    for feature in districts["features"]:
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        for polygon in polygons:
            for ring in polygon:
                yield [(float(point[0]), float(point[1])) for point in ring[:-1]]


def _main_site(result: Result) -> str | None:
    """The site of whose crowd the record says most."""
    asked = (wording.asked(result, entry) for entry in result.milestones if entry["quantity"] == "crowd")
    named = Counter(place for place, _ in asked if place is not None and f"crowd@{place}" in result.timeline)
    return named.most_common(1)[0][0] if named else None


def _crowd_panel(result: Result, title: str, place: str | None) -> Panel:
    """The crowd of the city or of one site, with the rows that speak of that very place."""
    values = result.timeline["crowd" if place is None else f"crowd@{place}"]
    rows = [
        (entry, False)
        for entry in result.milestones
        if entry["quantity"] == "crowd" and wording.asked(result, entry)[0] == place
    ]
    reading = text("Most at one time: {interval}", interval=_interval(values.max(axis=1), "persons"))
    return Panel(title, reading, values, _seen(result, rows), height=160)


def _count_panel(result: Result, kind: str) -> Panel:
    """Everyone killed, injured or detained so far; rows about one group are a least number for all."""
    names = [name for name in result.timeline if name == kind or name.startswith(f"{kind}_")]
    values = np.sum([result.timeline[name] for name in names], axis=0)
    rows = [
        (entry, entry["quantity"] not in (kind, f"{kind}_total"))
        for entry in result.milestones
        if str(entry["quantity"]).split("_")[0] == kind and entry["observed"]["unit"] == "persons"
    ]
    reading = text("At the end: {interval}", interval=_interval(values[:, -1], "persons"))
    seen = _seen(result, rows, cumulative=True)
    if kind == "detained":
        return Panel(text(wording.outcome(kind)), f"{reading}. {text(wording.CUSTODY)}", values, seen)
    return Panel(text(wording.outcome(f"{kind}_total")), reading, values, seen)


def _network_panel(result: Result) -> Panel:
    """Share of residents whose phone and internet work."""
    values = result.timeline["network"]
    rows = [(entry, False) for entry in result.milestones if entry["quantity"] == "network"]
    reading = text("Lowest: {interval}", interval=_interval(values.min(axis=1), "dimensionless"))
    title = text("Network, share of residents connected")
    return Panel(title, reading, values, _seen(result, rows), is_share=True, height=80)


def _interval(values: NDArray[Any], unit: str) -> str:
    """Median and interval over the replications (replication,), in words."""
    summary = summarise(values, unit)
    low, median, high = (wording.number(value, unit) for value in (summary.low, summary.median, summary.high))
    interval = low if low == high else text("{low} to {high}", low=low, high=high)
    return text("median {median}; 90 % of replays {interval}", median=median, interval=interval)


def _seen(
    result: Result, rows: list[tuple[Mapping[str, Any], bool]], cumulative: bool = False
) -> tuple[Observation, ...]:
    """One observation a row; the flag says that a row is a least number for the panel."""
    observations = []
    for entry, is_part in rows:
        row = required_evidence(result.scenario).ledger[str(entry["id"])]
        ends = row.ends or row.begins
        begins = ends if cumulative else row.begins or ends
        if begins is None or ends is None:
            continue
        first, last = ((moment - result.scenario.start) / timedelta(hours=1) for moment in (begins, ends))
        as_of = wording.day_of(result, last) if last > result.scenario.hours else ""
        seen = Observation(row.id, first, last, _marks(entry["observed"], is_part), str(entry["use"]), as_of)
        if seen.marks and min(first, result.scenario.hours) <= result.until_hours:
            observations.append(seen)
    return tuple(observations)


def _marks(observed: Mapping[str, Any], is_part: bool) -> tuple[tuple[float, str], ...]:
    """What to draw of one row: a value, the ends of a range, or the one end that is known."""
    low, high = observed["low"], observed["high"]
    if is_part:
        return () if low is None else ((low, "at least"),)
    if low is None:
        return () if high is None else ((high, "at most"),)
    if high is None:
        return ((low, "at least"),)
    return ((low, "value"),) if low == high else ((low, "end"), (high, "end"))


def _milestone(result: Result, entry: Mapping[str, Any]) -> Milestone:
    observed, predicted = entry["observed"], entry["predicted"]
    happened = predicted["median"] is not None
    verdict = text("agrees") if entry["inside"] else text("differs")
    seen = text("in {count} of {replays}", count=wording.seen(result, entry), replays=result.replications)
    ends = ("low", "median", "high")
    if not happened:
        verdict = text("in no replay")
    elif wording.is_rare(result, entry):
        verdict, ends = seen, ("median", "median", "median")
    elif entry.get("share", 1.0) < 1:
        verdict += f"; {seen}"
    return Milestone(
        id=str(entry["id"]),
        label=wording.milestone(result, entry),
        when=wording.window(result, entry),
        unit=str(observed["unit"]),
        observed=(observed["low"], observed["high"]),
        predicted=(predicted[ends[0]], predicted[ends[1]], predicted[ends[2]]) if happened else None,
        verdict=verdict,
        use=str(entry["use"]),
    )
