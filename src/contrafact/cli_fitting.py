"""Commands that run a scenario at many points: sweep, sensitivity, calibrate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

import contrafact as cf
from contrafact import translation
from contrafact.commands import (
    INTERRUPTED,
    Command,
    leave,
    main,
    print_json,
    silence,
    to_stderr,
    with_json,
    with_scenario,
    with_workers,
)

KEPT = "interrupted; what was finished is kept, and the same command with --resume goes on"


def with_store(command: Command) -> Command:
    """Add what all commands with a folder of shards have."""
    for option in (
        click.option("--quiet", is_flag=True, help="Print nothing but errors."),
        with_workers,
        click.option("--overwrite", is_flag=True, help="Replace an older folder of such work."),
        click.option("--resume", is_flag=True, help="Go on with the folder where it was left."),
        click.option("--out", metavar="PATH", help="Folder to write.  [default: one in results/]"),
        click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same numbers."),
    ):
        command = option(command)
    return command


def over(purpose: str) -> Callable[[Command], Command]:
    """Add --over."""
    return click.option("--over", metavar="PATH[=LOW..HIGH unit]", multiple=True, help=purpose)


@main.command()
@with_scenario
@over("What varies, over a range or, without one, over its prior; repeatable.")
@click.option("--design", default="lhs", show_default=True, type=click.Choice(["lhs", "sobol", "grid"]))
@click.option("--points", type=int, default=32, show_default=True, help="How many; of a grid, on every axis.")
@click.option("--replications", type=int, default=10, show_default=True, help="At every point, on the same seeds.")
@click.option("--until", metavar="TIME|DURATION", help='Stop early: "2022-01-06T12:00" or "36 h".')
@with_store
@with_json
def sweep(scenario: str, variant: str, overrides: tuple[str, ...], quiet: bool, as_json: bool, **options: Any) -> None:
    """Run SCENARIO at many points of its levers and uncertain numbers.

    The table, one row for every point, replication and outcome, is in the folder's points/. Points are in the order of
    the design, deaths and injuries come first, and no point is called best.
    """
    crisis = cf.load(scenario, overrides, variant)
    found = _run(cf.sweep, translation.text("sweep"), quiet, crisis, **options)
    _show(found, as_json, quiet, cf.terminal.show_sweep)


@main.command()
@with_scenario
@over("A number to look at; repeatable.  [default: all that have a prior]")
@click.option("--method", default="morris", show_default=True, type=click.Choice(["morris", "sobol", "pawn"]))
@click.option("--samples", type=int, default=16, show_default=True, help="Trajectories, base points or points.")
@click.option("--replications", type=int, default=4, show_default=True, help="At every point, on the same seeds.")
@click.option("--until", metavar="TIME|DURATION", help='Stop early: "2022-01-06T12:00" or "36 h".')
@click.option("--no-pictures", is_flag=True, help="Draw no pictures.")
@with_store
@with_json
def sensitivity(
    scenario: str,
    variant: str,
    overrides: tuple[str, ...],
    quiet: bool,
    as_json: bool,
    no_pictures: bool,
    **options: Any,
) -> None:
    """Tell which unknown numbers of SCENARIO its outcomes hang on, deaths and injuries first.

    Morris needs samples x (numbers + 1) points, Sobol samples x (numbers + 2), PAWN as many as samples.
    """
    crisis = cf.load(scenario, overrides, variant)
    options["over"] = options["over"] or None
    found = _run(cf.sensitivity, translation.text("sensitivity"), quiet, crisis, **options)
    _show(found, as_json, quiet, cf.terminal.show_sensitivity)
    if not no_pictures:
        cf.terminal.draw_sensitivity(found, silence if quiet else to_stderr)


@main.command()
@with_scenario
@click.option("--calibration", metavar="FILE", help="What is fitted to which rows.  [default: the scenario's own]")
@over("A number to fit in place of the file's; repeatable.")
@click.option("--population", type=int, help="Particles, in place of the file's.")
@click.option("--batch", type=int, help="Runs that are asked for together, in place of the file's.")
@click.option("--most-runs", type=int, help="Runs not to be exceeded, in place of the file's.")
@click.option("--screen", type=int, metavar="N", help="Do not fit: tell from N draws which numbers move these rows.")
@click.option("--recovery", type=int, metavar="N", help="Do not fit: tell from N draws what these rows could tell.")
@with_store
@with_json
def calibrate(
    scenario: str,
    variant: str,
    overrides: tuple[str, ...],
    screen: int | None,
    recovery: int | None,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Fit SCENARIO to the rows of its record that may be fitted; rows kept for scoring are not looked at.

    The posterior is the folder's posterior.parquet; `run`, `compare` and `score` draw from it with --posterior. With
    --recovery the draws are kept in the same folder, of which a fit is the continuation by --resume. --screen draws
    all unknown numbers and holds none: it is for choosing what to fit.
    """
    crisis = cf.load(scenario, overrides, variant)
    options["over"] = options["over"] or None
    if screen is None and recovery is None:
        found = _run(cf.calibrate, translation.text("calibration"), quiet, crisis, **options)
        _show(found, as_json, quiet, cf.terminal.show_calibration)
        return
    if options.pop("most_runs") is not None or (screen is not None and recovery is not None):
        raise click.UsageError("--most-runs is for a fit; --recovery and --screen each say how many runs they take")
    if screen is None:
        told = _run(cf.recovery, translation.text("recovery"), quiet, crisis, runs=recovery, **options)
        _show(told, as_json, quiet, cf.terminal.show_recovery)
        return
    if options.pop("over") is not None or options.pop("population") is not None:
        raise click.UsageError("--over and --population are for a fit; --screen draws all unknown numbers")
    table = _run(cf.screen, translation.text("screening"), quiet, crisis, runs=screen, **options)
    _show(table, as_json, quiet, cf.terminal.show_screening)


def _run(function: Callable[..., Any], label: str, quiet: bool, crisis: object, **options: Any) -> Any:
    """What a function gives, under a bar; interrupted, it says how to go on."""
    try:
        with cf.terminal.Bar(label, wanted=not quiet) as bar:
            return function(crisis, progress=bar, notify=silence if quiet else to_stderr, **options)
    except KeyboardInterrupt:
        click.echo(translation.text(KEPT), err=True)
        leave(INTERRUPTED)


def _show(found: Any, as_json: bool, quiet: bool, show: Callable[[Any], None]) -> None:
    if as_json:
        print_json(found.as_dict())
    elif not quiet:
        show(found)
