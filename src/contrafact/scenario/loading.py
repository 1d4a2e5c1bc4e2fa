"""From a name or a path to a scenario: find, read, override, validate; everything that is wrong is told at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from contrafact.errors import InputError, InputErrors
from contrafact.parameters import Parameter
from contrafact.scenario import datafiles, posterior
from contrafact.scenario.actions import circles
from contrafact.scenario.context import SECTIONS, Context, moment, names_in, zone
from contrafact.scenario.document import FORMAT, RECORDED, Document
from contrafact.scenario.overrides import PLAIN, Overrides, apply, completed, plain
from contrafact.scenario.parsed import read_shipped
from contrafact.scenario.problems import (
    BARE_VALUE,
    KEY,
    Mark,
    Marks,
    Problems,
    TreePath,
    dotted,
    input_errors,
    listed,
    nearest,
    nearest_or_all,
    problem,
    show,
)
from contrafact.scenario.reading import SURROGATE, nearest_file, read_text, read_yaml
from contrafact.scenario.schema import Scenario

LIBRARY = Path(__file__).parent / "library"
FILE_NAME = "scenario.yaml"
MANIFEST = "manifest"
D = TypeVar("D", bound=Document)


class File(NamedTuple):
    """A scenario file as plain data, not yet read as the scenario of any model, and where each part stands.

    touched   paths that a variant changed
    evidence  texts of the evidence tables beside it, by name
    beside    texts of the other files beside it where all are in memory; None: they are read from its folder
    """

    path: Path
    tree: dict[str, Any]
    marks: Marks
    touched: tuple[TreePath, ...] = ()
    evidence: Mapping[str, str] = MappingProxyType({})
    beside: Mapping[str, str] | None = None


@dataclass
class Draft(Generic[D]):
    """A scenario on its way through validation: its model, plain data, its files, and where all of it came from.

    touched      paths that overrides changed
    user_values  whether values that the user set, which need no prior, may occur
    """

    schema: type[D]
    tree: dict[str, Any]
    files: dict[str, str]
    marks: Marks
    source: str
    touched: tuple[TreePath, ...] = ()
    user_values: bool = True


class Outside(NamedTuple):
    """What exists outside a scenario, each None where it is not to be checked."""

    known_evidence: Collection[str] | Mapping[str, str | None] | None = None
    declared: Mapping[str, Parameter] | None = None


UNCHECKED = Outside()


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
    known_evidence  ids that exist, as a mapping with the reason why one may not be cited; None: no id is checked
    declared        parameters that mechanisms declare, by name; None: names and ranges are not
                    checked, and values are taken in the unit in which they are written
    Raises InputErrors with everything that is wrong.
    """
    file = with_variant(open_file(name_or_path), variant)
    return load_as(Scenario, file, overrides, Outside(known_evidence, declared))


def open_file(name_or_path: str | Path) -> File:
    """The file of a shipped scenario, or of one's own, of a format that is known; raises InputErrors."""
    path = find(name_or_path)
    tree, marks = _read(path)
    _check_format(tree, marks, str(path))
    return File(path, tree, marks, evidence=datafiles.evidence_beside(path.parent))


def open_texts(texts: Mapping[str, str]) -> File:
    """The file of a scenario whose files are texts in memory, among them ``scenario.yaml``; raises InputErrors.

    Nothing is read from a disk: names in the texts, whatever they look like, are names of the texts alone.
    """
    if FILE_NAME not in texts:
        allowed = f"{FILE_NAME} among the files"
        raise InputErrors([InputError(f"found {listed(texts) or 'no file'}, expected {allowed}", allowed=allowed)])
    tree, marks = _mapping(*read_yaml(texts[FILE_NAME], FILE_NAME), FILE_NAME)
    _check_format(tree, marks, FILE_NAME)
    tables = {name: text for name, text in texts.items() if name.startswith(f"{datafiles.EVIDENCE}/")}
    others = {name: text for name, text in texts.items() if name != FILE_NAME and name not in tables}
    return File(Path(FILE_NAME), tree, marks, evidence=tables, beside=others)


def with_variant(file: File, variant: str) -> File:
    """A file with the settings of one of its variants made; raises InputErrors where it has none of that name."""
    if variant == RECORDED:
        return file
    known = file.tree.get("variants")
    choices = [RECORDED, *(known if isinstance(known, dict) else ())]
    if variant not in choices:
        message = f"the scenario has no variant {show(variant)}{nearest_or_all(variant, choices)}"
        raise InputErrors([InputError(message, "--variant", found=variant, allowed=listed(choices))])
    described = file.tree["variants"][variant]
    settings = described.get("settings") if isinstance(described, dict) else None
    if not isinstance(settings, dict):
        return file  # validation tells what is wrong with it
    tree, touched = apply(file.tree, settings)
    return file._replace(tree={**tree, "variant": variant}, touched=touched)


def load_as(schema: type[D], file: File, overrides: Overrides = (), outside: Outside = UNCHECKED) -> D:
    """Read a file as the scenario of a model; raises InputErrors with everything that is wrong."""
    tree, touched = apply(file.tree, overrides, outside.declared)
    posterior.put_in_place(tree, file.path.parent, str(file.path), (posterior.KEY,) in touched)
    touched = (*file.touched, *touched)
    problems = Problems()
    if file.beside is None:
        beside = datafiles.read_beside(file.path.parent, tree, problems)
    else:
        beside = datafiles.chosen(file.beside, tree, problems)
    files = {**beside, **file.evidence}
    draft = Draft(schema, tree, files, file.marks, str(file.path), touched, user_values=bool(touched))
    return _validated(draft, problems, outside)


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
    return from_resolved_as(Scenario, document, Outside(known_evidence, declared))


def from_resolved_as(schema: type[D], document: Mapping[str, Any], outside: Outside = UNCHECKED) -> D:
    """The scenario of a model that its ``resolved()`` wrote, with the same digest; raises InputErrors."""
    try:
        tree = plain({key: value for key, value in document.items() if key != "files"})
    except TypeError as error:
        raise InputErrors([InputError(f"found {error}, expected {PLAIN}", MANIFEST, allowed=PLAIN)]) from error
    files = document.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(x, str) and not SURROGATE.search(x) for x in files.values()):
        allowed = "a mapping of names to texts"
        message = f"found {show(files)}, expected {allowed}"
        raise InputErrors([InputError(message, MANIFEST, key="files", found=show(files), allowed=allowed)])
    marks = Marks({}, {})
    _check_format(tree, marks, MANIFEST)
    return _resumed(Draft(schema, tree, dict(files), marks, MANIFEST), outside)


def with_overrides(
    scenario: D,
    overrides: Overrides,
    *,
    known_evidence: Collection[str] | None = None,
    declared: Mapping[str, Parameter] | None = None,
) -> D:
    """The same scenario with more overrides, validated anew; raises InputErrors."""
    tree = scenario.resolved()
    files = tree.pop("files")
    tree, touched = apply(tree, overrides, declared)
    posterior.put_in_place(tree, Path(), scenario.source, (posterior.KEY,) in touched)
    draft = Draft(type(scenario), tree, files, scenario._marks, scenario.source, touched)
    return _resumed(draft, Outside(known_evidence, declared)).with_mechanisms(scenario.mechanisms)


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
    hint = nearest(str(name_or_path), names) or nearest_file(path)
    given = show(str(name_or_path), 400)
    message = f"there is no scenario {given}{hint}; expected {allowed}"
    if path.name == FILE_NAME and path != Path(name_or_path):
        message = f"the folder {given} has no {FILE_NAME}{hint}"
    raise InputErrors([InputError(message, found=str(name_or_path), allowed=allowed)])


def _resumed(draft: Draft[D], outside: Outside) -> D:
    """The scenario of a draft whose files are at hand already; no folder is looked at."""
    problems = Problems()
    datafiles.chosen(draft.files, draft.tree, problems)
    return _validated(draft, problems, outside)


def _read(path: Path) -> tuple[dict[str, Any], Marks]:
    """Tree and positions of a file that is a mapping."""
    text = read_text(path)
    parsed = read_shipped(text, path) if path.parent.parent == LIBRARY else read_yaml(text, str(path))
    return _mapping(*parsed, str(path))


def _mapping(tree: Any, marks: Marks, path: str) -> tuple[dict[str, Any], Marks]:
    """The same, if the tree is a mapping with something in it; raises InputErrors."""
    if not isinstance(tree, dict) or not tree:
        found = "an empty file" if tree is None or tree == {} else show(tree)
        allowed = f"a mapping that begins with format: {FORMAT}"
        message = f"found {found}, expected {allowed}"
        raise InputErrors([InputError(message, path, 1, 1, found=found, allowed=allowed)])
    return tree, marks


def _validated(draft: Draft[D], problems: Problems, outside: Outside) -> D:
    """The scenario of a draft; problems holds what is wrong with it already."""
    context = _context(draft, outside)
    errors = datafiles.checked(draft.tree, draft.files, problems, Path(draft.source).parent)
    _check_names(draft.tree, problems)
    scenario, found = _modelled(draft.schema, draft.tree, context)
    bare = [path for path in draft.touched if path in _bare(found)]
    if bare:
        for path in bare:
            completed(draft.tree, path)
        scenario, found = _modelled(draft.schema, draft.tree, context)
    details = [*problems.details, *found]
    errors += input_errors(details, draft.marks, draft.source, draft.touched)
    if errors or scenario is None:
        raise InputErrors(errors)
    digest = digest_of(draft.tree, draft.files)
    return scenario._attach(draft.tree, draft.files, digest, draft.marks, draft.source)


def digest_of(tree: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """SHA-256, in hexadecimal, of a resolved scenario and of the files that it names; the order of keys counts."""
    text = json.dumps({**tree, "files": dict(files)}, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _context(draft: Draft[D], outside: Outside) -> Context:
    """What the validators must know; the window only where it is one."""
    start, end = moment(draft.tree.get("start")), moment(draft.tree.get("end"))
    if start is None or end is None or not start < end:
        start = end = None
    known = outside.known_evidence
    evidence = known if known is None or isinstance(known, Mapping) else dict.fromkeys(known)
    removed = {str(path[1]): dotted(path) for path in draft.touched if len(path) == 2 and _is_gone(draft.tree, path)}
    names = names_in(draft.tree, datafiles.regions_in(draft.tree, draft.files))
    return Context(
        start, end, zone(draft.tree.get("timezone")), names, evidence, outside.declared, draft.user_values, removed
    )


def _is_gone(tree: Mapping[str, Any], path: TreePath) -> bool:
    """Whether a section of named items lacks the one at this path."""
    section = tree.get(str(path[0]))
    return isinstance(section, dict) and path[1] not in section


def _modelled(schema: type[D], tree: dict[str, Any], context: Context) -> tuple[D | None, list[InitErrorDetails]]:
    """The scenario, or everything that is wrong with it."""
    try:
        return schema.model_validate(tree, context=context), []
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
