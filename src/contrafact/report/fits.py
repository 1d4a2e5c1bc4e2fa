"""Tables of sweeps, sensitivity and fits for the terminal, deaths and injuries first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from contrafact.experiment.calibration.recovery import DOUBTFUL
from contrafact.experiment.calibration.regression import IDENTIFIED
from contrafact.report import wording
from contrafact.scenario import units
from contrafact.translation import counted_text, localised, numbers_listed, text, whole

if TYPE_CHECKING:
    from contrafact.experiment.calibration.fitting import Calibration
    from contrafact.experiment.calibration.recovery import Recovery
    from contrafact.experiment.calibration.screening import Screening
    from contrafact.experiment.sweeps.sensitivity import Sensitivity
    from contrafact.experiment.sweeps.sweeping import Sweep
    from contrafact.scenario import Scenario

SHOWN = 8
"""Parameters of an outcome that a table shows."""

NO_BEST = "Points are in the order of the design; none is better than another by any measure that is taken here."
RECOVERY_NOTE = (
    "Contraction: share of the prior variance that the rows take away, on average; a number that loses less than "
    "{identified} of it is not identified. Evenness: probability of ranks at least so uneven, were the posterior "
    "right."
)
SWEEP_COLUMNS = ("", "median", "90 % of runs", "")
SENSITIVITY_COLUMNS = ("outcome", "number", "index", "90 % interval")
CALIBRATION_COLUMNS = ("number", "prior", "median", "90 % interval", "contraction", "identified")
RECOVERY_COLUMNS = ("number", "contraction", "correlation", "ranks by tenths", "evenness", "identified")
SCREENING_COLUMNS = ("number", "share", "number like it")
INDICES = {
    "morris": "mean size of an elementary effect, in the outcome's unit per whole prior",
    "sobol": "total order: share of the variance of the mean outcome, with interactions",
    "pawn": "median Kolmogorov-Smirnov distance",
}


def sweep_table(found: Sweep) -> Table:
    """Every outcome over all points and replications."""
    title = counted_text("Outcomes over {count} point", "Outcomes over {count} points", len(found.points))
    table = _table(title, SWEEP_COLUMNS, 2)
    for name, said in found.summary().items():
        median, low, high = (wording.number(value, said.unit) for value in (said.median, said.low, said.high))
        unit = text(wording.unit(said.unit))
        table.add_row(text(wording.outcome(name)), median, text("{low} to {high}", low=low, high=high), unit)
    return table


def sweep_notes(found: Sweep) -> Iterator[str]:
    """Axes, where the table is, and what is not claimed."""
    for axis in found.axes:
        low, high = (value(found.scenario, axis.unit, end) for end in _ends(found.points[:, found.axes.index(axis)]))
        yield f"{axis.path}: {_span(low, high)}"
    yield f"{text(NO_BEST)} {text(wording.CUSTODY)}"


def sensitivity_table(found: Sensitivity) -> Table:
    """Of every outcome, the parameters with the largest indices, in the order of the scenario."""
    title = counted_text(
        "What outcomes hang on ({method}, {count} point)",
        "What outcomes hang on ({method}, {count} points)",
        found.points,
        method=found.method,
    )
    table = _table(title, SENSITIVITY_COLUMNS, 2)
    for name, rows in found.indices.items():
        head = text(wording.outcome(name))
        for row in largest(rows):
            index, low, high = (localised(f"{number:.3g}") for number in (main_index(row), row["low"], row["high"]))
            table.add_row(head, row["parameter"], index, _span(low, high))
            head = ""
        if head:
            table.add_row(head, text("it never varied"), "", "")
    return table


def sensitivity_notes(found: Sensitivity) -> Iterator[str]:
    """What an index is, and how many numbers are left out of the table."""
    left_out = max(0, len(found.axes) - SHOWN)
    more = counted_text(
        "{count} number with a smaller index left out for each outcome.",
        "{count} numbers with smaller indices left out for each outcome.",
        left_out,
    )
    index = text("Index: {index}.", index=text(INDICES[found.method]))
    order = text("Numbers are in the order of the scenario.")
    yield " ".join((index, *([more] if left_out else []), order, text(wording.CUSTODY)))


def largest(rows: Sequence[Mapping[str, Any]], shown: int = SHOWN) -> list[Mapping[str, Any]]:
    """Rows with the largest indices, in the order in which they stand; none where there is no index."""
    known = [row for row in rows if main_index(row) is not None]
    kept = sorted(known, key=lambda row: -float(main_index(row) or 0.0))[:shown]
    return [row for row in known if any(row is one for one in kept)]


def main_index(row: Mapping[str, Any]) -> float | None:
    """Total order, or first order under a method that has no other."""
    index = row["first_order"] if row["total_order"] is None else row["total_order"]
    return None if index is None else float(index)


def calibration_table(found: Calibration) -> Table:
    """Prior and posterior of every parameter, and whether the rows tell it."""
    table = _table(text("Posterior"), CALIBRATION_COLUMNS, 2)
    scenario = found.scenario
    for row, axis in zip(found.as_dict()["parameters"], found.space.axes, strict=True):
        numbers = [value(scenario, axis.unit, number) for number in axis.prior.numbers]
        median, low, high = (value(scenario, axis.unit, row["posterior"][key]) for key in ("median", "low", "high"))
        prior = f"{text(axis.prior.kind)} {numbers_listed(numbers)}"
        contraction = localised(f"{row['contraction']:.2f}")
        table.add_row(axis.path, prior, median, _span(low, high), contraction, _verdict(row))
    return table


def calibration_notes(found: Calibration) -> Iterator[str]:
    """Runs, generations, why it stopped, and how rows are met."""
    document = found.as_dict()
    last = found.fit.last
    yield text(
        "{runs} in {generations}, {particles} with an effective number of {effective}; epsilon {epsilon}; stopped "
        "because {why}.",
        runs=counted_text("{count} run", "{count} runs", found.fit.runs),
        generations=counted_text("{count} generation", "{count} generations", len(found.fit.generations)),
        particles=counted_text("{count} particle", "{count} particles", int(last.distance.size)),
        effective=whole(last.effective),
        epsilon=localised(f"{last.epsilon:.3g}"),
        why=text(found.fit.stopped),
    )
    rows = "; ".join(_residual(row) for row in document["rows"])
    yield text("Median residual of each row, in its own scale: {rows}.", rows=rows)
    unclear = [row["name"] for row in document["parameters"] if not row["identified"]]
    if unclear:
        yield text(
            "Not identified by these rows: {names}. What is concluded from them rests on their priors.",
            names=", ".join(unclear),
        )
    yield text("posterior: {path}", path=found.path)


def _residual(row: Mapping[str, Any]) -> str:
    median = localised(f"{row['residual']['median']:+.2f}")
    return f"{row['id']} {median}"


def recovery_table(found: Recovery) -> Table:
    """Contraction, correlation and histogram of ranks of every parameter."""
    title = counted_text(
        "What the rows could tell, by {count} run taken for the truth",
        "What the rows could tell, by {count} runs each taken for the truth",
        len(found.ranks),
    )
    table = _table(title, RECOVERY_COLUMNS, 2)
    for row in found.as_dict()["parameters"]:
        even = localised(f"{row['evenness']:.3f}")
        if row["evenness"] < DOUBTFUL:
            even = text("{evenness} (uneven)", evenness=even)
        shares = (localised(f"{row[name]:.2f}") for name in ("contraction", "correlation"))
        ranks = " ".join(map(str, row["ranks"]))
        table.add_row(row["name"], *shares, ranks, even, _verdict(row))
    return table


def recovery_note() -> str:
    """How the table of a recovery is read."""
    return text(RECOVERY_NOTE, identified=f"{IDENTIFIED:.0%}")


def screening_table(found: Screening) -> Table:
    """Numbers that move the rows more than chance does, with their correlations, largest shares first."""
    title = counted_text(
        "Which unknown numbers move the rows, by {count} draw of all priors",
        "Which unknown numbers move the rows, by {count} draws of all priors",
        found.runs,
    )
    first, second, last = SCREENING_COLUMNS
    table = _table(title, (first, second, *found.rows, last), 2)
    for name, share, rho, like in zip(found.names, found.share, found.rho, found.like, strict=True):
        if share > found.chance:
            correlations = (localised(f"{one:+.2f}") for one in rho)
            table.add_row(name, localised(f"{share:.3f}"), *correlations, like or "")
    return table


def screening_note(found: Screening) -> str:
    """What the columns are, and what is left out."""
    less = int((found.share <= found.chance).sum())
    return text(
        "Share: mean over the rows of the squared rank correlation of a number with what runs show of a row; the "
        "correlations stand under the rows. {numbers} with shares up to {chance}, which chance reaches, left out. A "
        "number like another moves the rows in the same proportions, so that these rows cannot tell the two apart. "
        "What was observed plays no part in this.",
        numbers=counted_text("{count} number", "{count} numbers", less),
        chance=localised(f"{found.chance:.3f}"),
    )


def value(scenario: Scenario, unit: str, number: float) -> str:
    """A number with its unit, a time as local time."""
    if unit == units.TIME:
        return wording.clock(scenario.start, number)
    told = localised(f"{number:.4g}")
    return told if unit == units.DIMENSIONLESS else f"{told} {text(unit)}"


def _span(low: str, high: str) -> str:
    return text("{low} to {high}", low=low, high=high)


def _verdict(row: Mapping[str, Any]) -> str:
    return text("yes") if row["identified"] else text("no")


def _ends(column: Any) -> tuple[float, float]:
    return float(column.min()), float(column.max())


def _table(title: str, columns: Sequence[str], right_after: int) -> Table:
    table = Table(title=title, box=None, pad_edge=False, title_justify="left", header_style="bold")
    for number, name in enumerate(columns):
        is_number = number >= right_after - 1 and name not in ("", "number", "prior", "identified", "number like it")
        table.add_column(text(name), justify="right" if is_number else "left", overflow="fold")
    return table
