"""Errors in Vietnamese: told anew where they are printed, with places, keys, names and values as they were."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from contrafact import error_words
from contrafact.cli import main
from contrafact.error_words import HOLE, in_words, retold
from contrafact.errors import InputError, InputErrors, RunError
from contrafact.scenario.problems import show
from contrafact.translation import current, speaking, text

SMALL = Path(__file__).parent / "data" / "small"
TEMPLATES: list[str] = json.loads(error_words.TEMPLATES.read_text(encoding="utf-8"))
VALUES = st.text(alphabet=st.sampled_from("ab {}[]\"\\',:;()0.é\n"), max_size=70) | st.text(max_size=70)
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False)).map(str)
Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command in a folder with a small scenario, named small."""
    shutil.copytree(SMALL, tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, words, catch_exceptions=False)


def filled(draw: st.DataObject, template: str, holes: dict[str, str]) -> str:
    """A template with a value of the user's, or a number, in every hole."""
    for hole in HOLE.findall(template):
        holes[hole] = draw.draw(NUMBERS if hole.startswith("{n") else VALUES.map(show))
    return HOLE.sub(lambda hole: holes[hole[0]], template)


@given(st.data(), st.sampled_from(TEMPLATES))
def test_in_english_a_message_is_told_as_it_is(draw: st.DataObject, template: str) -> None:
    message = filled(draw, template, {})
    assert retold(message) == message


@given(VALUES)
def test_in_english_any_text_is_told_as_it_is(message: str) -> None:
    assert retold(message) == message


@given(st.data(), st.sampled_from(TEMPLATES))
def test_what_fills_a_message_is_never_translated(draw: st.DataObject, template: str) -> None:
    holes: dict[str, str] = {}
    message = filled(draw, template, holes)
    with speaking("vi"):
        found = retold(message)
    assert sum(map(len, holes.values())) <= len(found)
    assert all(value in found for value in holes.values())


@given(VALUES.map(show), VALUES)
def test_values_with_braces_quotes_and_words_of_ours_survive(value: str, key: str) -> None:
    with speaking("vi"):
        assert retold(f"found {value}, expected a whole number") == f"gặp {value}, cần một số nguyên"
        quoted = show(f"{key}, expected a number; allowed here: text")
        assert retold(f"unknown key {quoted}") == f"không biết khóa {quoted}"


def test_every_template_is_found_again_by_its_own_message() -> None:
    for template in TEMPLATES:
        holes = {
            hole: f"{7 + n}" if hole[1] == "n" else f'"{n} {{0}}"' for n, hole in enumerate(HOLE.findall(template))
        }
        with speaking("vi"):
            found = retold(HOLE.sub(lambda hole, of=holes: of[hole[0]], template))
            assert found == HOLE.sub(lambda hole, of=holes: of[hole[0]], text(template)), template


def test_messages_within_messages_are_told_too() -> None:
    with speaking("vi"):
        found = retold('found "12 kgg", expected persons, e.g. "12000 persons" (unknown unit; did you mean "kg"?)')
        assert retold('found 7, expected 0 to 1, e.g. "0.5"') == 'gặp 7, cần 0 đến 1, ví dụ "0.5"'
        assert retold("could not open: failed to open") == "could not open: failed to open"
    assert found == 'gặp "12 kgg", cần persons, ví dụ "12000 persons" (không biết đơn vị; có phải ý bạn là "kg"?)'


def test_a_message_that_no_template_fits_is_shown_in_english() -> None:
    with speaking("vi"):
        assert retold("the moon is made of cheese") == "the moon is made of cheese"


def test_a_long_message_of_many_parts_is_told_soon() -> None:
    message = "; ".join(f"{n}: x ({n})" for n in range(400))
    with speaking("vi"):
        assert retold(message) == message


def test_place_and_key_stay_and_each_error_has_its_line() -> None:
    errors = InputErrors([InputError("the key is given twice, first in line 3", "b.yaml", 7, key="forces.x")])
    errors.errors.append(InputError("it has no name"))
    assert in_words(errors) == str(errors)
    with speaking("vi"):
        assert in_words(errors) == "b.yaml:7: forces.x: khóa được cho hai lần, lần đầu ở dòng 3\nnó không có tên"
        assert in_words(RunError("replication 3 failed: KeyError: 1")) == "lần diễn lại 3 thất bại: KeyError: 1"


def test_templates_are_read_out_of_the_source_wherever_words_come_from(tmp_path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "frontend"))
    try:
        from messages import messages  # noqa: PLC0415
    finally:
        sys.path.pop(0)
    (tmp_path / "one.py").write_text(
        """
KINDS = {"a": "one of the table", "b": f"two of {KINDS!r}"}

def fault(what: str, advice: str = "try it again") -> str:
    return f"{what} is wrong; {advice}"

def check(value, name, few):
    allowed = "some thing" if few else KINDS[name]
    if few:
        raise InputError(f"{name}: got {value!r}, wants {allowed}{fault('that part')}")
    for place, reason in ((1, "first of all"), (2, "after that")):
        raise InputError(f"{len(value)} cells at {value:.3g}: {reason}", found="not this one")
    try:
        check(1, 2, 3)
    except ValueError as error:
        raise RunError(str(error)) from error
    raise ValueError("no such thing")
"""
    )
    found = messages([tmp_path / "one.py"])
    wanted = {
        "got {0}, wants {1}", "some thing", "one of the table", "two of {0}", "{0} is wrong; {1}", "that part",
        "try it again", "{n0} cells at {n1}: {2}", "first of all", "after that", "no such thing",
    }  # fmt: skip
    assert wanted - set(found) == set()
    assert "not this one" not in found
    lengths = [len(error_words.fixed(template)) for template in found]
    assert lengths[:-7] == sorted(lengths[:-7], reverse=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "run smal",
            'không có kịch bản "smal"; cần một đường dẫn, hoặc một trong các kịch bản có sẵn: almaty-2022, ',
        ),
        (
            "run almaty-2023",
            'không có kịch bản "almaty-2023"; có phải ý bạn là "almaty-2022"?; cần một đường dẫn',
        ),
        (
            "run small --variant recordid",
            '--variant: kịch bản không có biến thể "recordid"; có phải ý bạn là "recorded"?',
        ),
        (
            "run small --set population.totl=4",
            '--set: population.totl: không biết khóa "totl"; có phải ý bạn là "total"?',
        ),
        ("run small --set noequals", '--set: gặp "noequals", cần PATH=VALUE, ví dụ forces.police.strength='),
        ("run small --until yesterday", '--until: gặp "yesterday", cần một giờ địa phương như "2022-01-06T12:00"'),
        ("run small --out small", '--out: gặp "small", đã tồn tại và không phải thư mục kết quả; hãy chọn tên khác'),
        ("run small --seed x", "Lỗi: Giá trị không hợp lệ cho '--seed': 'x' không phải một số nguyên."),
        ("run small --sead 1", "Lỗi: Không có tùy chọn '--sead'. (Có phải ý bạn là một trong: "),
        ("run", "Lỗi: Thiếu đối số 'SCENARIO'."),
        ("rum", "Lỗi: Không có lệnh 'rum'. Có phải ý bạn là 'run'?"),
        ("run small --resume", "Lỗi: --resume và --shard cần --out, thư mục để ghi"),
        ("compare small --arm x=1", '--arm: kịch bản không có biến thể "x=1"; một nhánh tạo tại chỗ có tên'),
        ("replay nowhere", "nowhere: ở đây không có kết quả nào, cần một thư mục có manifest.json"),
        ("report small", "small/manifest.json: ở đây không có kết quả nào, cần một thư mục có manifest.json"),
    ],
)
def test_errors_of_commands_are_vietnamese(call: Call, words: str, said: str) -> None:
    found = call(*words.split(), "--lang", "vi")
    assert found.exit_code == 2
    assert said in found.stderr
    assert "expected" not in found.stderr
    assert current() == "en"


def test_a_usage_error_says_where_help_is(call: Call) -> None:
    assert "Gõ 'main run --help' để xem trợ giúp.\n\nLỗi: Thiếu đối số" in call("run", "--lang=vi").stderr


def test_a_results_folder_is_replaced_only_when_asked(call: Call) -> None:
    once = ("run", "small", "--until", "1 h", "--replications", "1", "--no-pictures", "--quiet", "--out", "once")
    assert call(*once).exit_code == 0
    found = call(*once, "--seed", "2", "--lang", "vi")
    assert '--out: gặp "once", ' in found.stderr
    assert "hãy chọn tên khác" in found.stderr
    assert found.exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format: 1", "format: 1\nfromat: 1", ':3: fromat: không biết khóa "fromat"; có phải ý bạn là "format"?'),
        ("format: 1", "format: 1\nformat: 1", ":3: format: khóa được cho hai lần, lần đầu ở dòng 2"),
        ("format: 1", "format: [", "không phải YAML: "),
        ("tick: ", "tick: 7 kg #", 'tick: gặp "7 kg", cần một khoảng thời gian, ví dụ "10 min"'),
        ("start: ", "start: tomorrow #", 'start: gặp "tomorrow", cần một giờ địa phương không kèm múi giờ, ví dụ '),
    ],
)
def test_errors_of_files_are_vietnamese_with_line_and_key(call: Call, old: str, new: str, said: str) -> None:
    path = Path("small/scenario.yaml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = call("validate", "small", "--lang", "vi")
    assert found.exit_code == 3
    assert said in found.stderr
    assert "small/scenario.yaml:" in found.stderr


def test_a_broken_row_of_the_evidence_is_told_with_file_line_and_column(call: Call) -> None:
    assert call("new", "town").exit_code == 0
    path = Path("town/evidence/record.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:1], "X1,only two", *lines[1:]]) + "\n", encoding="utf-8")
    found = call("evidence", "check", "town", "--lang", "vi")
    assert found.exit_code in (2, 3)
    assert f"town/evidence/record.csv:2: gặp 2 ô, cần {len(lines[0].split(','))}" in found.output + found.stderr


def test_an_unknown_option_of_the_program_itself_is_told_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRAFACT_LANG", "vi")
    assert "Lỗi: Không có tùy chọn '--bad'." in call("--bad").stderr
    assert "Error: No such option '--bad'." in call("--bad", "--lang", "en").stderr


def test_json_stays_english(call: Call) -> None:
    found = call("run", "small", "--variant", "recordid", "--json", "--lang", "vi")
    message = json.loads(found.stdout)["errors"][0]["message"]
    assert message == 'the scenario has no variant "recordid"; did you mean "recorded"?'
    assert "kịch bản không có biến thể" in found.stderr
    usage = call("run", "--json", "--lang", "vi")
    assert json.loads(usage.stdout)["errors"][0]["message"] == "Missing argument 'SCENARIO'."
