"""Code that was compiled from other sources must never be run."""

from __future__ import annotations

from pathlib import Path

import numba
import pytest

from contrafact import kernels
from contrafact.kernels import cache_folder, kernel


@kernel
def doubled(number: float) -> float:
    return 2.0 * number


@pytest.mark.skipif(bool(vars(numba.config)["DISABLE_JIT"]), reason="nothing is compiled")
def test_code_is_kept_in_the_folder_of_these_sources_and_others_keep_theirs() -> None:
    before = vars(numba.config)["CACHE_DIR"]
    assert doubled(2.0) == 4.0
    (signature,) = doubled.stats.cache_misses or doubled.stats.cache_hits  # type: ignore[attr-defined]
    assert signature is not None
    kept = Path(doubled._cache.cache_path)  # type: ignore[attr-defined]
    assert cache_folder() in kept.parents
    assert list(kept.glob("test_kernels.doubled-*.nbi"))
    assert vars(numba.config)["CACHE_DIR"] == before


def test_an_edit_of_any_file_with_kernels_gives_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").mkdir()
    for name, text in {"rng.py": "@inline\ndef f(): 1\n", "kernels.py": "@kernel\n", "model/a.py": "@kernel\n"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "model" / "plain.py").write_text("no machine code\n")
    monkeypatch.setattr(kernels, "PACKAGE", tmp_path)
    folders = [cache_folder.__wrapped__()]
    (tmp_path / "model" / "plain.py").write_text("edited\n")
    assert cache_folder.__wrapped__() == folders[0]
    for name in ("rng.py", "model/a.py"):
        (tmp_path / name).write_text("@inline\ndef f(): 2\n")
        folders.append(cache_folder.__wrapped__())
    assert len(set(folders)) == 3
