"""Overrides: ``forces.police.strength=4000 persons``, applied to the tree of a scenario before it is validated.

A sourced value that the user sets keeps its key, loses its evidence and its prior, and says that the user set it. An
item set to null is removed. What waits for a removed action never has its cause: it is removed too if its response is
triggered, and keeps its hour if it is fixed.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from contrafact.errors import InputError, InputErrors
from contrafact.scenario.problems import TreePath, listed, nearest_of, nearest_or_all, show
from contrafact.scenario.quantities import SET_BY_USER
from contrafact.scenario.reading import CONTROL, SURROGATE, read_yaml

Overrides: TypeAlias = Sequence[str] | Mapping[str, object]

ORIGIN = "--set"
PLAIN = "text in Unicode without control characters, finite numbers, true, false, null, lists and mappings of them"

FREE_NAMES = ("parameters",)
"""Path of the section whose keys hold dots of their own."""

OPTIONAL = ("facilities", "posts", "forces", "actions", "parameters", "rules")
"""Sections that a file may leave out and an override may begin."""


def settings(overrides: Overrides) -> list[tuple[str, object]]:
    """Pairs of dotted path and plain value from ``PATH=VALUE`` texts or from a mapping; raises InputErrors."""
    errors: list[InputError] = []
    pairs: list[tuple[str, object]] = []
    given: Iterable[tuple[str, object]]
    if isinstance(overrides, Mapping):
        given = overrides.items()
    else:
        given = [_cut(text, errors) for text in ([overrides] if isinstance(overrides, str) else overrides)]
    for path, value in given:
        try:
            pairs.append((plain(path), plain(value)))
        except TypeError as error:
            message = f"found {error}, expected {PLAIN}"
            errors.append(InputError(message, ORIGIN, key=ascii(path)[1:-1], found=str(error), allowed=PLAIN))
    if errors:
        raise InputErrors(errors)
    return pairs


def apply(
    tree: Mapping[str, Any], overrides: Overrides, declared: Collection[str] | None = None
) -> tuple[dict[str, Any], tuple[TreePath, ...]]:
    """A copy of the tree with the overrides made, and the paths that they touched; raises InputErrors.

    declared  names of parameters that mechanisms declare, for the nearest spelling of a path
    """
    changed: dict[str, Any] = copy.deepcopy(dict(tree))
    touched: list[TreePath] = []
    errors: list[InputError] = []
    for key, value in settings(overrides):
        try:
            path = _set(changed, key, value)
        except InputError as error:
            errors.append(_with_full_path(error, tree, declared or ()))
            continue
        if path in touched:
            allowed = "one value for a key"
            errors.append(
                InputError(f"the key is set twice, expected {allowed}", ORIGIN, None, None, key, show(value), allowed)
            )
        touched.append(path)
    if errors:
        raise InputErrors(errors)
    _drop_what_waits(changed, {str(path[1]) for path in touched if len(path) == 2 and path[0] == "actions"})
    return changed, tuple(touched)


def completed(tree: dict[str, Any], path: TreePath) -> None:
    """Turn a bare value that the user gave for a sourced one into a sourced one, in place."""
    parent = _inside(tree, path[:-1])
    parent[path[-1]] = {"value": parent[path[-1]], "assumption": SET_BY_USER}


def plain(value: object) -> Any:
    """A value as a file could hold it; TypeError for anything else."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str) and not (SURROGATE.search(value) or CONTROL.search(value)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.isoformat()
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} {value!a}")


def _cut(text: str, errors: list[InputError]) -> tuple[str, object]:
    """Path and value of ``PATH=VALUE``; the value is read as YAML."""
    path, equals, value = (part.strip() for part in text.partition("="))
    if not (path and equals and value):
        allowed = "PATH=VALUE, e.g. forces.police.strength='4000 persons'; null removes an item"
        errors.append(InputError(f"found {show(text)}, expected {allowed}", ORIGIN, found=show(text), allowed=allowed))
        return path, None
    try:
        return path, read_yaml(value, ORIGIN)[0]
    except InputErrors as error:
        errors.extend(
            InputError(e.message, ORIGIN, key=path, found=show(value), allowed=e.allowed) for e in error.errors
        )
        return path, None


def _set(tree: dict[str, Any], key: str, value: object) -> TreePath:
    """Make one override in place; the path that it touched."""
    path = _located(tree, key)
    parent = _inside(tree, path[:-1])
    last = path[-1]
    if value is None:
        _remove(parent, last, key)
        return path
    home = next((end for end in range(1, len(path)) if _is_sourced(_inside(tree, path[:end]))), None)
    if home is not None:
        return _set_inside(tree, path, home, value)
    if _exists(parent, last) and _is_sourced(parent[last]) and not isinstance(value, Mapping):
        value = {"value": value, "assumption": SET_BY_USER}
    parent[last] = value
    return path


def _set_inside(tree: dict[str, Any], path: TreePath, home: int, value: object) -> TreePath:
    """Change a part of a sourced value: its value or prior as the user's own, its texts as given."""
    sourced = _inside(tree, path[:home])
    inner = path[home:]
    if inner == ("value",):
        sourced.clear()
        sourced.update({"value": value, "assumption": SET_BY_USER})
        return path[:home]
    if inner[0] == "prior":
        sourced.pop("evidence", None)
        sourced["assumption"] = SET_BY_USER
    _inside(tree, path[:-1])[path[-1]] = value
    return path


def _remove(parent: Any, last: Any, key: str) -> None:
    """Remove an item; InputError where there is none."""
    if not _exists(parent, last):
        raise _unknown(key, last, parent)
    del parent[last]


def _located(tree: dict[str, Any], key: str) -> TreePath:
    """The path that a dotted key names: every part but the last exists; keys may hold dots themselves."""
    words = key.split(".")
    path: list[str | int] = []
    node: Any = tree
    while words:
        name, used = _next(node, words, tuple(path))
        words = words[used:]
        if words and not path and name in OPTIONAL:
            node.setdefault(name, {})
        path.append(name)
        if isinstance(node, list) and not _exists(node, name):
            raise _unknown(key, name, node)
        if words:
            if not _exists(node, name) or not isinstance(node[name], dict | list):
                raise _unknown(key, name, node)
            node = node[name]
    return tuple(path)


def _next(node: Any, words: list[str], path: TreePath) -> tuple[str | int, int]:
    """The longest run of words that is a key here, else one word, and how many words that takes."""
    if isinstance(node, list):
        return (int(words[0]), 1) if words[0].isdecimal() and len(words[0]) < 9 else (words[0], 1)
    for used in range(len(words), 0, -1):
        name = ".".join(words[:used])
        if name in node:
            return name, used
    used = len(words) if path == FREE_NAMES else 1
    return ".".join(words[:used]), used


def _unknown(key: str, name: str | int, node: Any) -> InputError:
    choices = [str(choice) for choice in (node if isinstance(node, dict) else range(len(node)))]
    message = f"nothing here is called {show(str(name))}{nearest_or_all(name, choices)}"
    return InputError(message, ORIGIN, key=key, found=str(name), allowed=listed(choices))


def _with_full_path(error: InputError, tree: Mapping[str, Any], declared: Collection[str]) -> InputError:
    """The error about an unknown name, with the nearest whole path where it begins with none of the sections."""
    key = error.key or ""
    if key.split(".")[0] in tree:
        return error
    paths = [*_paths(tree), *(f"parameters.{name}" for name in declared)]
    ending = [path for path in paths if path.endswith(f".{key}")]
    near = ending[0] if ending else nearest_of(key, paths)
    if near is not None:
        error.message = f'{error.message.partition(";")[0]}; did you mean "{near}"?'
    return error


def _paths(node: Any, above: str = "") -> Iterator[str]:
    """Dotted paths of everything in a tree, down to its sourced values."""
    if isinstance(node, Mapping) and not _is_sourced(node):
        for name, item in node.items():
            yield f"{above}{name}"
            yield from _paths(item, f"{above}{name}.")


def _exists(node: Any, name: str | int) -> bool:
    if isinstance(node, list):
        return isinstance(name, int) and name < len(node)
    return name in node


def _inside(tree: Any, path: TreePath) -> Any:
    for part in path:
        tree = tree[part]
    return tree


def _is_sourced(node: object) -> bool:
    return isinstance(node, dict) and "value" in node and ("evidence" in node or "assumption" in node)


def _drop_what_waits(tree: dict[str, Any], touched: set[str]) -> None:
    """Let removed actions take with them what only they could have caused."""
    actions = tree.get("actions")
    if not isinstance(actions, dict):
        return
    gone = [name for name in touched if name not in actions]
    while gone:
        missing = gone.pop()
        for name, action in list(actions.items()):
            when = action.get("when") if isinstance(action, dict) else None
            if not isinstance(when, dict) or when.get("after") != missing:
                continue
            if _is_fixed(action, tree.get("responses")):
                del action["when"]
            else:
                del actions[name]
                gone.append(name)


def _is_fixed(action: Mapping[str, Any], responses: object) -> bool:
    """Whether an action with a cause happens at its hour all the same."""
    if responses == "triggered" or action.get("at") is None:
        return False
    return responses == "fixed" or action.get("response") == "fixed"
