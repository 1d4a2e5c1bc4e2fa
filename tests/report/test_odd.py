"""The ODD document: the committed one must be current, and whatever the registry declares must be in it."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

import contrafact as cf
from contrafact.cli import main
from contrafact.engine import ORDER
from contrafact.evidence import Reference, load_ledger, load_references
from contrafact.model import PARAMETERS, recording, state
from contrafact.model.recording import OUTCOMES
from contrafact.model.state import ARRAYS, ArraySpec
from contrafact.parameters import ASSUMPTION, Parameter, uniform
from contrafact.report.odd import assembly, document, markdown, mechanisms, sources, tables

COMMITTED = Path(__file__).parents[2] / "docs" / "odd.md"
SMALL = str(Path(__file__).parents[1] / "data" / "small")
DOCSTRING = """Rumours: what is told \
of what happened.

    dB_c/dt = -omega B_c

B_c is what ``rumours.omega`` lets fade; see Granovetter 1978, doi:10.1086/226707.

Order     after fear
Reads     fear (cell,),
          crowd (cell,)
Writes    belief (cell,)
Source    assumption
Check     tests/model/test_rumours.py
"""


@pytest.fixture(scope="module")
def description() -> Any:
    return cf.describe(cf.load("almaty-2022"), draws=0)


@pytest.fixture(scope="module")
def odd(description: Any) -> str:
    return document(description)


def made_up(docstring: str | None = DOCSTRING) -> Any:
    """A mechanism that nobody has written."""
    module: Any = ModuleType("contrafact.model.rumours", docstring)
    module.PARAMETERS = (
        Parameter("rumours.omega", "1/h", 0.5, ASSUMPTION, "rate at which rumours fade", uniform(0.1, 1.0)),
    )
    module.WORDS = ("nothing", "little", "much")
    return module


def section(text: str, heading: str) -> str:
    """The text under a heading, up to the next one of the same depth."""
    depth = heading.split(maxsplit=1)[0]
    return re.split(rf"^{depth} ", text.split(f"{heading}\n")[1], maxsplit=1, flags=re.M)[0]


def test_the_committed_document_is_current(odd: str) -> None:
    committed = COMMITTED.read_text("utf-8").splitlines()
    for number, (old, new) in enumerate(zip(committed, odd.splitlines(), strict=False), start=1):
        if old != new:
            pytest.fail(
                f"docs/odd.md is stale at line {number}; run `make odd` and commit it.\nis:   {old}\nnow:  {new}"
            )
    assert len(committed) == len(odd.splitlines()), "docs/odd.md is stale at its end; run `make odd` and commit it"


def test_the_process_order_is_the_engines(odd: str) -> None:
    told = re.findall(
        r"^\d+\. \[.+?\]\(#.+?\) \(`(\w+)`\): \S", section(odd, "## 3 Process overview and scheduling"), re.M
    )
    assert told == [module.__name__.rpartition(".")[2] for module in ORDER]


def test_every_mechanism_has_a_section_with_all_that_its_docstring_says(odd: str) -> None:
    submodels = section(odd, "## 7 Submodels")
    for module in (*ORDER, recording):
        read = mechanisms.read(module)
        told = section(submodels, f"### {read.title}")
        assert re.findall(r"^\| (Order|Reads|Writes|Source|Check) \| \S", told, re.M) == list(mechanisms.ENTRIES)
        assert all(f"| `{parameter.name}` |" in told for parameter in module.PARAMETERS)
    assert submodels.count("\n### ") == len(ORDER) + 1


def test_every_parameter_array_outcome_and_value_appears(odd: str, description: Any) -> None:
    for name in (*PARAMETERS, *(value.path.removeprefix("parameters.") for value in description.values)):
        assert f"\n| `{name}` |" in odd, name
    for spec in ARRAYS:
        assert re.search(rf"^\| `{spec.name}`.* \| {spec.dtype} \| .*\| {spec.writer} \|", odd, re.M), spec.name
    assert all(f"| `{outcome.name}` |" in odd for outcome in OUTCOMES)
    assert "- `STATUSES`: 0 calm, 1 protesting" in odd
    assert "- `HOLDERS`: 0 state" in odd


def test_the_scenario_is_told(odd: str, description: Any) -> None:
    for words in (
        "Almaty, January 2022",
        description.scenario.digest,
        "| persons | 2,100,000 |",
        "| curfew | curfew |",
    ):
        assert words in odd
    assert all(f"\n| {milestone.record} |" in odd for milestone in description.scenario.milestones)
    assert " (leans on R012, R014, R019) |" in odd


def test_a_pattern_tells_what_was_observed_and_when(odd: str) -> None:
    patterns = section(odd, "## 1 Purpose and patterns")
    assert "| R014 | fit | crowd, max | at least 5,000 persons | 2022-01-04 21:00 to 2022-01-05 00:30 | AFP" in patterns
    assert "| R037 | fit | crowd, mean, republic_square | 250 to 300 persons |" in patterns
    assert "| R040 | fit | seizure, first, akimat |  | 2022-01-05 13:00 to 2022-01-05 16:12 |" in patterns
    assert "| R042 | fit | seizure, first, residence |  | 2022-01-05 16:37 |" in patterns
    assert "| R058 | fit | seizure, first, airport_ala |  | by 2022-01-05 22:52 |" in patterns


def test_links_lead_to_headings(odd: str) -> None:
    headings = {markdown.anchor(heading) for heading in re.findall(r"^#+ (.+)$", odd, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", odd)) <= headings


def test_no_row_kept_for_scoring_drives_or_checks_anything_here(odd: str) -> None:
    kept = {row.id for row in load_ledger("almaty-2022").by_use("score")}
    assert kept
    for heading in ("## 1 Purpose and patterns", "## 7 Submodels", "## Values of the scenario", "## Evidence"):
        assert not kept & set(re.findall(r"\bR\d{3}\b", section(odd, heading)))


def test_works_are_referred_to_if_they_are_named_or_cited(odd: str) -> None:
    # named by the template, by a docstring, by a parameter, by a value, by a data file
    listed = re.findall(r"^- `(\w+)`: ", section(odd, "## References"), re.M)
    assert {"grimm2020", "lewis1979", "haar2017", "klein2018", "osm"} <= set(listed)


def test_works_that_nothing_names_are_not_referred_to(monkeypatch: pytest.MonkeyPatch) -> None:
    works = {
        "doe2001": Reference("doe2001", "Doe J (2001). A work.", "10.1/a"),
        "roe2002": Reference("roe2002", "Roe R, Doe J (2002). Another.", ""),
    }
    monkeypatch.setattr(sources, "load_references", lambda: works)
    listed = sources.references("As Doe 2001 says.", cf.load(SMALL))
    assert listed == "- `doe2001`: Doe J (2001). A work. [doi:10.1/a](https://doi.org/10.1/a)"


def test_every_doi_in_a_docstring_has_its_citation_in_references_csv(odd: str) -> None:
    assert re.findall(r"^- \[(doi:.+)\]\(.+not yet in the list of references$", odd, re.M) == []


def test_a_work_is_named_by_id_by_doi_or_by_author_and_year() -> None:
    davies = load_references()["davies2013"]
    for text in ("davies2013", "10.1038/srep01303", "Davies et al. 2013", "Davies, Fry\nand others (2013)"):
        assert sources.is_named(davies, text), text
    assert not sources.is_named(davies, "Davies 2014, Epstein 2002; 2013")


@pytest.mark.parametrize("entry", mechanisms.ENTRIES)
def test_a_docstring_that_lacks_an_entry_is_refused_with_the_name_of_its_module(entry: str) -> None:
    cut = re.sub(rf"^{entry}  .*\n(?: .*\n)*", "", DOCSTRING, flags=re.M)
    with pytest.raises(ValueError, match=rf"contrafact\.model\.rumours: the docstring has no line {entry};"):
        mechanisms.read(made_up(cut))


def test_no_docstring_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rumours: the docstring has no line Order, Reads, Writes, Source, Check"):
        mechanisms.read(made_up(None))


def test_what_is_new_in_the_registry_shows_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "ORDER", (*ORDER, made_up()))
    belief = ArraySpec("belief", ("band", "cell"), "uint8", "-", "rumours", "what is believed, an index of WORDS")
    monkeypatch.setattr(state, "ARRAYS", (*ARRAYS, belief))
    monkeypatch.setattr(state, "WORDS", made_up().WORDS, raising=False)
    text = document(cf.describe(cf.load(SMALL), draws=0))
    assert f"{len(ORDER) + 1}. [Rumours](#rumours) (`rumours`): what is told of what happened." in text
    told = section(text, "### Rumours")
    assert "```text\ndB_c/dt = -omega B_c\n```" in told
    assert "B_c is what `rumours.omega` lets fade" in told
    assert "| Reads | fear (cell,), crowd (cell,) |" in told
    assert (
        "| `rumours.omega` | 1/h | 0.5 | at least 0 | uniform 0.1, 1 | assumption | rate at which rumours fade |"
        in told
    )
    assert "**By band**" in text
    assert "| `belief` (band, cell) | uint8 |  | rumours | what is believed, an index of WORDS |" in text
    assert "- `WORDS`: 0 nothing, 1 little, 2 much" in text
    assert "- [doi:10.1086/226707](https://doi.org/10.1086/226707), not yet in the list of references" in text


def test_an_array_that_points_into_a_list_that_is_nowhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "ARRAYS", (ArraySpec("belief", ("cell",), "uint8", "-", "fear", "an index of BELIEFS"),))
    with pytest.raises(ValueError, match=r"state array belief: there is no BELIEFS in model/state\.py"):
        tables.words()


def test_two_aligned_columns_become_a_list_and_equations_stay_as_they_stand() -> None:
    terms = "    arrests     a team of ``team`` members\n                makes one\n    projectiles under riot control"
    assert (
        markdown.docstring(terms)
        == "- **arrests**: a team of `team` members makes one\n- **projectiles**: under riot control"
    )
    for equation in ("x   = a * b\njoining   nu_x", "dL/dt = -V,   0 <= L <= 1", "x   = 1\ny   = 2"):
        indented = "\n".join(f"    {line}" for line in equation.splitlines())
        assert markdown.docstring(f"So\n\n{indented}") == f"So\n\n```text\n{equation}\n```"


def test_prose_reads_as_written() -> None:
    assert markdown.prose("V* or\n a_d, *rings* and <b>, x < y") == r"V\* or a_d, *rings* and \<b>, x < y"
    assert markdown.table(["a"], [["x | y"]]) == "| a |\n| --- |\n| x \\| y |"


def test_the_command_prints_the_document_and_nothing_else() -> None:
    printed = CliRunner().invoke(main, ["describe", SMALL, "--odd"], catch_exceptions=False)
    assert printed.exit_code == 0
    assert printed.stdout == document(cf.describe(cf.load(SMALL), draws=0))


def test_markdown_and_json_cannot_both_be_had() -> None:
    refused = CliRunner().invoke(main, ["describe", SMALL, "--odd", "--json"])
    assert refused.exit_code == 2
    assert "--odd" in refused.stderr


def test_the_lattice_has_no_such_document() -> None:
    found = CliRunner().invoke(main, ["describe", "epstein-2002", "--odd"])
    assert (found.exit_code, found.stdout) == (2, "")
    assert "expected a scenario of a city" in found.stderr
