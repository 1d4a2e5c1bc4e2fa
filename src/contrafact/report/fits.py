"""Tables of sweeps, sensitivity and fits for the terminal, deaths and injuries first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from contrafact.experiment.calibration.recovery import DOUBTFUL
from contrafact.experiment.calibration.regression import IDENTIFIED
from contrafact.report import wording
from contrafact.scenario import units
from contrafact.words import counted

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
    f"{IDENTIFIED:.0%} of it is not identified. Evenness: probability of ranks at least so uneven, were the posterior "
    "right."
)
INDICES = {
    "morris": "mean size of an elementary effect, in the outcome's unit per whole prior",
    "sobol": "total order: share of the variance of the mean outcome, with interactions",
    "pawn": "median Kolmogorov-Smirnov distance",
}


def sweep_table(found: Sweep) -> Table:
    """Every outcome over all points and replications."""
    table = _table(f"Outcomes over {counted(len(found.points), 'point')}", ("", "median", "90 % of runs", ""), 2)
    for name, said in found.summary().items():
        median, low, high = (wording.number(value, said.unit) for value in (said.median, said.low, said.high))
        table.add_row(wording.outcome(name), median, f"{low} to {high}", wording.unit(said.unit))
    return table


def sweep_notes(found: Sweep) -> Iterator[str]:
    """Axes, where the table is, and what is not claimed."""
    for axis in found.axes:
        low, high = (value(found.scenario, axis.unit, end) for end in _ends(found.points[:, found.axes.index(axis)]))
        yield f"{axis.path}: {low} to {high}"
    yield f"{NO_BEST} {wording.CUSTODY}"


def sensitivity_table(found: Sensitivity) -> Table:
    """Of every outcome, the parameters with the largest indices, in the order of the scenario."""
    title = f"What outcomes hang on ({found.method}, {counted(found.points, 'point')})"
    table = _table(title, ("outcome", "number", "index", "90 % interval"), 2)
    for name, rows in found.indices.items():
        head = wording.outcome(name)
        for row in largest(rows):
            index = main_index(row)
            table.add_row(head, row["parameter"], f"{index:.3g}", f"{row['low']:.3g} to {row['high']:.3g}")
            head = ""
        if head:
            table.add_row(head, "it never varied", "", "")
    return table


def sensitivity_notes(found: Sensitivity) -> Iterator[str]:
    """What an index is, and how many numbers are left out of the table."""
    left_out = max(0, len(found.axes) - SHOWN)
    more = f" {counted(left_out, 'number')} with smaller indices left out for each outcome." if left_out else ""
    yield f"Index: {INDICES[found.method]}.{more} Numbers are in the order of the scenario. {wording.CUSTODY}"


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
    table = _table("Posterior", ("number", "prior", "median", "90 % interval", "contraction", "identified"), 2)
    scenario = found.scenario
    for row, axis in zip(found.as_dict()["parameters"], found.space.axes, strict=True):
        numbers = [value(scenario, axis.unit, number) for number in axis.prior.numbers]
        median, low, high = (value(scenario, axis.unit, row["posterior"][key]) for key in ("median", "low", "high"))
        verdict = "yes" if row["identified"] else "no"
        prior = f"{axis.prior.kind} {', '.join(numbers)}"
        table.add_row(axis.path, prior, median, f"{low} to {high}", f"{row['contraction']:.2f}", verdict)
    return table


def calibration_notes(found: Calibration) -> Iterator[str]:
    """Runs, generations, why it stopped, and how rows are met."""
    document = found.as_dict()
    last = found.fit.last
    yield (
        f"{counted(found.fit.runs, 'run')} in {counted(len(found.fit.generations), 'generation')}, "
        f"{counted(int(last.distance.size), 'particle')} with an effective number of {last.effective:.0f}; "
        f"epsilon {last.epsilon:.3g}; stopped because {found.fit.stopped}."
    )
    rows = ", ".join(f"{row['id']} {row['residual']['median']:+.2f}" for row in document["rows"])
    yield f"Median residual of each row, in its own scale: {rows}."
    unclear = [row["name"] for row in document["parameters"] if not row["identified"]]
    if unclear:
        yield f"Not identified by these rows: {', '.join(unclear)}. What is concluded from them rests on their priors."
    yield f"posterior: {found.path}"


def recovery_table(found: Recovery) -> Table:
    """Contraction, correlation and histogram of ranks of every parameter."""
    title = f"What the rows could tell, by {counted(len(found.ranks), 'run')} each taken for the truth"
    columns = ("number", "contraction", "correlation", "ranks by tenths", "evenness", "identified")
    table = _table(title, columns, 2)
    for row in found.as_dict()["parameters"]:
        even = f"{row['evenness']:.3f}" + (" (uneven)" if row["evenness"] < DOUBTFUL else "")
        shares = (f"{row['contraction']:.2f}", f"{row['correlation']:.2f}")
        ranks = " ".join(map(str, row["ranks"]))
        table.add_row(row["name"], *shares, ranks, even, "yes" if row["identified"] else "no")
    return table


def screening_table(found: Screening) -> Table:
    """Numbers that move the rows more than chance does, with their correlations, largest shares first."""
    title = f"Which unknown numbers move the rows, by {counted(found.runs, 'draw')} of all priors"
    table = _table(title, ("number", "share", *found.rows, "number like it"), 2)
    for name, share, rho, like in zip(found.names, found.share, found.rho, found.like, strict=True):
        if share > found.chance:
            table.add_row(name, f"{share:.3f}", *(f"{one:+.2f}" for one in rho), like or "")
    return table


def screening_note(found: Screening) -> str:
    """What the columns are, and what is left out."""
    less = int((found.share <= found.chance).sum())
    return (
        "Share: mean over the rows of the squared rank correlation of a number with what runs show of a row; the "
        f"correlations stand under the rows. {counted(less, 'number')} with shares up to {found.chance:.3f}, which "
        "chance reaches, left out. A number like another moves the rows in the same proportions, so that these rows "
        "cannot tell the two apart. What was observed plays no part in this."
    )


def value(scenario: Scenario, unit: str, number: float) -> str:
    """A number with its unit, a time as local time."""
    if unit == units.TIME:
        return f"{scenario.clock(number):%d %b %H:%M}"
    return f"{number:.4g}" if unit == units.DIMENSIONLESS else f"{number:.4g} {unit}"


def _ends(column: Any) -> tuple[float, float]:
    return float(column.min()), float(column.max())


def _table(title: str, columns: Sequence[str], right_after: int) -> Table:
    table = Table(title=title, box=None, pad_edge=False, title_justify="left", header_style="bold")
    for number, name in enumerate(columns):
        is_number = number >= right_after - 1 and name not in ("", "number", "prior", "identified", "number like it")
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    return table
