"""What is written must come back as it was, in the same bytes each time."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import numpy as np
import pytest

from contrafact.experiment.parquet import read_metadata, read_tables, write_table

COLUMNS = {"x": np.array([1.5, np.nan, np.inf]), "n": np.array([1, 2, 3]), "word": np.array(["a", "b", "c"])}


def test_what_is_not_a_number_comes_back_so_and_not_as_a_number(tmp_path: Path) -> None:
    write_table(tmp_path / "part-0.parquet", COLUMNS, {"units": {"x": "h"}})
    found = read_tables(tmp_path)
    np.testing.assert_array_equal(found["x"], COLUMNS["x"])
    assert found["n"].tolist() == [1, 2, 3]
    assert found["word"].tolist() == ["a", "b", "c"]
    assert read_metadata(tmp_path / "part-0.parquet") == {"units": {"x": "h"}}


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("part-0", "part-1"):
        write_table(tmp_path / f"{name}.parquet", COLUMNS, {})
    assert (tmp_path / "part-0.parquet").read_bytes() == (tmp_path / "part-1.parquet").read_bytes()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_threads_and_a_forked_process_write_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / f"part-{number}.parquet" for number in range(6)]
    write_table(paths[0], COLUMNS, {})
    threads = [threading.Thread(target=write_table, args=(path, COLUMNS, {})) for path in paths[1:5]]
    child = multiprocessing.get_context("fork").Process(target=write_table, args=(paths[5], COLUMNS, {}))
    child.start()
    for thread in threads:
        thread.start()
    for one in (*threads, child):
        one.join(60)
    assert [path.read_bytes() == paths[0].read_bytes() for path in paths] == [True] * 6
