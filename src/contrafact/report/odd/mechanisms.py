"""What a mechanism says of itself in its docstring, taken apart for the ODD document."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from types import ModuleType

from contrafact.parameters import Parameter

ENTRIES = ("Order", "Reads", "Writes", "Source", "Check")
ENTRY = re.compile(rf"({'|'.join(ENTRIES)})  +(\S.*)")


@dataclass(frozen=True)
class Mechanism:
    """One mechanism by its docstring.

    name        of its file
    title       before the colon of the first sentence
    purpose     after it
    text        what follows: equations indented, paragraphs not
    entries     by each of ENTRIES
    parameters  that it declares
    """

    name: str
    title: str
    purpose: str
    text: str
    entries: dict[str, str]
    parameters: tuple[Parameter, ...]


def read(module: ModuleType) -> Mechanism:
    """Take the docstring of a mechanism apart; ValueError names the module where one of ENTRIES is missing."""
    first, _, rest = (inspect.getdoc(module) or "").partition("\n\n")
    name = module.__name__.rpartition(".")[2]
    text, entries = _split(rest)
    if missing := [entry for entry in ENTRIES if entry not in entries]:
        raise ValueError(
            f"{module.__name__}: the docstring has no line {', '.join(missing)}; "
            f"every mechanism says its {', '.join(ENTRIES)}, each followed by two spaces or more"
        )
    title, purpose = opening(first)
    return Mechanism(name, title or name.replace("_", " ").capitalize(), purpose, text, entries, module.PARAMETERS)


def opening(first: str) -> tuple[str, str]:
    """The first sentence of a docstring before and after its colon; where it has none, nothing and the sentence."""
    title, colon, purpose = " ".join(first.split()).partition(": ")
    return (title, purpose) if colon else ("", title)


def without_title(module: ModuleType) -> str:
    """A docstring whose first sentence begins after its colon."""
    first, gap, rest = (inspect.getdoc(module) or "").partition("\n\n")
    purpose = opening(first)[1]
    return f"{purpose[:1].upper()}{purpose[1:]}{gap}{rest}"


def _split(text: str) -> tuple[str, dict[str, str]]:
    """Text without the entries, and the entries, each with the indented lines that go on with it."""
    kept: list[str] = []
    entries: dict[str, str] = {}
    current = ""
    for line in text.splitlines():
        if found := ENTRY.fullmatch(line):
            current = found[1]
            entries[current] = found[2]
        elif current and line[:1].isspace():
            entries[current] += f" {line.strip()}"
        else:
            current = ""
            kept.append(line)
    return "\n".join(kept), entries
