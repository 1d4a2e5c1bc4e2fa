"""Markdown from plain text: tables, and docstrings with their equations kept as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

INLINE = re.compile(
    r"""
    ``(?P<code>.+?)``                             # a name of the code
    | doi:(?P<doi>10\.\d+/[^\s;,)\]]*[^\s;,)\].])
    | (?P<kept>(?<![\w*])\*\w[\w -]*\*(?![\w*]))  # a word with stress
    | (?P<plain>[*\\`] | <(?=[\w/!?]) | (?<!\w)_ | _(?!\w))  # what would otherwise change how the rest is shown
    """,
    re.VERBOSE,
)
TERM = re.compile(r"\w[\w ]*?  +(?=[^\s=])")


def prose(text: str) -> str:
    """One paragraph on one line: names in double backticks become code, DOIs links, and the rest reads as written."""
    return INLINE.sub(_inline, " ".join(text.split()))


def docstring(text: str) -> str:
    """Paragraphs, and between them indented blocks: lists of terms as lists, all others verbatim."""
    return "\n\n".join(_block(lines) for lines in _blocks(text))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def code(text: str) -> str:
    """Code within a line, or nothing for nothing."""
    return f"`{text}`" if text else ""


def verbatim(lines: Iterable[str]) -> str:
    """A block that is shown as it stands."""
    return "\n".join(("```text", *lines, "```"))


def anchor(heading: str) -> str:
    """The name under which a heading can be linked to."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _inline(found: re.Match[str]) -> str:
    if found["code"]:
        return f"`{found['code']}`"
    if found["doi"]:
        return doi_link(found["doi"])
    return found["kept"] or f"\\{found['plain']}"


def doi_link(doi: str) -> str:
    """A link to the work with this DOI."""
    return f"[doi:{doi}](https://doi.org/{doi})"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _blocks(text: str) -> Iterator[list[str]]:
    """Runs of lines that are all indented or all not, without the blank lines between."""
    for kind, lines in groupby(text.splitlines(), lambda line: line[:1].isspace() if line.strip() else None):
        if kind is not None:
            yield list(lines)


def _block(lines: list[str]) -> str:
    if not lines[0][:1].isspace():
        return prose("\n".join(lines))
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    inside = [line[margin:] for line in lines]
    terms = _terms(inside)
    return verbatim(inside) if terms is None else "\n".join(f"- **{term}**: {prose(said)}" for term, said in terms)


def _terms(lines: list[str]) -> list[tuple[str, str]] | None:
    """(term, what is said of it) for lines in two aligned columns, the second running on; None for anything else."""
    first = TERM.match(lines[0])
    if first is None:
        return None
    column = first.end()
    terms: list[tuple[str, str]] = []
    for line in lines:
        term, said = line[:column], line[column:]
        if not term.endswith(" ") or not said or said[0].isspace():
            return None
        if term.strip():
            terms.append((term.strip(), said))
        else:
            terms[-1] = (terms[-1][0], f"{terms[-1][1]} {said}")
    return terms if len(terms) > 1 else None
