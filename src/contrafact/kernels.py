"""How a kernel is compiled: one decorator, no fastmath, the GIL released, the machine code kept between runs.

Numba's own cache looks at the file in which a kernel stands and does not see an edit in a file from which it takes a
function or a constant, so the cache folder is named after a digest of every folder that holds kernels. An edit anywhere
there gives a new one.
Set ``NUMBA_DISABLE_JIT=1`` to run the same code as plain Python; integers then wrap around as silently as in machine
code, which the mixing of hashes rests on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

import numba
import numpy as np
import platformdirs
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, overload
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")
Array: TypeAlias = NDArray[Any]

PACKAGE = Path(__file__).parent
INLINED: dict[str, Any] = {
    "nogil": True, "fastmath": False, "error_model": "numpy", "inline": "never", "forceinline": True, "_nrt": False,
}  # fmt: skip
"""Inlined by LLVM, not by Numba, and without Numba's runtime, which makes arrays and counts references to them."""


@cache
def cache_folder() -> Path:
    """Folder of the compiled kernels that belong to exactly these sources."""
    texts = {source: source.read_bytes() for source in sorted(PACKAGE.glob("*/*.py"))}
    holders = {source.parent for source, text in texts.items() if b"@kernel" in text or b"@inline" in text}
    sources = [PACKAGE / "rng.py", PACKAGE / "kernels.py", *(one for one in texts if one.parent in holders)]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.relative_to(PACKAGE).as_posix().encode() + b"\0" + source.read_bytes())
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

    Only kernels call it: called from Python it would be compiled anew in every process. It may not make an array, which
    the compiler refuses: references to the arrays that it is handed need then not be counted, which costs more than
    what the smallest of them do.
    """
    compiled: Callable[P, R] = numba.njit(**INLINED)(function)
    return compiled


def prefetch(array: Array, index: int) -> None:
    """Ask the processor to bring near what a kernel reads soon. Changes no result; in plain Python nothing is done."""


@overload(prefetch, strict=False)
def _prefetch(array: Any, index: Any) -> Any:
    def impl(array: Any, index: Any) -> None:
        _fetch(array, index)  # type: ignore[call-arg]

    return impl


@intrinsic
def _fetch(_: Any, array: Any, index: Any) -> Any:
    """LLVM's prefetch for reading, into every level of the cache."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind, word, tools = signature.args[0], ir.IntType(32), cast(Any, cgutils)
        found = context.make_array(kind)(context, builder, values[0])
        address = builder.bitcast(tools.get_item_pointer(context, builder, kind, found, [values[1]]), tools.voidptr_t)
        call = ir.FunctionType(ir.VoidType(), [address.type, word, word, word])
        function = tools.get_or_insert_function(builder.module, call, "llvm.prefetch.p0")
        builder.call(function, [address, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), generate
