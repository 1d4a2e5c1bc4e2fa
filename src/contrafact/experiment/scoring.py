"""Score a run against the record: every row for fitting and every row kept for scoring, the two apart.

Rows kept for scoring choose nothing: what is printed here may set no value, no range and no default. Baselines see rows
for fitting alone. The fourth of them is the scenario itself with the settings of ``behaviour_off.yaml`` and the same
seed. Curves are read at whole hours, which is what a results folder keeps, so that a run and its folder score alike.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from contrafact.errors import InputError
from contrafact.evidence import baselines, observed, reporting, required_evidence, summing
from contrafact.evidence.observed import Asked
from contrafact.evidence.reporting import Read, Reporting, Runs
from contrafact.evidence.reporting.as_published import FEW
from contrafact.experiment import kinds, published
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, to_stderr
from contrafact.experiment.published import NEEDED, NO_NUMBER, NO_READING, NOT_REACHED, Wanted
from contrafact.experiment.result import Result, fitted_here, in_short
from contrafact.experiment.run import run
from contrafact.rng import decision, draw, stream_key
from contrafact.scenario import Scenario
from contrafact.scenario.reading import read_yaml

if TYPE_CHECKING:
    from contrafact.evidence.bundle import Evidence
    from contrafact.evidence.ledger import Observation
    from contrafact.evidence.reporting.declared import Declared
    from contrafact.experiment.result import AnyResult
    from contrafact.parameters import Parameter
    from contrafact.scenario.document import Document

USES = ("fit", "score")
BEHAVIOUR_OFF = "behaviour_off"
BASELINES = (BEHAVIOUR_OFF, *baselines.SHAPES)
RANK = "scoring.rank"
UNTUNED = "parameters are untuned: every one has its prior or its default, and no posterior was given"

DRAWN = "drawn from a posterior: {drawn}; every other has its prior or its default"
DRAWN_IN_PART = (
    "drawn from a posterior: {drawn}; it also has {others}, which this scenario has not; every other has its prior or "
    "its default"
)


@dataclass(frozen=True)
class Scored:
    """One row that was read: how it is asked for, what the run says, the same of the run without behaviour."""

    asked: Asked
    wanted: Wanted
    found: Read
    plain: Read
    said: str
    note: str


@dataclass(frozen=True, repr=False)
class Score:
    """How a run agrees with the record.

    observations  one document a row that was read, in the order of the record
    unread        rows with use fit or score that were not read, and why
    summary       by use: facts, skill against every baseline, coverage
    """

    scenario: Scenario
    seed: int
    replications: int
    digest: str
    observations: tuple[Mapping[str, Any], ...]
    unread: tuple[Mapping[str, str], ...]
    summary: Mapping[str, Mapping[str, Any]]

    @property
    def tuning(self) -> str:
        """What the parameters were drawn from."""
        message, names = self.drawn_from
        return message.format(**names)

    @property
    def drawn_from(self) -> tuple[str, dict[str, str]]:
        """The same as a text and the names that it is to be filled with, to be told in another language."""
        if self.scenario.posterior is None:
            return UNTUNED, {}
        drawn, others = fitted_here(self.scenario)
        names = {"drawn": ", ".join(drawn), "others": ", ".join(others)}
        return (DRAWN_IN_PART, names) if others else (DRAWN, {"drawn": names["drawn"]})

    def __repr__(self) -> str:
        return in_short(self)

    def _repr_html_(self) -> str:
        html: str = import_module("contrafact.report.notebook").score_html(self)
        return html

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact score --json`` prints."""
        return {
            "scenario": self.scenario.name,
            "variant": self.scenario.variant,
            "seed": self.seed,
            "replications": self.replications,
            "digest": self.digest,
            "parameters": self.tuning,
            "baselines": list(BASELINES),
            "reporting": [_declared(parameter) for parameter in reporting.PARAMETERS],
            "observations": [dict(row) for row in self.observations],
            "unread": [dict(row) for row in self.unread],
            "summary": {use: dict(said) for use, said in self.summary.items()},
        }


def score(
    scored: Document | AnyResult,
    replications: int = 40,
    seed: int = 1,
    *,
    threads: int | None = None,
    workers: Workers = 0,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Score:
    """Score a scenario, which is run for it, or the result of a run, whose own replications and seed then count.

    InputError where there is no record of the crisis, where the model is no city, or where the result kept no timeline
    or no events; InputErrors for options that are wrong.
    """
    crisis = published.readable(scored.scenario if isinstance(scored, Result) else scored)
    try:
        evidence = required_evidence(crisis)
    except InputError as error:
        if isinstance(scored, Result):
            error.file = str(scored.folder or crisis.name)
        raise
    options: dict[str, Any] = {"threads": threads, "workers": workers, "progress": progress, "notify": notify}
    options["record"] = NEEDED
    result = scored if isinstance(scored, Result) else _a_city(run(crisis, replications, seed, **options))
    if not result.record >= set(NEEDED):
        message = f"the run kept {', '.join(sorted(result.record)) or 'nothing'}, expected {' and '.join(NEEDED)}"
        raise InputError(message, file=str(result.folder or crisis.name), key="record")
    plain_crisis = kinds.of(crisis).overridden(behaviour_off())
    until = result.until_hours
    plain = _a_city(run(plain_crisis, result.replications, result.seed, until=until, **options))
    return _scored(result, plain, evidence)


@functools.cache
def behaviour_off() -> dict[str, object]:
    """Settings, path and value, under which people's decisions answer to timed inputs alone."""
    name = "behaviour_off.yaml"
    tree, _ = read_yaml(files("contrafact.experiment").joinpath(name).read_text(encoding="utf-8"), name)
    return dict(tree)


def _a_city(result: AnyResult) -> Result:
    assert isinstance(result, Result)
    return result


def _scored(result: Result, plain: Result, evidence: Evidence) -> Score:
    """Read every row off both runs and judge it."""
    declared = reporting.declared_of(evidence)
    seen, bare = published.runs_of(result), published.runs_of(plain)
    said = reporting.drawn(result.seed, [int(number) for number in result.numbers])
    read: list[Scored] = []
    unread: list[dict[str, str]] = []
    for row in evidence.ledger.by_use(*USES):
        wanted, note = published.wanted(row, result.scenario, declared)
        one = note or NO_READING if wanted is None else _read(row, wanted, declared, (seen, bare), said)
        if isinstance(one, Scored):
            read.append(one)
        else:
            unread.append({"id": row.id, "quantity": row.quantity, "use": row.use, "why": one})
    rows = summing.weighted(_judged(read, result, seen))
    parts = {use: [row for row in rows if row["use"] == use] for use in USES}
    return Score(
        scenario=result.scenario,
        seed=result.seed,
        replications=result.replications,
        digest=result.digest,
        observations=tuple(rows),
        unread=tuple(unread),
        summary={
            use: summing.summary(part, BASELINES, BEHAVIOUR_OFF, result.replications) for use, part in parts.items()
        },
    )


def _read(
    row: Observation, wanted: Wanted, declared: Mapping[str, Declared], both: tuple[Runs, Runs], said: Reporting
) -> Scored | str:
    """The row read off both runs, or why it cannot be."""
    if not reporting.reached(row, both[0]):
        return NOT_REACHED
    found, plain = (reporting.read(wanted, row, runs, said) for runs in both)
    word, note = published.said_of(row, declared)
    asked = observed.asked(row, found, word)
    return NO_NUMBER if asked is None else Scored(asked, wanted, found, plain, word, note)


def _judged(read: Sequence[Scored], result: Result, runs: Runs) -> list[dict[str, Any]]:
    """The document of every row: observed, predicted, scores of the run and of every baseline."""
    hours, end = round(runs.horizon), float(runs.hour[-1])
    data = {one.asked.row.id: _datum(one) for one in read}
    fitted = [datum for one in read if one.asked.row.use == "fit" for datum in [data[one.asked.row.id]]]
    found = []
    for one in read:
        row = one.asked.row
        judged = observed.judged(one.asked, one.found.values, _uniform(result.seed, row.id), end)
        plain = observed.judged(one.asked, one.plain.values, 0.5, end)
        others: dict[str, Any] = {BEHAVIOUR_OFF: {score: plain[score] for score in ("crps", "brier")}}
        for name in baselines.SHAPES:
            fit = _fit(name, tuple(fitted), hours, row.fact_id if row.use == "fit" else None)
            others[name] = _by_baseline(fit, one.asked, data[row.id], end)
        found.append(
            {
                "id": row.id,
                "fact": row.fact_id,
                "quantity": one.wanted.quantity,
                "place": one.wanted.place,
                "statistic": one.wanted.statistic,
                "use": row.use,
                "kind": one.asked.kind,
                "observed": _observed(one),
                **judged,
                "baseline_crps": others[BEHAVIOUR_OFF]["crps"],
                "baselines": others,
                "note": one.note,
            }
        )
    return found


def _declared(parameter: Parameter) -> dict[str, Any]:
    """A parameter of the reporting operators as it is declared."""
    prior = parameter.prior
    assert prior is not None
    return {
        "name": parameter.name,
        "unit": parameter.unit,
        "prior": {"kind": prior.kind, "numbers": list(prior.numbers)},
        "evidence": parameter.evidence,
        "meaning": parameter.meaning,
    }


def _observed(one: Scored) -> dict[str, Any]:
    low, high = one.asked.interval
    row = one.asked.row
    return {"low": low, "high": high, "unit": one.found.unit, "said": one.said, "source": row.source}


def _datum(one: Scored) -> baselines.Datum:
    """The row as a baseline sees it."""
    kind, _, group = one.wanted.quantity.partition("_")
    forms = {"gain": baselines.GAIN, "grows": baselines.GROWS, "never": baselines.NEVER, "empty": baselines.EMPTY}
    is_level = kind == "crowd"
    is_time = one.asked.kind == observed.TIME
    form = forms.get(one.wanted.statistic, baselines.LEVEL if is_level else baselines.COUNT)
    if is_time:
        form = baselines.EVENT
    family = kind + ("@place" if one.wanted.place and is_level else "")
    if kind == "looting":
        family = f"looting {one.wanted.statistic}"
    elif kind in ("deaths", "injured") and group in ("state_forces", "contingents"):
        family = f"{kind} of forces"
    ends = one.found.ends
    return baselines.Datum(
        fact=one.asked.row.fact_id,
        family=family,
        form=form,
        begins=ends if one.found.begins is None else max(one.found.begins, 0.0),
        ends=ends,
        observed=None if form in baselines.YES_OR_NO else one.asked.point,
        incident=is_time or is_level,
    )


@functools.lru_cache(maxsize=256)
def _fit(name: str, rows: tuple[baselines.Datum, ...], hours: int, without: str | None) -> baselines.Baseline:
    return baselines.fit(name, rows, hours, without)


def _by_baseline(fit: baselines.Baseline, asked: Asked, datum: baselines.Datum, end: float) -> dict[str, float | None]:
    """CRPS and Brier score of a baseline, None where it says nothing."""
    if datum.form in baselines.YES_OR_NO:
        return observed.judged_chance(fit.chance(datum, FEW))
    members = fit.members(datum)
    return observed.judged_chance(None) if members is None else observed.judged_quantiles(asked, members, end)


def _uniform(seed: int, row: str) -> float:
    """The keyed uniform that breaks ties of a row's rank."""
    return float(draw(stream_key(seed, 0), decision(RANK), 0, decision(row), 0)[0])
