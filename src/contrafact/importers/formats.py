"""Formats of event data: which columns they have, and what of the record each of them becomes. Nothing is guessed.

ACLED  one event a row: a row of the record that it took place, with the event's notes as its words, and another one for
       deaths where they are reported. Fatalities of 0 give none, since ACLED writes 0 where nobody said anything.
UCDP   one event a row: deaths, best estimate with low and high; by side they stand under value_text, since which side
       is the state is for the reader to say.
plain  one observation a row, in words of the record, with coordinates, or with none where it speaks of no single place.

What a format says to be vague stays so: a day that is not the day of the event gives no window, and coordinates of
more than a place give no place.

Source  ACLED codebook, columns since March 2023 (https://acleddata.com/methodology/guide-2023-acled-column-changes);
        UCDP Georeferenced Event Dataset codebook (Sundberg and Melander 2013, doi:10.1177/0022343313484347)
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from contrafact.evidence.tables import Row
from contrafact.importers.writing import slug_of
from contrafact.translation import noted

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
DAY_FORMS = ("%d %B %Y", "%d %b %Y")
DAYS = "a day like 2022-01-05, or 5 January 2022"
EXACT, NEAR, VAGUE = "exact", "near", "vague"
"""How well a place is known: the place itself, its surroundings, or more than those."""

Cells = dict[str, str]


@dataclass(frozen=True)
class Event:
    """One event, and the rows that it becomes.

    day        day by which it is held against the scenario's window, first of several
    lat, lon   degrees; NaN where the row speaks of no single place, as of a whole city
    known      EXACT, NEAR or VAGUE
    rows       cells of the record by column, without place and use
    """

    day: datetime
    lat: float
    lon: float
    known: str
    location: str
    rows: tuple[Cells, ...]

    @property
    def is_anywhere(self) -> bool:
        """Whether it has no coordinates."""
        return math.isnan(self.lat)


@dataclass(frozen=True)
class Format:
    """A format: columns that it must have, what becomes of each column, and how a row is read."""

    needed: tuple[str, ...]
    mapping: Mapping[str, str]
    read: Callable[[Row], Event]


def _day(row: Row, column: str) -> datetime:
    """The day in a cell; InputError where there is none."""
    text = row.filled(column).strip()
    iso = DAY.fullmatch(text)
    forms = [(iso[1], "%Y-%m-%d")] if iso else [(text, form) for form in DAY_FORMS]
    for day, form in forms:
        try:
            return datetime.strptime(day, form)
        except ValueError:
            continue
    raise row.error(column, f'found "{text}", expected {DAYS}', DAYS)


def _moment(row: Row, column: str) -> tuple[datetime, str]:
    """The day, or the local time to the minute, in a cell, and how the record writes it."""
    text = row[column].strip()
    if TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text), text
        except ValueError:
            allowed = f"{DAYS}, or 2022-01-05T13:00"
            raise row.error(column, f'found "{text}", expected {allowed}', allowed) from None
    day = _day(row, column)
    return day, f"{day:%Y-%m-%d}"


def _degrees(row: Row, column: str, most: float) -> float:
    row.filled(column)
    number = row.number(column)
    if number is None or abs(number) > most:
        allowed = f"degrees from -{most:g} to {most:g}"
        raise row.error(column, f'found "{row[column]}", expected {allowed}', allowed)
    return number


def _count(row: Row, column: str) -> float | None:
    number = row.number(column)
    if number is not None and (number < 0 or number != round(number)):
        raise row.error(column, f'found "{row[column]}", expected a whole number, 0 or more', "0, 1, 2, ...")
    return number


def _code(row: Row, column: str, codes: Mapping[str, str]) -> str:
    """What a code of a format stands for."""
    return codes[row.choice(column, tuple(codes))]


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _acled(row: Row) -> Event:
    day, exact = _day(row, "event_date"), row.choice("time_precision", ("1", "2", "3")) == "1"
    own = f"ACLED-{''.join(row.filled('event_id_cnty').split())}"
    window = {"time_start": f"{day:%Y-%m-%d}", "time_end": f"{day:%Y-%m-%d}"} if exact else {}
    vague = "" if exact else f"; day not exact (time precision {row['time_precision']}), coded {day:%Y-%m-%d}"
    kind = row.filled("sub_event_type")
    actors = " / ".join(filter(None, (row["actor1"].strip(), row["actor2"].strip())))
    common = {
        "source_title": f"{row['event_type']}: {kind}",
        "publisher": row.filled("source"),
        "quote": row.filled("notes"),
        "reliability": f"coded by ACLED from its sources, scale {row['source_scale'] or 'not given'}",
        **window,
    }
    took_place = {**common, "id": own, "quantity": slug_of(kind), "value": "1", "unit": "event", "fact_id": own}
    took_place["value_text"] = f"actors: {actors or 'not given'}{vague}"
    rows = [took_place]
    deaths = _count(row, "fatalities")
    if deaths:
        told = {"quantity": "deaths_total", "value": _text(deaths), "unit": "persons"}
        told |= {"id": f"{own}-deaths", "fact_id": f"{own}-deaths", "value_text": f"fatalities of {own}{vague}"}
        rows.append({**common, **told})
    known = _code(row, "geo_precision", {"1": EXACT, "2": NEAR, "3": VAGUE})
    return Event(
        day, _degrees(row, "latitude", 90), _degrees(row, "longitude", 180), known, row["location"], tuple(rows)
    )


def _ucdp(row: Row) -> Event:
    first, last = _day(row, "date_start"), _day(row, "date_end")
    if last < first:
        raise row.error("date_end", "is before date_start", f"{first:%Y-%m-%d} or later")
    best, low, high = (_count(row, column) for column in ("best", "low", "high"))
    if low is not None and high is not None and low > high:
        raise row.error("high", f"is below low: {high:g} < {low:g}", f"at least {low:g}")
    words = row["source_headline"].strip() or row["source_article"].strip()
    if not words:
        raise row.error("source_headline", "is empty, and so is source_article; expected words of a source", "text")
    published = DAY.fullmatch(row["source_date"].strip())
    own = f"UCDP-{''.join(row.filled('id').split())}"
    sides = ", ".join(f"{side} {row[side] or '-'}" for side in UCDP_SIDES)
    cells = {
        "id": own,
        "quantity": "deaths_total",
        "value": _text(best),
        "low": _text(low),
        "high": _text(high),
        "unit": "persons",
        "time_start": f"{first:%Y-%m-%d}",
        "time_end": f"{last:%Y-%m-%d}",
        "source_title": row["source_headline"].strip(),
        "publisher": row["source_office"].strip() or "not given",
        "published": published[1] if published else "",
        "quote": words,
        "reliability": f"coded by UCDP, event clarity {row['event_clarity']}, date precision {row['date_prec']}",
        "value_text": f"{row['side_a']} (a), {row['side_b']} (b): {sides}",
        "fact_id": own,
    }
    codes = {"1": EXACT, "2": NEAR, **dict.fromkeys(("3", "4", "5", "6", "7"), VAGUE)}
    known = _code(row, "where_prec", codes)
    place = row["where_coordinates"]
    return Event(first, _degrees(row, "latitude", 90), _degrees(row, "longitude", 180), known, place, (cells,))


def _plain(row: Row) -> Event:
    first, begins = _moment(row, "time_start")
    last, ends = _moment(row, "time_end") if row["time_end"] else (first, begins)
    if last < first:
        raise row.error("time_end", "is before time_start", f"{begins} or later")
    cells = {column: row[column] for column in PLAIN_SAME}
    for column in ("id", "quantity", "publisher", "quote", "reliability"):
        row.filled(column)
    cells |= {"value": _text(row.number("value")), "low": _text(row.number("low")), "high": _text(row.number("high"))}
    cells |= {"time_start": begins, "time_end": ends, "fact_id": row["id"]}
    if not (row["latitude"].strip() or row["longitude"].strip()):
        row.filled("place")
        return Event(first, math.nan, math.nan, VAGUE, row["place"], (cells,))
    lat, lon = _degrees(row, "latitude", 90), _degrees(row, "longitude", 180)
    return Event(first, lat, lon, EXACT, row["place"], (cells,))


UCDP_SIDES = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")
PLAIN_SAME = ("id", "quantity", "unit", "source_title", "publisher", "url", "published", "quote", "reliability")
PLAIN = (
    "id", "time_start", "time_end", "latitude", "longitude", "place", "quantity", "value", "low", "high", "unit",
    "source_title", "publisher", "url", "published", "quote", "reliability",
)  # fmt: skip

ACLED_MAPPING = {
    "event_id_cnty": "id, fact_id",
    "event_date": "time_start and time_end, where time_precision is 1",
    "time_precision": "value_text, where it is not 1",
    "event_type": "source_title",
    "sub_event_type": "quantity, source_title",
    "actor1": "value_text",
    "actor2": "value_text",
    "location": "place, where no place of the scenario is near",
    "latitude": "place, matched with the scenario's",
    "longitude": "place, matched with the scenario's",
    "geo_precision": "how places are matched: 1 place, 2 district, 3 none",
    "source": "publisher",
    "source_scale": "reliability",
    "notes": "quote",
    "fatalities": "a row deaths_total of its own, where above 0",
}
UCDP_MAPPING = {
    "id": "id, fact_id",
    "date_start": "time_start",
    "date_end": "time_end",
    "date_prec": "reliability",
    "event_clarity": "reliability",
    "best": "value of deaths_total",
    "low": "low",
    "high": "high",
    **dict.fromkeys(("side_a", "side_b", *UCDP_SIDES), "value_text"),
    "source_article": "quote, where source_headline is empty",
    "source_office": "publisher",
    "source_date": "published, where it is one day",
    "source_headline": "quote, source_title",
    "where_prec": "how places are matched: 1 place, 2 district, others none",
    "where_coordinates": "place, where no place of the scenario is near",
    "latitude": "place, matched with the scenario's",
    "longitude": "place, matched with the scenario's",
}
PLAIN_MAPPING = {
    **{column: column for column in PLAIN},
    "id": "id, fact_id",
    "time_end": "time_end, that of time_start where empty",
    "place": "place, where no place of the scenario is near or no coordinates are given",
    "latitude": "place, matched with the scenario's",
    "longitude": "place, matched with the scenario's",
}

FORMATS: Mapping[str, Format] = {
    "acled": Format(tuple(ACLED_MAPPING), ACLED_MAPPING, _acled),
    "ucdp": Format(tuple(UCDP_MAPPING), UCDP_MAPPING, _ucdp),
    "plain": Format(PLAIN, PLAIN_MAPPING, _plain),
}


def mapping_lines(format_: Format, columns: tuple[str, ...]) -> Iterator[str]:
    """What becomes of each column of a file, those that are not read last."""
    for column, target in format_.mapping.items():
        yield f"{column} -> {target}"
    unread = [column for column in columns if column.lower() not in format_.mapping]
    if unread:
        yield noted("not read: {columns}", columns=", ".join(unread))
