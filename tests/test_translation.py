"""Languages: no text is missing, plurals and names to fill in fit, and the page has the same words as Python."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from contrafact import translation
from contrafact.translation import counted_text, languages, speaking, text, use, whole

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "src" / "contrafact" / "app" / "static" / "locale"


def test_catalogues_are_complete_and_what_their_sources_make(capsys: pytest.CaptureFixture[str]) -> None:
    sys.path.insert(0, str(ROOT / "frontend"))
    try:
        from catalogues import main  # noqa: PLC0415
    finally:
        sys.path.pop(0)
    assert main(check=True) == 0, capsys.readouterr().out


def test_there_are_english_and_vietnamese() -> None:
    assert languages() == ("en", "vi")


def test_vietnamese_has_one_form_for_every_count() -> None:
    with speaking("vi"):
        said = [counted_text("{count} replay.", "{count} replays.", count) for count in (1, 2, 1200)]
    assert said[0].startswith("1 lần diễn lại")
    assert said[1].startswith("2 lần diễn lại")
    assert said[2].startswith("1.200 lần diễn lại")


def test_english_keeps_its_two_forms() -> None:
    assert counted_text("{count} replay.", "{count} replays.", 1) == "1 replay."
    assert counted_text("{count} replay.", "{count} replays.", 1200) == "1,200 replays."


def test_a_language_is_spoken_inside_its_block_alone() -> None:
    with speaking("vi"):
        assert text("Outcomes") == "Kết quả"
        assert whole(12345) == "12.345"
    assert text("Outcomes") == "Outcomes"


def test_a_text_without_translation_stays_as_it_is() -> None:
    with speaking("vi"):
        assert text("words that no catalogue has") == "words that no catalogue has"


def test_the_page_and_python_say_the_same() -> None:
    words = json.loads((PAGE / "vi.json").read_text(encoding="utf-8"))
    with speaking("vi"):
        assert words["Outcomes"] == text("Outcomes")
        assert len(words) > 250


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of en, vi"):
        use("tlh")


def test_the_system_may_choose_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRAFACT_LANG", "vi_VN.UTF-8")
    assert translation.of_environment() == "vi"
    monkeypatch.setenv("CONTRAFACT_LANG", "fr")
    assert translation.of_environment() == "en"


def test_every_text_in_the_sources_of_the_page_is_in_its_catalogue() -> None:
    words = json.loads((PAGE / "vi.json").read_text(encoding="utf-8"))
    said = re.compile(r'\b[tn]\(\s*"((?:[^"\\]|\\.)*)"')
    asked = {
        text for path in (ROOT / "frontend" / "src").glob("*.ts") for text in said.findall(path.read_text("utf-8"))
    }
    assert len(asked) > 150
    assert sorted(asked - set(words)) == []
