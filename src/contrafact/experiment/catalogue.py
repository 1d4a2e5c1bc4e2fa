"""The scenarios that come with the package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contrafact import scenario
from contrafact.scenario.loading import open_file
from contrafact.translation import text


@dataclass(frozen=True)
class Listed:
    """One shipped scenario; start and end are None where its model has no clock."""

    name: str
    title: str
    start: datetime | None
    end: datetime | None

    def __str__(self) -> str:
        said = f"{self.name:<16}{text(self.title)}"
        if self.start is None or self.end is None:
            return said
        return f"{said}, {text('{low} to {high}', low=f'{self.start:%Y-%m-%d}', high=f'{self.end:%Y-%m-%d}')}"

    def as_dict(self) -> dict[str, str | None]:
        """What ``contrafact list --json`` prints for it."""
        start, end = (None if at is None else at.isoformat() for at in (self.start, self.end))
        return {"name": self.name, "title": self.title, "start": start, "end": end}


def scenarios() -> list[Listed]:
    """The scenarios that come with the package, in alphabetical order; read, but not checked, since tests do that."""
    return [_listed(name) for name in scenario.shipped()]


def _listed(name: str) -> Listed:
    tree = open_file(name).tree
    start, end = (None if tree.get(key) is None else datetime.fromisoformat(tree[key]) for key in ("start", "end"))
    return Listed(name, tree["title"], start, end)
