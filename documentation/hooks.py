"""Hooks of MkDocs: the reference is generated from the program, and links out of the documentation become paths."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

import reference  # noqa: E402

OUTWARD = re.compile(r"\[([^\]\n]+)\]\((?:\.\./)+([^)\s]+)\)")


def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages of the reference."""
    for name, text in reference.pages().items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:
    """A link to a file of the repository that is no page becomes its path in the repository."""
    del config
    depth = Path(page.file.src_uri).parent

    def told(link: re.Match[str]) -> str:
        target = os.path.normpath((depth / link[0].rpartition("(")[2][:-1]).as_posix()).partition("#")[0]
        if files.get_file_from_path(target) is not None:
            return link[0]
        return f"{link[1]} (`{link[2]}`)"

    return OUTWARD.sub(told, markdown)
