"""The scenarios that come with the package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contrafact import scenario


@dataclass(frozen=True)
class Listed:
    """One shipped scenario."""

    name: str
    title: str
    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{self.name:<16}{self.title}, {self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"

    def as_dict(self) -> dict[str, str]:
        """What ``contrafact list --json`` prints for it."""
        window = {"start": self.start.isoformat(), "end": self.end.isoformat()}
        return {"name": self.name, "title": self.title, **window}


def scenarios() -> list[Listed]:
    """The scenarios that come with the package, in alphabetical order."""
    loaded = [scenario.load(name) for name in scenario.shipped()]
    return [Listed(one.name, one.title, one.start, one.end) for one in loaded]
