"""How a kernel is compiled: one decorator, no fastmath, the GIL released, the machine code kept between runs.

Numba's own cache looks at the file in which a kernel stands and does not see an edit in a file that it calls, so the
cache folder is named after a digest of every source file that holds kernels. An edit anywhere gives a new folder.
Set ``NUMBA_DISABLE_JIT=1`` to run the same code as plain Python; integers then wrap around as silently as in machine
code, which the mixing of hashes rests on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numba
import numpy as np
import platformdirs
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")
Array: TypeAlias = NDArray[Any]

PACKAGE = Path(__file__).parent


@cache
def cache_folder() -> Path:
    """Folder of the compiled kernels that belong to exactly these sources."""
    sources = [PACKAGE / "rng.py", PACKAGE / "kernels.py", *sorted(PACKAGE.glob("*/*.py"))]
    digest = hashlib.sha256()
    for source in sources:
        text = source.read_bytes()
        if b"@kernel" in text or b"@inline" in text:
            digest.update(source.name.encode() + b"\0" + text)
    return Path(platformdirs.user_cache_dir("contrafact")) / f"kernels-{digest.hexdigest()[:16]}"


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers at its first call and keep the machine code on disk."""
    if vars(numba.config)["DISABLE_JIT"]:
        return np.errstate(over="ignore")(function)
    with _cached_in(cache_folder()):
        compiled: Callable[P, R] = numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")(function)
    return compiled


@contextmanager
def _cached_in(folder: Path) -> Iterator[None]:
    """Where numba keeps the code of what is decorated meanwhile; other users of numba keep theirs where they do."""
    settings = vars(numba.config)
    before = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = str(folder)
    try:
        yield
    finally:
        settings["CACHE_DIR"] = before


def inline(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small function that kernels call; it becomes part of each caller's cache entry.

    Only kernels call it: called from Python it would be compiled anew in every process.
    """
    compiled: Callable[P, R] = numba.njit(
        nogil=True, fastmath=False, error_model="numpy", inline="never", forceinline=True
    )(function)  # inline by LLVM, else references to arrays are counted at each call
    return compiled
