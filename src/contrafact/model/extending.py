"""A mechanism in a user's own file: read when it is named on the command line or through the API, never by a scenario.

The file is Python and is executed, so only name one whose author you trust. It holds

    AFTER = "support"          the mechanism behind which it joins the loop; or BEFORE
    PARAMETERS = (...)         numbers that it declares, named after the file: rumours.rate in rumours.py
    def step(c): ...           what it does in a tick; see context.py

and a docstring, whose first line says what it does. It reads ``c.now`` and writes ``c.next``, proposes changes of
status (``c.propose``), and may keep arrays of its own in ``c.memory``, named like its parameters. Its random numbers
are drawn by ``rng`` with decisions named so too, and then no other draw moves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from contrafact.errors import InputError, InputErrors
from contrafact.model import ORDER, PARAMETERS
from contrafact.parameters import Parameter

OPTION = "--mechanism"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
PLACES = tuple(module.__name__.rpartition(".")[2] for module in ORDER)
"""Names of the mechanisms of the loop, in their order."""


@dataclass(frozen=True, eq=False)
class Extension:
    """A mechanism of a user's own.

    name     that of its file, without .py
    digest   SHA-256 of the file, in hexadecimal
    place    number of the mechanism of the loop before which it stands
    purpose  first line of its docstring
    """

    name: str
    path: Path
    digest: str
    place: int
    purpose: str
    parameters: tuple[Parameter, ...]
    step: Callable[[Any], None]

    @property
    def __name__(self) -> str:
        """Its name, as a module has it."""
        return self.name

    def __reduce__(self) -> tuple[Callable[..., Extension], tuple[Path, str]]:
        """Another process reads the file again; it must be the same then."""
        return (_same, (self.path, self.digest))

    def as_dict(self) -> dict[str, str]:
        """What a manifest holds of it."""
        behind = PLACES[self.place - 1] if self.place else ""
        return {"name": self.name, "file": self.path.name, "sha256": self.digest, "after": behind}


def read_mechanisms(paths: Iterable[str | Path]) -> tuple[Extension, ...]:
    """Mechanisms of files, in the order given; InputErrors with all that is wrong."""
    found: list[Extension] = []
    errors: list[InputError] = []
    for path in paths:
        try:
            one = read_mechanism(Path(path))
            if one.name in {other.name for other in found}:
                raise InputError(f"two files are called {one.name}.py", str(path), key=OPTION, found=one.name)
            found.append(one)
        except InputError as error:
            errors.append(error)
        except InputErrors as several:
            errors.extend(several.errors)
    if errors:
        raise InputErrors(errors)
    return tuple(found)


def read_mechanism(path: Path) -> Extension:
    """The mechanism of one file, which is executed; InputError(s) where it cannot be, or lacks what it must have."""
    path = path.resolve()
    try:
        source = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(path), key=OPTION, found=path.name) from error
    name = path.stem
    if path.suffix != ".py" or NAME.fullmatch(name) is None or name in (*PLACES, "recording"):
        allowed = "small letters, digits and _, ending in .py, and no name of a mechanism of the loop"
        raise InputError(f"found the name {path.name}, expected {allowed}", str(path), key=OPTION, allowed=allowed)
    module = ModuleType(name)
    module.__file__ = str(path)
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    except SyntaxError as error:
        raise InputError(f"not Python: {error.msg}", str(path), error.lineno, error.offset, OPTION) from error
    except Exception as error:
        message = f"cannot be executed: {type(error).__name__}: {error}"
        raise InputError(message, str(path), _line(error, path), key=OPTION) from error
    errors = list(_wrong(module, path))
    if errors:
        raise InputErrors(errors)
    purpose = (module.__doc__ or "").strip().partition("\n")[0]
    digest = hashlib.sha256(source).hexdigest()
    return Extension(name, path, digest, _place(module), purpose, tuple(module.PARAMETERS), module.step)


def order_with(extensions: Sequence[Extension]) -> tuple[Any, ...]:
    """The mechanisms of a tick; of extensions at one place the first named comes first."""
    order: list[Any] = []
    for place in range(len(ORDER) + 1):
        order += [one for one in extensions if one.place == place]
        order += ORDER[place : place + 1]
    return tuple(order)


def parameters_with(extensions: Sequence[Extension]) -> dict[str, Parameter]:
    """Every parameter by name, those of extensions last."""
    return PARAMETERS | {one.name: one for extension in extensions for one in extension.parameters}


def check_same(recorded: Sequence[dict[str, str]], given: Sequence[Extension], where: str) -> None:
    """InputErrors where results were made with other mechanisms than those that are named now."""
    now = {one.name: one.digest for one in given}
    errors = []
    for one in recorded:
        if one["name"] not in now:
            message = f"the results were made with {one['file']}; name that file with {OPTION}"
            errors.append(InputError(message, where, key=OPTION, allowed=one["file"]))
        elif now[one["name"]] != one["sha256"]:
            message = f"{one['file']} is not the file with which the results were made"
            errors.append(
                InputError(message, where, key=OPTION, found=now[one["name"]], allowed=f"SHA-256 {one['sha256']}")
            )
    for name in now.keys() - {one["name"] for one in recorded}:
        errors.append(InputError(f"the results were made without {name}.py", where, key=OPTION, found=name))
    if errors:
        raise InputErrors(errors)


def _same(path: Path, digest: str) -> Extension:
    found = read_mechanism(path)
    if found.digest != digest:
        raise InputError("the file has changed while it was in use", str(path), key=OPTION)
    return found


def _line(error: Exception, path: Path) -> int | None:
    """Line of the file at which an exception arose."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _place(module: ModuleType) -> int:
    before = getattr(module, "BEFORE", None)
    return PLACES.index(before) if before is not None else PLACES.index(module.AFTER) + 1


def _wrong(module: ModuleType, path: Path) -> Iterable[InputError]:
    """What the file lacks."""

    def error(key: str, message: str, allowed: str) -> InputError:
        return InputError(f"{message}, expected {allowed}", str(path), key=key, allowed=allowed)

    if not (module.__doc__ or "").strip():
        yield error("docstring", "there is none", "a line that says what the mechanism does")
    named = [getattr(module, key) for key in ("AFTER", "BEFORE") if hasattr(module, key)]
    if len(named) != 1 or named[0] not in PLACES:
        yield error("AFTER", f"found {named or 'neither AFTER nor BEFORE'}", f"one of {', '.join(PLACES)}")
    if not callable(getattr(module, "step", None)):
        yield error("step", "there is no function step", "def step(c): ...")
    declared = getattr(module, "PARAMETERS", None)
    if not isinstance(declared, tuple) or not all(isinstance(one, Parameter) for one in declared):
        yield error("PARAMETERS", f"found {type(declared).__name__}", "a tuple of Parameter, () for none")
        return
    for one in declared:
        if not one.name.startswith(f"{module.__name__}."):
            yield error("PARAMETERS", f"found {one.name}", f"names that begin with {module.__name__}.")
