"""From what validation finds to messages to act on: where, what was found, what is allowed, the nearest spelling."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from contrafact.errors import InputError

TreePath: TypeAlias = tuple[str | int, ...]

BARE_VALUE = "bare_value"
"""Type of the problem that a plain value stands where a sourced one is needed; an override may be completed from it."""

KEY = "[key]"
"""Ends the path of a problem with a key itself rather than with its value; pydantic's own mark for that."""

REMOVED = "removed"
"""Type of the problem that a name is used which an override removed; it is told once, at the override."""

HIGH_CONTROLS = re.compile("[\x7f-\x9f]")

NO_SOURCE = "no_source"
"""Type of the problem that a whole part lacks a source; it is told at the part."""

EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_too_short": "text that is not empty",
    "too_short": "at least one entry",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of keys and values",
    "mapping_type": "a mapping of keys and values",
    "model_type": "a mapping of keys and values",
    "model_attributes_type": "a mapping of keys and values",
}


class Mark(NamedTuple):
    """Line and column, both counted from 1."""

    line: int
    column: int


class Marks(NamedTuple):
    """Where each key and each value of a file stands, by its path."""

    keys: dict[TreePath, Mark]
    values: dict[TreePath, Mark]

    def of_value(self, path: TreePath) -> Mark | None:
        """Position of the value, or of its key where the value begins below it; else of the nearest part around it."""
        value, key = self.values.get(path), self.keys.get(path)
        if value is not None:
            return key if key is not None and key.line < value.line else value
        for end in range(len(path), -1, -1):
            here = path[:end]
            mark = self.keys.get(here) or self.values.get(here)
            if mark is not None:
                return mark
        return None

    def of_key_text(self, key: str) -> Mark | None:
        """Position of the value under a dotted key, whose parts may hold dots themselves."""
        texts = {dotted(path): path for path in self.keys}
        while key and key not in texts:
            key = key.rpartition(".")[0]
        return self.of_value(texts[key]) if key else self.of_value(())

    def of_key(self, path: TreePath) -> Mark | None:
        """Position of the key, else of the nearest part around it."""
        return self.keys.get(path) or self.of_value(path)


def dotted(path: Iterable[str | int]) -> str:
    """``forces.police.strength`` from its parts."""
    return ".".join(str(part) for part in path)


def show(value: object, longest: int = 60) -> str:
    """A value as it may be printed in one line, without control characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = HIGH_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text if len(text) <= longest else text[: longest - 3] + "..."


def nearest_of(word: object, choices: Iterable[str]) -> str | None:
    """The choice that is spelled most like a word, None where none is near."""
    ordered = list(dict.fromkeys(choices))
    if not isinstance(word, str):
        return None
    found = difflib.get_close_matches(word[:80], ordered, n=1, cutoff=0.6)
    return found[0] if found else {choice.casefold(): choice for choice in ordered}.get(word.casefold())


def nearest(word: object, choices: Iterable[str]) -> str:
    """``; did you mean "police"?``, or nothing where no choice is near."""
    near = nearest_of(word, choices)
    return f'; did you mean "{near}"?' if near is not None else ""


def nearest_or_all(word: object, choices: Collection[str]) -> str:
    """``; did you mean "police"?``, or what is allowed where no choice is near."""
    return nearest(word, choices) or f"; allowed here: {listed(choices)}"


def unknown_key(key: object, fields: Collection[str]) -> str:
    """What is said of a key that is none of the fields.

    A key of several words is mostly the rest of a text behind a comma, which ends a text inside braces.
    """
    cut = isinstance(key, str) and " " in key.strip()
    hint = "; a text with a comma in it needs quotes inside { }" if cut else ""
    return f"unknown key {show(key)}{hint}{nearest_or_all(key, fields)}"


def listed(choices: Collection[str], most: int = 12) -> str:
    """Choices in one line, the first dozen of many."""
    names = [name if len(name) <= 60 else f"{name[:57]}..." for name in choices if name]
    if not names:
        return "none is declared"
    return ", ".join(names[:most]) + (f", ... ({len(names)} in all)" if len(names) > most else "")


def problem(
    message: str, found: object = None, allowed: str | None = None, kind: str = "problem"
) -> PydanticCustomError:
    """One thing that is wrong, for a validator to raise or to collect; found None means that nothing was there."""
    shown = None if found is None else show(found)
    return PydanticCustomError(kind, "{message}", {"message": message, "found": shown, "allowed": allowed})


class Problems:
    """What is wrong inside one value, collected so that all of it is told at once."""

    def __init__(self) -> None:
        self.details: list[InitErrorDetails] = []

    def add(self, path: TreePath, error: PydanticCustomError) -> None:
        """Note a problem at a path relative to the value."""
        self.details.append(InitErrorDetails(type=error, loc=path, input=None))

    def include(self, path: TreePath, error: ValidationError) -> None:
        """Note everything that is wrong with the part at a path."""
        for details in all_translated(error, ()):
            self.details.append({**details, "loc": (*path, *details.get("loc", ()))})

    def error(self, title: str) -> ValidationError:
        """What was collected as one error; validation around the value adds the path to it."""
        return ValidationError.from_exception_data(title, self.details)

    def raise_any(self, title: str) -> None:
        """Raise what was collected, if anything."""
        if self.details:
            raise self.error(title)


def all_translated(error: ValidationError, fields: Collection[str]) -> list[InitErrorDetails]:
    """All findings about a mapping with these fields; a misspelled key is told once, not as a missing one too."""
    found = error.errors(include_url=False)
    unknown = [item["loc"][0] for item in found if item["type"] == "extra_forbidden" and len(item["loc"]) == 1]
    meant = {nearest_of(name, fields) for name in unknown}
    kept = (item for item in found if item["type"] != "missing" or item["loc"] not in {(name,) for name in meant})
    return [translated(item, fields) for item in kept]


def translated(error: ErrorDetails, fields: Collection[str]) -> InitErrorDetails:
    """One finding of pydantic about a mapping with these fields, in words of ours."""
    kind, path, found = error["type"], error["loc"], error["input"]
    context: Mapping[str, Any] = error.get("ctx", {})
    if "message" in context:
        own = PydanticCustomError(kind, "{message}", dict(context))
    elif kind == "extra_forbidden":
        name = path[-1]
        own = problem(unknown_key(name, fields), name, listed(fields, 40))
        path = (*path, KEY)
    elif kind == "missing":
        own = problem(f"the key {show(path[-1])} is missing", allowed=f"{show(path[-1])} is required here")
    elif kind == "literal_error":
        choices = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        own = problem(f"found {show(found)}, expected {choices}{nearest(found, choices.split(', '))}", found, choices)
    else:
        expected = EXPECTED.get(kind) or _bounds(kind, context, _field(fields, path)) or error["msg"]
        own = problem(f"found {show(found)}, expected {expected}", found, expected)
    return InitErrorDetails(type=own, loc=path, input=None)


def _field(fields: Collection[str], path: TreePath) -> FieldInfo | None:
    """The declaration of the field at a path of one part, where the declarations are at hand."""
    field = fields.get(path[0]) if isinstance(fields, Mapping) and len(path) == 1 else None
    return field if isinstance(field, FieldInfo) else None


def _bounds(kind: str, context: Mapping[str, Any], field: FieldInfo | None) -> str | None:
    """The allowed range: both ends where the field declares them, else the one that the comparison tells."""
    words = {
        "greater_than_equal": ("ge", "at least"),
        "less_than_equal": ("le", "at most"),
        "greater_than": ("gt", "more than"),
        "less_than": ("lt", "less than"),
    }
    if kind not in words:
        return None
    declared = field.metadata if field is not None else ()
    ends = [getattr(bound, end) for end in ("ge", "le") for bound in declared if hasattr(bound, end)]
    if len(ends) == 2:
        return f"{ends[0]:g} to {ends[1]:g}"
    name, phrase = words[kind]
    return f"{phrase} {context.get(name)}"


def input_errors(
    details: Iterable[InitErrorDetails], marks: Marks, file: str, touched: Collection[TreePath] = ()
) -> list[InputError]:
    """The messages for all findings; a name that an override removed is told once, with all that still names it."""
    errors: list[InputError] = []
    users: dict[str, list[str]] = {}
    for item in details:
        kind, path = item["type"], item.get("loc", ())
        if isinstance(kind, PydanticCustomError) and kind.type == REMOVED:
            removed = str((kind.context or {}).get("message"))
            users.setdefault(removed, []).append(dotted(part for part in path if part != KEY))
        else:
            errors.append(input_error(item, marks, file, touched))
    for removed, paths in users.items():
        allowed = f"that nothing names it; these do: {listed(dict.fromkeys(paths), 6)}"
        errors.append(
            InputError(f"the override removes it, expected {allowed}", "--set", None, None, removed, "null", allowed)
        )
    return errors


def input_error(details: InitErrorDetails, marks: Marks, file: str, touched: Collection[TreePath] = ()) -> InputError:
    """The message for one finding; what an override touched is told as the override's, not the file's."""
    error, path = details["type"], details.get("loc", ())
    context: Mapping[str, Any] = (error.context if isinstance(error, PydanticCustomError) else None) or {}
    message = str(context.get("message", error))
    if isinstance(error, PydanticCustomError) and error.type == NO_SOURCE:
        path = path[:-1]
    is_key = bool(path) and path[-1] == KEY
    path = path[:-1] if is_key else path
    mark = marks.of_key(path) if is_key else marks.of_value(path)
    if any(path[: len(prefix)] == prefix for prefix in touched):
        file, mark = "--set", None
    return InputError(
        message,
        file=file,
        line=mark.line if mark else None,
        column=mark.column if mark else None,
        key=dotted(path) or None,
        found=context.get("found"),
        allowed=context.get("allowed"),
    )
