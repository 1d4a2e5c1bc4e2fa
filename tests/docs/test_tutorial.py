"""The tutorial is executed as written: files are saved, commands run in order, and what it says they print is there.

Files that it links to in its own folder are there from the start, as for somebody who has downloaded them.

A block of text after commands lists fragments that their output must hold, in any order. A command that ends in
`# exit code N` must leave with that code, every other one with 0.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
GIVEN = TUTORIAL.with_suffix("")
BLOCK = re.compile(r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL)
CODE = re.compile(r"\s*# exit code (\d+)$")


class Block(NamedTuple):
    kind: str
    title: str | None
    body: str


def blocks() -> Iterator[Block]:
    for found in BLOCK.finditer(TUTORIAL.read_text(encoding="utf-8")):
        yield Block(found["kind"], found["title"], found["body"])


def run(line: str, folder: Path) -> str:
    """Output of one command, both streams; AssertionError where its exit code is not the one expected."""
    wanted = CODE.search(line)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "120"}
    done = subprocess.run(
        ["bash", "-c", CODE.sub("", line)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr
    assert done.returncode == (int(wanted[1]) if wanted else 0), f"{line}\n{output}"
    return output


def test_the_tutorial_works_from_an_empty_folder(tmp_path: Path) -> None:
    output, commands = "", 0
    for file in GIVEN.iterdir():
        assert f"]({GIVEN.name}/{file.name})" in TUTORIAL.read_text(encoding="utf-8")
        shutil.copy(file, tmp_path)
    for block in blocks():
        if block.title is not None:
            (tmp_path / block.title).write_text(block.body, encoding="utf-8")
        elif block.kind == "sh":
            lines = [line for line in block.body.splitlines() if line.strip()]
            output = "".join(run(line, tmp_path) for line in lines)
            commands += len(lines)
        elif block.kind == "text":
            for fragment in block.body.splitlines():
                assert " ".join(fragment.split()) in " ".join(output.split()), f"{fragment!r} is not in\n{output}"
    assert commands >= 12
    assert (tmp_path / "results" / "baltimore" / "pictures" / "maps.png").is_file()
    assert (tmp_path / "baltimore" / "place.png").is_file()
