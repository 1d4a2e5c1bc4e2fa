"""What is kept of a shipped scenario is what its YAML says, and nothing else is ever used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contrafact.errors import InputErrors
from contrafact.scenario import parsed, reading
from contrafact.scenario.loading import LIBRARY, shipped

TEXT = 'format: 1\nnames: [a, "12:30", 0.1]\nplace:\n  name: Ürümqi\n  size: 3\n'


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tree of the scenario ``town`` is kept."""
    monkeypatch.setattr(parsed, "folder", lambda: tmp_path / "kept")
    return tmp_path / "kept" / "town.json"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts that were read as YAML."""
    found: list[str] = []
    read_yaml = reading.read_yaml
    monkeypatch.setattr(reading, "read_yaml", lambda text, shown: (found.append(text), read_yaml(text, shown))[1])
    return found


def test_a_second_reading_gives_the_same_without_the_parser(kept: Path, reads: list[str]) -> None:
    first = parsed.read_shipped(TEXT, Path("town/scenario.yaml"))
    second = parsed.read_shipped(TEXT, Path("town/scenario.yaml"))
    assert first == second == reading.read_yaml(TEXT, "")
    assert list(second[0]) == ["format", "names", "place"]
    assert second[1].of_value(("place", "size")) == (5, 9)
    assert reads == [TEXT, TEXT]  # the first reading, and the one of this test


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_comes_back_as_it_is(kept: Path, name: str) -> None:
    text = (LIBRARY / name / "scenario.yaml").read_text(encoding="utf-8")
    path = Path("town/scenario.yaml")
    assert parsed.read_shipped(text, path) == parsed.read_shipped(text, path)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"digest": 1}', '{"digest": "DIGEST"}'])
def test_a_damaged_file_is_not_used(kept: Path, reads: list[str], damage: str) -> None:
    path = Path("town/scenario.yaml")
    parsed.read_shipped(TEXT, path)
    kept.write_text(damage.replace("DIGEST", json.loads(kept.read_text())["digest"]))
    assert parsed.read_shipped(TEXT, path)[0]["place"]["size"] == 3
    assert len(reads) == 2


def test_another_text_is_read_anew(kept: Path, reads: list[str]) -> None:
    path = Path("town/scenario.yaml")
    parsed.read_shipped(TEXT, path)
    assert parsed.read_shipped(TEXT.replace("3", "4"), path)[0]["place"]["size"] == 4
    assert len(reads) == 2
    assert len(list(kept.parent.iterdir())) == 1


def test_errors_are_told_each_time_and_nothing_is_kept(kept: Path) -> None:
    for _ in range(2):
        with pytest.raises(InputErrors, match="the key is given twice"):
            parsed.read_shipped("a: 1\na: 2\n", Path("town/scenario.yaml"))
    assert not kept.exists()


def test_a_folder_that_cannot_be_written_to_costs_no_run(kept: Path) -> None:
    kept.parent.write_text("a file where the folder should be")
    assert parsed.read_shipped(TEXT, Path("town/scenario.yaml"))[0]["format"] == 1
