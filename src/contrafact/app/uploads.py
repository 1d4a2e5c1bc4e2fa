"""Scenarios that a reader brings: texts in memory, checked like any scenario file, never written down and never run."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from contrafact.errors import InputError, InputErrors
from contrafact.experiment import kinds
from contrafact.experiment.loading import load_texts
from contrafact.scenario.document import Document
from contrafact.scenario.schema import Scenario

MOST_KEPT = 4
MOST_RESIDENTS = 6_000_000
"""Persons whose state fits into memory twice over."""


@dataclass(frozen=True)
class Upload:
    """A scenario that was read without an error."""

    id: str
    crisis: Scenario


class Uploads:
    """The last scenarios that were brought."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Upload] = OrderedDict()
        self._lock = Lock()

    def add(self, texts: Mapping[str, str]) -> Upload:
        """Read and keep a scenario; InputErrors tells everything that is wrong, by file, line and key."""
        upload = Upload(secrets.token_urlsafe(9), checked(texts))
        with self._lock:
            self._kept[upload.id] = upload
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return upload

    def of(self, name: str) -> Upload | None:
        """The upload with this id, None where there is none or it has been forgotten."""
        with self._lock:
            return self._kept.get(name)


def checked(texts: Mapping[str, str]) -> Scenario:
    """The city or regions of some texts, small enough to be run here; InputErrors where it is not."""
    crisis: Document = load_texts(texts)
    if not isinstance(crisis, Scenario):
        allowed = "a scenario of a city or of regions"
        raise InputErrors([InputError(f"{crisis.name} has no map to show, expected {allowed}", allowed=allowed)])
    residents = crisis.population.total.value / crisis.population.scale
    if residents > MOST_RESIDENTS:
        allowed = f"at most {MOST_RESIDENTS:,} persons; a scale can be set in population.scale"
        message = f"found {residents:,.0f} persons to simulate, expected {allowed}"
        raise InputErrors([crisis.input_error("population.total", message, f"{residents:,.0f}", allowed)])
    problems = kinds.of(crisis).problems()
    if problems:
        raise InputErrors(problems)
    return crisis
