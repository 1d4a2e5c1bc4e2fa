"""What scenarios of every model have in common: format and names, the plain data they were read from, a digest."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, field_validator

from contrafact.errors import InputError
from contrafact.scenario.context import EvidenceIds, Id
from contrafact.scenario.parts import Part, Text
from contrafact.scenario.problems import Marks, listed, problem

FORMAT = 1
RECORDED = "recorded"
"""Name of a scenario as it is written, beside those of its variants."""


class Variant(Part):
    """One thing changed: settings, by dotted path, that make an arm of the scenario.

    title     one line for readers
    asserts   who alone says that it was so, where it rests on one party; None: it is a question, or several say so
    settings  values as an override takes them; null removes an item
    """

    title: Text
    asserts: Text | None = None
    settings: Annotated[Mapping[str, Any], Field(min_length=1)]


class Setting(Part):
    """One answer to what is contested: changes as an override takes them, none where the scenario as written is it."""

    title: Text
    changes: Mapping[str, Any] = Field(default_factory=dict)


class Switch(Part):
    """What no source settles and what may decide an effect: comparisons of arms are made under each setting.

    title      the question, in one line
    contested  why it is open, and who says what
    settings   two answers or more, by id
    """

    title: Text
    contested: Text
    anchors: EvidenceIds = ()
    settings: Mapping[Id, Setting]

    @field_validator("settings")
    @classmethod
    def _there_is_a_choice(cls, settings: Mapping[str, Setting]) -> Mapping[str, Setting]:
        if len(settings) < 2:
            allowed = "two settings or more"
            raise problem(f"found {listed(settings)}, expected {allowed}", allowed=allowed)
        return settings


class Document(Part):
    """The head of a scenario file, its variants, and what the loader notes about the whole of it.

    variants  arms that change one thing, by id; the loader applies one
    switches  what is contested, by id; ``compare`` draws a setting of each
    variant   id of the one that was applied; a file does not set it
    """

    format: Literal[1]
    name: Id
    title: Text
    summary: Text
    variants: Mapping[Id, Variant] = Field(default_factory=dict)
    switches: Mapping[Id, Switch] = Field(default_factory=dict)
    variant: Text = RECORDED

    _tree: dict[str, Any] = PrivateAttr(default_factory=dict)
    _files: dict[str, str] = PrivateAttr(default_factory=dict)
    _marks: Marks = PrivateAttr(default_factory=lambda: Marks({}, {}))
    _source: str = PrivateAttr(default="scenario")
    _digest: str = PrivateAttr(default="")
    _mechanisms: tuple[Any, ...] = PrivateAttr(default=())

    @property
    def mechanisms(self) -> tuple[Any, ...]:
        """Mechanisms of the user's own that join the loop: named by the user, never in a file of a scenario."""
        return self._mechanisms

    def with_mechanisms(self, mechanisms: tuple[Any, ...]) -> Self:
        """Note which mechanisms of the user's own join the loop, each a ``model.extending.Extension``."""
        self._mechanisms = mechanisms
        return self

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of all that :meth:`resolved` returns."""
        return self._digest

    @property
    def source(self) -> str:
        """The file it was read from, as messages name it."""
        return self._source

    @property
    def files(self) -> Mapping[str, str]:
        """Text of each data file by the name that the scenario gives it."""
        return dict(self._files)

    def resolved(self) -> dict[str, Any]:
        """All that defines the scenario, overrides applied and data files under ``files``; plain JSON values.

        The order of keys matters, since it numbers the entities: write it without sorting them.
        """
        return {**copy.deepcopy(self._tree), "files": dict(self._files)}

    def input_error(self, key: str, message: str, found: str | None = None, allowed: str | None = None) -> InputError:
        """An error about a dotted key of this scenario, with its file and line, for checks made outside the package."""
        mark = self._marks.of_key_text(key)
        line, column = mark if mark is not None else (None, None)
        return InputError(message, self._source, line, column, key, found, allowed)

    def _attach(self, tree: dict[str, Any], files: dict[str, str], digest: str, marks: Marks, source: str) -> Self:
        """Note what the models do not hold; the loader's last step."""
        self._tree, self._files, self._digest, self._marks, self._source = tree, files, digest, marks, source
        return self
