"""The tutorial is executed as written: files are saved, commands run in order, and what it says they print is there.

Files that it links to in its own folder are there from the start, as for somebody who has downloaded them.

A block of text after commands lists fragments that their output must hold, in any order. A command that ends in
`# exit code N` must leave with that code, every other one with 0.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from contrafact.cli import main

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


def run(line: str) -> str:
    """Output of one command, both streams; AssertionError where its exit code is not the one expected.

    Commands of contrafact are called in this process, which spares the start of an interpreter for each; every other
    one is a matter of the shell.
    """
    wanted, plain = CODE.search(line), CODE.sub("", line)
    words = shlex.split(plain)
    if words[0] == "contrafact":
        found = CliRunner().invoke(main, words[1:])
        code, output = found.exit_code, found.output
    else:
        done = subprocess.run(["bash", "-c", plain], capture_output=True, text=True, check=False)
        code, output = done.returncode, done.stdout + done.stderr
    assert code == (int(wanted[1]) if wanted else 0), f"{line}\n{output}"
    return output


def test_the_tutorial_works_from_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    output, commands = "", 0
    for file in GIVEN.iterdir():
        assert f"]({GIVEN.name}/{file.name})" in TUTORIAL.read_text(encoding="utf-8")
        shutil.copy(file, tmp_path)
    for block in blocks():
        if block.title is not None:
            (tmp_path / block.title).write_text(block.body, encoding="utf-8")
        elif block.kind == "sh":
            lines = [line for line in block.body.splitlines() if line.strip()]
            output = "".join(run(line) for line in lines)
            commands += len(lines)
        elif block.kind == "text":
            for fragment in block.body.splitlines():
                assert " ".join(fragment.split()) in " ".join(output.split()), f"{fragment!r} is not in\n{output}"
    assert commands >= 12
    assert (tmp_path / "results" / "baltimore" / "pictures" / "maps.png").is_file()
    assert (tmp_path / "baltimore" / "place.png").is_file()
