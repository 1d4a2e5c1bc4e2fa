"""Trees of the shipped scenarios, kept between runs: reading their YAML takes a good part of the start of a command.

There is one file for each, with a digest of the text and of the code that read it. A file that is torn, of another text
or of other code is not used, and is written anew. A folder that cannot be written to costs time, never a run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import platformdirs

from contrafact.scenario import reading
from contrafact.scenario.problems import Mark, Marks


def folder() -> Path:
    """The user's cache folder for what was read."""
    return Path(platformdirs.user_cache_dir("contrafact")) / "scenarios"


def read_shipped(text: str, path: Path) -> tuple[Any, Marks]:
    """What ``reading.read_yaml`` gives for the text of a shipped scenario."""
    code = Path(reading.__file__).read_bytes()
    digest = hashlib.sha256(code + b"\0" + text.encode()).hexdigest()
    kept = folder() / f"{path.parent.name}.json"
    try:
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found["digest"] == digest:
            return found["tree"], Marks(_marks(found["keys"]), _marks(found["values"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or one that is torn
    tree, marks = reading.read_yaml(text, str(path))
    keys, values = ([[where, *mark] for where, mark in table.items()] for table in (marks.keys, marks.values))
    _store(kept, json.dumps({"digest": digest, "tree": tree, "keys": keys, "values": values}))
    return tree, marks


def _marks(rows: list[list[Any]]) -> dict[tuple[str | int, ...], Mark]:
    """Marks by path, from rows (path, line, column)."""
    return {tuple(path): Mark(line, column) for path, line, column in rows}


def _store(kept: Path, text: str) -> None:
    """Write a file whole or not at all."""
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(suffix=".draft", dir=kept.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(draft).replace(kept)
        finally:
            Path(draft).unlink(missing_ok=True)
