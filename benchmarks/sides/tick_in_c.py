"""The kernels of a tick that visit persons one by one beside the same algorithms in C, on the same arrays.

A replay is run in which every call of such a kernel is done by both, in turns which of them first. What they write and
return is compared bit by bit, and the run goes on with it; at the first difference it ends, and "differs" tells where.
A time is that of the thread around a call from Python: the second of two on the same arrays, so that neither finds its
code cold. C is called with arguments that were made ready before. What such a call costs beside the work is measured by
calling nothing with the same arguments, a function compiled by the same compiler, and is taken off on both sides;
"calling" is what it comes to on ours, since a tick does call its kernels from Python.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numba
import numpy as np

import contrafact as cf
from contrafact import engine, world
from contrafact.engine import stepper
from contrafact.engine.running import Run
from contrafact.model import crowd_control, movement, participation

SOURCES = Path(__file__).parent / "tick"
FLAGS = ("-O3", "-march=native", "-fopenmp", "-ffp-contract=off", "-shared", "-fPIC")
KERNELS: dict[ModuleType, tuple[str, ...]] = {
    participation: ("join", "leave"),
    movement: ("walk",),
    crowd_control: ("police_crowd", "fire"),
    stepper: ("settle", "keep", "enter", "count", "sort"),
}
DTYPES = {"double": "f8", "uint8_t": "u1", "int32_t": "i4", "int64_t": "i8", "uint64_t": "u8"}
OF_PERSONS = ("status", "winner")
SPARE = 2**14
"""Rows that are compared beyond as many as there are slots and proposals; arrays of persons are compared whole."""


class Parameter(NamedTuple):
    """A parameter of a C function; one whose name ends in _size is the number of elements of an array."""

    name: str
    c_type: str
    pointer: bool
    written: bool

    def ready(self, given: dict[str, Any]) -> Any:
        """The argument for ctypes."""
        if self.name.endswith("_size"):
            return ctypes.c_int64(given[self.name.removesuffix("_size")].size)
        value = given[self.name]
        if not self.pointer:
            return ctypes.c_double(value) if self.c_type == "double" else ctypes.c_int64(int(value))
        assert value.dtype == np.dtype(DTYPES[self.c_type]), f"{self.name} is {value.dtype}"
        assert value.flags.c_contiguous, self.name
        return ctypes.c_void_p(value.ctypes.data)


def parameters_of(function: str) -> list[Parameter]:
    """Parameters of a C function by the text of the sources."""
    text = "\n".join(path.read_text() for path in sorted(SOURCES.glob("*.c")))
    found = re.search(rf"^\w+ {function}\(([^)]*)\) {{", text, re.MULTILINE)
    assert found is not None, function
    parameters = []
    for one in found[1].split(","):
        const, c_type, star, name = re.fullmatch(r"\s*(const )?(\w+) (\*?)(\w+)", one).groups()  # type: ignore[union-attr]
        parameters.append(Parameter(name, c_type, bool(star), bool(star) and not const))
    return parameters


def constants() -> str:
    """A C header with the numbers that stand in capitals in the modules."""
    numbers = {name: value for module in KERNELS for name, value in vars(module).items()
               if name.isupper() and type(value) in (int, float)}  # fmt: skip
    lines = [f"#define {name} ({value})" for name, value in numbers.items()]
    table = ", ".join(map(str, stepper.COUNT_OF))
    return "\n".join(["#include <math.h>", "#include <stdint.h>", *lines,
                      f"static const int64_t COUNT_OF[] = {{{table}}};", ""])  # fmt: skip


def library(folder: str) -> Any:
    """The C files, compiled."""
    header, path = Path(folder) / "constants.h", Path(folder) / "tick.so"
    header.write_text(constants())
    sources = map(str, sorted(SOURCES.glob("*.c")))
    subprocess.run(["gcc", *FLAGS, "-include", str(header), *sources, "-o", str(path), "-lm"], check=True)
    return ctypes.CDLL(str(path))


def timed(function: Callable[..., Any], given: tuple[Any, ...]) -> tuple[float, Any]:
    """Seconds that a call took, and what it returned."""
    begun = time.thread_time()
    returned = function(*given)
    return time.thread_time() - begun, returned


class Beside:
    """A kernel that has C do the same work whenever it is called.

    seconds  so far: "ours" and "c", and "ours_empty" and "c_empty" of calls of nothing
    differs  where both differed, empty as long as they do not
    """

    def __init__(self, name: str, kernel: Any, code: Any) -> None:
        self.name, self.kernel, self.mirror, self.nothing = name, kernel, getattr(code, name), code.nothing
        self.names = list(inspect.signature(kernel.py_func).parameters)
        self.parameters = parameters_of(name)
        assert [one.name for one in self.parameters if not one.name.endswith("_size")] == self.names, name
        returns = kernel.py_func.__annotations__["return"]
        self.mirror.restype = None if returns == "None" else ctypes.c_int64
        self.empty = numba.njit(eval(f"lambda {', '.join(self.names)}: None"))
        self.seconds = dict.fromkeys(("ours", "c", "ours_empty", "c_empty"), 0.0)
        self.calls, self.differs = 0, ""

    def __call__(self, *values: Any) -> Any:
        """Call all, each on what was there before; leaves and returns what ours does."""
        given = dict(zip(self.names, values, strict=True))
        rows = given.get("n", 0) + given.get("slots", 0) + SPARE
        written = {one.name: given[one.name] if one.name in OF_PERSONS else given[one.name][:rows]
                   for one in self.parameters if one.written}  # fmt: skip
        before = {name: array.copy() for name, array in written.items()}
        ready = tuple(one.ready(given) for one in self.parameters)
        sides = [
            ("ours", self.kernel, self.empty, values),
            ("c", self.mirror, self.nothing, ready),
            ("ours_empty", self.empty, self.empty, values),
            ("c_empty", self.nothing, self.nothing, ready),
        ]
        results = {}
        for side, function, empty, arguments in sides if self.calls % 2 else reversed(sides):
            for _ in range(2):  # the second counts: it does not find its code cold
                for name, array in written.items():
                    array[:] = before[name]
                empty(*arguments)  # nor the way from Python to it
                seconds, returned = timed(function, arguments)
            self.seconds[side] += seconds
            results[side] = returned, {name: array.copy() for name, array in written.items()}
        self.calls += 1
        (ours, left), (theirs, left_by_c) = results["ours"], results["c"]
        assert (ours or 0) <= rows, f"{self.name} writes beyond what is compared"
        for name, array in written.items():
            array[:] = left[name]
        wrong = [name for name in written if left[name].tobytes() != left_by_c[name].tobytes()]
        if wrong or ours != theirs:
            self.differs = f"call {self.calls} of {self.name}: {', '.join(wrong) or 'what is returned'}"
        return ours

    def told(self) -> dict[str, float]:
        """Seconds of the work of both, those of our calls from Python, and the number of calls."""
        spent = self.seconds
        return {"ours": spent["ours"] - spent["ours_empty"], "c": spent["c"] - spent["c_empty"],
                "calling": spent["ours_empty"], "calls": self.calls}  # fmt: skip


def main() -> None:
    """Replay with both."""
    asked = json.load(sys.stdin)
    crisis = cf.load("almaty-2022", ["draw=central"])
    model = engine.prepare(crisis, world.build(crisis))
    engine.simulate(model, 1, 0, until_hours=1.0)
    with tempfile.TemporaryDirectory() as folder:
        code = library(folder)
        compared = []
        for module, names in KERNELS.items():
            for name in names:
                compared.append(Beside(name, getattr(module, name), code))
                setattr(module, name, compared[-1])
        run = Run(model, 1, asked["seed"], until_hours=asked["hours"])
        while run.under_way and not any(one.differs for one in compared):
            run.tick()
    by_kernel = {one.name: one.told() for one in compared}
    total = {side: sum(one[side] for one in by_kernel.values()) for side in ("ours", "c", "calling")}
    differs = "; ".join(one.differs for one in compared if one.differs)
    print(json.dumps({"seconds": total["ours"], "c": total["c"], "calling": total["calling"], "ticks": run.done,
                      "differs": differs, "kernels": by_kernel}))  # fmt: skip


if __name__ == "__main__":
    main()
