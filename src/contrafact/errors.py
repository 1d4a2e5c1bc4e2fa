"""Errors that a user can mend. Each says where, what was found and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class InputError(Exception):
    """One thing that is wrong with the user's input.

    Printed as ``almaty.yaml:41: forces.police.strength: found "12 kg", expected persons, e.g. "12000 persons"``.
    Commands that meet one leave with exit code 2 and write nothing.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    key: str | None = None
    found: str | None = None
    allowed: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return ": ".join(part for part in (place, self.key, self.message) if part)

    def as_dict(self) -> dict[str, str | int | None]:
        """The keys that ``contrafact validate --json`` prints for one error."""
        names = ("file", "line", "column", "key", "found", "allowed", "message")
        return {name: getattr(self, name) for name in names}


class InputErrors(Exception):
    """All that is wrong with one input, in the order of its lines."""

    def __init__(self, errors: list[InputError]) -> None:
        self.errors = sorted(errors, key=lambda error: (error.file or "", error.line or 0))
        super().__init__(self.errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class RunError(Exception):
    """The run itself failed although its input was right; exit code 1."""
