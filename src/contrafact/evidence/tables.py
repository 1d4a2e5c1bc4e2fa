"""CSV tables of the evidence, read strictly: a malformed table is an error that names its line and column."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from contrafact.errors import InputError

DATA = files("contrafact.evidence").joinpath("data")


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by column name, and where it stands.

    file   as an error message names it
    line   line on which the row begins, the header being line 1
    cells  text of each cell, in the order of the columns
    """

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, column: str, message: str, allowed: str | None = None) -> InputError:
        """What is wrong with the cell of this column; `column` of the error counts cells from 1."""
        return InputError(
            message,
            file=self.file,
            line=self.line,
            column=list(self.cells).index(column) + 1,
            key=column,
            found=self.cells[column],
            allowed=allowed,
        )

    def number(self, column: str) -> float | None:
        """The cell as a finite number, None where it is empty; InputError on anything else."""
        text = self.cells[column]
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if value - value != 0:
            raise self.error(column, f'found "{text}", expected a number or nothing', "a number or nothing")
        return value

    def identity(self, column: str, seen: set[str]) -> str:
        """The cell as an id that no earlier row has; it is added to `seen`."""
        text = self.cells[column]
        if not text or text.split() != [text]:
            raise self.error(column, f'found "{text}", expected an id without spaces', "an id without spaces")
        if text in seen:
            raise self.error(column, f'the id "{text}" occurs twice', "an id of its own for every row")
        seen.add(text)
        return text

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        """The cell, which must be one of the allowed words."""
        text = self.cells[column]
        if text not in allowed:
            words = ", ".join(allowed)
            raise self.error(column, f'found "{text}", expected one of {words}{nearest(text, allowed)}', words)
        return text

    def filled(self, column: str) -> str:
        """The cell, which may not be empty."""
        text = self.cells[column]
        if not text.strip():
            raise self.error(column, "is empty, expected text", "text")
        return text


def read_table(text: str, file: str, columns: Sequence[str]) -> Iterator[Row]:
    """Rows of a CSV table that has exactly these columns, in this order; InputError where it is malformed."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = _next(reader, file)
    if header != list(columns):
        found = ",".join(header or ())
        raise InputError(
            f'found the header "{found}", expected "{",".join(columns)}"',
            file=file,
            line=1,
            column=1,
            found=found,
            allowed=",".join(columns),
        )
    while True:
        line = reader.line_num + 1
        cells = _next(reader, file)
        if cells is None:
            return
        if not cells:
            continue
        if len(cells) != len(columns):
            raise InputError(
                f"found {len(cells)} cells, expected {len(columns)}",
                file=file,
                line=line,
                column=min(len(cells), len(columns)) + 1,
                found=str(len(cells)),
                allowed=str(len(columns)),
            )
        yield Row(file, line, dict(zip(columns, cells, strict=True)))


def nearest(name: str, names: Sequence[str]) -> str:
    """The end of a message that asks whether the nearest spelling was meant; empty when none is near."""
    near = difflib.get_close_matches(name, names, 1)
    return f'; did you mean "{near[0]}"?' if near else ""


def shipped_text(*path: str) -> str:
    """Text of a data file that comes with the package, named by its folders and its name below evidence/data."""
    return DATA.joinpath(*path).read_bytes().decode("utf-8-sig")


def decoded(data: bytes, file: str) -> str:
    """The text of a table; InputError when it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise InputError("is not UTF-8 text", file=file, line=line, column=column, allowed="UTF-8 text") from None


def _next(reader: Iterator[list[str]], file: str) -> list[str] | None:
    """The next row of cells, None at the end; the parser's own complaints become an InputError."""
    try:
        return next(reader, None)
    except csv.Error as error:
        line = getattr(reader, "line_num", None)
        raise InputError(f"is not a CSV table: {error}", file=file, line=line, column=1) from None
