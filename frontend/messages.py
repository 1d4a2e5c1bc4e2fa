"""Templates of the messages of errors, read out of the source: f-strings whose expressions become numbered holes.

``raise InputError(f"found {show(raw)}, expected {allowed}")`` makes ``found {0}, expected {1}``, and what ``allowed``
can be there makes templates of its own: words are followed through names, branches, tables, parameters, caught errors
and what functions return. Where they lead to anything else, as to a value of the user's, the hole is all there is.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from contrafact.error_words import HOLE, fixed
from contrafact.evidence.citations import KEPT_BACK

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

RAISED = {
    "InputError": 0,
    "RunError": 0,
    "UsageError": 0,
    "BadParameter": 0,
    "problem": 0,
    "error": 1,
    "input_error": 1,
    "needed": 2,
    "HTTPException": 1,
    "error_response": 1,
}
"""Calls that make errors, and which of their arguments is the message or a part of it."""

WORDS = ("text", "nothing", "row", "publisher")
"""Words that stand alone in messages; any other word alone is a name, which no language changes."""

OF_CLICK = (
    "No such option {0}.",
    "No such command {0}.",
    "{0} Did you mean {1}?",
    "{0} (Did you mean one of: {1}?)",
    "Missing command.",
    "Missing argument {0}.",
    "Missing option {0}.",
    "Invalid value for {0}: {1}",
    "Invalid value: {0}",
    "{0} is not a valid integer.",
    "{0} is not in the range {1}.",
    "Option {0} requires an argument.",
    "Option {0} does not take a value.",
    "Got unexpected extra argument ({0})",
    "Got unexpected extra arguments ({0})",
)
"""What the library that reads the command line says."""

OF_SYSTEM = (
    "No such file or directory",
    "Not a directory",
    "Is a directory",
    "Permission denied",
    "File exists",
    "File name too long",
    "No space left on device",
    "Read-only file system",
)
"""What the operating system says most often of files."""

COMPOSED = (
    "{0} was {1} and is {2}",
    f"{{0}} {KEPT_BACK}",
    "less than {n0}",
    "more than {n0}",
    "reads maps",
    "{n0} to {1}",
    "{n0} or {n1}",
)
"""What is put together of pieces, or too short to be told from other texts unless it holds numbers."""

LAST = (
    "{0}; expected {1}",
    "{0} ({1})",
    "{0}: {1}",
    "{0}; {1}",
    "{0}, expected {1}",
    '{0}, e.g. "{1}"',
    "{0}, e.g. {1}",
)
"""What only joins messages, in the order in which that is tried: a message is parted where nothing fits it whole."""

VAGUE = ("found {0}",)
"""What begins too many messages, of other libraries too, to be told from them."""

NUMERIC = re.compile(r"[,.\d]*[defg%]|,")
"""Formats of numbers."""


class Spot(NamedTuple):
    """An expression, and the function and module that it stands in."""

    node: ast.expr
    function: Function | None
    module: ast.Module

    def at(self, node: ast.expr) -> Spot:
        """Another expression of the same function."""
        return self._replace(node=node)


def messages(sources: Iterable[Path]) -> list[str]:
    """All templates in the order in which they are tried: those with the longest fixed text first."""
    found = {*_Reader(sources).read(), *OF_CLICK, *OF_SYSTEM, *COMPOSED} - {*LAST, *VAGUE}
    return [*sorted(found, key=lambda template: (-len(fixed(template)), template)), *LAST]


class _Reader:
    """Finds the texts that can become the message of an error."""

    def __init__(self, sources: Iterable[Path]) -> None:
        self.calls: dict[str, list[Spot]] = defaultdict(list)
        self.functions: dict[str, list[Spot]] = defaultdict(list)
        self.constants: dict[str, list[Spot]] = defaultdict(list)
        self.found: dict[str, None] = {}
        self.seen: dict[int, ast.expr] = {}
        for path in sources:
            module = ast.parse(path.read_text(encoding="utf-8"))
            self._index(module, None, module)

    def _index(self, node: ast.AST, function: Function | None, module: ast.Module) -> None:
        """Note where functions are, what they return, where they are called, and what constants are."""
        for child in ast.iter_child_nodes(node):
            inside = child if isinstance(child, Function) else function
            if isinstance(child, ast.Call):
                self.calls[_name(child.func)].append(Spot(child, function, module))
            elif isinstance(child, ast.Return) and child.value is not None and function is not None:
                self.functions[function.name].append(Spot(child.value, function, module))
            elif function is None and isinstance(child, ast.Assign | ast.AnnAssign) and child.value is not None:
                for target in child.targets if isinstance(child, ast.Assign) else [child.target]:
                    self.constants[_name(target)].append(Spot(child.value, None, module))
            self._index(child, inside, module)

    def read(self) -> Iterable[str]:
        """Templates, each once."""
        for name, place in RAISED.items():
            self._raised(self.calls[name], place)
        return self.found

    def _raised(self, calls: Iterable[Spot], place: int = 0) -> None:
        for spot in calls:
            assert isinstance(spot.node, ast.Call)
            for message in spot.node.args[place : place + 1]:
                self._follow(spot.at(message))

    def _follow(self, spot: Spot) -> None:
        """Note the text that an expression is, and those that it leads to."""
        if id(spot.node) in self.seen:
            return
        self.seen[id(spot.node)] = spot.node
        parts = list(_parts(spot.node))
        template = "".join(_holed(_without_start(parts)))
        if re.search("[A-Za-z]{3}", fixed(template)) and (" " in template or template in WORDS):
            self.found[template] = None
        for inner in self._led_to(spot) if not parts else map(spot.at, _expressions(parts)):
            self._follow(inner)

    def _led_to(self, spot: Spot) -> Iterator[Spot]:
        """The expressions that an expression without a text of its own may stand for."""
        match spot.node:
            case ast.IfExp(body=one, orelse=other):
                yield from (spot.at(one), spot.at(other))
            case ast.BoolOp(values=values):
                yield from map(spot.at, values)
            case ast.NamedExpr(value=value):
                yield spot.at(value)
            case ast.Subscript(value=table, slice=index):
                yield from self._entries(spot.at(table), index)
            case ast.Name(id=name):
                yield from self._named(name, spot)
            case ast.Call():
                yield from self._given_back(spot.node, spot)

    def _entries(self, table: Spot, index: ast.expr | None, depth: int = 6) -> Iterator[Spot]:
        """The entry of a table under an index, or all of them where it is not known."""
        match table.node:
            case ast.Tuple(elts=values) | ast.List(elts=values) if isinstance(index, ast.Constant):
                yield from map(table.at, values[index.value :][:1] if isinstance(index.value, int) else values)
            case ast.Dict(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
                yield from map(table.at, values)
            case ast.GeneratorExp(elt=inside) | ast.Starred(value=inside):
                yield from self._entries(table.at(inside), index, depth)
            case _ if depth:
                if isinstance(table.node, ast.Subscript):
                    inner = self._entries(table.at(table.node.value), table.node.slice, depth - 1)
                else:
                    inner = self._led_to(table)
                for one in inner:
                    yield from self._entries(one, index, depth - 1)

    def _named(self, name: str, spot: Spot) -> Iterator[Spot]:
        """What a name is bound to: in its function, by callers, by an except clause, or as a constant."""
        function = spot.function
        bound = list(_bound(name, function)) if function is not None else []
        yield from map(spot.at, bound)
        if function is None or not (bound or _annotation(name, function) is not None):
            yield from self._own_or_only(self.constants[name], spot.module)
        if function is not None:
            yield from self._from_callers(name, function, spot.module)
            for kind in _caught(name, function):
                raised = self.calls[kind]
                self._raised(one for one in raised if one.module is spot.module or kind == "UnitError")

    def _from_callers(self, name: str, function: Function, module: ast.Module) -> Iterator[Spot]:
        annotation = _annotation(name, function)
        if annotation is None or "str" not in re.findall(r"\w+", annotation):
            return
        names = [one.arg for one in function.args.args if one.arg not in ("self", "cls")]
        usual = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
        yield from (Spot(value, None, module) for value in (usual.get(name),) if value is not None)
        for call in self._own_or_only(self.calls[function.name], module, self._is_only(function.name)):
            assert isinstance(call.node, ast.Call)
            yield from (call.at(word.value) for word in call.node.keywords if word.arg == name)
            place = names.index(name) if name in names else len(call.node.args)
            before = call.node.args[: place + 1]
            if place < len(call.node.args) and not any(isinstance(one, ast.Starred) for one in before):
                yield call.at(before[-1])

    def _given_back(self, call: ast.Call, spot: Spot) -> Iterator[Spot]:
        """What a call gives back: an entry of a table, the text that a method works on, or what a function returns."""
        name = _name(call.func)
        if isinstance(call.func, ast.Attribute) and name == "get":
            yield from self._entries(spot.at(call.func.value), None)
            yield from map(spot.at, call.args[1:])
        elif isinstance(call.func, ast.Attribute) and name == "replace":
            yield from map(spot.at, (call.func.value, *call.args[1:]))
        elif name == "str" and call.args:
            yield spot.at(call.args[0])
        else:
            yield from self._own_or_only(self.functions[name], spot.module, self._is_only(name))

    def _is_only(self, name: str) -> bool:
        return len({id(one.function) for one in self.functions[name]}) <= 1

    def _own_or_only(self, spots: list[Spot], module: ast.Module, only: bool | None = None) -> Iterator[Spot]:
        """Those of the module, and those of others where the name has one meaning."""
        only = len(spots) == 1 if only is None else only
        return (one for one in spots if only or one.module is module)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _annotation(name: str, function: Function) -> str | None:
    """Annotation of a parameter; None where the function has none of this name."""
    for one in (*function.args.args, *function.args.kwonlyargs):
        if one.arg == name:
            return ast.unparse(one.annotation) if one.annotation is not None else ""
    return None


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """The pieces of a text: constants and expressions; none where it is no text, or a sum of other things."""
    match node:
        case ast.Constant(value=str()):
            yield node
        case ast.JoinedStr(values=values):
            yield from values
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            for side in (left, right):
                yield from list(_parts(side)) or [side]


def _without_start(parts: list[ast.expr]) -> list[ast.expr]:
    """The pieces without a name and a colon before them: what follows is told by itself, whatever the name is."""
    match parts:
        case [ast.FormattedValue(), ast.Constant(value=str(text)), *rest] if text.startswith(": "):
            return [ast.Constant(text[2:]), *rest]
    return parts


def _expressions(parts: Iterable[ast.expr]) -> Iterator[ast.expr]:
    for part in parts:
        if isinstance(part, ast.FormattedValue):
            yield part.value
        elif not isinstance(part, ast.Constant):
            yield part


def _holed(parts: Iterable[ast.expr]) -> Iterator[str]:
    """The pieces with a hole for every run of expressions; holes of numbers are ``{n0}``, others ``{0}``."""
    number, after_hole = 0, False
    for part in parts:
        if isinstance(part, ast.Constant):
            assert not HOLE.search(str(part.value)), "a text of the code looks like a hole"
            yield str(part.value)
        elif not after_hole:
            yield f"{{n{number}}}" if _is_number(part) else f"{{{number}}}"
            number += 1
        after_hole = not isinstance(part, ast.Constant)


def _is_number(part: ast.expr) -> bool:
    if not isinstance(part, ast.FormattedValue):
        return False
    form = ast.literal_eval(ast.unparse(part.format_spec)[1:]) if part.format_spec is not None else ""
    return bool(NUMERIC.fullmatch(form)) or (isinstance(part.value, ast.Call) and _name(part.value.func) == "len")


def _bound(name: str, function: Function) -> Iterator[ast.expr]:
    """What a function binds a name to; of a tuple the entry in the place of the name."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[target], value=value):
                yield from _taken(name, target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                yield from _taken(name, target, value)
            case ast.AugAssign(target=target, value=value):
                yield from _taken(name, target, value)
            case ast.For(target=target, iter=values) | ast.comprehension(target=target, iter=values):
                yield from _taken(name, target, ast.Subscript(values, ast.Name("any")))


def _taken(name: str, target: ast.expr, value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple):
        for place, one in enumerate(target.elts):
            if isinstance(one, ast.Name) and one.id == name:
                yield ast.Subscript(value, ast.Constant(place))


def _caught(name: str, function: Function) -> Iterator[str]:
    """Errors of this package, and ValueError, that a function catches under a name."""
    for node in ast.walk(function):
        if isinstance(node, ast.ExceptHandler) and node.name == name and node.type is not None:
            yield from (
                word for word in re.findall(r"\w+", ast.unparse(node.type)) if word in ("UnitError", "ValueError")
            )
