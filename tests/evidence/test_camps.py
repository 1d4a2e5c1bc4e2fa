"""In whose name sources speak, and which arms are rivals."""

from __future__ import annotations

import pytest

from contrafact.errors import InputError
from contrafact.evidence import load_ledger, shipped_evidence
from contrafact.evidence.bundle import Evidence
from contrafact.evidence.camps import CAMPS, COLUMNS, Camps, camps_of, parse_camps
from contrafact.evidence.rivals import COLUMNS as RIVALS
from contrafact.evidence.rivals import parse_rivals, rivals_of

LEDGER = load_ledger("almaty-2022")
VARIANTS = ("restraint", "no_shutdown")


def camps(*lines: str) -> Camps:
    """Camps from lines below the header."""
    return parse_camps("\n".join((",".join(COLUMNS), *lines)) + "\n", LEDGER)


def test_a_row_goes_before_its_publisher() -> None:
    found = camps(",Kazinform,state,an agency of the state", "R026,,independent,another speaks there")
    assert found.of(LEDGER["R026"]) == "independent"
    assert found.of(LEDGER["R027"]) == "state"
    assert found.of(LEDGER["R012"]) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("R026,Kazinform,state,both", "both or neither"),
        (",,state,neither", "both or neither"),
        ("R026x,,state,a slip", 'did you mean "R026"?'),
        (",Kazinfrom,state,a slip", 'did you mean "Kazinform"?'),
        ("R026,,opposed,a slip", "expected one of state, independent, opposition"),
        ("R026,,state,", "is empty"),
        ("R026,,state,why,more", "found 5 cells, expected 4"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(line: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        camps(",Aikyn,state,why", line)
    assert words in str(caught.value)
    assert (caught.value.file, caught.value.line) == ("camps.csv", 3)


def test_nothing_has_two_camps() -> None:
    with pytest.raises(InputError, match="occurs twice"):
        camps("R026,,state,why", "R026,,independent,why")


def test_every_row_for_fitting_that_ships_has_a_camp_and_no_other_row_is_named() -> None:
    found = camps_of(shipped_evidence("almaty-2022"))
    assert {row.id for row in LEDGER.by_use("fit")} == set(found.rows)
    assert set(found.rows.values()) == set(CAMPS)


def test_a_record_may_come_without_either_file() -> None:
    bare = Evidence("town", "town", (), own=True)
    assert camps_of(bare) == Camps({}, {})
    assert rivals_of(bare, VARIANTS) == {}


def test_rivals_are_read_in_order() -> None:
    text = ",".join(RIVALS) + "\nno_shutdown,why\nrestraint,why not\n"
    assert parse_rivals(text, VARIANTS) == {"no_shutdown": "why", "restraint": "why not"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("restrained,why", 'expected a variant of the scenario; did you mean "restraint"?'),
        ("no_shutdown,why", "occurs twice"),
        ("restraint,", "is empty"),
    ],
)
def test_a_rival_that_is_wrong_is_told_with_file_and_line(line: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_rivals(",".join(RIVALS) + "\nno_shutdown,why\n" + line + "\n", VARIANTS)
    assert words in str(caught.value)
    assert (caught.value.file, caught.value.line) == ("rivals.csv", 3)
