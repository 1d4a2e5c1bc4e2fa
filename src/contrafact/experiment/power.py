"""What the record could ever tell of rival arms, and what it does tell.

Every arm is run with the same random numbers and the same draws of the scenario's numbers, contested switches held as
the scenario has them. Of each replication it is read what would have been published of the rows for fitting. Rows kept
for scoring are neither read nor weighed. The arithmetic is that of ``evidence.weighing`` and ``evidence.design_power``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from contrafact.errors import InputError
from contrafact.evidence import design_power, joint, observed, reporting, required_evidence
from contrafact.evidence.camps import CAMPS, camps_of
from contrafact.evidence.readings import mean_interval
from contrafact.evidence.rivals import rivals_of
from contrafact.evidence.weighing import Ensembles, column, on_scale
from contrafact.experiment import published
from contrafact.experiment.arms import AskedArms, changed, read_arms
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, to_stderr
from contrafact.experiment.published import NEEDED, NO_NUMBER, NO_READING, NOT_REACHED, Wanted
from contrafact.experiment.result import Result, overall_digest
from contrafact.experiment.run import run
from contrafact.kernels import Array
from contrafact.scenario import Scenario
from contrafact.scenario.document import RECORDED
from contrafact.translation import counted_text, retold, text

if TYPE_CHECKING:
    from contrafact.evidence.bundle import Evidence
    from contrafact.evidence.ledger import Observation
    from contrafact.evidence.observed import Asked
    from contrafact.scenario.document import Document

FEWEST = 10
HARM = ("deaths_total", "injured_total", "detained")
USE = "fit"
RARE = 0.05
"""An arm does not explain the record if so few of its own synthetic records are no more probable."""

UNEXPLAINED = (
    "Under every arm the actual record is less probable than nearly all of that arm's own: no arm explains it, and "
    "weights say which explains it less badly."
)
COUNTS_AS_TOLD = (
    "an arm counts as told only if that holds whatever replications are drawn, fact is left out or assumption on their "
    "dependence is made."
)


@dataclass(frozen=True)
class Weighed:
    """A row that is weighed: how it is asked for and read, and the camp of its source, None where none is given."""

    asked: Asked
    wanted: Wanted
    said: str
    unit: str
    camp: str | None


@dataclass(frozen=True)
class Power:
    """What the record could tell of each arm, and what it tells.

    arms         one document an arm, in the order asked for: harm, power, weight by the actual record, the same by camp
    itself       the recorded arm against itself, where nothing is to be told
    among_all    weight of the recorded arm and of every other, all together
    rows         rows that were weighed; ``unread`` those that could not be, and why
    """

    scenario: Scenario
    seed: int
    replications: int
    digest: str
    recorded: Mapping[str, Any]
    arms: tuple[Mapping[str, Any], ...]
    itself: Mapping[str, Any]
    among_all: Mapping[str, Mapping[str, float]]
    rows: tuple[Mapping[str, Any], ...]
    unread: tuple[Mapping[str, str], ...]

    @property
    def told(self) -> tuple[str, ...]:
        """Arms that the actual record tells from the recorded one, however it is weighed."""
        return tuple(arm["name"] for arm in self.arms if arm["record"]["told"])

    @property
    def explained(self) -> bool:
        """Whether the actual record could be a synthetic one of any arm, the recorded one included."""
        arms: list[float] = [self.recorded["typical"], *(arm["record"]["typical"] for arm in self.arms)]
        return max(arms) >= RARE

    @property
    @retold
    def sentence(self) -> str:
        """How weak the answer is."""
        number = len({row["fact"] for row in self.rows})
        facts = counted_text("{count} fact", "{count} facts", number)
        if self.told:
            said = text(
                "{arms}: told from the recorded one by the {facts} that were weighed; the others not; {counts}",
                arms=", ".join(self.told),
                facts=facts,
                counts=text(COUNTS_AS_TOLD),
            )
        else:
            said = text(
                "No arm is told from the recorded one by the {facts} that were weighed; {counts}",
                facts=facts,
                counts=text(COUNTS_AS_TOLD),
            )
        return said if self.explained else f"{said} {text(UNEXPLAINED)}"

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact power --json`` prints."""
        return {
            "scenario": self.scenario.name,
            "variant": self.scenario.variant,
            "seed": self.seed,
            "replications": self.replications,
            "digest": self.digest,
            "told_at": design_power.TOLD,
            "use": USE,
            "recorded": dict(self.recorded),
            "arms": [dict(arm) for arm in self.arms],
            "recorded_against_itself": dict(self.itself),
            "among_all": {name: dict(one) for name, one in self.among_all.items()},
            "rows": [dict(row) for row in self.rows],
            "unread": [dict(row) for row in self.unread],
            "without_camp": [row["id"] for row in self.rows if row["camp"] is None],
            "told": list(self.told),
            "sentence": self.sentence,
        }


def power(
    crisis: Document,
    arms: AskedArms = None,
    replications: int = 40,
    seed: int = 1,
    *,
    threads: int | None = None,
    workers: Workers = 0,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Power:
    """Run the recorded arm and its rivals and weigh what would have been published of them.

    arms          as for ``compare``; None: those of ``rivals.csv`` beside the record, or every variant without it
    replications  of each arm, at least FEWEST
    InputError where there is no record, no row for fitting that can be read, or the model is no city; InputErrors for
    arms and options that are wrong; other errors are those of ``run``.
    """
    crisis = published.readable(crisis)
    evidence = required_evidence(crisis)
    if replications < FEWEST:
        allowed = f"at least {FEWEST}, since arms are told by how they are spread"
        message = f"found {replications}, expected {allowed}"
        raise InputError(message, key="--replications", found=str(replications), allowed=allowed)
    reasons = rivals_of(evidence, crisis.variants)
    read = read_arms(crisis, (list(reasons) or list(crisis.variants)) if arms is None else arms)
    scenarios = [crisis, *(changed(crisis, arm) for arm in read)]
    ran = _ran(
        scenarios, evidence, replications, seed, {"threads": threads, "workers": workers, "notify": notify}, progress
    )
    told = _told(ran, crisis.hours)
    harm = [_harm(ran.harm[0], own) for own in ran.harm]
    named = [
        {"name": arm.name, "title": arm.title, "reason": reasons.get(arm.name, ""), "harm": own}
        for arm, own in zip(read, harm[1:], strict=True)
    ]
    return Power(
        scenario=crisis,
        seed=seed,
        replications=replications,
        digest=overall_digest(ran.digests),
        recorded={"name": RECORDED, "harm": harm[0], "typical": told.typical},
        arms=tuple({**one, **said} for one, said in zip(named, told.arms, strict=True)),
        itself=design_power.of_itself(ran.ensembles),
        among_all=dict(zip((RECORDED, *(arm.name for arm in read)), told.among_all, strict=True)),
        rows=tuple({**_row(one), "typical": share} for one, share in zip(ran.rows, told.typical_rows, strict=True)),
        unread=tuple(ran.unread),
    )


@dataclass(frozen=True)
class _Ran:
    """What is kept of the runs of all arms, the recorded one first; whole runs would not fit into memory."""

    rows: Sequence[Weighed]
    unread: Sequence[Mapping[str, str]]
    ensembles: Ensembles
    harm: Sequence[Mapping[str, Array]]
    digests: Sequence[str]


def _ran(
    scenarios: Sequence[Scenario],
    evidence: Evidence,
    replications: int,
    seed: int,
    options: Mapping[str, Any],
    progress: Progress | None,
) -> _Ran:
    """Run every arm; which rows can be read is seen by the recorded one."""
    rows: Sequence[Weighed] = ()
    unread: Sequence[Mapping[str, str]] = ()
    readings, harm, digests = [], [], []
    for place, scenario in enumerate(scenarios):
        bar = _counted(progress, place, len(scenarios))
        result = run(scenario, replications, seed, record=NEEDED, progress=bar, **options)
        assert isinstance(result, Result)
        if place == 0:
            rows, unread = _rows(result, evidence)
        readings.append(_readings(result, rows))
        harm.append({name: result.outcomes[name] for name in HARM})
        digests.append(result.digest)
    ensembles = Ensembles([column(one.asked) for one in rows], np.stack(readings))
    return _Ran(rows, unread, ensembles, harm, digests)


@dataclass(frozen=True)
class _Told:
    """What is said of each arm but the recorded one, weights of all, how typical record and rows are of that one."""

    arms: list[dict[str, Any]]
    among_all: list[dict[str, float]]
    typical: float
    typical_rows: list[float]


def _told(ran: _Ran, horizon: float) -> _Told:
    """Everything that is said of each arm but the recorded one, by all rows and by those of each camp."""
    ensembles, statements = ran.ensembles, ran.ensembles.statements()
    logs = design_power.logs_of(ensembles, statements)
    of_camps = {camp: logs.chosen([one.camp == camp for one in ran.rows]) for camp in CAMPS}
    published_as, record = joint.by_fact(ensembles.columns, statements, horizon)
    normal, normal_power = joint.of_record(published_as, record), joint.of_synthetic(published_as)
    deaths = np.stack([one["deaths_total"] for one in ran.harm])
    found = [
        {
            "power": {
                **design_power.power(logs, arm),
                "truth_arm_joint": design_power.told_pairwise(normal_power, arm),
                "sign_of_deaths": design_power.sign(logs, deaths, arm),
            },
            "record": {**design_power.of_record(logs, arm, normal), "typical": design_power.typical(logs, arm)},
            "camps": {camp: _of_camp(part, arm) for camp, part in of_camps.items()},
        }
        for arm in range(1, len(ensembles.values))
    ]
    own = design_power.typical(logs, 0), design_power.typical_rows(logs)
    return _Told(found, design_power.of_all(logs), *own)


def _of_camp(logs: design_power.Logs, arm: int) -> dict[str, Any]:
    """The same by the rows of one camp."""
    return {
        "facts": len(logs.facts),
        "rows": len(logs.columns),
        "power": design_power.power(logs, arm),
        "record": design_power.of_record(logs, arm),
    }


def _rows(result: Result, evidence: Evidence) -> tuple[list[Weighed], list[dict[str, str]]]:
    """Rows for fitting that can be weighed, and those that cannot with the reason; InputError where all cannot."""
    declared, camps = reporting.declared_of(evidence), camps_of(evidence)
    runs, said = published.runs_of(result), _drawn(result)
    rows: list[Weighed] = []
    unread = []
    for row in evidence.ledger.by_use(USE):
        wanted, note = published.wanted(row, result.scenario, declared)
        if wanted is None or not reporting.reached(row, runs):
            unread.append(_unread(row, note or NO_READING if wanted is None else NOT_REACHED))
            continue
        found = reporting.read(wanted, row, runs, said)
        word, _ = published.said_of(row, declared)
        asked = observed.asked(row, found, word)
        if asked is None:
            unread.append(_unread(row, NO_NUMBER))
        else:
            rows.append(Weighed(asked, wanted, word, found.unit, camps.of(row)))
    if not rows:
        allowed = f"rows with use {USE} that a run can be read for"
        raise InputError(f"found nothing to weigh, expected {allowed}", evidence.path("record.csv"), allowed=allowed)
    return rows, unread


def _readings(result: Result, rows: Sequence[Weighed]) -> Array:
    """What would be published of each replication on the scales of the rows, (replication, row)."""
    runs, said = published.runs_of(result), _drawn(result)
    found = [on_scale(one.asked, reporting.read(one.wanted, one.asked.row, runs, said).values) for one in rows]
    return np.stack(found, axis=1)


def _drawn(result: Result) -> reporting.Reporting:
    return reporting.drawn(result.seed, [int(number) for number in result.numbers])


def _unread(row: Observation, why: str) -> dict[str, str]:
    return {"id": row.id, "quantity": row.quantity, "why": why}


def _row(one: Weighed) -> dict[str, Any]:
    low, high = one.asked.interval
    return {
        "id": one.asked.row.id,
        "fact": one.asked.row.fact_id,
        "quantity": one.wanted.quantity,
        "place": one.wanted.place,
        "statistic": one.wanted.statistic,
        "kind": one.asked.kind,
        "observed": {"low": low, "high": high, "unit": one.unit, "said": one.said, "source": one.asked.row.source},
        "camp": one.camp,
    }


def _harm(recorded: Mapping[str, Array], own: Mapping[str, Array]) -> dict[str, Any]:
    """Mean of each kind of harm in an arm, and what it has more than the recorded one, in pairs."""
    return {
        name: {
            "mean": float(own[name].mean()),
            "effect": None if own is recorded else mean_interval(own[name] - recorded[name])._asdict(),
        }
        for name in HARM
    }


def _counted(progress: Progress | None, place: int, arms: int) -> Progress | None:
    return None if progress is None else lambda done, total: progress(place * total + done, arms * total)
