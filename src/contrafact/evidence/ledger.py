"""The record: what sources other than the article said, each with its words, its publisher and its use.

A row says what a source said as published on a day, not that it is so; rows contradict each other and are all kept.
Its `use` was fixed before any fitting: `input` drives the scenario, `fit` may be used for calibration, `score` is
predicted and never fitted, `context` is neither. Rows with the same `fact_id` report one fact: weigh each fact once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from contrafact.errors import InputError, InputErrors
from contrafact.evidence.tables import Row, decoded, nearest, read_table

USES = ("input", "fit", "score", "context")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_PUBLISHED = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_PUBLISHED_FORMS = "a date like 2022-01-05, a month like 2022-01, a year like 2022, or nothing where none is known"
_ADDRESS = re.compile(r"https?://\S+")
_ADDRESS_FORMS = "an address that begins with http, or nothing where none is known"
_TIME_FORMS = "a date like 2022-01-05, a local time like 2022-01-05T13:00, or nothing"


@dataclass(frozen=True)
class Observation:
    """One row of the record, with the names of its columns.

    value, low, high      numbers in `unit`, None where the source gives none
    time_start, time_end  local civil time as coded: a date, a time to the minute, or empty
    url, published        address, and day, month or year of publication; empty where the record has none
    quote                 the words on which the row rests
    value_text            what a number cannot say
    """

    id: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    time_start: str
    time_end: str
    place: str
    source_title: str
    publisher: str
    url: str
    published: str
    quote: str
    reliability: str
    value_text: str
    use: str
    fact_id: str

    @property
    def begins(self) -> datetime | None:
        """First moment of the window; a date begins at its midnight."""
        return moment(self.time_start, end=False)

    @property
    def ends(self) -> datetime | None:
        """Last moment of the window; a date ends at the midnight that follows."""
        return moment(self.time_end, end=True)

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """Lowest and highest number that agree with the row; None is an open end, a value alone is both."""
        if self.low is None and self.high is None:
            return self.value, self.value
        return self.low, self.high

    @property
    def source(self) -> str:
        """Who said so, and as published when."""
        return f"{self.publisher}, {self.published}" if self.published else self.publisher


COLUMNS = tuple(field.name for field in fields(Observation))


@dataclass(frozen=True)
class Ledger:
    """All observations of one crisis, in the order of the record."""

    name: str
    rows: tuple[Observation, ...]

    def __iter__(self) -> Iterator[Observation]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, observation: object) -> bool:
        return any(row.id == observation for row in self.rows)

    def __getitem__(self, observation: str) -> Observation:
        """The row with this id; InputError with the nearest spelling when there is none."""
        for row in self.rows:
            if row.id == observation:
                return row
        raise unknown("row of the record", observation, [row.id for row in self.rows])

    def by_use(self, *uses: str) -> tuple[Observation, ...]:
        """The rows that may be used for any of these, in the order of the record."""
        for use in uses:
            if use not in USES:
                raise unknown("use of a row", use, list(USES))
        return tuple(row for row in self.rows if row.use in uses)

    def facts(self) -> dict[str, tuple[Observation, ...]]:
        """Rows by the fact that they report."""
        facts: dict[str, list[Observation]] = {}
        for row in self.rows:
            facts.setdefault(row.fact_id, []).append(row)
        return {fact: tuple(rows) for fact, rows in facts.items()}


def moment(text: str, end: bool) -> datetime | None:
    """Local time that a date or a time stands for; `end` takes a date as its last moment; None for nothing."""
    if not text:
        return None
    time = datetime.fromisoformat(text)
    return time + timedelta(days=1) if end and _DATE.fullmatch(text) else time


def parse_record(data: str | bytes, file: str = "record.csv") -> tuple[Observation, ...]:
    """Observations of a CSV table with the columns of `COLUMNS`.

    InputError naming the line and cell that is wrong, InputErrors where several lines are.
    """
    text = decoded(data, file) if isinstance(data, bytes) else data
    seen: set[str] = set()
    found, errors = [], []
    try:
        for row in read_table(text, file, COLUMNS):
            try:
                found.append(_observation(row, seen))
            except InputError as error:
                errors.append(error)
    except InputError as error:
        errors.append(error)
    if errors:
        raise errors[0] if len(errors) == 1 else InputErrors(errors)
    return tuple(found)


def _observation(row: Row, seen: set[str]) -> Observation:
    """One row, checked cell by cell from the left."""
    row.identity("id", seen)
    row.filled("quantity")
    value, low, high = row.number("value"), row.number("low"), row.number("high")
    if low is not None and high is not None and low > high:
        raise row.error("high", f"is below low: {high:g} < {low:g}", f"at least {low:g}")
    begins, ends = _checked_time(row, "time_start"), _checked_time(row, "time_end")
    if begins is not None and ends is not None and ends < begins:
        raise row.error("time_end", "is before time_start", f"{row['time_start']} or later")
    for column in ("publisher", "quote", "reliability", "fact_id"):
        row.filled(column)
    _check_source(row)
    row.choice("use", USES)
    return Observation(
        id=row["id"],
        quantity=row["quantity"],
        value=value,
        low=low,
        high=high,
        unit=row["unit"],
        time_start=row["time_start"],
        time_end=row["time_end"],
        place=row["place"],
        source_title=row["source_title"],
        publisher=row["publisher"],
        url=row["url"],
        published=row["published"],
        quote=row["quote"],
        reliability=row["reliability"],
        value_text=row["value_text"],
        use=row["use"],
        fact_id=row["fact_id"],
    )


def _check_source(row: Row) -> None:
    """Address and day of publication: well formed, or empty, which a check of the evidence lists as a gap."""
    url, published = row["url"], row["published"]
    if url and not _ADDRESS.fullmatch(url):
        raise row.error("url", f'found "{url}", expected {_ADDRESS_FORMS}', _ADDRESS_FORMS)
    if published and not _is_day_month_or_year(published):
        raise row.error("published", f'found "{published}", expected {_PUBLISHED_FORMS}', _PUBLISHED_FORMS)


def _is_day_month_or_year(text: str) -> bool:
    """Whether a text is a date, or the month or the year of one."""
    try:
        datetime.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return _PUBLISHED.fullmatch(text) is not None


def _checked_time(row: Row, column: str) -> datetime | None:
    """The window's end in this column, or None; InputError when it is neither a date nor a time."""
    text = row[column]
    try:
        if text and not (_DATE.fullmatch(text) or _TIME.fullmatch(text)):
            raise ValueError(text)
        return moment(text, end=column == "time_end")
    except (ValueError, OverflowError):
        raise row.error(column, f'found "{text}", expected {_TIME_FORMS}', _TIME_FORMS) from None


def unknown(what: str, name: str, names: list[str]) -> InputError:
    """There is no such thing; the nearest spelling is named."""
    allowed = ", ".join(names) if len(names) < 20 else f"{len(names)} ids"
    return InputError(f'there is no {what} "{name}"{nearest(name, names)}', found=name, allowed=allowed)
