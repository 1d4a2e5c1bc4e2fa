"""What a value of a scenario may rest on, where it cites the tables that ship.

id                    stands in
R012                  data/CRISIS/record.csv
facilities/akimat     data/CRISIS/places.csv
population/Alatau     data/CRISIS/population.csv
epstein2002           data/references.csv
"""

from __future__ import annotations

import functools

from contrafact.evidence.bundle import Evidence, shipped_evidence, shipped_ledgers

KEPT_BACK = "is a row of the record that is kept for scoring: it may choose nothing, neither a value nor a range"


@functools.cache
def known_ids(name: str = "almaty-2022") -> frozenset[str]:
    """Every id that a value of the scenario about this crisis may cite."""
    return shipped_evidence(name).known_ids


def kept_back(name: str = "almaty-2022") -> frozenset[str]:
    """Every row that is kept for scoring: it exists, and nothing in the scenario about this crisis may rest on it."""
    return shipped_evidence(name).kept_back


def cite(evidence: str, name: str = "almaty-2022") -> str:
    """One line that says what an id stands for: who said it, or where it was published; InputError for another id."""
    return shipped_evidence(name).cite(evidence)


def citable(own: Evidence | None) -> dict[str, str | None]:
    """Every id that there is, with the reason why a value may not cite it, or None where it may.

    own  the tables that a scenario brings; None: it may cite those of every crisis that ships
    """
    found = [shipped_evidence(name) for name in shipped_ledgers()] if own is None else [own]
    kept: dict[str, str | None] = dict.fromkeys((row for one in found for row in one.kept_back), KEPT_BACK)
    return {**kept, **dict.fromkeys(row for one in found for row in one.known_ids)}
