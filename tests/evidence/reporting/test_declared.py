"""The file of readings: errors name the cell, and the shipped one covers every row for fitting or scoring."""

from __future__ import annotations

import pytest

from contrafact.errors import InputError
from contrafact.evidence import load_ledger, shipped_evidence
from contrafact.evidence.bundle import Evidence
from contrafact.evidence.reporting.declared import COLUMNS, declared_of, parse_declared
from contrafact.evidence.reporting.operators import RANGES, said

USES = {"R1": "fit", "R2": "score", "R3": "context"}
HEAD = ",".join(COLUMNS) + "\n"


def test_a_row_says_how_it_is_read_or_why_it_is_not() -> None:
    found = parse_declared(HEAD + "R1,about,crowd,square,max,\nR2,number,,,,nobody counted\n", USES)
    assert found["R1"].is_read
    assert found["R1"].place == "square"
    assert not found["R2"].is_read
    assert found["R2"].note == "nobody counted"


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("R9,number,,,,x", 1, 'found "R9"'),
        ("R3,number,,,,x", 1, "use context"),
        ("R1,abuot,,,,x", 2, 'did you mean "about"'),
        ("R1,number,crowd,,,x", 5, "without the other"),
        ("R1,number,,,max,x", 5, "without the other"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(line: str, column: int, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_declared(HEAD + line + "\n", USES, "readings.csv")
    assert (caught.value.file, caught.value.line, caught.value.column) == ("readings.csv", 2, column)


def test_every_row_of_almaty_for_fitting_or_scoring_is_declared() -> None:
    rows = {row.id for row in load_ledger("almaty-2022").by_use("fit", "score")}
    assert set(declared_of(shipped_evidence("almaty-2022"))) == rows


def test_ranges_that_the_record_codes_are_those_of_their_words() -> None:
    declared, ledger = declared_of(shipped_evidence("almaty-2022")), load_ledger("almaty-2022")
    coded = [ledger[name] for name, one in declared.items() if one.said in RANGES]
    assert len(coded) == 5
    for row in coded:
        low, high = said(declared[row.id].said, None)
        assert row.low == low
        assert row.high in (None, high)


def test_a_record_without_the_file_declares_nothing() -> None:
    texts = tuple(one for one in shipped_evidence("almaty-2022").texts if one[0] != "readings.csv")
    assert declared_of(Evidence("almaty-2022", "x", texts, own=True)) == {}
