"""The command line: exit codes, what goes to which stream, and nothing left behind by what fails."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import contrafact as cf
from contrafact import engine
from contrafact.cli import main
from contrafact.experiment.result import CUSTODY_NOTE

SMALL = str(Path(__file__).parent / "data" / "small")
Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, words, catch_exceptions=False)


def run(call: Call, *words: str) -> Result:
    return call("run", SMALL, "--until", "3 h", "--replications", "2", "--no-pictures", *words)


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'numba', 'scipy', 'pydantic', 'numpy', 'duckdb', 'rich', 'h3', 'pint', 'altair'}"
    script = (
        "import sys; from contrafact.cli import main; main(['--help'], standalone_mode=False); "
        f"found = {heavy} & set(sys.modules); assert not found, found"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "replay" in done.stdout


def test_importing_what_a_run_uses_imports_nothing_that_other_commands_need() -> None:
    others = (
        "{'scipy.stats', 'altair', 'pint', 'rich.progress', 'contrafact.lattice', "
        "'contrafact.importers', 'contrafact.experiment.calibration', 'contrafact.experiment.claiming'}"
    )
    script = (
        "import sys, contrafact as cf; cf.load, cf.run, cf.terminal; "
        f"found = {others} & set(sys.modules); assert not found, found"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_command_leaves_the_interpreter_as_it_was(call: Call) -> None:
    before = gc.get_threshold()
    call("list")
    assert gc.get_threshold() == before


@pytest.mark.parametrize("words", [("--lang", "tlh", "list", "--json"), ("list", "--lang", "tlh", "--json")])
def test_a_language_that_there_is_not_is_told_as_json_too(call: Call, words: tuple[str, ...]) -> None:
    found = call(*words)
    assert found.exit_code == 2
    (error,) = json.loads(found.stdout)["errors"]
    assert 'found "tlh"' in error["message"]


def test_version_is_the_packages(call: Call) -> None:
    assert call("--version").stdout == f"contrafact, version {cf.__version__}\n"


def test_a_misspelt_command_is_told_the_nearest(call: Call) -> None:
    found = call("replayy")
    assert found.exit_code == 2
    assert "replay" in found.stderr


def test_list_names_the_shipped_scenarios(call: Call) -> None:
    assert call("list").stdout.startswith("almaty-2022 ")
    listed = json.loads(call("list", "--json").stdout)["scenarios"]
    assert [one["name"] for one in listed] == ["almaty-2022", "baltimore-2015", "csto-2022", "epstein-2002"]
    assert [one["start"] for one in listed] == [
        "2022-01-04T00:00:00",
        "2015-04-25T06:00:00",
        "2022-01-02T00:00:00",
        None,
    ]


def test_run_prints_what_ran_outcomes_and_where_they_are(call: Call) -> None:
    found = run(call)
    assert found.exit_code == 0
    first = found.stdout.splitlines()[0]
    assert first.startswith("small: 20,000 persons, 123 cells, 18 ticks, 2 replications, ")
    assert found.stdout.index("Deaths") < found.stdout.index("Detained") < found.stdout.index("Most people")
    assert CUSTODY_NOTE in " ".join(found.stdout.split())
    assert found.stdout.splitlines()[-1] == "results: results/small-seed1"


def test_run_prints_exactly_one_json_document(call: Call) -> None:
    found = run(call, "--json", "--out", "out", "--set", "forces.police.strength=90 persons")
    document = json.loads(found.stdout)
    assert document["replications"] == 2
    assert document["results"] == "out"
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert manifest["digest"] == document["digest"]
    assert manifest["command"] == (
        f"contrafact run {SMALL} --set 'forces.police.strength=90 persons' --replications 2 --seed 1 --until '3 h'"
    )


def test_the_command_in_the_manifest_does_the_same_again(call: Call) -> None:
    run(call, "--out", "out", "--seed", "7")
    manifest = json.loads(Path("out/manifest.json").read_text())
    words = [*manifest["command"].replace("'3 h'", "3h").split()[1:], "--no-pictures", "--out", "again", "--json"]
    assert json.loads(call(*words).stdout)["digest"] == manifest["digest"]


def test_results_can_be_run_again_as_a_scenario(call: Call) -> None:
    first = json.loads(run(call, "--out", "out", "--json").stdout)
    words = ("--replications", "2", "--until", "3 h", "--no-pictures", "--json")
    again = call("run", "out", *words)
    assert json.loads(again.stdout)["digest"] == first["digest"]
    assert (
        "only the scenario is taken from the results in out: this run makes 2 replications with seed 1" in again.stderr
    )
    assert call("run", "out", *words, "--quiet").stderr == ""


def test_the_lattice_is_run_and_replayed_like_a_city(call: Call) -> None:
    words = ("epstein-2002", "--set", "run=run-7", "--until", "30 ticks", "--replications", "2", "--no-pictures")
    found = call("run", *words, "--out", "out")
    assert found.exit_code == 0
    first, *_, last = found.stdout.splitlines()
    assert first.startswith("epstein-2002: run-7, 1,120 agents, 1,600 sites, 30 ticks, 2 replications, ")
    assert "Killed" in found.stdout
    assert last == "results: out"
    document = json.loads(call("run", *words, "--out", "again", "--json").stdout)
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert manifest["digest"] == document["digest"]
    assert manifest["command"].endswith("--set run=run-7 --replications 2 --seed 1 --until '30 ticks'")
    assert call("replay", "out", "--replication", "1").exit_code == 0
    manifest["ticks"] = 20
    Path("out/manifest.json").write_text(json.dumps(manifest))
    assert call("replay", "out").exit_code == 3


def test_the_lattice_is_described_and_validated(call: Call) -> None:
    text = call("describe", "epstein-2002").stdout
    for part in ("P = 1 - exp(-k C/A)", "peacekeepers", "the paper leaves it open", "Epstein JM (2002)"):
        assert part in text
    assert call("validate", "epstein-2002").exit_code == 0


def test_quiet_prints_nothing(call: Call) -> None:
    found = run(call, "--quiet")
    assert (found.exit_code, found.output) == (0, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "almaty-2023"], 'did you mean "almaty-2022"'),
        (["run", SMALL, "--replications", "-1"], "--replications: found -1, expected 1 to"),
        (["run", SMALL, "--replications", "many"], "not a valid integer"),
        (["run", SMALL, "--threads", "0"], "--threads: found 0, expected 1 to"),
        (["run", SMALL, "--seed", "-1"], "--seed: found -1"),
        (["run", SMALL, "--until", "99 days"], "--until: found"),
        (["run", SMALL, "--until", "soon"], "--until: found"),
        (["run", SMALL, "--set", "forces.polise.strength=4 persons"], 'did you mean "police"'),
        (["run", SMALL, "--set", "forces.police.strength=4 kg"], "persons"),
        (["run", SMALL, "--set", "forces.police.strength"], "PATH=VALUE"),
        (["run", SMALL, "--out", SMALL], f'--out: found "{SMALL}", which exists and is not a results folder'),
        (["run", SMALL, "--out", f"{SMALL}/scenario.yaml"], f'--out: found "{SMALL}/scenario.yaml", which exists'),
        (["run", SMALL, "--out", ""], '--out: found "", expected the name of a folder to make'),
        (["run", SMALL, "--out", "."], '--out: found ".", expected the name of a folder to make'),
        (
            ["run", SMALL, "--out", "/proc/x"],
            '--out: found "/proc/x", but /proc is not a folder in which you may write',
        ),
        (["run", SMALL, "--out", "x" * 300], "(File name too long)"),
        (["run", SMALL, "--set", "draw=central", "--set", "draw=priors"], "--set: draw: the key is set twice"),
        (["run", SMALL, "--out", f"{SMALL}/scenario.yaml/out"], "not a folder in which you may write"),
        (["run", "epstein-2002", "--until", "36 h"], "expected 1 to 3000 ticks"),
        (["run", "epstein-2002", "--set", "rules.ratio=flor"], 'did you mean "floor"'),
        (["run", "epstein-2002", "--set", "run=run2"], 'did you mean "run-2"'),
        (["describe", SMALL, "--draws", "-1"], "--draws: found -1"),
        (["validate", "almaty-2023"], 'did you mean "almaty-2022"'),
        (["replay", "nowhere"], "found no results here"),
    ],
)
def test_wrong_input_leaves_with_2_one_message_and_nothing_behind(
    call: Call, tmp_path: Path, words: list[str], told: str
) -> None:
    found = call(*words)
    assert found.exit_code == 2
    assert told in found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["run", SMALL, "--replications", "-1"], "--replications"),
        (["run", SMALL, "--set", "forces.police.strength=4 kg"], "forces.police.strength.value"),
        (["run", SMALL, "--replications", "many"], None),
        (["run", SMALL, "--replicatons", "4"], None),
        (["describe", "almaty-2023"], None),
        (["replay", "nowhere"], None),
    ],
)
def test_wrong_input_is_told_as_one_json_document_where_json_is_asked_for(
    call: Call, words: list[str], key: str | None
) -> None:
    found = call(*words, "--json")
    assert found.exit_code == 2
    document = json.loads(found.stdout)
    assert document["ok"] is False
    (error,) = document["errors"]
    assert error["key"] == key
    assert error["message"] in found.stderr


def test_a_link_as_results_folder_is_followed_or_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    found = run(call, "--out", "nowhere")
    assert found.exit_code == 2
    assert '--out: found "nowhere", a link to what does not exist' in found.stderr
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert run(call, "--out", "link").exit_code == 0
    assert (tmp_path / "real" / "manifest.json").is_file()
    assert (tmp_path / "link").is_symlink()


def test_all_that_is_wrong_in_a_file_is_told_one_a_line(call: Call, tmp_path: Path) -> None:
    text = (Path(SMALL) / "scenario.yaml").read_text(encoding="utf-8")
    bad = tmp_path / "scenario.yaml"
    bad.write_text(text.replace("kind: armoury", "kind: armory").replace("mobility: wheeled", "mobility: winged"))
    (tmp_path / "districts.geojson").write_bytes((Path(SMALL) / "districts.geojson").read_bytes())
    found = call("run", str(bad))
    assert found.exit_code == 2
    lines = found.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{bad}:") for line in lines)
    checked = call("validate", str(bad), "--json")
    assert checked.exit_code == 3
    document = json.loads(checked.stdout)
    assert not document["ok"]
    assert document["errors"][0]["line"] == text[: text.index("kind: armoury")].count("\n") + 1
    assert set(document["errors"][0]) == {"file", "line", "column", "key", "found", "allowed", "message"}


def test_validate_leaves_with_0_where_nothing_is_wrong(call: Call) -> None:
    assert call("validate", SMALL).exit_code == 0
    assert json.loads(call("validate", SMALL, "--json").stdout) == {"ok": True, "errors": []}


def test_a_failing_run_leaves_with_1_and_nothing_behind(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FloatingPointError("rate above its bound")

    monkeypatch.setattr(engine, "simulate", fail)
    found = run(call, "--json")
    assert found.exit_code == 1
    assert found.stderr == "the run failed: replication 0 failed: FloatingPointError: rate above its bound\n"
    assert found.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_replay_leaves_with_0_on_the_same_digest_and_3_on_another(call: Call) -> None:
    run(call, "--out", "out")
    same = call("replay", "out", "--replication", "1", "--json")
    assert same.exit_code == 0
    assert json.loads(same.stdout)["match"] is True
    assert "the same to the bit" in call("replay", "out").stdout
    path = Path("out/manifest.json")
    manifest = json.loads(path.read_text())
    manifest["until_hours"] = 2.0
    path.write_text(json.dumps(manifest))
    other = call("replay", "out")
    assert other.exit_code == 3
    assert other.stdout == ""
    assert "recorded was" in other.stderr
    assert call("replay", "out", "--replication", "9").exit_code == 2


def test_a_corrupted_manifest_leaves_with_2_and_says_so(call: Call) -> None:
    run(call, "--out", "out")
    Path("out/manifest.json").write_text('{"format": 1, "seed"')
    found = call("replay", "out")
    assert found.exit_code == 2
    assert "torn or was edited" in found.stderr


def test_an_older_results_folder_is_refused_or_replaced(call: Call) -> None:
    run(call, "--out", "out")
    assert run(call, "--out", "out").exit_code == 2
    assert run(call, "--out", "out", "--overwrite").exit_code == 0


def test_a_run_is_gone_on_with_and_another_is_refused(call: Call) -> None:
    first = json.loads(run(call, "--out", "out", "--json").stdout)
    assert json.loads(run(call, "--out", "out", "--resume", "--json").stdout)["digest"] == first["digest"]
    other = run(call, "--out", "out", "--resume", "--seed", "3")
    assert other.exit_code == 2
    assert "seed was 1 and is 3" in other.stderr
    assert "--resume and --shard need --out" in run(call, "--resume").stderr
    torn = Path("out/plan.json")
    torn.write_text(torn.read_text()[:40])
    found = run(call, "--out", "out", "--resume")
    assert (found.exit_code, "plan.json: is not readable" in found.stderr) == (2, True)


def test_parts_of_a_run_are_merged_into_what_one_run_writes(call: Call) -> None:
    run(call, "--out", "whole")
    for part in ("1", "2"):
        assert run(call, "--out", part, "--shard", f"{part}/2", "--quiet").output == ""
    assert call("merge", "1", "--out", "merged").exit_code == 2
    merged = call("merge", "2", "1", "--out", "merged", "--no-pictures", "--json")
    whole = json.loads(Path("whole/manifest.json").read_text())
    assert json.loads(merged.stdout)["digest"] == whole["digest"]
    assert json.loads(Path("merged/manifest.json").read_text())["command"] == whole["command"]
    assert json.loads(Path("2/manifest.json").read_text())["command"].endswith("--until '3 h' --shard 2/2")
    assert call("replay", "2", "--replication", "1").exit_code == 0
    assert "results: merged" in call("merge", "1", "2", "--out", "merged", "--overwrite", "--no-pictures").stdout


def compare(call: Call, *words: str) -> Result:
    return call("compare", SMALL, "--until", "2 h", "--replications", "2", "--no-pictures", *words)


def test_compare_prints_effects_harm_first_and_where_they_are(call: Call) -> None:
    done = compare(call, "--arm", "null:", "--arm", "gone:actions.curfew=null")
    assert done.exit_code == 0
    assert done.stdout.index("null: nothing is changed") < done.stdout.index("gone: actions.curfew = null")
    assert done.stdout.index("Deaths, bystanders") < done.stdout.index("Detained")
    assert "results: results/small-arms-seed1" in done.stdout
    manifest = json.loads(Path("results/small-arms-seed1/manifest.json").read_text())
    assert manifest["arms"] == ["recorded", "null", "gone"]
    assert manifest["command"].startswith(f"contrafact compare {SMALL} --arm null: --arm gone:actions.curfew=null")
    assert call("replay", "results/small-arms-seed1", "--replication", "1").exit_code == 0


def test_compare_prints_exactly_one_json_document(call: Call) -> None:
    document = json.loads(compare(call, "--arm", "null:", "--hold-switches", "--json").stdout)
    assert document["replications"] == 2
    assert (document["variant"], document["residents_per_person"]) == ("recorded", 1)
    assert any("are not simulated; of Almaty they are documented [R202-R204]" in note for note in document["notes"])
    assert document["switches"] == {}
    assert {effect["effect"]["mean"] for effect in document["effects"]} == {0.0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "small: needs --arm, since it has no variant restraint"),
        (("--arm", "nul:", "--arm", "nul:"), "twice"),
        (("--arm", "x:actions.curfw=null"), 'did you mean "curfew"?'),
        (("--arm", "null:", "--replications", "1"), "--replications: found 1, expected at least 2"),
    ],
)
def test_wrong_arms_leave_with_2_and_nothing_behind(call: Call, words: tuple[str, ...], said: str) -> None:
    done = compare(call, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "compared is" not in done.stderr
    assert not Path("results").exists()


@pytest.mark.parametrize("command", ["run", "compare", "describe"])
def test_a_variant_that_does_not_exist_is_answered_with_those_that_do(call: Call, command: str) -> None:
    done = call(command, "almaty-2022", "--variant", "nope")
    assert done.exit_code == 2
    assert 'the scenario has no variant "nope"; allowed here: recorded, restraint' in done.stderr
    assert 'did you mean "restraint"?' in call(command, "almaty-2022", "--variant", "restrain").stderr


def test_describe_tells_entities_order_parameters_and_what_is_left_out(call: Call) -> None:
    text = call("describe", SMALL, "--draws", "2").stdout
    for part in ("20,000", "policy -> ", "forces.police.strength", "participation.nu", "call_to_gather", "made up"):
        assert part in text
    assert "of 2 draws" in text
    document = json.loads(call("describe", SMALL, "--draws", "0", "--json").stdout)
    assert document["calm"] is None
    assert document["left_out"]


def test_doctor_prints_one_document(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contrafact.experiment.checkup.MEASURED", SMALL)
    document: dict[str, Any] = json.loads(call("doctor", "--json").stdout)
    assert {"python", "threads", "versions", "kernel_rate", "chromium", "ok"} <= set(document)
    assert "residents" in call("doctor").stdout


def test_an_interrupted_run_leaves_with_130_and_keeps_what_had_finished(tmp_path: Path) -> None:
    words = ["run", SMALL, "--replications", "5000", "--workers", "1", "--out", "out", "--json"]
    script = (
        "import sys; from contrafact import terminal; from contrafact.cli import main\n"
        "terminal.Bar.__call__ = lambda bar, done, total: print('done', done, file=sys.stderr, flush=True)\n"
        f"main({words!r})"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    while running.stderr.readline().strip() != "done 3":
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    assert running.returncode == 130, stderr
    document = json.loads(stdout)
    assert 0 < document["replications"] < 5000
    assert "Traceback" not in stderr
    assert f"{document['replications']} of 5,000 replications are kept in out; to go on: the same command" in stderr
    assert "--out out --resume" in stderr
    assert cf.read(tmp_path / "out").digest == document["digest"]
