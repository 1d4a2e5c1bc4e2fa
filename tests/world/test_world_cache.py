"""A cached world is used when it is whole, and only then."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contrafact.world import Inputs, World, assemble, cache, world


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one at every build that did not come from the cache."""
    real, counted = world._build, []

    def counting(inputs: Inputs) -> World:
        counted.append(1)
        return real(inputs)

    monkeypatch.setattr(world, "_build", counting)
    return counted


def test_a_second_call_reads_the_file_and_gives_the_same_world(
    two_islands: Inputs, builds: list[int], cache_folder: Path
) -> None:
    first, second = assemble(two_islands), assemble(two_islands)
    assert len(builds) == 1
    assert first.digest == second.digest
    assert (first.place_names, first.district_names, first.edge_km) == (
        second.place_names,
        second.district_names,
        second.edge_km,
    )
    assert [path.suffix for path in cache_folder.iterdir()] == [".npz"]


@pytest.mark.parametrize("damage", ["truncated", "emptied", "edited", "appended"])
def test_a_damaged_file_is_rebuilt_not_trusted(
    two_islands: Inputs, builds: list[int], cache_folder: Path, damage: str
) -> None:
    whole = assemble(two_islands).digest
    (path,) = cache_folder.iterdir()
    content = bytearray(path.read_bytes())
    if damage == "edited":
        content[len(content) // 2] ^= 1
    changed = {"truncated": content[:-100], "emptied": b"", "edited": content, "appended": content + b"x"}[damage]
    path.write_bytes(changed)
    assert assemble(two_islands).digest == whole
    assert len(builds) == 2
    assert assemble(two_islands).digest == whole
    assert len(builds) == 2
    assert len(list(cache_folder.iterdir())) == 1


def test_a_file_made_by_other_code_is_not_used(
    two_islands: Inputs, builds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assemble(two_islands)
    monkeypatch.setattr(world, "code_digest", lambda: "other")
    assemble(two_islands)
    assert len(builds) == 2


def test_a_call_without_the_cache_leaves_no_file(two_islands: Inputs, cache_folder: Path) -> None:
    assemble(two_islands, cache=False)
    assert not cache_folder.exists()


def test_a_folder_that_cannot_be_written_to_costs_no_run(two_islands: Inputs, cache_folder: Path) -> None:
    cache_folder.write_text("a file where the folder should be")
    assert assemble(two_islands).persons == 10_001


def test_worlds_longest_unused_are_removed(
    two_islands: Inputs, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "KEPT", 2)
    for age, total in ((30, 1), (20, 2)):
        assemble(replace(two_islands, total=total))
        for path in cache_folder.iterdir():
            os.utime(path, (path.stat().st_mtime - age, path.stat().st_mtime - age))
    assemble(replace(two_islands, total=1))  # used again, so younger than the other
    assemble(replace(two_islands, total=3))
    persons = sorted(int(np.load(path)["residents"].sum()) for path in cache_folder.iterdir())
    assert persons == [1, 3]


def test_what_a_killed_run_left_is_removed_and_what_another_is_writing_stays(
    two_islands: Inputs, cache_folder: Path
) -> None:
    cache_folder.mkdir()
    for name, age in (("old.draft", 7200), ("new.draft", 5)):
        (cache_folder / name).touch()
        os.utime(cache_folder / name, (time.time() - age, time.time() - age))
    assemble(two_islands)
    assert [path.name for path in cache_folder.glob("*.draft")] == ["new.draft"]
