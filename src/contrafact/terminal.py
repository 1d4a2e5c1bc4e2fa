"""What commands show to people: progress, results, a description. Imported when a command first shows something.

What one command alone shows is imported by the function that shows it, so that a run does not wait for it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from contrafact.errors import RunError
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.loading import is_results
from contrafact.experiment.manifest import read_manifest
from contrafact.experiment.result import AnyResult, Result
from contrafact.extras import can_draw
from contrafact.report import effect_tables, tables, wording
from contrafact.report.evidence import check_lines, claim_lines, claims_markdown
from contrafact.report.tables import milestone_table, outcome_table
from contrafact.translation import counted_text, text, told, whole

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from contrafact.experiment.auditing import Checked
    from contrafact.experiment.calibration.fitting import Calibration
    from contrafact.experiment.calibration.recovery import Recovery
    from contrafact.experiment.calibration.screening import Screening
    from contrafact.experiment.checkup import Checkup
    from contrafact.experiment.claiming import Claims
    from contrafact.experiment.power import Power
    from contrafact.experiment.protocol import AnyDescription
    from contrafact.experiment.replaying import Replayed
    from contrafact.experiment.scoring import Score
    from contrafact.experiment.sweeps.sensitivity import Sensitivity
    from contrafact.experiment.sweeps.sweeping import Sweep
    from contrafact.importers.city import Imported
    from contrafact.importers.events import ImportedEvents

PATIENCE_S = 1.0
WIDTH = 120
WIDE = 170
IMPORTED_COLUMNS = ("district", "residents of the source", "in cells mostly its own")
NO_PICTURES = "no pictures: what draws them is not installed; get it with: pip install 'contrafact[report]'"


class Bar:
    """Progress on standard error: none when nobody watches, none within the first second.

    Call it with (done, all); use it in a ``with`` block, so that the terminal is left clean.
    """

    def __init__(self, label: str, wanted: bool = True) -> None:
        self.label = label
        self.wanted = wanted and sys.stderr.isatty()
        self._begun = time.monotonic()
        self._shown: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown is not None:
            self._shown[0].stop()
            self._shown = None

    def __call__(self, done: int, total: int) -> None:
        """Show how many of how many are done."""
        if self._shown is None and self.wanted and time.monotonic() - self._begun > PATIENCE_S and done < total:
            self._shown = self._start(total)
        if self._shown is not None:
            progress, task = self._shown
            progress.update(task, completed=done)

    def _start(self, total: int) -> tuple[Progress, TaskID]:
        from rich.progress import (  # noqa: PLC0415  heavy
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        progress = Progress(*columns, console=Console(stderr=True), transient=True)
        progress.start()
        return progress, progress.add_task(self.label, total=total)


def tell_reused(source: str, replications: int, seed: int, notify: Callable[[str], None]) -> None:
    """Say of a results folder that only its scenario is taken, and how the new run differs from the one it holds."""
    if not is_results(source):
        return
    held = read_manifest(Path(source))
    wanted, had = (
        counted_text("{count} replication", "{count} replications", count)
        for count in (replications, len(held.replications))
    )
    notify(
        text(
            "only the scenario is taken from the results in {source}: this run makes {wanted} with seed {seed}, that "
            "one made {had} with seed {held}",
            source=source,
            wanted=wanted,
            seed=seed,
            had=had,
            held=held.seed,
        )
    )


def draw(result: AnyResult | Comparison, notify: Callable[[str], None]) -> list[Path]:
    """Save pictures beside the results; where what draws them is missing, say how to get it.

    RunError tells that drawing failed; the results are whole all the same.
    """
    if result.folder is None or not can_draw():
        notify(text(NO_PICTURES))
        return []
    folder = result.folder / "pictures"
    try:
        pictures: list[Path] = import_module(result.figures).save_figures(result, folder)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise RunError(f"the results are in {result.folder}, but pictures could not be drawn: {reason}") from error
    return pictures


def show(result: AnyResult | Comparison) -> None:
    """A result or a comparison."""
    if isinstance(result, Comparison):
        show_comparison(result)
    else:
        show_result(result)


def show_result(result: AnyResult) -> None:
    """What ran, outcomes, the rows of the record that may be looked at, and where the results are."""
    screen = console()
    say(
        screen,
        tables.headline(result),
    )
    screen.print(outcome_table(result))
    if isinstance(result, Result) and result.milestones:
        screen.print(milestone_table(result))
    say(screen, text("results: {folder}", folder=result.folder))


def show_comparison(comparison: Comparison) -> None:
    """What ran, the effects of each arm, how to read them, and where the results are."""
    screen = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    say(screen, effect_tables.pairs_line(comparison))
    for arm in comparison.arms:
        for table in effect_tables.tables_of(comparison, arm.name):
            screen.print(table)
    for line in effect_tables.notes(comparison):
        say(screen, line)
    say(screen, text("results: {folder}", folder=comparison.folder))


def show_pictures(pictures: list[Path]) -> None:
    """Where the pictures are."""
    if pictures:
        names = ", ".join(path.name for path in pictures)
        say(console(), text("pictures: {folder} ({names})", folder=pictures[0].parent, names=names))


def draw_place(found: Imported, notify: Callable[[str], None]) -> list[Path]:
    """Save a map of an imported place in its folder; where what draws it is missing, say how to get it."""
    if not can_draw():
        notify(text(NO_PICTURES))
        return []
    pictures: list[Path] = import_module("contrafact.report.place_map").save_place(
        found.scenario, found.world, found.folder / "place", found.lines
    )
    return pictures


def show_imported(found: Imported) -> None:
    """How sources were read, what was lost, residents beside the sources, and the files."""
    screen = console()
    for line in found.mapping:
        say(screen, text("read: {what}", what=text(line)))
    rows = [(name, whole(number), whole(found.placed[name])) for name, number in found.settled.districts.items()]
    total = (text("all"), whole(found.settled.total), whole(found.world.persons))
    screen.print(_table(told(IMPORTED_COLUMNS), (*rows, total)))
    for note in found.notes:
        say(screen, text("note: {what}", what=text(note)))
    files = ", ".join(str(path) for path in found.files)
    say(screen, text("{cells} cells; written: {files}", cells=whole(found.world.cells), files=files))


def show_events(found: ImportedEvents) -> None:
    """How a file of events was read, what was appended and what was left out."""
    from contrafact.importers.events import lines_of  # noqa: PLC0415  heavy

    screen = console()
    for line in lines_of(found):
        say(screen, line)


def show_score(score: Score) -> None:
    """Every row that was read with its score, skill and coverage, where the model loses, and what was not read."""
    from contrafact.report import scores  # noqa: PLC0415  heavy

    screen = console()
    say(screen, scores.headline(score))
    for table in scores.tables(score):
        screen.print(table)
    for line in (*scores.verdicts(score), *scores.notes(score)):
        say(screen, line)


def show_score_as_markdown(score: Score) -> None:
    """The same in Markdown, with no line broken."""
    from contrafact.report import scores  # noqa: PLC0415  heavy

    sys.stdout.write(f"{scores.headline(score)}\n\n{scores.markdown(score)}")


def show_power(found: Power) -> None:
    """Harm, what the record could tell and does tell of each arm, by camp, and how weak the answer is."""
    from contrafact.report import power  # noqa: PLC0415  heavy

    screen = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    say(screen, power.headline(found))
    for table in power.tables(found):
        screen.print(table)
    for line in power.notes(found):
        say(screen, line)


def show_power_as_markdown(found: Power) -> None:
    """The same in Markdown, with no line broken."""
    from contrafact.report import power  # noqa: PLC0415  heavy

    sys.stdout.write(f"{power.headline(found)}\n\n{power.markdown(found)}")


def show_sweep(found: Sweep) -> None:
    """Outcomes over all points, what varied, and where the table is."""
    from contrafact.report import fits  # noqa: PLC0415  heavy

    _show_fitted(fits.sweep_table(found), fits.sweep_notes(found), found.folder)


def show_sensitivity(found: Sensitivity) -> None:
    """What each outcome hangs on."""
    from contrafact.report import fits  # noqa: PLC0415  heavy

    _show_fitted(fits.sensitivity_table(found), fits.sensitivity_notes(found), found.folder)


def show_calibration(found: Calibration) -> None:
    """The posterior beside the priors, and what the rows cannot tell."""
    from contrafact.report import fits  # noqa: PLC0415  heavy

    _show_fitted(fits.calibration_table(found), fits.calibration_notes(found), found.folder)


def show_recovery(found: Recovery) -> None:
    """What the rows of a fit could tell of each parameter."""
    from contrafact.report import fits  # noqa: PLC0415  heavy

    screen = console()
    screen.print(fits.recovery_table(found))
    say(screen, fits.recovery_note())


def show_screening(found: Screening) -> None:
    """Which numbers move the rows of a fit."""
    from contrafact.report import fits  # noqa: PLC0415  heavy

    screen = console()
    screen.print(fits.screening_table(found))
    say(screen, fits.screening_note(found))


def _show_fitted(table: Table, notes: Iterable[str], folder: Path) -> None:
    screen = console()
    screen.print(table)
    for line in (*notes, text("results: {folder}", folder=folder)):
        say(screen, line)


def draw_sensitivity(found: Sensitivity, notify: Callable[[str], None]) -> None:
    """Save the picture beside the indices; where what draws it is missing, say how to get it."""
    if not can_draw():
        notify(text(NO_PICTURES))
        return
    import_module("contrafact.report.sensitivity_figure").save_figures(found, found.folder / "pictures")


def show_replayed(replayed: Replayed) -> None:
    """Whether the digests agree; where they do not, what has changed since."""
    number = whole(replayed.replication)
    if replayed.match:
        same = text("replication {number} is the same to the bit: {digest}", number=number, digest=replayed.digest)
        say(console(), same)
        return
    screen = Console(stderr=True, width=WIDTH)
    digests = {"digest": replayed.digest, "recorded": replayed.recorded_digest}
    say(screen, text("replication {number}: {digest}, recorded was {recorded}", number=number, **digests))
    for difference in replayed.differences or ("no version that is recorded has changed",):
        say(screen, f"  {text(difference)}")


def show_checkup(checkup: Checkup) -> None:
    """What this machine can do."""
    screen = console()
    versions = ", ".join(f"{name} {version}" for name, version in checkup.versions.items())
    threads = counted_text("{count} thread", "{count} threads", checkup.threads)
    say(screen, f"python {checkup.python}; {threads}; {versions}")
    rate = text(
        "about {rate} residents advanced by one tick per second and thread; this varies from call to call",
        rate=wording.about(checkup.persons_per_second),
    )
    say(screen, rate)
    say(screen, text("pictures can be drawn") if checkup.pictures else text(NO_PICTURES))
    for problem in checkup.problems or ("all is well",):
        say(screen, text(problem))


def show_description(description: AnyDescription) -> None:
    """The sections of a description, one under the other."""
    screen = console()
    say(screen, f"{text(description.scenario.title)} ({description.scenario.name})")
    say(screen, text(description.scenario.summary).strip())
    for section in description.sections:
        screen.print()
        say(screen, section.title)
        if section.rows:
            screen.print(_table(section.columns, section.rows))
        for line in section.lines:
            say(screen, f"  {line}")


def show_odd(description: AnyDescription) -> None:
    """The ODD document, as Markdown, with no line broken."""
    document: str = import_module("contrafact.report.odd").document(description)
    sys.stdout.write(document)


def show_claims(found: Claims) -> None:
    """Every claim beside the record, one under the other."""
    screen = console()
    for line in claim_lines(found):
        say(screen, line)


def show_claims_as_markdown(found: Claims) -> None:
    """The same in Markdown, with no line broken."""
    sys.stdout.write(claims_markdown(found))


def show_evidence(found: Sequence[Checked]) -> None:
    """What the check of each scenario against its record found."""
    screen = console()
    for checked in found:
        for line in check_lines(checked):
            say(screen, line)


def console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for the tables where there is none."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


def say(screen: Console, line: str) -> None:
    """One plain line: no markup, no colours, no hard breaks."""
    screen.print(line, markup=False, highlight=False, soft_wrap=True)


def _table(columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, name in enumerate(columns):
        table.add_column(name, no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
