"""Where compiled kernels are kept, and that nothing is compiled anew in every process."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, cast

import numba
import numpy as np
import pytest

from contrafact import kernels, rng

DECORATORS = {"kernel", "inline"}
compiled = pytest.mark.skipif(bool(vars(numba.config)["DISABLE_JIT"]), reason="nothing is compiled")


def decorators(function: ast.FunctionDef) -> set[str]:
    """Names of a function's plain decorators."""
    return {one.id for one in function.decorator_list if isinstance(one, ast.Name)}


def called(node: ast.AST) -> set[str]:
    """Names that are called in a piece of code, outside the kernels in it."""
    if isinstance(node, ast.FunctionDef) and decorators(node) & DECORATORS:
        return set()
    own = {node.func.id} if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else set()
    return own.union(*map(called, ast.iter_child_nodes(node)))


@compiled
def test_machine_code_is_kept_in_the_folder_that_is_named_after_the_sources() -> None:
    kept = Path(cast(Any, rng.draw)._cache.cache_path)
    assert kernels.cache_folder() in kept.parents


@compiled
def test_asking_for_an_entry_changes_nothing() -> None:
    values = np.arange(6.0).reshape(2, 3)

    @numba.njit
    def rows(array: kernels.Array) -> float:
        total = 0.0
        for row in range(array.shape[0]):
            kernels.prefetch(array[row], min(row + 1, 2))
            total += array[row].sum()
        return total

    assert rows(values) == values.sum() == rows.py_func(values)


@compiled
def test_the_users_own_functions_are_kept_where_the_user_wants() -> None:
    before = vars(numba.config)["CACHE_DIR"]

    def twice(x: float) -> float:
        return 2.0 * x

    kernels.kernel(twice)
    assert vars(numba.config)["CACHE_DIR"] == before


def test_what_is_inlined_is_called_by_kernels_alone() -> None:
    """A call from Python would compile it in every process, since only kernels are kept on disk."""
    trees = {path: ast.parse(path.read_text()) for path in kernels.PACKAGE.glob("**/*.py")}
    functions = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inlined = {function.name for function in functions if "inline" in decorators(function)}
    assert "poisson" in inlined
    for path, tree in trees.items():
        imported = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
                    if node.module == "contrafact.rng" for alias in node.names}  # fmt: skip
        own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and "inline" in decorators(node)}
        assert not called(tree) & inlined & (imported | own), path.name


def test_every_file_with_kernels_is_one_that_the_folder_is_named_after() -> None:
    everywhere = kernels.PACKAGE.glob("**/*.py")
    holders = {path for path in everywhere if re.search("^@(kernel|inline)$", path.read_text(), re.MULTILINE)}
    assert holders <= {kernels.PACKAGE / "rng.py", *kernels.PACKAGE.glob("*/*.py")}


def test_an_edit_of_any_file_beside_kernels_gives_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("model", "report"):
        (tmp_path / folder).mkdir()
    for name in ("rng.py", "kernels.py", "model/a.py"):
        (tmp_path / name).write_text("@kernel\n")
    (tmp_path / "model" / "constants.py").write_text("LIMIT = 1\n")
    (tmp_path / "report" / "plain.py").write_text("no machine code\n")
    monkeypatch.setattr(kernels, "PACKAGE", tmp_path)
    folders = [kernels.cache_folder.__wrapped__()]
    (tmp_path / "report" / "plain.py").write_text("edited\n")
    assert kernels.cache_folder.__wrapped__() == folders[0]
    for name in ("rng.py", "model/a.py", "model/constants.py"):
        (tmp_path / name).write_text("@inline\n")
        folders.append(kernels.cache_folder.__wrapped__())
    assert len(set(folders)) == 4
