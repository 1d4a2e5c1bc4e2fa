"""Nothing of what commands say in lines stays English under --lang vi: help, claims, progress, notices."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import contrafact as cf
from contrafact import terminal
from contrafact.app import serving, showing
from contrafact.cli import main
from contrafact.experiment import checkup, estimating
from contrafact.experiment.description import CalmCheck, Description
from contrafact.experiment.lattice_description import LatticeDescription
from contrafact.experiment.manifest import Manifest, packages
from contrafact.experiment.protocol import AnyDescription
from contrafact.experiment.replaying import Replayed
from contrafact.lattice.rules import CHOICES, DECLARED
from contrafact.report.evidence import claim_lines, claims_markdown
from contrafact.translation import speaking
from tests.report.test_wholly_vietnamese import bracketed, english

__all__ = ["bracketed"]

SMALL = Path(__file__).parents[1] / "data" / "small"
IDS = re.compile(r"\b(?:[ABR]\d+|[a-z]+\d{4}[a-z]*|[a-z_0-9]+(?:/[\w-]+)+)\b")
"""Rows of the record and of its tables, and works."""


TERM = re.compile(r"^  (-\S+( \S+)*|[a-z-]+)(  +|$)")
"""What stands first in a row of help: an option with what it takes, or a command."""


def below(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """Words by which a group and all commands below it are called."""
    yield path
    for name, command in group.commands.items():
        yield from below(command, *path, name) if isinstance(command, click.Group) else [(*path, name)]


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("path", list(below(main)), ids=" ".join)
def test_help(path: tuple[str, ...]) -> None:
    asked = CliRunner().invoke(main, [*path, "--help", "--lang", "vi"], terminal_width=2000)
    assert asked.exit_code == 0
    usage, *lines = asked.stdout.splitlines()
    assert usage.startswith(f"⟦Cách dùng:⟧ {' '.join(('main', *path))} [OPTIONS]")
    assert len(lines) > 6
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    defaults = (str(option.default) for option in command.params if getattr(option, "show_default", False))
    assert english((TERM.sub("", line) for line in lines), *defaults) == set()


def in_description(found: AnyDescription) -> Iterator[str]:
    """Everything that a description says, but for the names under which a scenario file has its parts."""
    for number, section in enumerate(found.sections):
        yield section.title
        yield "\n".join(section.lines)
        yield from section.columns
        counts = len(section.columns) == 2
        yield from chain.from_iterable(row if counts else row[1:] for row in section.rows)
        assert number < 12


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("name", ["almaty-2022", "baltimore-2015", "csto-2022"])
def test_the_description_of_a_city(name: str) -> None:
    found = cf.describe(cf.load(name), draws=0)
    assert isinstance(found, Description)
    crisis = found.scenario
    shown = [IDS.sub("", text) for text in in_description(replace(found, calm=CalmCheck(40, 0.975)))]
    assert sum(text.startswith("⟦giả định: ⟧") for text in shown) > 20
    settings = chain.from_iterable(switch.settings for switch in crisis.switches.values())
    assert english(shown, *settings, "afpam") == set()


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("overrides", [[], ["run=run-5", "rules.order=act_first", "rules.vision=3"]])
def test_the_description_of_a_lattice(overrides: list[str]) -> None:
    found = cf.describe(cf.load("epstein-2002", overrides))
    assert isinstance(found, LatticeDescription)
    *shown, works = (text for text in in_description(found) if text)
    assert len(shown) > 100
    assert "doi:" in works or "doi:" in shown[-1]
    names = (*found.scenario.runs, *chain.from_iterable(CHOICES.values()), *(rule.name for rule in DECLARED))
    assert english((text for text in shown if "doi:" not in text), *names, "endless", "true", "epstein") == set()


def test_a_description_in_a_document_is_english() -> None:
    found = cf.describe(cf.load("csto-2022"), draws=0)
    document = found.as_dict()
    with speaking("vi"):
        assert found.as_dict() == document
        described = CliRunner().invoke(main, ["describe", "csto-2022", "--draws", "0", "--lang", "vi"])
    assert "\nCác thực thể\n" in described.stdout


@pytest.mark.usefixtures("bracketed")
def test_claims_beside_the_record() -> None:
    found = cf.claims(cf.load("almaty-2022"))
    quotes = re.compile("|".join(sorted((re.escape(one.claim.quote_vi) for one in found), key=len, reverse=True)))
    lines = [line for line in claim_lines(found) if not re.match(r"  R\d{3}  ", line)]  # what sources said
    told = [quotes.sub("", text) for text in (*lines, *re.split(r"[|\n]", claims_markdown(found)))]
    arms = re.findall(r"\w+_\w+", "\n".join(lines))
    assert len(arms) > 20
    assert english(told, "almaty-2022", "recorded restraint", *(name.replace("_", " ") for name in arms)) == set()


def test_dates_and_units_of_what_a_source_said() -> None:
    with speaking("vi"):
        lines = list(claim_lines(cf.claims(cf.load("almaty-2022"))))
    (found, *_) = (line for line in lines if line.startswith("  R085"))
    assert " 13 người, 2022-01-05 đến 2022-01-06, Almaty (" in found


@pytest.mark.usefixtures("bracketed")
def test_shipped_scenarios_in_one_line_each() -> None:
    listed = cf.scenarios()
    assert english(map(str, listed), *(one.name for one in listed)) == set()


BARS = (
    ("describe", "--draws", "-1"),
    ("score", "--replications", "0"),
    ("power", "--replications", "0"),
    ("claims",),
    ("sweep", "--points", "0"),
    ("sensitivity", "--samples", "0"),
    ("calibrate", "--population", "0"),
    ("calibrate", "--recovery", "0"),
    ("calibrate", "--screen", "0"),
)
"""Commands that show a bar and then refuse what is asked."""


@pytest.mark.usefixtures("bracketed")
def test_labels_of_progress(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    labels: list[str] = []

    class Noted(terminal.Bar):
        def __init__(self, label: str, wanted: bool = True) -> None:
            labels.append(label)
            super().__init__(label, wanted)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(terminal, "Bar", Noted)
    for command, *options in BARS:
        assert CliRunner().invoke(main, [command, str(SMALL), *options, "--lang", "vi"]).exit_code == 2
    assert len(labels) == len(BARS)
    assert english(labels) == set()


@pytest.mark.usefixtures("bracketed")
def test_sizes_on_a_disk() -> None:
    assert estimating.amount(12) == "12 ⟦byte⟧"
    assert english([estimating.sentence(120.0, 3e6, 10.0).say()]) == set()


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("torn", ["outcomes/part-000000-000002.parquet", "replications/part-000000-000002.npz"])
def test_what_is_torn(tmp_path: Path, torn: str) -> None:
    out = tmp_path / "out"
    options: dict[str, Any] = {"out": out, "replications": 9, "threads": 1, "until": "2 h", "shard_size": 3}
    done: list[int] = []
    with pytest.raises(cf.Interrupted):
        cf.run(cf.load(SMALL), stop=lambda: len(done) >= 4, progress=lambda count, _: done.append(count), **options)
    content = (out / torn).read_bytes()
    (out / torn).write_bytes(content[: len(content) // 2])
    told: list[str] = []
    cf.run(cf.load(SMALL), resume=True, notify=told.append, **options)
    assert len(told) == 1
    errors = "the file was torn or edited", "cannot be read: File is not a zip file"
    assert english((re.sub(r"[^\s⟦⟧]*/out/[^\s⟦⟧]*", "", line) for line in told), *errors) == set()


@pytest.mark.usefixtures("bracketed")
def test_what_the_server_says(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(serving.uvicorn.Server, "run", lambda _server, sockets: None)
    monkeypatch.setattr(showing.view, "unfolded", lambda _content: {"scenario": {"digest": "another"}})
    serving.serve(None, 0, 1, told.append)
    assert len(told) == 3
    assert english((re.sub(r"http:[^⟦]+|almaty-2022", "", line) for line in told), "Ctrl") == set()


@pytest.mark.usefixtures("bracketed")
def test_what_has_changed_and_what_is_wrong_with_a_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Manifest.model_construct(contrafact="0", python="1", packages={"numpy": "1"}, platform="elsewhere")
    terminal.show_replayed(Replayed(3, "a", "b", tuple(before.differences())))
    monkeypatch.setattr(checkup, "_can_write", lambda _folder: False)
    monkeypatch.setattr(checkup, "_rate", lambda _notify: 1e6)
    terminal.show_checkup(cf.doctor())
    found, wrong = capsys.readouterr()
    names = ("contrafact", "python dev", "platform", "elsewhere", platform.platform(), *packages())
    assert len(wrong.splitlines()) == 5
    assert len(found.splitlines()) == 4
    assert english([wrong, found.replace(str(checkup.cache_folder()), "")], *names) == set()
