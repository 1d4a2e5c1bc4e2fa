"""YAML 1.2 as plain data with the line and column of every key and value; nothing in a file is ever executed.

The file is read as events of ruamel.yaml, and the tree is built here. So anchors and aliases, with which a small file
can unfold to a huge one, and tags, which can name Python objects, are refused where they stand; times and dates stay
text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

from contrafact.errors import InputError, InputErrors
from contrafact.scenario.problems import Mark, Marks, TreePath, dotted, nearest_of, show

LARGEST_BYTES = 5_000_000
DEEPEST = 32
LONGEST_NUMBER = 40
WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
SURROGATE = re.compile("[\ud800-\udfff]")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What may stand in no text, since terminals obey it; tabs and new lines may."""
WHOLE = re.compile(r"[-+]?[0-9]+")
DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def read_text(path: Path, shown: str | None = None) -> str:
    """Text of a file of at most 5 MB in UTF-8; ``shown`` is its name in messages. Raises InputErrors."""
    shown = shown or str(path)
    allowed = f"at most {LARGEST_BYTES // 1_000_000} MB"
    try:
        if not path.is_file():
            raise InputErrors([InputError("there is no such file", shown, found=shown, allowed="a file that exists")])
        with path.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
        size = path.stat().st_size
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise InputErrors([InputError(f"the file cannot be read: {reason}", shown, found=reason)]) from error
    if len(data) > LARGEST_BYTES:
        found = f"{size / 1e6:.1f} MB"
        raise InputErrors([InputError(f"found {found}, expected {allowed}", shown, found=found, allowed=allowed)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        found = f"byte 0x{data[error.start]:02x}"
        message = f"found {found}, expected text in UTF-8"
        raise InputErrors([InputError(message, shown, line, column, found=found, allowed="text in UTF-8")]) from error


def nearest_file(path: Path) -> str:
    """``; did you mean "town/scenario.yaml"?``: the file of the same folder with the nearest name, or nothing."""
    try:
        names = sorted(item.name for item in path.parent.iterdir() if item.is_file())
    except (OSError, ValueError):
        return ""
    near = nearest_of(path.name, names)
    if near is None and path.suffix == ".yaml":
        near = next((name for name in names if name.endswith((".yaml", ".yml"))), None)
    return "" if near is None else f'; did you mean "{path.parent / near}"?'


def read_yaml(text: str, shown: str) -> tuple[Any, Marks]:
    """The tree of one YAML document, of mappings, lists, texts, numbers, booleans and None, and where each part stands.

    Raises InputErrors for what is no YAML, for anchors, aliases, tags, duplicate keys and a second document.
    """
    builder = _Builder(shown)
    try:
        builder.build(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
        what = " ".join(str(error.problem or "cannot be read").split())
        if error.context and error.context_mark is not None:
            what += f", {error.context} that begins in line {error.context_mark.line + 1}"
        builder.errors.append(InputError(f"not YAML: {what}", shown, line, column, allowed="YAML 1.2"))
    except ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(error.character[:1] or "\0")
        found = f"the character U+{code:04X}"
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        message = f"found {found}, expected text without control characters"
        builder.errors.append(InputError(message, shown, line, column, found=found, allowed="printable text"))
    except _TooDeepError:
        pass
    except (YAMLError, ValueError, IndexError, AssertionError, RecursionError) as error:
        builder.errors.append(InputError(f"not YAML: {type(error).__name__}", shown, allowed="YAML 1.2"))
    if builder.errors:
        builder.tell_others()
        raise InputErrors(builder.errors)
    return builder.root, builder.marks


def read_scalar(text: str) -> object:
    """A plain word of YAML 1.2: null, true, a number, else text. Dates, ``NO`` and ``12:30`` are text."""
    if text in WORDS:
        return WORDS[text]
    if text in TRUTHS:
        return TRUTHS[text]
    if len(text) <= LONGEST_NUMBER:
        if WHOLE.fullmatch(text):
            return int(text)
        if DECIMAL.fullmatch(text) and math.isfinite(float(text)):
            return float(text)
    return text


class _TooDeepError(Exception):
    """Ends the reading of a file with too many levels, which is noted already."""


class _Builder:
    """Builds the tree from events and notes every construct that a scenario may not hold."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.errors: list[InputError] = []
        self.refused: dict[str, int] = {}
        self.marks = Marks({}, {})
        self.root: Any = None

    def build(self, events: Iterator[Event]) -> None:
        """Consume all events of the stream."""
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._refuse(event, (), "a second document", "one document in a file")
            elif isinstance(event, StreamStartEvent | StreamEndEvent | DocumentEndEvent):
                continue
            elif documents == 1:
                self.root = self._node(event, events, ())
            else:
                self._node(event, events, ())

    def _node(self, event: Event, events: Iterator[Event], path: TreePath) -> Any:
        """The value that begins with this event."""
        self.marks.values.setdefault(path, _mark(event))
        anchor, tag = getattr(event, "anchor", None), getattr(event, "ctag", None)
        if isinstance(event, AliasEvent):
            self._refuse(event, path, f"the alias *{anchor}", "values written out; no anchors and aliases")
            return None
        if anchor:
            self._refuse(event, path, f"the anchor &{anchor}", "values written out; no anchors and aliases")
        if tag:
            spelled = str(tag).replace("tag:yaml.org,2002:", "!!")
            self._refuse(event, path, f"the tag {spelled}", "plain data without tags")
        if len(path) > DEEPEST:
            self._refuse(event, path[:4], "too many levels", f"at most {DEEPEST} levels")
            raise _TooDeepError
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, path)
        assert isinstance(event, ScalarEvent)
        text = str(event.value)
        self._check_text(event, path, text)
        return read_scalar(text) if event.implicit[0] else text

    def _check_text(self, event: Event, path: TreePath, text: str) -> None:
        if SURROGATE.search(text):
            self._refuse(event, path, "half a surrogate pair", "text in Unicode")
        control = CONTROL.search(text)
        if control is not None:
            self._refuse(event, path, f"the character U+{ord(control[0]):04X}", "text without control characters")

    def _mapping(self, events: Iterator[Event], path: TreePath) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                self._refuse(event, path, "a key that is no plain text", "text")
                self._node(event, events, (*path, "?"))
                self._node(next(events), events, (*path, "?"))
                continue
            key, here = str(event.value), _mark(event)
            self._check_text(event, path, key)
            if event.anchor or event.ctag:
                self._node(event, events, (*path, key))
            value = self._node(next(events), events, (*path, key))
            if key in tree:
                first = self.marks.keys[(*path, key)].line
                message = f"the key is given twice, first in line {first}"
                allowed = "each key once"
                self.errors.append(InputError(message, self.shown, *here, dotted((*path, key)), show(key), allowed))
                continue
            self.marks.keys[(*path, key)] = here
            tree[key] = value
        return tree

    def _sequence(self, events: Iterator[Event], path: TreePath) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            here = (*path, len(items))
            self.marks.keys[here] = _mark(event)
            items.append(self._node(event, events, here))
        return items

    def _refuse(self, event: Event, path: TreePath, found: str, allowed: str) -> None:
        """Note the first construct of its sort; the others, of which a hostile file may hold many, are counted."""
        self.refused[allowed] = self.refused.get(allowed, 0) + 1
        if self.refused[allowed] > 1:
            return
        key = dotted(path) or None
        message = f"found {found}, expected {allowed}"
        self.errors.append(InputError(message, self.shown, *_mark(event), key, found, allowed))

    def tell_others(self) -> None:
        """Add to each construct that was refused how many more of its sort there are."""
        for error in self.errors:
            others = self.refused.get(error.allowed or "", 1) - 1
            if others:
                error.message += f" ({others} more in the file)"


def _mark(event: Event) -> Mark:
    """Line and column at which an event begins, counted from 1."""
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)
