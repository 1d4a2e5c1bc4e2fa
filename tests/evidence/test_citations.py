"""What may be cited, and what may not."""

from __future__ import annotations

import pytest

from contrafact.errors import InputError
from contrafact.evidence import cite, kept_back, known_ids, load_ledger, load_references


def test_rows_places_populations_and_works_can_be_cited() -> None:
    assert {"R012", "facilities/akimat", "population/Alatau", "population/almaty-2023", "epstein2002"} <= known_ids()


def test_nothing_that_is_to_be_predicted_can_be_cited() -> None:
    scored = {row.id for row in load_ledger("almaty-2022").by_use("score")}
    assert not scored & known_ids()
    assert scored == kept_back()


def test_claims_of_the_article_cannot_be_cited() -> None:
    assert "C01" not in known_ids()


def test_a_place_that_no_source_was_found_for_cannot_be_cited() -> None:
    assert not {"facilities/nur_otan", "facilities/prosecutor"} & known_ids()


def test_an_id_tells_who_said_so() -> None:
    assert cite("R012") == "Baribar.kz, 2022-01-16"
    assert cite("epstein2002").startswith("Epstein JM (2002).")
    assert cite("facilities/republic_square") == "encyclopedia.kz"
    with pytest.raises(InputError, match="there is no row of the record"):
        cite("R1000")


def test_a_doi_is_a_doi_or_absent() -> None:
    assert all(not work.doi or work.doi.startswith("10.") for work in load_references().values())
