"""Pieces of the report's markup that several sections share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from contrafact.translation import text


def titled(title: str, content: str) -> str:
    """A section under its title, which is translated here."""
    return f"<section><h2>{text(title)}</h2>{content}</section>"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """A table whose cells are plain text; the first of each row heads it."""
    right = set(numbers)

    def cell(column: int, content: str) -> str:
        name, kind = ("th scope=row", "th") if column == 0 else ("td class=n" if column in right else "td", "td")
        return f"<{name}>{escape(content)}</{kind}>"

    head = "".join(f"<th scope=col>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(cell(*one) for one in enumerate(row)) + "</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if heads else ''}<tbody>{body}</tbody></table>"


def listed(lines: Iterable[str]) -> str:
    """Lines of plain text, one below the other."""
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
