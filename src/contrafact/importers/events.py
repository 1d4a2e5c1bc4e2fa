"""Event data into the record of a scenario: rows are appended, what was there stays as it is.

An event that lies outside the scenario's window or outside its districts is left out and counted. A row whose id the
record has already is left out too, so that the same file can be imported again. Rows get the use that the user names;
without one it is `context`, which neither drives nor scores a run. The scenario may cite rows that come with the file.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from contrafact.errors import InputError, InputErrors
from contrafact.evidence.bundle import OWN, RECORD
from contrafact.evidence.ledger import COLUMNS, USES, parse_record
from contrafact.evidence.tables import Row, decoded
from contrafact.experiment import kinds
from contrafact.importers.formats import EXACT, FORMATS, PLAIN, VAGUE, Cells, Event, Format, mapping_lines
from contrafact.importers.matching import Places
from contrafact.model import PARAMETERS
from contrafact.scenario.loading import Outside, find, load_as, open_file
from contrafact.scenario.problems import listed, nearest, show
from contrafact.scenario.schema import Scenario
from contrafact.translation import counted_text, text, whole

METRES = 1000.0
NOWHERE, NEVER, TAKEN = "outside the districts", "outside the scenario's window", "in the record already"


@dataclass(frozen=True)
class ImportedEvents:
    """What was appended to a record.

    rows      cells by column, in the order of the file
    left_out  events or rows by the reason why they were left out
    mapping   what became of each column, one line each
    """

    record: Path
    rows: tuple[Cells, ...]
    left_out: dict[str, int]
    mapping: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact import-events --json`` prints."""
        return {
            "record": str(self.record),
            "rows": list(self.rows),
            "left_out": self.left_out,
            "mapping": list(self.mapping),
        }


def event_template() -> str:
    """Header of the plain format, and one row as an example."""
    example = {
        "id": "E1", "time_start": "2022-01-05T16:00", "latitude": "43.2383", "longitude": "76.9453", "place": "Square",
        "quantity": "protest_size", "low": "300", "high": "900", "unit": "persons", "source_title": "Title",
        "publisher": "Who published it", "published": "2022-01-06", "quote": "The words on which the row rests",
        "reliability": "independent",
    }  # fmt: skip
    return _written(PLAIN, [example], header=True)


def import_events(
    file: str | Path, folder: str | Path, format_: str, *, use: str = "context", within_m: float = 500.0,
    write: bool = True,
) -> ImportedEvents:  # fmt: skip
    """Append the events of a file to the record of the scenario in a folder, or only say what would be appended.

    format_   acled, ucdp or plain
    use       of all rows: input, fit, score or context
    within_m  how near, in metres, an event of exact coordinates must be to a place of the scenario to belong to it
    InputErrors names line and column of every cell that is wrong; nothing is written then.
    """
    chosen, record = _format(format_), find(folder).parent / OWN / RECORD
    if use not in USES:
        raise InputError(f"found {show(use)}, expected {listed(USES)}", key="--use", found=use, allowed=listed(USES))
    crisis = _places_of(folder)
    columns, rows = _rows(Path(file), chosen)
    events = _events(rows, chosen)
    kept, left_out = _kept(events, crisis, within_m / METRES, _ids(record))
    kept = [{**cells, "use": use} for cells in kept]
    if kept and write:
        _append(record, kept)
    return ImportedEvents(record, tuple(kept), dict(left_out), tuple(mapping_lines(chosen, columns)))


def _places_of(folder: str | Path) -> Scenario:
    """The scenario in a folder, which may cite rows that its record does not have yet: they may be in the file."""
    file = open_file(folder)
    if kinds.named_in(file.tree, file) is not kinds.City:
        raise InputError("the scenario has no places, so events cannot be matched", str(folder))
    return load_as(Scenario, file, (), Outside(None, PARAMETERS))


def _format(name: str) -> Format:
    if name not in FORMATS:
        message = f"found {show(name)}, expected {listed(FORMATS)}{nearest(name, FORMATS)}"
        raise InputError(message, key="--format", found=name, allowed=listed(FORMATS))
    return FORMATS[name]


def _rows(path: Path, format_: Format) -> tuple[tuple[str, ...], list[Row]]:
    """Columns and rows of a file, separated by commas or semicolons, names of columns in small letters."""
    try:
        text = decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", str(path)) from error
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    rows: list[Row] = []
    errors: list[InputError] = []
    try:
        header = tuple(name.strip() for name in next(reader, []))
        names = tuple(name.lower() for name in header)
        _check_header(path, header, names, format_)
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(names):
                message = f"found {len(cells)} cells, expected {len(names)}"
                errors.append(InputError(message, str(path), line, found=str(len(cells)), allowed=str(len(names))))
            elif cells:
                rows.append(Row(str(path), line, dict(zip(names, cells, strict=True))))
            line = reader.line_num + 1
    except csv.Error as error:
        errors.append(InputError(f"is not a CSV table: {error}", str(path), reader.line_num))
    if errors:
        raise InputErrors(errors)
    return header, rows


def _check_header(path: Path, header: tuple[str, ...], names: tuple[str, ...], format_: Format) -> None:
    missing = [column for column in format_.needed if column not in names]
    errors = [
        InputError(
            f"the column {show(column)} is missing{nearest(column, [n for n in names if n not in format_.needed])}",
            str(path), 1, key=column, found=listed(header, 40), allowed=listed(format_.needed, 40),
        )
        for column in missing
    ]  # fmt: skip
    errors += [
        InputError(f"the column {show(name)} occurs twice", str(path), 1, key=name, found=name)
        for name, count in Counter(names).items()
        if count > 1
    ]
    if errors:
        raise InputErrors(errors)


def _events(rows: list[Row], format_: Format) -> list[Event]:
    """Events in the order of the file; InputErrors with the first error of each line."""
    events: list[Event] = []
    errors: list[InputError] = []
    seen: set[str] = set()
    for row in rows:
        try:
            event = format_.read(row)
            own = event.rows[0]["id"]
            if own in seen:
                raise InputError(f"the event {own} occurs twice in the file", row.file, row.line, found=own)
            seen.add(own)
            events.append(event)
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)
    return events


def _kept(events: list[Event], crisis: Scenario, within_km: float, taken: set[str]) -> tuple[list[Cells], Counter[str]]:
    """Cells of the rows that belong to the scenario, with their places, and how many others by reason."""
    places, kept, left_out = Places(crisis), [], Counter[str]()
    for event in events:
        if not crisis.start - timedelta(days=1) < event.day < crisis.end:
            left_out[NEVER] += 1
            continue
        district = places.district(event.lat, event.lon)
        if places.districts and district is None and not event.is_anywhere:
            left_out[NOWHERE] += 1
            continue
        for cells in event.rows:
            if cells["id"] in taken:
                left_out[TAKEN] += 1
                continue
            kept.append({**cells, **_place(event, places, district, within_km, cells.get("value_text", ""))})
    return kept, left_out


def _place(event: Event, places: Places, district: str | None, within_km: float, told: str) -> Cells:
    """The cells `place` and `value_text`: a place of the scenario, its district, or the source's own word."""
    if event.is_anywhere:
        return {"place": event.location, "value_text": told}
    if event.known == VAGUE:
        return {"place": event.location, "value_text": _joined(told, "coordinates stand for a region")}
    match = places.nearest(event.lat, event.lon, within_km) if event.known == EXACT else None
    if match is not None:
        found = f"{event.location}: {match.km * METRES:.0f} m from {match.name}"
        return {"place": match.name, "value_text": _joined(told, found)}
    return {"place": district or event.location, "value_text": _joined(told, event.location)}


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _ids(record: Path) -> set[str]:
    """Ids that the record has; none where there is no record yet."""
    return {row.id for row in parse_record(record.read_bytes(), str(record))} if record.is_file() else set()


def _append(record: Path, rows: list[Cells]) -> None:
    """Write rows after what is there; the whole must be a record, else nothing is written."""
    before = record.read_text(encoding="utf-8-sig") if record.is_file() else ""
    before += "" if before.endswith("\n") or not before else "\n"
    text = before + _written(COLUMNS, rows, header=not before)
    parse_record(text, str(record))
    record.parent.mkdir(exist_ok=True)
    record.write_text(text, encoding="utf-8", newline="")


def _written(columns: tuple[str, ...], rows: list[Cells], header: bool) -> str:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def lines_of(found: ImportedEvents) -> Iterator[str]:
    """What was read, appended and left out, for people."""
    yield from (text("read: {what}", what=text(line)) for line in found.mapping)
    for quantity, count in Counter(row["quantity"] for row in found.rows).items():
        yield text("appended: {count} of {quantity}", count=whole(count), quantity=quantity)
    for reason, count in found.left_out.items():
        yield text("left out: {count} {reason}", count=whole(count), reason=text(reason))
    rows = counted_text("{count} row", "{count} rows", len(found.rows))
    yield f"{rows}: {found.record}"
