"""The record is read as given, and a malformed table is told by its line and cell."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrafact.errors import InputError
from contrafact.evidence import load_ledger
from contrafact.evidence.ledger import COLUMNS, USES, parse_record

GOOD = {
    "id": "R001",
    "quantity": "protest_size",
    "value": "2000",
    "unit": "persons",
    "time_start": "2022-01-04T18:00",
    "time_end": "2022-01-04T20:00",
    "publisher": "Baribar.kz",
    "published": "2022-01-16",
    "quote": "more than two thousand",
    "reliability": "official",
    "use": "fit",
    "fact_id": "arena",
}


def table(*rows: dict[str, str]) -> str:
    """A record with these rows below the right header."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_all_323_rows_are_read_with_the_uses_that_were_fixed_before_fitting() -> None:
    uses = Counter(row.use for row in load_ledger("almaty-2022"))
    assert uses == {"input": 94, "fit": 35, "score": 24, "context": 170}
    assert len(load_ledger("almaty-2022")) == 323


def test_every_row_has_an_id_of_its_own_and_the_words_that_it_rests_on() -> None:
    rows = load_ledger("almaty-2022").rows
    assert len({row.id for row in rows}) == len(rows)
    assert all(row.quote.strip() and row.publisher for row in rows)


def test_rows_that_report_one_fact_are_found_together() -> None:
    facts = load_ledger("almaty-2022").facts()
    assert [row.id for row in facts["almaty-deaths"]] == ["R098", "R100", "R108"]
    assert sum(len(rows) for rows in facts.values()) == 323


def test_a_row_is_found_by_its_id_and_an_unknown_id_names_the_nearest() -> None:
    ledger = load_ledger("almaty-2022")
    assert ledger["R012"].value == 2000
    assert "R012" in ledger
    assert "R999" not in ledger
    with pytest.raises(InputError, match='"R0012"; did you mean "R012"'):
        ledger["R0012"]


def test_an_unknown_record_names_those_that_ship() -> None:
    with pytest.raises(InputError, match='did you mean "almaty-2022"') as error:
        load_ledger("almaty-2002")
    assert error.value.allowed == "almaty-2022"


def test_rows_are_chosen_by_use() -> None:
    ledger = load_ledger("almaty-2022")
    assert len(ledger.by_use("input", "fit")) == 129
    with pytest.raises(InputError, match='did you mean "fit"'):
        ledger.by_use("fitt")


def test_a_date_lasts_from_its_midnight_to_the_next() -> None:
    row = load_ledger("almaty-2022")["R085"]
    assert (row.time_start, row.time_end) == ("2022-01-05", "2022-01-06")
    assert (row.begins, row.ends) == (datetime(2022, 1, 5), datetime(2022, 1, 7))


def test_a_time_is_taken_to_the_minute_and_nothing_stays_nothing() -> None:
    row = load_ledger("almaty-2022")["R058"]
    assert (row.begins, row.ends) == (None, datetime(2022, 1, 5, 22, 52))


@pytest.mark.parametrize(
    ("numbers", "interval"),
    [
        ({"value": "3"}, (3, 3)),
        ({"value": "3", "low": "3"}, (3, None)),
        ({"low": "2", "high": "9"}, (2, 9)),
        ({"value": "5", "high": "9"}, (None, 9)),
        ({}, (None, None)),
    ],
)
def test_a_bound_leaves_the_other_end_open_and_a_value_alone_is_both_ends(
    numbers: dict[str, str], interval: tuple[float | None, float | None]
) -> None:
    cells = {**GOOD, "value": "", **numbers}
    (row,) = parse_record(table(cells))
    assert row.interval == interval


@pytest.mark.parametrize(
    ("cell", "key", "message"),
    [
        ({"id": ""}, "id", "expected an id"),
        ({"id": "R 1"}, "id", "expected an id"),
        ({"value": "many"}, "value", "expected a number"),
        ({"value": "nan"}, "value", "expected a number"),
        ({"high": "inf"}, "high", "expected a number"),
        ({"low": "9", "high": "2"}, "high", "below low"),
        ({"time_start": "5 January"}, "time_start", "expected a date"),
        ({"time_start": "2022-13-01"}, "time_start", "expected a date"),
        ({"time_end": "2022-01-04T17:59"}, "time_end", "before time_start"),
        ({"quote": " "}, "quote", "is empty"),
        ({"url": "www.example.org"}, "url", "begins with http"),
        ({"published": "2022-13"}, "published", "a month like 2022-01"),
        ({"published": "16 January"}, "published", "a month like 2022-01"),
        ({"use": "inptu"}, "use", 'did you mean "input"'),
    ],
)
def test_a_wrong_cell_is_told_by_line_and_column(cell: dict[str, str], key: str, message: str) -> None:
    broken = {**GOOD, "id": "R002", **cell}
    with pytest.raises(InputError, match=message) as error:
        parse_record(table(GOOD, broken), "my.csv")
    assert (error.value.file, error.value.line, error.value.key) == ("my.csv", 3, key)
    assert error.value.column == COLUMNS.index(key) + 1


def test_the_line_of_a_row_is_where_it_begins_even_after_a_quote_of_two_lines() -> None:
    with pytest.raises(InputError) as error:
        parse_record(table({**GOOD, "quote": "two\nlines"}, {**GOOD, "id": "R002", "use": ""}))
    assert error.value.line == 4


def test_an_id_may_not_occur_twice() -> None:
    with pytest.raises(InputError, match='"R001" occurs twice'):
        parse_record(table(GOOD, GOOD))


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        ("", 1, "found the header"),
        ("id,quantity\n", 1, "found the header"),
        (table(GOOD) + "R002,protest_size\n", 3, "found 2 cells, expected 18"),
        (table(GOOD) + "," * 18 + "\n", 3, "found 19 cells, expected 18"),
        (table() + '"R002', 2, "not a CSV table"),
        (table(GOOD).encode() + b"\xff", 3, "not UTF-8"),
    ],
)
def test_a_table_that_is_none_is_told_by_its_line(data: str | bytes, line: int, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        parse_record(data)
    assert error.value.line == line


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
filled = cells.filter(str.strip)
numbers = st.one_of(st.just(""), st.floats(allow_nan=False, allow_infinity=False).map(repr))
records = st.fixed_dictionaries(
    {
        **dict.fromkeys(COLUMNS, cells),
        **dict.fromkeys(("quantity", "publisher", "quote", "reliability", "fact_id"), filled),
        "value": numbers,
        "low": numbers,
        "high": st.just(""),
        "time_start": st.dates().map(str),
        "time_end": st.just(""),
        "url": st.sampled_from(["", "https://example.org/a"]),
        "published": st.sampled_from(["", "2022", "2022-01", "2022-01-16"]),
        "use": st.sampled_from(USES),
    }
)


@given(st.lists(records, max_size=4))
def test_what_is_written_as_csv_is_read_back_cell_by_cell(rows: list[dict[str, str]]) -> None:
    rows = [{**row, "id": f"R{number}"} for number, row in enumerate(rows)]
    read = parse_record(table(*rows))
    for row, observation in zip(rows, read, strict=True):
        for column in COLUMNS:
            cell = getattr(observation, column)
            assert (row[column] or None) == (repr(cell) if isinstance(cell, float) else cell or None)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_what_does_not_begin_with_the_header_is_an_input_error_that_names_a_line(data: str | bytes) -> None:
    with pytest.raises(InputError) as error:
        parse_record(data, "my.csv")
    assert error.value.file == "my.csv"
    assert error.value.line is not None


@given(st.text(st.characters(exclude_characters="\r\n"), min_size=1, max_size=100).filter(str.strip))
def test_a_line_that_is_no_row_is_an_input_error_that_names_the_line_after_the_header(line: str) -> None:
    with pytest.raises(InputError) as error:
        parse_record(table() + line + "\n", "my.csv")
    assert (error.value.file, error.value.line) == ("my.csv", 2)
