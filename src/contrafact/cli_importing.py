"""The commands that bring in what others publish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import contrafact as cf
from contrafact.commands import main, print_json, to_stderr

FILE = click.Path(path_type=Path)


@main.command("import-city")
@click.argument("folder", type=FILE)
@click.option(
    "--districts", type=FILE, metavar="FILE", help="Polygons: GeoJSON, GeoPackage, Shapefile; any projection."
)
@click.option("--population", type=FILE, metavar="FILE", help="Persons: GeoTIFF, or CSV or GeoPackage of H3 cells.")
@click.option("--osm", type=FILE, metavar="FILE", help="OpenStreetMap extract in XML, for facilities.")
@click.option("--source", required=True, metavar="TEXT", help="Who published them, and the licence; it is cited.")
@click.option("--people-source", metavar="TEXT", help="Who published the numbers of residents, if it was another.")
@click.option(
    "--start", required=True, metavar="TIME", help="Local time at which the scenario begins: 2022-01-04T00:00."
)
@click.option("--timezone", required=True, metavar="NAME", help="IANA name of the time zone: Asia/Almaty.")
@click.option("--days", type=int, default=10, show_default=True, help="Length of the scenario, 3 to 60.")
@click.option("--resolution", type=int, default=8, show_default=True, help="H3 resolution of the cells: 7, 8 or 9.")
@click.option("--title", metavar="TEXT", help="One line for readers.  [default: the folder's name]")
@click.option("--name-field", default="name", show_default=True, metavar="NAME", help="Field with districts' names.")
@click.option("--people-field", metavar="NAME", help="Field with residents, of polygons or of an H3 table.")
@click.option("--cell-field", metavar="NAME", help="Field with H3 cells.")
@click.option("--layer", metavar="NAME", help="Layer of a file of polygons that has several.")
@click.option("--crs", metavar="EPSG:N", help="Projection of a file of polygons that names none.")
@click.option("--no-pictures", is_flag=True, help="Draw no picture.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def import_city(folder: Path, no_pictures: bool, as_json: bool, **options: Any) -> None:
    """Write a scenario of a city into FOLDER out of published maps and numbers, and compare it with them.

    Needs the extra `geo`. Nothing is guessed: how fields were read is shown, and what was lost on the way is told.
    """
    found = cf.import_city(folder, **options)
    pictures = [] if no_pictures else cf.terminal.draw_place(found, to_stderr)
    if as_json:
        print_json({**found.as_dict(), "pictures": [str(path) for path in pictures]})
        return
    cf.terminal.show_imported(found)
    cf.terminal.show_pictures(pictures)


@main.command("import-events")
@click.argument("file", type=FILE, required=False)
@click.argument("folder", type=FILE, required=False)
@click.option("--format", "format_", metavar="acled|ucdp|plain", help="Format of FILE.")
@click.option("--use", default="context", show_default=True, help="Use of all rows: input, fit, score or context.")
@click.option("--within", "within_m", type=float, default=500.0, show_default=True, help="Metres to a place at most.")
@click.option("--dry-run", is_flag=True, help="Show what would be appended, and write nothing.")
@click.option("--template", is_flag=True, help="Print the plain format with an example, and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def import_events(
    file: Path | None, folder: Path | None, format_: str | None, dry_run: bool, template: bool, as_json: bool,
    **options: Any,
) -> None:  # fmt: skip
    """Append the events of FILE to the record of the scenario in FOLDER.

    Events outside the scenario's window or districts are left out and counted. What becomes of each column is shown.
    ACLED's terms of use do not allow its data to be passed on: keep such a record to yourself.
    """
    if template:
        click.echo(cf.event_template(), nl=False)
        return
    if file is None or folder is None or format_ is None:
        raise click.UsageError("FILE, FOLDER and --format are needed; or --template")
    found = cf.import_events(file, folder, format_, write=not dry_run, **options)
    if as_json:
        print_json(found.as_dict())
    else:
        cf.terminal.show_events(found)
