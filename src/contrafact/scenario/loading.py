"""From a name or a path to a scenario: find, read, override, validate; everything that is wrong is told at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from contrafact.errors import InputError, InputErrors
from contrafact.parameters import Parameter
from contrafact.scenario import datafiles
from contrafact.scenario.actions import circles
from contrafact.scenario.context import SECTIONS, Context, moment, names_in
from contrafact.scenario.overrides import PLAIN, Overrides, apply, completed, plain
from contrafact.scenario.problems import (
    BARE_VALUE,
    KEY,
    Mark,
    Marks,
    Problems,
    TreePath,
    input_error,
    listed,
    nearest,
    problem,
    show,
)
from contrafact.scenario.reading import read_text, read_yaml
from contrafact.scenario.schema import FORMAT, RECORDED, Scenario

LIBRARY = Path(__file__).parent / "library"
FILE_NAME = "scenario.yaml"
MANIFEST = "manifest"


@dataclass
class Draft:
    """A scenario on its way through validation: plain data, its files, and where all of it came from.

    touched      paths that overrides changed
    user_values  whether values that the user set, which need no prior, may occur
    """

    tree: dict[str, Any]
    files: dict[str, str]
    marks: Marks
    source: str
    touched: tuple[TreePath, ...] = ()
    user_values: bool = True


class Outside(NamedTuple):
    """What exists outside a scenario, each None where it is not to be checked."""

    known_evidence: Collection[str] | None
    declared: Mapping[str, Parameter] | None


def shipped() -> list[str]:
    """Names of the scenarios that come with the package, in alphabetical order."""
    return sorted(path.parent.name for path in LIBRARY.glob(f"*/{FILE_NAME}"))


def load(
    name_or_path: str | Path,
    overrides: Overrides = (),
    *,
    variant: str = RECORDED,
    known_evidence: Collection[str] | None = None,
    declared: Mapping[str, Parameter] | None = None,
) -> Scenario:
    """Read a shipped scenario by name, or one's own by the path of its file or folder.

    variant         one of its variants, whose settings are made before the overrides
    overrides       ``["forces.police.strength=4000 persons"]`` or ``{"actions.curfew": None}``
    known_evidence  ids that exist; None: whether an id exists is not checked
    declared        parameters that mechanisms declare, by name; None: their names and ranges are not checked
    Raises InputErrors with everything that is wrong.
    """
    path = find(name_or_path)
    tree, marks = _read(path)
    _check_format(tree, marks, str(path))
    tree, touched = apply_variant(tree, variant)
    tree, touched_too = apply(tree, overrides)
    touched = (*touched, *touched_too)
    problems = Problems()
    files = datafiles.read_beside(path.parent, tree, problems)
    draft = Draft(tree, files, marks, str(path), touched, user_values=bool(touched))
    return _validated(draft, problems, Outside(known_evidence, declared))


def apply_variant(tree: dict[str, Any], variant: str) -> tuple[dict[str, Any], tuple[TreePath, ...]]:
    """A copy of the tree with the settings of a variant made, and the paths that they touched; raises InputErrors."""
    if variant == RECORDED:
        return tree, ()
    known = tree.get("variants")
    choices = [RECORDED, *(known if isinstance(known, dict) else ())]
    if variant not in choices:
        message = f"the scenario has no variant {show(variant)}{nearest(variant, choices)}"
        raise InputErrors([InputError(message, "--variant", found=variant, allowed=listed(choices))])
    settings = tree["variants"][variant].get("settings") if isinstance(tree["variants"][variant], dict) else None
    if not isinstance(settings, dict):
        return tree, ()  # validation tells what is wrong with it
    changed, touched = apply(tree, settings)
    return {**changed, "variant": variant}, touched


def check(
    name_or_path: str | Path,
    overrides: Overrides = (),
    *,
    variant: str = RECORDED,
    known_evidence: Collection[str] | None = None,
    declared: Mapping[str, Parameter] | None = None,
) -> list[InputError]:
    """Everything that is wrong with a scenario, in the order of its lines; an empty list where nothing is."""
    try:
        load(name_or_path, overrides, variant=variant, known_evidence=known_evidence, declared=declared)
    except InputErrors as errors:
        return errors.errors
    return []


def from_resolved(
    document: Mapping[str, Any],
    *,
    known_evidence: Collection[str] | None = None,
    declared: Mapping[str, Parameter] | None = None,
) -> Scenario:
    """The scenario that :meth:`Scenario.resolved` wrote, with the same digest; raises InputErrors."""
    try:
        tree = plain(document)
    except TypeError as error:
        raise InputErrors([InputError(f"found {error}, expected {PLAIN}", MANIFEST, allowed=PLAIN)]) from error
    files = tree.pop("files", {})
    if not isinstance(files, dict) or not all(isinstance(text, str) for text in files.values()):
        allowed = "a mapping of names to texts"
        message = f"found {show(files)}, expected {allowed}"
        raise InputErrors([InputError(message, MANIFEST, key="files", found=show(files), allowed=allowed)])
    marks = Marks({}, {})
    _check_format(tree, marks, MANIFEST)
    return _resumed(Draft(tree, files, marks, MANIFEST), Outside(known_evidence, declared))


def with_overrides(
    scenario: Scenario,
    overrides: Overrides,
    *,
    known_evidence: Collection[str] | None = None,
    declared: Mapping[str, Parameter] | None = None,
) -> Scenario:
    """The same scenario with more overrides, validated anew; raises InputErrors."""
    tree = scenario.resolved()
    files = tree.pop("files")
    tree, touched = apply(tree, overrides)
    draft = Draft(tree, files, scenario._marks, scenario.source, touched)
    return _resumed(draft, Outside(known_evidence, declared))


def find(name_or_path: str | Path) -> Path:
    """The file of a scenario: a shipped name, a file, or a folder with a ``scenario.yaml``; raises InputErrors."""
    names = shipped()
    if str(name_or_path) in names:
        return LIBRARY / str(name_or_path) / FILE_NAME
    path = Path(name_or_path)
    try:
        if path.is_dir():
            path = path / FILE_NAME
        exists = path.is_file()
    except (OSError, ValueError):
        exists = False
    if exists:
        return path
    allowed = f"a path, or one of the shipped scenarios: {listed(names)}"
    message = f"there is no scenario {show(str(name_or_path))}{nearest(str(name_or_path), names)}; expected {allowed}"
    raise InputErrors([InputError(message, found=str(name_or_path), allowed=allowed)])


def _resumed(draft: Draft, outside: Outside) -> Scenario:
    """The scenario of a draft whose files are at hand already; no folder is looked at."""
    problems = Problems()
    for path, name in datafiles.named(draft.tree):
        if name not in draft.files:
            message = f"the file {show(name)} is not among those of the scenario{nearest(name, draft.files)}"
            problems.add(path, problem(message, name, listed(draft.files)))
    return _validated(draft, problems, outside)


def _read(path: Path) -> tuple[dict[str, Any], Marks]:
    """Tree and positions of a file that is a mapping."""
    text = read_text(path)
    tree, marks = read_yaml(text, str(path))
    if not isinstance(tree, dict) or not tree:
        found = "an empty file" if tree is None or tree == {} else show(tree)
        allowed = f"a mapping that begins with format: {FORMAT}"
        message = f"found {found}, expected {allowed}"
        raise InputErrors([InputError(message, str(path), 1, 1, found=found, allowed=allowed)])
    return tree, marks


def _validated(draft: Draft, problems: Problems, outside: Outside) -> Scenario:
    """The scenario of a draft; problems holds what is wrong with it already."""
    context = _context(draft, outside)
    errors = datafiles.checked(draft.tree, draft.files, problems)
    _check_names(draft.tree, problems)
    scenario, found = _modelled(draft.tree, context)
    bare = [path for path in draft.touched if path in _bare(found)]
    if bare:
        for path in bare:
            completed(draft.tree, path)
        scenario, found = _modelled(draft.tree, context)
    details = [*problems.details, *found]
    errors += [input_error(item, draft.marks, draft.source, draft.touched) for item in details]
    if errors or scenario is None:
        raise InputErrors(errors)
    digest = digest_of(draft.tree, draft.files)
    return scenario._attach(draft.tree, draft.files, digest, draft.marks, draft.source)


def digest_of(tree: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """SHA-256, in hexadecimal, of a resolved scenario and of the files that it names; the order of keys counts."""
    text = json.dumps({**tree, "files": dict(files)}, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _context(draft: Draft, outside: Outside) -> Context:
    """What the validators must know; the window only where it is one."""
    start, end = moment(draft.tree.get("start")), moment(draft.tree.get("end"))
    if start is None or end is None or not start < end:
        start = end = None
    known_evidence = None if outside.known_evidence is None else frozenset(outside.known_evidence)
    names = names_in(draft.tree, datafiles.regions_in(draft.tree, draft.files))
    return Context(start, end, names, known_evidence, outside.declared, draft.user_values)


def _modelled(tree: dict[str, Any], context: Context) -> tuple[Scenario | None, list[InitErrorDetails]]:
    """The scenario, or everything that is wrong with it."""
    try:
        return Scenario.model_validate(tree, context=context), []
    except ValidationError as error:
        found = Problems()
        found.include((), error)
        return None, found.details


def _bare(details: list[InitErrorDetails]) -> set[TreePath]:
    """Where plain values stand for sourced ones."""
    kinds = ((item["type"], item.get("loc", ())) for item in details)
    return {path for kind, path in kinds if isinstance(kind, PydanticCustomError) and kind.type == BARE_VALUE}


def _check_format(tree: Mapping[str, Any], marks: Marks, source: str) -> None:
    """Refuse a format that this version does not know before anything else is said about the file."""
    found = tree.get("format")
    if "format" in tree and (isinstance(found, bool) or found != FORMAT):
        newer = isinstance(found, int) and found > FORMAT
        allowed = f"{FORMAT}" + ("; a newer version of contrafact is needed to read this file" if newer else "")
        mark = marks.of_value(("format",)) or Mark(1, 1)
        message = f"found format {show(found)}, expected {allowed}"
        raise InputErrors([InputError(message, source, *mark, "format", show(found), allowed)])


def _check_names(tree: Mapping[str, Any], problems: Problems) -> None:
    """Places of one name only, and no circle of actions that wait for each other."""
    taken: dict[str, str] = {}
    for section in SECTIONS["place"]:
        names = tree.get(section)
        for name in names if isinstance(names, dict) else ():
            if name in taken:
                message = f"the name {show(name)} is taken in {taken[name]}; facilities, sites and posts share names"
                problems.add((section, name, KEY), problem(message, name, "a name of its own"))
            taken.setdefault(name, section)
    actions = tree.get("actions")
    for circle in circles(actions) if isinstance(actions, dict) else ():
        chain = " -> ".join((*circle, circle[0]))
        message = f"the actions wait for each other in a circle: {chain}"
        problems.add(("actions", circle[0], "when", "after"), problem(message, chain, "a chain that ends"))
