"""The files of an imported city: scenario, map, residents by cell, and tables with the source of each."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from contrafact.errors import InputError
from contrafact.evidence.bundle import PLACE_COLUMNS, POPULATION_COLUMNS, REFERENCE_COLUMNS
from contrafact.evidence.ledger import COLUMNS
from contrafact.experiment.starting import PLACEHOLDER, SCHEMA, TEMPLATE, schema_text
from contrafact.importers.osm import LICENCE, Extract, Found
from contrafact.importers.settling import Settled
from contrafact.importers.shapes import District
from contrafact.scenario import units
from contrafact.translation import noted
from contrafact.world.grid import cell_of

MAP = "import/districts"
LONGEST_SLUG = 48


@dataclass(frozen=True)
class Head:
    """What the user says of the scenario: see ``import_city``; ``people_source`` is ``source`` where one gave both."""

    name: str
    title: str
    start: str | datetime
    timezone: str
    days: int
    source: str
    people_source: str


def texts_of(
    head: Head, districts: Sequence[District], settled: Settled, extract: Extract | None
) -> tuple[dict[str, str], list[str]]:
    """Text of each file by name, and what was left out."""
    facilities, notes = _inside(extract, settled)
    slugs = slugs_of(settled.districts, "district")
    populations = {one: f"population/{slug}" for one, slug in zip(settled.districts, slugs, strict=True)}
    texts = {
        "scenario.yaml": _scenario(head, settled, facilities, populations),
        "districts.geojson": _map(districts),
        "evidence/record.csv": _table(COLUMNS, []),
        "evidence/population.csv": _table(POPULATION_COLUMNS, _populations(head, settled, populations)),
        "evidence/places.csv": _table(PLACE_COLUMNS, [_place(slug, found) for slug, found in facilities.items()]),
        "evidence/references.csv": _table(REFERENCE_COLUMNS, [{"id": MAP, "citation": head.source}]),
        SCHEMA: schema_text(),
    }
    if settled.cells is not None:
        rows = [{"cell": cell, "residents": f"{number:g}"} for cell, number in settled.cells.items()]
        texts["residents.csv"] = _table(("cell", "residents"), rows)
    return texts, notes


def slug_of(text: str) -> str:
    """An id out of a name: its letters without marks, digits and underscores; empty where it has none of them."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_SLUG]


def slugs_of(names: Iterable[str], usual: str) -> list[str]:
    """An id of its own for each name; numbered where two would be alike, `usual` where a name has no Latin letters."""
    found: list[str] = []
    for name in names:
        slug = slug_of(name)
        slug = slug if slug[:1].isalpha() else f"{usual}_{slug}".rstrip("_")
        number, own = 1, slug
        while own in found or own == "total":
            number += 1
            own = f"{slug}_{number}"
        found.append(own)
    return found


def _inside(extract: Extract | None, settled: Settled) -> tuple[dict[str, Found], list[str]]:
    """Facilities inside the cells by id, and how many others were left out."""
    if extract is None:
        return {}, []
    grid = settled.grid
    kept, away = [], 0
    for found in extract.facilities:
        inside = cell_of(found.lat, found.lon, grid.cell_ids, grid.resolution) >= 0
        kept += [found] if inside else []
        away += not inside
    slugs = dict(zip(slugs_of([found.name for found in kept], "facility"), kept, strict=True))
    if not away:
        return slugs, []
    return slugs, [noted("{count} facilities of the extract lie outside the districts and are left out", count=away)]


def _scenario(head: Head, settled: Settled, facilities: dict[str, Found], populations: dict[str, str]) -> str:
    start = _start(head)
    people = np.bincount(settled.grid.child_cell, minlength=settled.grid.cell_ids.size).astype(float)
    if settled.cells is not None:
        people = np.array([settled.cells.get(format(int(cell), "x"), 0.0) for cell in settled.grid.cell_ids])
    most = int(people.argmax())
    residents = ""
    if settled.cells is not None:
        residents = f"  residents: {{file: residents.csv, evidence: [{MAP}]}}\n"
    values = {
        "TITLE": json.dumps(head.title, ensure_ascii=False),
        "START": f"{start:%Y-%m-%dT%H:%M}",
        "END": f"{start + timedelta(days=head.days):%Y-%m-%dT%H:%M}",
        "TIMEZONE": json.dumps(head.timezone),
        "RESOLUTION": str(settled.grid.resolution),
        "MAP": MAP,
        "RESIDENTS": residents,
        "TOTAL": str(settled.total),
        "DISTRICTS": "".join(
            f"    {json.dumps(name, ensure_ascii=False)}: "
            f"{{value: {number} persons, evidence: [{populations[name]}]}}\n"
            for name, number in settled.districts.items()
        ),
        "FACILITIES": "".join(["facilities:\n", *map(_facility, facilities, facilities.values()), "\n"])
        if facilities
        else "",
        "LAT": f"{settled.grid.lat[most]:.6f}",
        "LON": f"{settled.grid.lon[most]:.6f}",
    }
    text = TEMPLATE.joinpath("imported.yaml").read_text(encoding="utf-8").replace(PLACEHOLDER, head.name)
    for word, value in values.items():
        text = text.replace(f"@{word}@", value)
    return text


def _start(head: Head) -> datetime:
    try:
        return units.read_local_time(head.start)
    except units.UnitError as error:
        raise InputError(str(error), key="--start", found=str(head.start)) from error


def _facility(slug: str, found: Found) -> str:
    name = json.dumps(found.name, ensure_ascii=False)
    return (
        f"  {slug}:\n    {{kind: {found.kind}, name: {name}, lat: {found.lat:.6f}, lon: {found.lon:.6f}, "
        f"precision: 100 m, evidence: [places/{slug}]}}\n"
    )


def _map(districts: Sequence[District]) -> str:
    features = [{"type": "Feature", "properties": {"name": one.name}, "geometry": one.shape} for one in districts]
    lines = ",\n  ".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n  {lines}\n]}}\n'


def _populations(head: Head, settled: Settled, populations: dict[str, str]) -> list[dict[str, str]]:
    total = {"id": "population/total", "unit": head.title, "population": str(settled.total), "note": "sum of districts"}
    rows = [{"id": key, "unit": name, "population": str(settled.districts[name])} for name, key in populations.items()]
    return [{**row, "precision": "exact", "source": head.people_source} for row in (total, *rows)]


def _place(slug: str, found: Found) -> dict[str, str]:
    return {
        "id": f"places/{slug}",
        "name": found.name,
        "kind": found.kind,
        "lat": f"{found.lat:.6f}",
        "lon": f"{found.lon:.6f}",
        "source": f"OpenStreetMap contributors, {found.element}, {LICENCE}",
        "precision_m": "100",
    }


def _table(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()
