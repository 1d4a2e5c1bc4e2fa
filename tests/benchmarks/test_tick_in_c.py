"""The mirrors in C take what their kernels take, and a difference is found."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from benchmarks.sides import tick_in_c
from contrafact.engine import stepper

pytestmark = pytest.mark.skipif(bool(vars(numba.config)["DISABLE_JIT"]), reason="kernels are not compiled")

KERNELS = [(name, getattr(module, name)) for module, names in tick_in_c.KERNELS.items() for name in names]
KINDS = {"Array": True, "int": False, "float": False}


@pytest.mark.parametrize(("name", "kernel"), KERNELS)
def test_a_mirror_takes_the_arguments_of_its_kernel_in_their_order(name: str, kernel: Any) -> None:
    annotations = dict(kernel.py_func.__annotations__)
    annotations.pop("return")
    parameters = [one for one in tick_in_c.parameters_of(name) if not one.name.endswith("_size")]
    assert [one.name for one in parameters] == list(annotations)
    assert [one.pointer for one in parameters] == [KINDS[kind] for kind in annotations.values()]
    assert all((one.c_type == "double") == (annotations[one.name] == "float") for one in parameters if not one.pointer)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")
def test_what_c_writes_is_compared(tmp_path: Path) -> None:
    code = tick_in_c.library(str(tmp_path))
    home, site, cell = (np.array(values, np.int32) for values in ([0, 1, 1], [0, 0, 1], [2, 1, 1]))
    phase = np.array([1, 4, 5], np.uint8)  # at the site, armed, in hiding
    counted = [np.full(size, 9, np.int32) for size in (3, 3, 3, 3, 2)]
    beside = tick_in_c.Beside("count", stepper.count, code)
    beside(3, home, site, phase, cell, *counted)
    assert not beside.differs
    assert [list(one) for one in counted] == [[0, 0, 1], [0, 1, 0], [0, 1, 0], [1, 1, 0], [1, 0]]
    beside.mirror = code.nothing  # writes none of them
    beside.mirror.restype = None
    beside(3, home, site, phase, cell, *counted)
    assert not beside.differs  # what is there already is right
    cell[:] = 0
    beside(3, home, site, phase, cell, *counted)
    assert beside.differs == "call 3 of count: crowd, armed, hidden"
