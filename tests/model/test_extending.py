"""A mechanism of a user's own joins the loop where it says, moves nothing when off, and stays with its results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import contrafact as cf
from contrafact import engine, world
from contrafact.cli import main
from contrafact.model import ORDER
from contrafact.model.extending import order_with, read_mechanism, read_mechanisms

ROOT = Path(__file__).parents[2]
RAIN = ROOT / "docs" / "examples" / "rain.py"
SMALL = str(ROOT / "tests" / "data" / "small")
ON = ["parameters.rain.begins=16 h", "parameters.rain.ends=44 h", "parameters.rain.rate=2 1/h"]
HEAD = '"""What it does."""\nAFTER = "support"\nPARAMETERS = ()\n'
QUIET = {"notify": lambda _: None}


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_sends_people_home() -> None:
    wet = cf.run(cf.load(SMALL, ON, mechanisms=[RAIN]), replications=3, **QUIET)
    dry = cf.run(cf.load(SMALL), replications=3, **QUIET)
    hours = (wet.hours > 20) & (wet.hours < 44)
    assert wet.timeline["crowd"][:, hours].mean() < 0.5 * dry.timeline["crowd"][:, hours].mean()
    assert "parameters.rain.rate" in wet.draws


def test_switched_off_it_moves_no_draw_and_no_state() -> None:
    plain = engine.simulate(*_model(SMALL, [], []))
    off = engine.simulate(*_model(SMALL, ["parameters.rain.rate=0 1/h"], [RAIN]))
    assert off.outcomes == plain.outcomes
    assert all(np.array_equal(off.timeline[name], plain.timeline[name]) for name in plain.timeline)
    assert off.digest != plain.digest, "the digest names the file all the same"


def _model(source: str, overrides: list[str], mechanisms: list[Path]) -> tuple[engine.Model, int, int]:
    crisis = cf.load(source, overrides, mechanisms=mechanisms)
    return engine.prepare(crisis, world.build(crisis)), 1, 0


@pytest.mark.parametrize(
    ("head", "behind"), [('AFTER = "policy"', 1), ('BEFORE = "policy"', 0), ('AFTER = "support"', 17)]
)
def test_it_joins_the_loop_where_it_says(tmp_path: Path, head: str, behind: int) -> None:
    one = read_mechanism(written(tmp_path, f'"""Does nothing."""\n{head}\nPARAMETERS = ()\ndef step(c): pass\n'))
    order = order_with([one])
    assert order.index(one) == behind
    assert [module for module in order if module is not one] == list(ORDER)


def test_manifest_and_replay_name_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, RAIN.read_text(encoding="utf-8"), "rain.py")
    out = tmp_path / "out"
    words = ["run", SMALL, "--mechanism", str(path), "--replications", "1", "--until", "30 h", "--out", str(out)]
    found = CliRunner().invoke(main, [*words, "--quiet", "--no-pictures", "--set", ON[0]])
    assert found.exit_code == 0, found.output
    record = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    (held,) = record["mechanisms"]
    assert (held["name"], held["after"], held["sha256"]) == ("rain", "participation", read_mechanism(path).digest)
    assert f"--mechanism {path}" in record["command"]
    assert cf.replay(out, 0, mechanisms=[path], **QUIET).match
    assert cf.read(out).digest == record["digest"]
    with pytest.raises(cf.InputErrors, match=r"made with rain.py; name that file with --mechanism"):
        cf.replay(out, 0, **QUIET)
    with pytest.raises(cf.InputErrors, match=r"made with rain.py"):
        cf.load(out)
    path.write_text(path.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    with pytest.raises(cf.InputErrors, match="is not the file with which the results were made"):
        cf.replay(out, 0, mechanisms=[path], **QUIET)


def test_worker_processes_and_pairs_run_it_as_well(tmp_path: Path) -> None:
    crisis = cf.load(SMALL, ON, mechanisms=[RAIN])
    here = cf.run(crisis, replications=2, until="30 h", threads=1, **QUIET)
    there = cf.run(crisis, replications=2, until="30 h", workers=1, **QUIET)
    assert here.digests == there.digests
    arms = {"dry": {"parameters.rain.rate": "0 1/h"}, "no march": {"actions.march_to_the_square": None}}
    found = cf.compare(crisis, arms, replications=2, until="40 h", out=tmp_path / "out", **QUIET)
    assert (found.outcomes["dry"]["peak_crowd"] >= found.outcomes["recorded"]["peak_crowd"]).all()
    assert cf.replay(tmp_path / "out", 1, mechanisms=[RAIN], **QUIET).match


def test_a_fork_keeps_its_memory_to_itself(tmp_path: Path) -> None:
    text = HEAD + "import numpy as np\ndef step(c):\n    c.memory.setdefault('mine.n', np.zeros(1))[0] += 1\n"
    model, seed, number = _model(SMALL, [], [written(tmp_path, text)])
    run = engine.Run(model, seed, number)
    run.tick()
    fork = run.fork()
    run.tick()
    assert (run.context.memory["mine.n"][0], fork.context.memory["mine.n"][0]) == (2, 1)


def test_a_scenario_cannot_name_one(tmp_path: Path) -> None:
    with pytest.raises(cf.InputErrors, match=r'no mechanism declares "rain.rate"'):
        cf.load(SMALL, {"parameters.rain.rate": {"value": "1 1/h", "assumption": "so", "prior": {"uniform": [0, 2]}}})
    with pytest.raises(cf.InputErrors, match='"mechanisms"'):
        cf.load(SMALL, {"mechanisms": ["rain.py"]})


WRONG = {
    "no Python": ("def step(c:\n", "not Python", 1),
    "a failing import": ("import nothing_of_that_name\n", "cannot be executed: ModuleNotFoundError", 1),
    "no docstring": ('AFTER = "support"\nPARAMETERS = ()\ndef step(c): ...\n', "expected a line that says", None),
    "no place": ('"""It."""\nPARAMETERS = ()\ndef step(c): ...\n', "neither AFTER nor BEFORE", None),
    "no step": (HEAD, "there is no function step", None),
    "no parameters": ('"""It."""\nAFTER = "support"\ndef step(c): ...\n', "expected a tuple of Parameter", None),
    "names of others": (
        HEAD.replace("()", "(P,)").replace('AFTER', 'from contrafact.parameters import *\n'
        'P = Parameter("fear.x", "1", 0.0, CONVENTION, "nothing")\nAFTER') + "def step(c): ...\n",
        "names that begin with mine", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_lacks_something_is_told(tmp_path: Path, case: str) -> None:
    text, message, line = WRONG[case]
    path = written(tmp_path, text)
    with pytest.raises(cf.InputErrors, match=message) as told:
        read_mechanisms([path])
    assert {error.file for error in told.value.errors} == {str(path)}
    assert told.value.errors[0].line == line


def test_names_that_are_taken_and_missing_files_are_told(tmp_path: Path) -> None:
    fear = written(tmp_path, HEAD + "def step(c): ...\n", "fear.py")
    with pytest.raises(cf.InputErrors) as told:
        read_mechanisms([fear, tmp_path / "none.py"])
    assert len(told.value.errors) == 2
    found = CliRunner().invoke(main, ["run", "epstein-2002", "--mechanism", str(RAIN)])
    assert found.exit_code == 2
    assert "no mechanism joins" in found.output
