"""Catalogues of texts, from one source: what the page and the report say, and what the shipped scenarios say there.

    python frontend/catalogues.py           write the template, merge it into every language, compile
    python frontend/catalogues.py --check   fail where that would change a file or where a language lacks a text

Compiled are .mo for Python, and .json with what the page may ask for and with what errors can say. To add a language,
copy the folder of another one in src/contrafact/locale, empty its texts, translate them, and run this.
"""

from __future__ import annotations

import functools
import io
import json
import math
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from messages import messages

from contrafact import cli, cli_fitting, error_words, helping, terminal
from contrafact.app.levers import levers
from contrafact.evidence import evidence_of, readings
from contrafact.evidence.camps import CAMPS
from contrafact.evidence.claims import VERDICTS, compared_claims
from contrafact.evidence.questions import questions_of
from contrafact.evidence.reporting import PARAMETERS as REPORTING
from contrafact.evidence.reporting.declared import declared_of
from contrafact.experiment import description, estimating, lattice_description, published, scoring
from contrafact.experiment.comparison import UNENDED
from contrafact.experiment.compiling import COMPILING
from contrafact.experiment.design import NOT_DRAWN
from contrafact.experiment.lattice import AGENTS, RULES_FIXED
from contrafact.experiment.loading import load
from contrafact.experiment.power import COUNTS_AS_TOLD, UNEXPLAINED
from contrafact.experiment.result import BY_CHANCE, CUSTODY_NOTE, FROM_POSTERIOR, FROM_PRIORS, STAMP
from contrafact.importers import events
from contrafact.lattice import outcomes as lattice
from contrafact.lattice.rules import DECLARED
from contrafact.lattice.scenario import LatticeScenario
from contrafact.model import ORDER, PARAMETERS
from contrafact.model.recording import OUTCOMES
from contrafact.parameters import ASSUMPTION, CONVENTION
from contrafact.report import (
    effect_tables,
    evidence,
    figures,
    fits,
    html,
    maps,
    milestones,
    power,
    scores,
    style,
    tables,
    wording,
)
from contrafact.report.claims_section import READINGS
from contrafact.report.claims_section import VERDICTS as RUNS_SAY
from contrafact.scenario import actions, shipped
from contrafact.scenario.quantities import PRIORS, SET_BY_USER
from contrafact.scenario.schema import Scenario

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "src" / "contrafact" / "locale"
PAGE = ROOT / "src" / "contrafact" / "app" / "static" / "locale"
TEMPLATE = LOCALES / "contrafact.pot"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "t": None,
    "n": (1, 2),
    "text": None,
    "noted": None,
    "counted_text": (1, 2),
    "titled": None,
}
SOURCES = (
    ("javascript", "frontend/src/*.ts"),
    ("python", "src/contrafact/*.py"),
    ("python", "src/contrafact/app/serving.py"),
    ("python", "src/contrafact/app/showing.py"),
    ("python", "src/contrafact/experiment/**/*.py"),
    ("python", "src/contrafact/importers/*.py"),
    ("python", "src/contrafact/report/**/*.py"),
)
OPTIONS = {"parse_template_string": "true"}
"""Texts inside of `${}` are found as well."""

UNDATED = datetime(2022, 1, 1, tzinfo=UTC)
"""In place of the time of writing, so that the same texts make the same files."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def template() -> Catalog:
    """Every text that is shown, in the order of files and then of their places in scenarios."""
    found = Catalog(project="contrafact", fuzzy=False, charset="utf-8")
    for method, pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            for _line, message, comments, context in extract_from_file(method, path, KEYWORDS, options=OPTIONS):
                if message:
                    found.add(message, None, [(str(path.relative_to(ROOT)), 0)], (), comments, context=context)
    said = (text for text in of_errors() if re.search("[a-z]", error_words.fixed(text)))
    for text in filter(None, dict.fromkeys((*of_code(), *of_scenarios(), *of_reasons(), *said))):
        found.add(text)
    return found


def of_code() -> Iterator[str]:
    """Texts that no call names as they are: outcomes, units, months, verdicts, titles of curves."""
    yield from estimating.UNITS
    yield from (wording.outcome(outcome.name) for outcome in OUTCOMES)
    yield from wording.OUTCOMES.values()
    yield from (wording.unit(outcome.unit) for outcome in (*OUTCOMES, *lattice.OUTCOMES))
    yield from (*style.MONTHS, *style.DAYS)
    yield from (name.replace("_", " ") for name in VERDICTS)
    yield from READINGS.values()
    yield from RUNS_SAY.values()
    yield from (title for _key, title in html.CURVES)
    yield from html.LIMITS
    yield from (*filter(None, effect_tables.COLUMNS), *effect_tables.READING, effect_tables.PAIRS)
    yield from effect_tables.SETTING_COLUMNS
    yield from of_scores()
    yield from of_notes()
    yield from of_pictures()
    yield from of_power()
    yield from of_fits()
    yield from of_commands()
    yield from of_help(cli.main)
    yield from of_descriptions()
    yield from of_readings()
    yield from (
        wording.OVERLAP,
        wording.EVENTS,
        wording.USES,
        wording.CUSTODY,
        wording.number(math.inf),
        wording.number(math.nan),
        tables.COUNTS,
    )


def of_scores() -> Iterator[str]:
    """Heads, names and notes of scores, and what rows of the record are about."""
    yield from filter(None, (*scores.COLUMNS, *scores.SHORT, *scores.SUMMARY, *scores.UNREAD_COLUMNS))
    yield from (*scores.TITLES.values(), scores.SKILL, scores.UNREAD, *scores.NAMES.values(), *scores.KINDS.values())
    yield from (*scores.NOTES, scoring.UNTUNED, scoring.DRAWN, scoring.DRAWN_IN_PART, wording.CUSTODY)
    yield from dict.fromkeys((*scores.PHRASES.values(), scores.GROWS, *wording.EVENTS_AT.values()))
    yield from (*wording.LEVELS.values(), "mean", "lowest")
    yield from (ASSUMPTION, *dict.fromkeys(wording.unit(one.unit) for one in REPORTING))
    yield from (one.meaning for one in REPORTING)


def of_power() -> Iterator[str]:
    """Heads and notes of what a record could tell, camps, and why rows are not read."""
    heads = (power.HARM_COLUMNS, power.POWER_COLUMNS, power.RECORD_COLUMNS, power.ALL_COLUMNS, power.ROW_COLUMNS)
    yield from dict.fromkeys(filter(None, (head for columns in heads for head in columns)))
    yield from (*CAMPS, power.NO_CAMP, power.ITSELF, *power.NOTES, COUNTS_AS_TOLD, UNEXPLAINED)
    yield from (published.NO_READING, published.NOT_REACHED, published.NO_NUMBER)


def of_pictures() -> Iterator[str]:
    """What stands in pictures and is named elsewhere in the code."""
    yield from (figures.SYNTHETIC, figures.CIRCLES, figures.OSM_NOTICE, figures.MARKS_NOTE, figures.LATER_NOTE)
    yield from (maps.IN_HEXAGON, maps.OF_RESIDENTS, *maps.SHAPES, *milestones.TITLES.values())
    yield from fits.INDICES.values()


def of_commands() -> Iterator[str]:
    """What commands say and is named elsewhere in the code."""
    yield from (terminal.NO_PICTURES, *terminal.IMPORTED_COLUMNS, *(words for _, words in wording.LARGE))
    yield from (events.NOWHERE, events.NEVER, events.TAKEN)
    yield from (cli.REPLICATIONS_KEPT, cli.PAIRS_KEPT, cli_fitting.KEPT, estimating.MINUTES)
    yield from (f"{words[:1].upper()}{words[1:]}." for words in (FROM_PRIORS, FROM_POSTERIOR, BY_CHANCE))


def of_help(command: click.Command) -> Iterator[str]:
    """What --help says of a command, of its options and of the commands below it, with the words of click itself."""
    yield from (*helping.OF_CLICK, *helping.paragraphs(command.help or ""))
    yield from (option.help or "" for option in command.params if isinstance(option, click.Option))
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        yield from of_help(below)


def of_descriptions() -> Iterator[str]:
    """Heads of descriptions, and what mechanisms and the lattice say of their numbers."""
    heads = (description.ENTITY_COLUMNS, description.VALUE_COLUMNS, description.POSTERIOR_COLUMNS, ("meaning",))
    yield from dict.fromkeys((*(head for columns in heads for head in columns), description.SCALED))
    yield from (key.replace("_", " ") for key in description.ACTION_KEYS)
    yield from (*actions.KINDS, *get_args(actions.Response))
    yield from (*description.VARIANT_COLUMNS, *description.SWITCH_COLUMNS)
    yield from (*PRIORS, CONVENTION, SET_BY_USER, lattice_description.OPEN)
    yield from (module.__name__.rsplit(".", 1)[-1].replace("_", " ") for module in ORDER)
    for one in PARAMETERS.values():
        yield from (one.meaning, one.unit)
    yield from (*lattice_description.VALUE_COLUMNS, *lattice_description.RUN_COLUMNS)
    yield from (*lattice_description.REPORT_COLUMNS, *lattice_description.OUTCOME_COLUMNS)
    yield from lattice_description.PARAGRAPHS
    for rule in DECLARED:
        yield from filter(None, (rule.meaning, rule.unit))
    for outcome in lattice.OUTCOMES:
        yield from (outcome.meaning, outcome.unit)


def of_readings() -> Iterator[str]:
    """What is said of claims: heads, and sentences on what runs say."""
    yield from (*evidence.CLAIM_COLUMNS, *evidence.ANSWER_COLUMNS, *RUNS_SAY)
    yield from (*readings.SENTENCES.values(), readings.FOUND, readings.NOT_FOUND, readings.NOT_RARE, readings.RARER)
    yield from (readings.LIMIT, *(name.replace("_", " ") for name in readings.RARITY.values()))


def of_fits() -> Iterator[str]:
    """Heads and notes of sweeps, sensitivity and fits."""
    yield from filter(None, (*fits.SWEEP_COLUMNS, *fits.SENSITIVITY_COLUMNS, *fits.CALIBRATION_COLUMNS))
    yield from (*fits.RECOVERY_COLUMNS, *fits.SCREENING_COLUMNS)
    yield from (fits.NO_BEST, fits.RECOVERY_NOTE)


def of_notes() -> Iterator[str]:
    """Sentences that stand beside results, as far as no number is in them."""
    yield from (
        FROM_PRIORS,
        FROM_POSTERIOR,
        BY_CHANCE,
        UNENDED,
        f"Detained: {CUSTODY_NOTE}.",
        f"{STAMP}.",
        NOT_DRAWN,
        RULES_FIXED,
        AGENTS,
    )
    yield from (evidence.SCOPE, evidence.CUSTODY, *evidence.HARM_WORDS.values(), *evidence.LABELS)


def of_scenarios() -> Iterator[str]:
    """What the page shows of the scenarios that ship: titles, labels, what is left out, and what is said of claims.

    And what a job says of itself.
    """
    yield COMPILING
    for crisis in map(load, shipped()):
        yield from (crisis.title, crisis.summary)
        if isinstance(crisis, Scenario):
            yield from of_city(crisis)


def of_city(crisis: Scenario) -> Iterator[str]:
    """The same of a scenario with a map."""
    yield from (variant.title for variant in crisis.variants.values())
    yield from (action.label for action in crisis.actions.values())
    yield from (place.name for place in crisis.facilities.values())
    yield from (site.name for site in crisis.sites.values())
    yield from (switch.title for switch in crisis.switches.values())
    yield from (str(lever["label"]) for lever in levers(crisis))
    if crisis.alliance is not None:
        yield crisis.alliance.name
        yield from (member.name for member in crisis.alliance.members.values())
    yield from crisis.left_out
    record = evidence_of(crisis)
    if record is not None:
        for one in compared_claims(record):
            yield from (one.claim.attributed_to, one.reason)
        asked = questions_of(record)
        for question in () if asked is None else asked.questions.values():
            yield from (question.question, question.assumption)


def of_reasons() -> Iterator[str]:
    """What the command line alone shows of the scenarios that ship: reasons, notes on readings, runs of the lattice."""
    for crisis in map(load, shipped()):
        if isinstance(crisis, LatticeScenario):
            for run in crisis.runs.values():
                yield from (text for text in (run.figures, run.reported, run.chosen) if any(map(str.isalpha, text)))
        elif isinstance(crisis, Scenario):
            yield from (variant.asserts or "" for variant in crisis.variants.values())
            for _, quantity in crisis.quantities():
                yield from (quantity.unit, quantity.assumption or "")
            record = evidence_of(crisis)
            yield from (one.note for one in (() if record is None else declared_of(record).values()))


@functools.cache
def of_errors() -> tuple[str, ...]:
    """Templates of what errors say on the command line, in the order in which they are tried."""
    code = (ROOT / "src" / "contrafact").rglob("*.py")
    return tuple(messages(sorted(path for path in code if "report" not in path.parts)))


def merged(source: Catalog, path: Path) -> Catalog:
    """A language's catalogue with the texts of the template: old translations kept, texts that are gone dropped."""
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=path.parent.parent.name)
    catalogue.update(source, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = UNDATED
    return catalogue


def lacking(catalogue: Catalog) -> list[str]:
    """Texts without a translation, or whose translation fills in other names than the text has."""
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        asked = message.id if isinstance(message.id, tuple) else (message.id,)
        given = message.string if isinstance(message.string, tuple) else (message.string,)
        names = set(PLACEHOLDER.findall(" ".join(asked)))
        used = set(PLACEHOLDER.findall(" ".join(one for one in given if one)))
        if not all(given) or used != names:
            wrong.append(asked[0])
    return wrong


def files(source: Catalog) -> Iterator[tuple[Path, bytes]]:
    """Every file that is made, with its content."""
    yield TEMPLATE, _po(source)
    yield error_words.TEMPLATES, (json.dumps(of_errors(), ensure_ascii=False, indent=0) + "\n").encode()
    labels = set(of_scenarios())
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/contrafact.po")):
        catalogue = merged(source, path)
        yield path, _po(catalogue)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        yield path.with_suffix(".mo"), compiled.getvalue()
        yield PAGE / f"{path.parent.parent.name}.json", _json(catalogue, labels)


def _po(catalogue: Catalog) -> bytes:
    stream = io.BytesIO()
    write_po(stream, catalogue, width=110, omit_header=False, include_lineno=False, sort_output=False)
    lines = stream.getvalue().decode().splitlines()
    stamps = ("POT-Creation", "PO-Revision", "Generated-By", "Last-Translator", "Report-Msgid", "Language-Team")
    kept = [line for line in lines if not line.startswith(tuple(f'"{stamp}' for stamp in stamps))]
    while kept and kept[0].startswith("#"):
        kept.pop(0)
    return ("\n".join(kept).strip() + "\n").encode()


def _json(catalogue: Catalog, labels: set[str]) -> bytes:
    """What the page may ask for: its own texts, and those that come with a scenario."""
    texts = {
        message.id[0] if isinstance(message.id, tuple) else message.id: list(message.string)
        if isinstance(message.string, tuple)
        else message.string
        for message in catalogue
        if message.id and message.string and (message.id in labels or _is_on_page(message))
    }
    return (json.dumps(texts, ensure_ascii=False, indent=0, sort_keys=True) + "\n").encode()


def _is_on_page(message: Message) -> bool:
    return any(path.startswith("frontend/") for path, _line in message.locations)


def main(check: bool) -> int:
    """Write or check; the exit code."""
    source = template()
    wrong = 0
    for path, content in files(source):
        if check and (not path.exists() or path.read_bytes() != content):
            print(f"{path.relative_to(ROOT)} is not what the sources make; run: python frontend/catalogues.py")
            wrong = 1
        elif not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/contrafact.po")):
        missing = lacking(merged(source, path))
        for text in missing:
            print(f"{path.parent.parent.name}: no translation, or one with other names to fill in: {text}")
        wrong = wrong or int(bool(missing))
    return wrong


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
