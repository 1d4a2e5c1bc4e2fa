"""What is served for each kind of name, and where."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from contrafact.app import view
from contrafact.app.serving import HOST, listening_on
from contrafact.app.showing import shown
from contrafact.cli import main
from contrafact.errors import InputError
from contrafact.experiment.run import run
from contrafact.scenario.schema import Scenario

LIVELY = Path(__file__).parents[1] / "data" / "lively"


def test_a_scenario_without_results_shows_its_map_and_nothing_that_a_model_says() -> None:
    told: list[str] = []
    document = shown(str(LIVELY), told.append).document()
    assert (document["kind"], document["shown"], document["run"]) == ("scenario", [], None)
    assert document["ground"]["cells"] > 50
    assert told == []


def test_regions_are_shown_as_circles() -> None:
    ground = shown("csto-2022", lambda _: None).document()["ground"]
    assert ground["resolution"] == 0
    assert ground["outlines"] == []
    assert ground["attribution"] is None


def test_results_are_shown_as_they_were_computed(lively: Scenario, tmp_path: Path) -> None:
    result = run(lively, replications=2, seed=3, out=tmp_path / "results")
    document = shown(str(tmp_path / "results"), lambda _: None).document()
    assert document["run"]["digest"] == result.digest
    assert document["shown"][0]["curves"]["crowd"] == view.of_result(result)["shown"][0]["curves"]["crowd"]


def test_a_lattice_has_no_map_to_show() -> None:
    answer = CliRunner().invoke(main, ["serve", "epstein-2002"])
    assert answer.exit_code == 2
    assert "no map to show" in answer.output


def test_it_listens_on_this_machine_alone_and_says_when_a_port_is_taken() -> None:
    with listening_on(0) as listener:
        host, port = listener.getsockname()
        assert host == HOST == "127.0.0.1"
        with pytest.raises(InputError, match="which is taken"):
            listening_on(port)


def test_the_first_free_port_is_taken_where_none_is_named() -> None:
    with listening_on(None) as first, listening_on(None) as second:
        assert second.getsockname()[1] != first.getsockname()[1]
        assert isinstance(second, socket.socket)
