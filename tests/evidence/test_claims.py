"""The claims of the article are read as given."""

from __future__ import annotations

from collections import Counter

import pytest

from contrafact.errors import InputError
from contrafact.evidence.claims import COLUMNS, VERDICTS, load_claims, parse_claims


def test_the_47_claims_each_carry_a_quote_and_a_verdict_of_the_record() -> None:
    claims = load_claims("almaty-2022")
    assert [claim.id for claim in claims] == [f"C{number:02d}" for number in range(1, 48)]
    assert all(claim.quote_vi for claim in claims)
    assert set(Counter(claim.record_verdict for claim in claims)) <= set(VERDICTS)


def test_an_unknown_verdict_names_the_nearest() -> None:
    cells = ["C01", "trích", "quote", *[""] * 10, "suported", ""]
    text = ",".join(COLUMNS) + "\n" + ",".join(cells) + "\n"
    with pytest.raises(InputError, match=r'found "suported".*did you mean "supported"') as error:
        parse_claims(text)
    assert (error.value.line, error.value.key) == (2, "record_verdict")
