"""Corrections stand beside the rows that they concern, and change nothing."""

from __future__ import annotations

import pytest

from contrafact.errors import InputError
from contrafact.evidence import load_ledger, shipped_evidence
from contrafact.evidence.errata import COLUMNS, parse_errata
from contrafact.evidence.ledger import COLUMNS as RECORD_COLUMNS

RECORD = ",".join(RECORD_COLUMNS) + "\n" + "R1,size,20" + "," * (len(RECORD_COLUMNS) - 3) + "\n"


def entry(**cells: str) -> str:
    """A table of one erratum."""
    given = {"date": "2022-02-01", "id": "R1", "column": "value", "was": "20", "now": "30", "why": "misread"}
    row = {**given, "source": "the page", **cells}
    return ",".join(COLUMNS) + "\n" + ",".join(row[column] for column in COLUMNS) + "\n"


def test_an_erratum_says_what_was_and_what_should_be() -> None:
    (erratum,) = parse_errata(entry(), RECORD)
    assert (erratum.id, erratum.column, erratum.was, erratum.now) == ("R1", "value", "20", "30")


def test_the_row_stays_as_it_was_coded() -> None:
    for erratum in shipped_evidence("almaty-2022").errata:
        assert getattr(load_ledger("almaty-2022")[erratum.id], erratum.column) == erratum.was != erratum.now


def test_errata_of_the_shipped_record_are_found() -> None:
    assert [(one.id, one.column) for one in shipped_evidence("almaty-2022").errata] == [("R003", "quote")]


@pytest.mark.parametrize(
    ("cells", "key", "message"),
    [
        ({"date": "1 February"}, "date", "expected a date"),
        ({"date": "2022-02-30"}, "date", "expected a date"),
        ({"id": "R2"}, "id", 'no row of the record "R2"'),
        ({"column": "valeu"}, "column", 'did you mean "value"'),
        ({"column": "id"}, "column", 'found "id"'),
        ({"was": "21"}, "was", 'but the record has "20"'),
        ({"now": "20"}, "now", "what the record has already"),
        ({"why": ""}, "why", "is empty"),
    ],
)
def test_an_erratum_that_does_not_fit_the_record_is_told_by_its_cell(
    cells: dict[str, str], key: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        parse_errata(entry(**cells), RECORD, "my/errata.csv")
    assert (error.value.file, error.value.line, error.value.key) == ("my/errata.csv", 2, key)
