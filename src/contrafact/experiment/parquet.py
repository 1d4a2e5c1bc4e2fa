"""Tidy tables as Parquet files: the same rows give the same bytes.

DuckDB writes NumPy columns in their order, on one thread, without a clock or a name of the machine in the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError

SQL_TYPES = {"i": "BIGINT", "u": "UBIGINT", "f": "DOUBLE", "U": "VARCHAR", "b": "BOOLEAN"}


@cache
def _database(process: int) -> duckdb.DuckDBPyConnection:
    """An empty database in memory; to open one takes ten times as long as to write a table. A fork opens its own."""
    return duckdb.connect(config={"threads": 1})


def write_table(path: Path, columns: Mapping[str, NDArray[Any]], metadata: Mapping[str, object]) -> None:
    """One file with these columns, each of shape (row,), and JSON values under the metadata's keys."""
    selected = ", ".join(f'"{name}"::{SQL_TYPES[values.dtype.kind]} AS "{name}"' for name, values in columns.items())
    facts = ", ".join(f"{key}: {_quoted(json.dumps(value, ensure_ascii=False))}" for key, value in metadata.items())
    connection = _database(os.getpid()).cursor()
    try:
        connection.register("rows", dict(columns))
        connection.execute(
            f"COPY (SELECT {selected} FROM rows) TO {_quoted(str(path))}"
            f" (FORMAT PARQUET, COMPRESSION ZSTD, KV_METADATA {{{facts}}})"
        )
    finally:
        connection.close()
    sync(path)


def read_tables(folder: Path) -> dict[str, NDArray[Any]]:
    """Columns of all the parts in a folder, in the order of the parts' names: name -> (row,)."""
    parts = sorted(folder.glob("part-*.parquet"))
    if not parts:
        raise InputError("holds no part-*.parquet file", file=str(folder))
    return read_files(parts, folder)


def read_files(parts: Sequence[Path], place: Path) -> dict[str, NDArray[Any]]:
    """Columns of Parquet files, one after the other: name -> (row,); ``place`` is named where one cannot be read.

    NaN comes back as NaN: DuckDB keeps it as a null, and a null has no number.
    """
    connection = duckdb.connect(config={"threads": 1})
    try:
        paths = [str(part) for part in parts]
        found = connection.execute("SELECT * FROM read_parquet($parts)", {"parts": paths}).fetchnumpy()
    except duckdb.Error as error:
        raise InputError(f"cannot be read as Parquet: {error}", file=str(place)) from error
    finally:
        connection.close()
    return {name: _whole(values) for name, values in found.items()}


def _whole(values: NDArray[Any]) -> NDArray[Any]:
    masked = isinstance(values, np.ma.MaskedArray) and values.dtype.kind == "f"
    return np.ma.filled(values, np.nan) if masked else np.asarray(values)


def read_metadata(path: Path) -> dict[str, Any]:
    """The JSON values that write_table put into one file."""
    connection = duckdb.connect(config={"threads": 1})
    try:
        query = "SELECT key, value FROM parquet_kv_metadata($path)"
        rows = connection.execute(query, {"path": str(path)}).fetchall()
    finally:
        connection.close()
    return {key.decode(): json.loads(value) for key, value in rows}


def sync(path: Path) -> None:
    """Make a file or the entries of a folder survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
