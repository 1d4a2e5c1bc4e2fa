"""Quotes name no private person, and the check that says so finds one that does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contrafact.errors import InputError
from contrafact.evidence import load_ledger, shipped_evidence
from contrafact.evidence.names import Unlisted, parse_names, unlisted

ROW = load_ledger("almaty-2022")["R012"]


def test_every_name_in_a_quote_of_the_record_has_been_looked_at() -> None:
    assert unlisted(load_ledger("almaty-2022"), shipped_evidence("almaty-2022").names) == ()


def test_persons_who_are_named_held_public_office() -> None:
    persons = [name for name, kind in shipped_evidence("almaty-2022").names.items() if kind == "office"]
    assert persons == ["Kassym-Jomart Tokayev", "Карима Масимова", "Kazakh President"]


@pytest.mark.parametrize("words", ["Anna Smith", "Иван Петров", "Serikbayev", "Әлия Нұрлан"])
def test_a_name_that_nobody_has_looked_at_is_found(words: str) -> None:
    row = replace(ROW, quote=f"said that {words} was hurt")
    assert Unlisted("R012", words) in unlisted([row], ["Almaty"])
    assert unlisted([row], [words]) == ()


def test_a_word_without_a_capital_or_an_ending_is_no_name() -> None:
    assert unlisted([replace(ROW, quote="many people came to Almaty in the evening")], []) == ()


def test_a_kind_that_is_not_known_is_told_by_its_line() -> None:
    with pytest.raises(InputError, match='did you mean "place"') as error:
        parse_names("name,kind,who\nSain,plase,street\n", "my/names.csv")
    assert (error.value.file, error.value.line, error.value.key) == ("my/names.csv", 2, "kind")
