"""No quote of the record names a private person.

The rule: who holds or held public office may be named in a quote that speaks of what was done in that office;
nobody else is, whether organiser, wounded, detained or bereaved. Streets, places and bodies may bear a person's name.

How it is checked: what looks like a name (two words with capitals in a row, or one with a capital that ends as surnames
do in the languages of the record) must stand in `names.csv`, where somebody has said what it is. So a name that nobody
has looked at is found; the list of endings is a net, not a proof, and quotes are read by a person as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from contrafact.evidence.ledger import Observation
from contrafact.evidence.tables import read_table

COLUMNS = ("name", "kind", "who")
KINDS = ("office", "place", "organisation", "word")

_CAPITAL = "[A-ZА-ЯЁІҚҒӘҢӨҰҮҺЄЇ]"
_WORD = rf"{_CAPITAL}[\w'-]+"
_ENDINGS = "ov|ova|ev|eva|in|ina|sky|skaya|uly|kyzy|enko|yan|dze|ов|ова|ову|овым|ев|ева|еву|евым|ин|ина|ину|иным"
_ENDINGS_MORE = "ский|ского|ская|енко|улы|ұлы|қызы|нов|баев|бай"
_PAIR = re.compile(rf"\b({_WORD})\s+({_WORD})")
_SURNAME = re.compile(rf"\b{_CAPITAL}[\w-]*?(?:{_ENDINGS}|{_ENDINGS_MORE})\b")


@dataclass(frozen=True)
class Unlisted:
    """What looks like a name in the quote of a row and is not listed."""

    id: str
    words: str


def parse_names(text: str, file: str = "names.csv") -> dict[str, str]:
    """Kind of each listed name; InputError naming the line and cell that is wrong."""
    names = {}
    seen: set[str] = set()
    for row in read_table(text, file, COLUMNS):
        if row.filled("name") in seen:
            raise row.error("name", f'"{row["name"]}" occurs twice', "a line of its own for every name")
        seen.add(row["name"])
        row.filled("who")
        names[row["name"]] = row.choice("kind", KINDS)
    return names


def unlisted(rows: Iterable[Observation], names: Iterable[str]) -> tuple[Unlisted, ...]:
    """What looks like a name in a quote and is no listed name, nor made of listed names, in the order of the record."""
    listed = set(names)
    words = listed | {word for name in listed for word in name.split()}
    found = []
    for row in rows:
        pairs = [" ".join(pair) for pair in _PAIR.findall(row.quote)]
        for candidate in dict.fromkeys((*pairs, *_SURNAME.findall(row.quote))):
            if not all(word in words for word in candidate.split()):
                found.append(Unlisted(row.id, candidate))
    return tuple(found)
