"""Help in two languages: where --lang may stand, paragraphs, what click adds to an option, and that nothing is read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from contrafact import translation
from contrafact.cli import main
from contrafact.helping import Speaking, asked_for, paragraphs
from contrafact.translation import speaking


@click.command(cls=Speaking)
@click.option(
    "--some", type=click.IntRange(1, 3), default=2, show_default=True, required=True, help="Draw no pictures."
)
@click.option("--other", default="required", show_default=True, help="Results folder to write.")
@click.option("--new", help="Words [in brackets] that no catalogue has.")
@click.option("--bare", default="lhs", show_default=True)
def command(**_options: object) -> None:
    """Show no progress.

    \b
    first
      second
    """


def help_of(*words: str) -> str:
    """What a command line prints on standard output at 80 columns."""
    return CliRunner().invoke(main, words, terminal_width=80, catch_exceptions=False).stdout


@pytest.mark.parametrize(
    "words",
    ["--lang vi -h", "-h --lang vi", "--lang=vi --help", "run --lang vi -h", "run --help --lang=vi", "--lang vi run -h",
     "evidence --lang vi -h", "evidence -h --lang vi", "evidence --lang vi check -h", "evidence check -h --lang vi"],
)  # fmt: skip
def test_the_language_may_stand_anywhere(words: str) -> None:
    shown = help_of(*words.split())
    assert shown.startswith("Cách dùng: ")
    assert "\nTùy chọn:\n" in shown
    assert "Hiện trợ giúp này rồi thoát.\n" in shown
    assert translation.current() == "en"


def test_the_environment_may_ask_for_it_and_the_command_line_overrules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRAFACT_LANG", "vi")
    assert help_of("list", "-h").startswith("Cách dùng: main list ")
    assert help_of("list", "-h", "--lang", "en").startswith("Usage: main list ")


def test_the_last_one_counts_and_none_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRAFACT_LANG", "en")
    assert asked_for(["--lang", "en", "run", "--lang=vi"]) == "vi"
    assert asked_for(["run", "--lang"]) == "en"
    assert asked_for(["run", "--lang", "tlh"]) == "en"
    assert asked_for([]) == "en"


@pytest.mark.parametrize("words", [("--lang", "tlh", "list"), ("list", "--lang=tlh")])
def test_an_unknown_language_is_told(words: tuple[str, ...]) -> None:
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 2
    assert 'found "tlh", expected one of en, vi' in found.stderr


@pytest.mark.parametrize("name", ["", *main.commands])
def test_no_line_is_longer_than_a_terminal(name: str) -> None:
    assert max(map(len, help_of(*name.split(), "--help", "--lang", "vi").splitlines())) <= 80


def test_what_click_adds_is_told_and_defaults_stay_as_they_are_typed() -> None:
    wide = command.context_class(command, terminal_width=200)
    assert "  Draw no pictures.  [default: 2; 1<=x<=3; required]\n" in command.get_help(wide)
    with speaking("vi"):
        vietnamese = command.get_help(wide)
    assert "  Không hiện tiến độ.\n\n  first\n    second\n" in vietnamese
    assert "  Không vẽ hình.  [mặc định: 2; 1<=x<=3; bắt buộc]\n" in vietnamese
    assert "  Thư mục kết quả cần ghi.  [mặc định: required]\n" in vietnamese
    assert "  Words [in brackets] that no catalogue has.\n" in vietnamese
    assert "  [mặc định: lhs]\n" in vietnamese


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1), min_size=1))
def test_a_docstring_may_be_wrapped_anew(words: list[str]) -> None:
    assert list(paragraphs("\n    ".join(words))) == list(paragraphs(" ".join(words)))


@pytest.mark.parametrize(("language", "read"), [("en", 0), ("vi", 1)])
def test_no_catalogue_is_read_for_english(language: str, read: int) -> None:
    script = (
        "import sys; from contrafact.cli import main; opened = []; "
        "sys.addaudithook(lambda event, about: opened.append(str(about[0])) if event == 'open' else None); "
        f"main(['--help', '--lang', '{language}'], standalone_mode=False); "
        f"assert sum(name.endswith('contrafact.mo') for name in opened) == {read}, opened"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "SCENARIO" in done.stdout


def test_help_of_every_option_is_asked_of_the_catalogues() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "frontend"))
    try:
        from catalogues import of_help  # noqa: PLC0415
    finally:
        sys.path.pop(0)
    group = click.Group("group", {"command": command}, help="A group.")
    assert {"A group.", "Show no progress.", "\b\nfirst\n  second", "Words [in brackets] that no catalogue has."} <= {
        *of_help(group)
    }
