"""Built worlds kept between runs, each checked before it is used.

A file is named KEY.DIGEST.npz: KEY stands for the inputs and the code that made it, DIGEST is the SHA-256 of its bytes.
A file whose bytes do not match its name (torn, edited) is removed and the world is built anew. A folder that cannot be
written to costs time, never a run.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
import time
from pathlib import Path

import h3
import numpy as np
import platformdirs

from contrafact.kernels import Array

KEPT = 16
"""Worlds that stay in the folder; the ones longest unused go first."""

DRAFT_LIVES_S = 3600.0


def folder() -> Path:
    """The user's cache folder for worlds."""
    return Path(platformdirs.user_cache_dir("contrafact")) / "worlds"


def code_digest() -> str:
    """Digest of the sources that shape a world and of the version of H3, so that an edit makes old files unfit."""
    here = Path(__file__).parent
    digest = hashlib.sha256(str(h3.versions()).encode())
    for source in [*sorted(here.glob("*.py")), here.parent / "rng.py"]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def load(key: str) -> dict[str, Array] | None:
    """Arrays stored under a key, or None when there are none that can be trusted."""
    for path in _files(key):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if path.name.split(".")[1] == hashlib.sha256(content).hexdigest():
            with contextlib.suppress(OSError):
                os.utime(path)
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        with contextlib.suppress(OSError):
            path.unlink()
    return None


def store(key: str, arrays: dict[str, Array]) -> None:
    """Write arrays under a key, whole or not at all; do nothing when the folder does not let us."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    content = buffer.getvalue()
    name = f"{key}.{hashlib.sha256(content).hexdigest()}.npz"
    with contextlib.suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f"{key}.", suffix=".draft", dir=folder())
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(folder() / name)
        finally:
            Path(draft).unlink(missing_ok=True)
        _prune(name, key)


def _files(key: str) -> list[Path]:
    return sorted(folder().glob(f"{key}.*.npz"))


def _prune(newest: str, key: str) -> None:
    """Remove other files of the same key, the longest unused above the number kept, and what killed runs left."""
    for path in _files(key):
        if path.name != newest:
            path.unlink(missing_ok=True)
    by_use = sorted(folder().glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    abandoned = [path for path in folder().glob("*.draft") if path.stat().st_mtime < time.time() - DRAFT_LIVES_S]
    for path in by_use[KEPT:] + abandoned:
        path.unlink(missing_ok=True)
