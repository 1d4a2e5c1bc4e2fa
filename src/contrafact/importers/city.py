"""A city from published maps and numbers: a scenario folder that is valid and can be run, in which nothing happens yet.

districts         polygons with numbers of residents, or with a second source that tells who lives where
population        a GeoTIFF of persons per pixel, or a table of H3 cells; alone, the table's cells are the city
osm               an extract from which facilities are taken, and main roads and rivers for the picture
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from contrafact.errors import InputError, InputErrors
from contrafact.experiment.checkup import validate
from contrafact.experiment.loading import load
from contrafact.experiment.starting import checked_name, write_all
from contrafact.importers import writing
from contrafact.importers.osm import Extract, Line, read_osm
from contrafact.importers.people import People, is_raster, read_cells, read_raster
from contrafact.importers.settling import Settled, bounds_of, one_district, settle
from contrafact.importers.shapes import District, read_districts
from contrafact.scenario.schema import Scenario
from contrafact.translation import localised, noted, retold, text, whole
from contrafact.world import World, build
from contrafact.world.grid import RESOLUTIONS


@dataclass(frozen=True)
class Imported:
    """What was written, and how it compares with its sources.

    placed   residents by district in the world that is built from the folder
    mapping  how each source was read, one line each
    notes    what a reader must know: what was mended, left out or lost
    lines    main roads and rivers of the extract, which are drawn and not simulated
    """

    folder: Path
    files: tuple[Path, ...]
    scenario: Scenario
    world: World
    settled: Settled
    placed: Mapping[str, int]
    mapping: tuple[str, ...]
    notes: tuple[str, ...]
    lines: tuple[Line, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact import-city --json`` prints."""
        return {
            "scenario": self.scenario.name,
            "files": [str(path) for path in self.files],
            "residents": self.settled.total,
            "outside": round(self.settled.outside, 1),
            "cells": self.world.cells,
            "districts": {
                name: {"source": number, "placed": self.placed[name]} for name, number in self.settled.districts.items()
            },
            "mapping": list(self.mapping),
            "notes": list(self.notes),
        }


def import_city(
    folder: str | Path,
    *,
    source: str,
    people_source: str | None = None,
    start: str | datetime,
    timezone: str,
    districts: str | Path | None = None,
    population: str | Path | None = None,
    osm: str | Path | None = None,
    resolution: int = 8,
    days: int = 10,
    title: str | None = None,
    name_field: str = "name",
    people_field: str | None = None,
    cell_field: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
) -> Imported:
    """Write a scenario of a city into a new folder, build its world and compare it with the sources.

    source        who published map and numbers, and under which licence; every imported value cites it
    people_source  who published the numbers of residents, where it was somebody else
    start, days   when the scenario begins, local civil time, and how long it lasts
    name_field    of the districts' names; people_field of numbers of residents, in the districts' file where no
                  population is given, else in its table
    InputErrors tells what is wrong with a source: file, line or feature, what was found, what is allowed.
    """
    target = Path(folder)
    name = checked_name(target)
    if not source.strip():
        raise InputError("the source is empty", key="--source", allowed="who published it, and its licence")
    if resolution not in RESOLUTIONS:
        allowed = "7, 8 or 9; none finer: cells must stay coarser than a street"
        message = f"found {resolution}, expected {allowed}"
        raise InputError(message, key="--resolution", found=str(resolution), allowed=allowed)
    found, people, mapping = _sources(
        name, districts, population, resolution, name_field, people_field, cell_field, layer, crs
    )
    settled = settle(found, people, resolution)
    extract = None if osm is None else read_osm(Path(osm))
    head = writing.Head(name, title or name, start, timezone, days, source, people_source or source)
    texts, notes = writing.texts_of(head, found, settled, extract)
    notes = [*_mended(found), *_lost(settled), *notes, *_left_out(extract)]
    files = write_all(target, texts)
    if errors := validate(target):
        raise InputErrors(errors)
    crisis = load(target)
    assert isinstance(crisis, Scenario)
    built = build(crisis)
    placed = _placed(settled, built)
    lines = () if extract is None else extract.lines
    return Imported(target, tuple(files), crisis, built, settled, placed, tuple(mapping), tuple(notes), lines)


def _sources(
    name: str,
    districts: str | Path | None,
    population: str | Path | None,
    resolution: int,
    name_field: str,
    people_field: str | None,
    cell_field: str | None,
    layer: str | None,
    crs: str | None,
) -> tuple[list[District], People | None, list[str]]:
    """Districts, who lives where if a source says so, and how both were read."""
    if districts is None and population is None:
        allowed = "--districts with polygons, --population with H3 cells, or both"
        raise InputError(f"there is no source of who lives where, expected {allowed}", allowed=allowed)
    if population is None and people_field is None:
        allowed = "--people-field, or --population"
        message = f"polygons alone do not tell how many live in them, expected {allowed}"
        raise InputError(message, str(districts), key="--people-field", allowed=allowed)
    mapping: list[str] = []
    found: list[District] = []
    if districts is not None:
        own = people_field if population is None else None
        found = read_districts(Path(districts), name_field, own, layer, crs)
        mapping.append(noted("{field} -> name of a district", field=name_field))
        mapping += [] if own is None else [noted("{field} -> residents of a district", field=own)]
    if population is None:
        return found, None, mapping
    path = Path(population)
    if is_raster(path):
        if not found:
            raise InputError("a raster needs the outline of the city", str(path), key="--districts", allowed="polygons")
        people = read_raster(path, bounds_of(found), resolution)
    else:
        people = read_cells(path, resolution, cell_field, people_field)
    return found or [one_district(name, people)], people, [*mapping, *people.mapping]


def _mended(districts: list[District]) -> list[str]:
    return [
        noted("the outline of {name} was mended: {how}", name=one.name, how=one.mended)
        for one in districts
        if one.mended
    ]


def _lost(settled: Settled) -> list[str]:
    """What the source has and the districts do not."""
    notes: list[str] = [
        noted("nobody lives in {name}", name=name) for name, residents in settled.districts.items() if residents == 0
    ]
    if settled.outside >= 1:
        notes.append(_outside(settled))
    return notes


@retold
def _outside(settled: Settled) -> str:
    share = settled.outside / (settled.outside + settled.total)
    return text(
        "{persons} persons of the source ({share}) live in no district and are left out",
        persons=whole(settled.outside),
        share=localised(f"{share:.1%}"),
    )


def _left_out(extract: Extract | None) -> list[str]:
    if extract is None:
        return []
    notes: list[str] = []
    if extract.nameless:
        notes.append(noted("{count} facilities of the extract have no name and are left out", count=extract.nameless))
    if extract.placeless:
        notes.append(
            noted("{count} facilities of the extract have no corner in it and are left out", count=extract.placeless)
        )
    return notes


def _placed(settled: Settled, built: World) -> dict[str, int]:
    """Residents of the built world by district; InputError where their sum is not that of the sources.

    A cell on a border counts wholly to the district in which most of its residents live, so single districts differ.
    """
    if built.persons != settled.total:
        message = f"the world has {built.persons:,} residents, the sources {settled.total:,}"
        raise InputError(message, found=str(built.persons), allowed=str(settled.total))
    names = built.district_names
    return {name: int(built.residents[built.district == names.index(name)].sum()) for name in settled.districts}
