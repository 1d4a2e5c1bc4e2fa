"""Nothing that a reader sees stays English under --lang vi.

The Vietnamese catalogue is put in place with every piece of a translation in brackets. A word outside of all brackets
was never asked of the catalogue, or is not in it.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from babel.messages.mofile import read_mo
from rich.table import Table

import contrafact as cf
from contrafact import translation
from contrafact.experiment.calibration.recovery import Recovery
from contrafact.experiment.calibration.screening import Screening
from contrafact.experiment.published import NO_READING
from contrafact.experiment.result import Result
from contrafact.importers.events import NEVER, NOWHERE, ImportedEvents, lines_of
from contrafact.report import effect_tables, effects, figures, fits, lattice, power, sensitivity_figure, tables
from contrafact.report.evidence import check_lines
from contrafact.translation import LOCALES, speaking
from tests.experiment.calibration.conftest import made_up, short_weeks
from tests.report.test_power_tables import ARM, RECORD, SHARE, power_of
from tests.test_cli_fitting import CALIBRATION

CATALOGUE = LOCALES / "vi" / "LC_MESSAGES" / "contrafact.mo"
SMALL = Path(__file__).parents[1] / "data" / "small"
TOLD_RECORD = {**RECORD, "told": True, "typical": 0.01}
DATA = {"City hall", "Republic Square", "A square"}
"""Names of the scenario made by hand, which no catalogue has."""


KINDS = ("sure", "unsure", "decided")
"""By which a picture chooses colours."""


class Bracketed(gettext.NullTranslations):
    """Vietnamese in brackets; what is not in the catalogue stays as it is."""

    def __init__(self) -> None:
        super().__init__()
        with CATALOGUE.open("rb") as stream:
            found = (message for message in read_mo(stream) if message.id)
            self.words: dict[str, Any] = {
                message.id if isinstance(message.id, str) else message.id[0]: message.string for message in found
            }

    def gettext(self, message: str) -> str:
        return self._bracketed(self.words[message]) if message in self.words else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._bracketed(self.words[msgid1][0]) if msgid1 in self.words else msgid1 if n == 1 else msgid2

    @staticmethod
    def _bracketed(found: str) -> str:
        pieces = re.split(r"(\{\w+\})", found)
        return "".join(piece if number % 2 or not piece else f"⟦{piece}⟧" for number, piece in enumerate(pieces))


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalogue = Bracketed()
    monkeypatch.setattr(translation, "_catalogue", lambda language: catalogue)
    assert (LOCALES / "vi").is_dir()
    with speaking("vi"):
        yield


def english(shown: Iterable[str], *allowed: str) -> set[str]:
    """Words of three letters and more outside of all brackets, but for names that are allowed."""
    left = (re.sub(r"⟦[^⟧]*(⟧|$)", " ", text) for text in shown)
    words = set(chain.from_iterable(re.findall(r"[^\W\d_]{3,}", text) for text in left))
    return words - set(chain.from_iterable(re.findall(r"[^\W\d_]{3,}", name) for name in (*DATA, *allowed)))


def in_table(table: Table) -> Iterator[str]:
    """Everything that stands in a table."""
    yield from (str(part) for part in (table.title, table.caption) if part)
    for column in table.columns:
        yield str(column.header)
        yield from (str(cell) for cell in column.cells)


def in_picture(spec: Mapping[str, Any]) -> Iterator[str]:
    """Everything that a picture writes: headlines, legends, and words that its rows hold."""
    for name, rows in spec["datasets"].items():
        for row in rows:
            shown = row.get("properties", row)
            yield from (value for key, value in shown.items() if isinstance(value, str) and key not in ("mark", "id"))
        assert name
    yield from _titles({key: part for key, part in spec.items() if key not in ("datasets", "config")})


def _titles(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        yield from chain.from_iterable(map(_titles, part))
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in ("title", "subtitle", "text") and isinstance(value, str | list):
                yield value if isinstance(value, str) else " ".join(value)
            elif key == "labelExpr":
                yield from re.findall(r"'([^']*)'", value)
            elif key != "text":
                yield from _titles(value)
            elif isinstance(value, dict) and isinstance(value.get("value"), str):
                yield value["value"]


@pytest.mark.usefixtures("bracketed")
def test_an_english_word_is_seen() -> None:
    table = Table(title="Outcomes")
    table.add_column(translation.text("median"))
    table.add_row(f"about {translation.text('{low} to {high}', low='one', high=2)}")
    assert english(in_table(table)) == {"Outcomes", "about", "one"}
    assert english(_titles({"title": {"text": "shown", "subtitle": ["two lines"]}})) == {"shown", "two", "lines"}


@pytest.mark.usefixtures("bracketed")
def test_pictures_of_a_run(result: Result) -> None:
    shown = [text for _, picture in figures.pictures(result) for text in in_picture(picture.spec())]
    assert len(shown) > 60
    assert english(shown) == set()


@pytest.mark.usefixtures("bracketed")
def test_tables_of_a_run(result: Result) -> None:
    shown = [
        tables.headline(result),
        *in_table(tables.outcome_table(result)),
        *in_table(tables.milestone_table(result)),
    ]
    assert english(shown, result.scenario.name, "fit", "input") == set()


@pytest.mark.usefixtures("bracketed")
def test_tables_and_pictures_of_a_comparison() -> None:
    crisis = cf.load(SMALL)
    found = cf.compare(crisis, ["gone:actions.network_shutdown=null", "null:"], 8, seed=3, until="48 h")
    arms = chain.from_iterable((arm.name, arm.title) for arm in found.arms)
    districts = (one.district for one in found.by_district)
    names = (crisis.name, crisis.title, *districts, *arms, *(switch.name for switch in found.design.switches))
    settings = chain.from_iterable(switch.settings for switch in found.design.switches)
    shown = [text for _, picture in effects.pictures(found) for text in in_picture(picture.spec())]
    shown += [effect_tables.pairs_line(found), *effect_tables.notes(found)]
    for arm in found.arms:
        shown += chain.from_iterable(map(in_table, effect_tables.tables_of(found, arm.name)))
    assert english(shown, *names, *settings, *KINDS) == set()


@pytest.mark.usefixtures("bracketed")
def test_tables_and_picture_of_the_lattice() -> None:
    found = cf.run(cf.load("epstein-2002", ["ticks=20"]), 2)
    shown = [*in_table(tables.outcome_table(found)), tables.headline(found)]
    shown += in_picture(lattice.agents(found).spec())  # type: ignore[arg-type]
    run, crisis = found.run, found.scenario  # type: ignore[attr-defined]
    assert (
        english(
            shown,
            crisis.name,
            crisis.title,
            run.name,
            run.reported,
            run.rules.ratio,
            found.digest[:16],
            *found.outcomes,
        )
        == set()
    )


@pytest.mark.usefixtures("bracketed")
def test_what_a_record_could_tell() -> None:
    sign = {**SHARE, "without_rows": True}
    arm = {**ARM, "power": {**ARM["power"], "sign_of_deaths": sign}}
    unread = {"id": "R2", "quantity": "crowd", "why": NO_READING}
    for found in (power_of(), replace(power_of(arm), unread=(unread,)), power_of({**arm, "record": TOLD_RECORD})):
        shown = [power.headline(found), *power.notes(found)]
        for part in power.parts(found):
            shown += [part.title, *part.columns, *chain.from_iterable(part.lines)]
        assert english(shown, "town", "recorded", "restraint", "evening", "camps.csv", "crowd", "ab" * 8) == set()


PATHS = ("parameters.participation.legitimacy", "place.detour")


@pytest.mark.usefixtures("bracketed")
def test_sweeps_and_sensitivity(tmp_path: Path) -> None:
    crisis = cf.load(SMALL)
    options: dict[str, Any] = {"over": list(PATHS), "replications": 2, "until": "20 h"}
    swept = cf.sweep(crisis, points=2, out=tmp_path / "sweep", **options)
    shown = [*in_table(fits.sweep_table(swept)), *fits.sweep_notes(swept)]
    found = cf.sensitivity(crisis, samples=2, out=tmp_path / "sensitivity", **options)
    shown += [*in_table(fits.sensitivity_table(found)), *fits.sensitivity_notes(found)]
    drawn = {name: [{"number": PATHS[0], "index": 1.0, "low": 0.0, "high": 2.0}] for name in found.indices}
    shown += in_picture(sensitivity_figure.picture(found, drawn).spec())
    assert english(shown, *PATHS, found.method, crisis.title) == set()


@pytest.mark.usefixtures("bracketed")
def test_a_fit_and_what_rows_could_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch)
    short_weeks(monkeypatch)
    (tmp_path / "fit.yaml").write_text(CALIBRATION)
    found = cf.calibrate(cf.load(SMALL), calibration=tmp_path / "fit.yaml", out=tmp_path / "out")
    shown = [*in_table(fits.calibration_table(found)), *fits.calibration_notes(found)]
    recovered = Recovery(("x",), 99, np.zeros((200, 1), np.int64), np.array([0.1]), np.array([0.1]))
    shown += [*in_table(fits.recovery_table(recovered)), fits.recovery_note()]
    screened = Screening(("x", "y"), ("R1", "R2"), np.array([[0.9, 0.1], [0.0, 0.0]]), 0.05, 50)
    shown += [*in_table(fits.screening_table(screened)), fits.screening_note(screened)]
    assert english(shown, PATHS[0], "inf", "epsilon", "uniform", str(found.path)) == set()


@pytest.mark.usefixtures("bracketed")
def test_the_check_of_a_record() -> None:
    (found,) = cf.check_evidence("almaty-2022")
    quoted = ("⟦  các dòng", "⟦  đính chính", "⟦    trước")  # with ids of facts and words of the record
    lines = [line for line in check_lines(found) if not line.startswith(quoted)]
    lines = [re.sub(r"[\w/-]+\.csv|almaty-2022", "", line) for line in lines]
    columns = () if found.audit is None else (*found.audit.gaps, *found.audit.unused)
    assert english(lines, *columns) == set()


@pytest.mark.usefixtures("bracketed")
def test_imported_events() -> None:
    rows = ({"quantity": "crowd"},)
    found = ImportedEvents(Path("r.csv"), rows, {NOWHERE: 2, NEVER: 1}, ("a -> b",))
    assert english(lines_of(found), "crowd", "csv") == set()
