"""What ``@inline`` marks in the lattice: functions that kernels call, as elsewhere, but that may not make arrays.

Numba then need not count references to the arrays that they are handed, which took up to two thirds of a tick: a unit's
turn is so short that each count is felt. A function that does make an array is refused by the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba

OPTIONS: dict[str, Any] = {
    "nogil": True, "fastmath": False, "error_model": "numpy", "inline": "never", "forceinline": True, "_nrt": False,
}  # fmt: skip

P = ParamSpec("P")
R = TypeVar("R")


def inline(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small function that only kernels call and that makes no array."""
    compiled: Callable[P, R] = numba.njit(**OPTIONS)(function)
    return compiled
