"""The command line: each command parses, calls one function of the API and prints. It imports nothing heavy."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

import contrafact as cf
from contrafact import cli_fitting, cli_importing, cli_record, translation
from contrafact.commands import (
    CHECK_FAILED,
    DONE,
    INTERRUPTED,
    check_out,
    leave,
    main,
    print_errors,
    print_json,
    silence,
    to_stderr,
    with_folder,
    with_json,
    with_mechanisms,
    with_scenario,
    with_workers,
)
from contrafact.error_words import in_words

REPLICATIONS_KEPT = (
    "interrupted: {count} of {all} replications are kept in {folder}; to go on: the same command with {options}"
)
PAIRS_KEPT = "interrupted: {count} of {all} pairs are kept in {folder}; to go on: the same command with {options}"
MODULES = (cli_fitting, cli_importing, cli_record)
"""Modules whose commands join those that stand here when they are imported."""


@main.command("list")
@with_json
def list_scenarios(as_json: bool) -> None:
    """Shipped scenarios, one line each."""
    found = cf.scenarios()
    if as_json:
        print_json({"scenarios": [listed.as_dict() for listed in found]})
        return
    for listed in found:
        click.echo(str(listed))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@with_json
def new(folder: Path, as_json: bool) -> None:
    """Write a scenario to start from into FOLDER, whose name becomes its own: commented, valid and runnable."""
    written = cf.new(folder)
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    click.echo("\n".join(str(path) for path in written))
    command = f"contrafact run {shlex.quote(str(folder))} --replications 10"
    click.echo(translation.text("Try it: {command}", command=command), err=True)


@main.command()
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it there instead of printing it.")
def schema(out: Path | None) -> None:
    """JSON Schema of scenario files, with units, by which editors complete and check them."""
    text = cf.schema_text()
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise cf.InputError(f"the file cannot be written: {error.strerror}", file=str(out)) from error


@main.command()
@with_scenario
@click.option("--replications", type=int, default=40, show_default=True, help="How many times to simulate it.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same results.")
@click.option("--until", metavar="TIME|DURATION", help='Stop early: "2022-01-06T12:00", "36 h" or "500 ticks".')
@click.option("--out", metavar="PATH", help="Results folder.  [default: results/SCENARIO-seedSEED]")
@with_folder
@with_workers
@click.option("--no-pictures", is_flag=True, help="Draw no pictures.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@with_mechanisms
@with_json
def run(
    scenario: str,
    variant: str,
    overrides: tuple[str, ...],
    mechanisms: tuple[str, ...],
    out: str | None,
    no_pictures: bool,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Simulate SCENARIO many times, keep the results and show them beside the record.

    Outcomes are told with the interval that holds 90 % of the replications. Of the record, rows kept for scoring are
    left out. Of a results folder only the scenario is taken, not its seed, its number of replications or its --until.
    """
    check_out(out, options)
    crisis = cf.load(scenario, overrides, variant, mechanisms)
    name = crisis.name if crisis.variant == "recorded" else f"{crisis.name}-{crisis.variant}"
    target = cf.default_out(name, options["seed"]) if out is None else out
    extra = [word for path in mechanisms for word in ("--mechanism", path)]
    command = command_line(scenario, variant, overrides, options, extra=extra)
    notify = silence if quiet else to_stderr
    cf.terminal.tell_reused(scenario, options["replications"], options["seed"], notify)
    interrupted = False
    try:
        with cf.terminal.Bar(crisis.name, wanted=not quiet) as bar:
            tell = None if quiet or as_json else to_stderr
            result = cf.run(crisis, out=target, progress=bar, notify=notify, tell=tell, command=command, **options)
    except cf.Interrupted as stop:
        if stop.result is None:
            raise
        result, interrupted = stop.result, True
    tell_result(result, as_json, quiet, no_pictures or interrupted)
    if interrupted:
        tell_interrupted(REPLICATIONS_KEPT, result, target)
        leave(INTERRUPTED)


@main.command()
@with_scenario
@click.option(
    "--arm",
    "arms",
    metavar="NAME|NAME:PATH=VALUE;...",
    multiple=True,
    help="A variant of the scenario, or changes made on the spot; `null:` changes nothing.  [default: restraint]",
)
@click.option("--replications", type=int, default=40, show_default=True, help="Pairs of each arm, at least 2.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same results.")
@click.option("--until", metavar="TIME|DURATION", help='Stop early: "2022-01-06T12:00" or "36 h".')
@click.option("--hold-switches", is_flag=True, help="Leave what is contested as the scenario has it.")
@click.option("--out", metavar="PATH", help="Results folder.  [default: results/SCENARIO-arms-seedSEED]")
@with_folder
@with_workers
@click.option(
    "--report", "page", type=click.Path(path_type=Path), metavar="FILE.html", help="Write one arm as a report as well."
)
@click.option("--no-pictures", is_flag=True, help="Draw no pictures.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@with_mechanisms
@with_json
def compare(
    scenario: str,
    variant: str,
    overrides: tuple[str, ...],
    mechanisms: tuple[str, ...],
    arms: tuple[str, ...],
    hold_switches: bool,
    out: str | None,
    page: Path | None,
    no_pictures: bool,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Run arms of SCENARIO beside the recorded run, pair by pair with the same random numbers, and show their effects.

    Numbers of the scenario and settings of what is contested are drawn anew for the pairs. Where a contested switch
    decides the sign of an effect, that is said and no pooled effect is shown.
    """
    check_out(out, options)
    if page is not None:
        if len(arms) > 1:
            raise click.UsageError("--report shows one arm: give one --arm")
        if page.exists() and not (options["overwrite"] or options["resume"]):
            raise cf.InputError(f'found "{page}", which exists; choose another name or --overwrite', key="--report")
    crisis = cf.load(scenario, overrides, variant, mechanisms)
    name = crisis.name if crisis.variant == "recorded" else f"{crisis.name}-{crisis.variant}"
    target = cf.default_out(f"{name}-arms", options["seed"]) if out is None else out
    notify = silence if quiet else to_stderr
    cf.terminal.tell_reused(scenario, options["replications"], options["seed"], notify)
    extra = [word for arm in arms for word in ("--arm", arm)] + (["--hold-switches"] if hold_switches else [])
    extra += [word for path in mechanisms for word in ("--mechanism", path)]
    command = command_line(scenario, variant, overrides, options, "compare", extra)
    try:
        with cf.terminal.Bar(crisis.name, wanted=not quiet) as bar:
            tell = None if quiet or as_json else to_stderr
            found = cf.compare(
                crisis, arms or None, switches=not hold_switches, out=target, progress=bar, notify=notify, tell=tell,
                watch=page is not None, command=command, **options,
            )  # fmt: skip
        interrupted = False
    except cf.ComparisonInterrupted as stop:
        if stop.comparison is None:
            raise
        found, interrupted = stop.comparison, True
    tell_result(found, as_json, quiet, no_pictures or interrupted)
    if page is not None and not interrupted:
        cf.write_report(found, page, overwrite=True, language=translation.current(), command=command)
    if interrupted:
        tell_interrupted(PAIRS_KEPT, found, target)
        leave(INTERRUPTED)


@main.command()
@with_scenario
@click.option(
    "--draws", type=int, default=40, show_default=True, help="Draws of the calm-week check of a city; 0 for none."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of these draws.")
@click.option("--threads", type=int, help="Draws side by side.  [default: all processors]")
@click.option(
    "--odd", is_flag=True, help="Print the ODD document of model and scenario, in Markdown, without the check."
)
@with_json
def describe(
    scenario: str,
    variant: str,
    overrides: tuple[str, ...],
    draws: int,
    seed: int,
    threads: int | None,
    odd: bool,
    as_json: bool,
) -> None:
    """What SCENARIO is made of: entities, order of processes, parameters, actions, and the calm-week check."""
    if odd and as_json:
        raise click.UsageError("--odd prints Markdown and --json prints JSON: give one of them")
    crisis = cf.load(scenario, overrides, variant)
    if odd:
        cf.terminal.show_odd(cf.describe(crisis, draws=0))
        return
    with cf.terminal.Bar(translation.text("calm weeks")) as bar:
        description = cf.describe(crisis, draws=draws, seed=seed, threads=threads, progress=bar)
    if as_json:
        print_json(description.as_dict())
    else:
        cf.terminal.show_description(description)


@main.command()
@click.argument("scenario")
@with_json
def validate(scenario: str, as_json: bool) -> None:
    """Tell all that is wrong with SCENARIO; the exit code is 3 if anything is."""
    errors = cf.validate(scenario)
    if as_json:
        print_errors(errors)
    elif errors:
        click.echo("\n".join(map(in_words, errors)), err=True)
    else:
        click.echo(translation.text("{title}: no errors", title=scenario))
    leave(CHECK_FAILED if errors else DONE)


@main.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--replication", metavar="K", type=int, default=0, show_default=True, help="Which one to execute again.")
@with_mechanisms
@with_json
def replay(results: Path, replication: int, mechanisms: tuple[str, ...], as_json: bool) -> None:
    """Execute one replication of RESULTS again and compare digests; the exit code is 3 if they differ."""
    replayed = cf.replay(results, replication, mechanisms=mechanisms)
    if as_json:
        print_json(replayed.as_dict())
    else:
        cf.terminal.show_replayed(replayed)
    leave(DONE if replayed.match else CHECK_FAILED)


@main.command()
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True)
@click.option("--out", metavar="PATH", required=True, help="Results folder to write.")
@click.option("--overwrite", is_flag=True, help="Replace an older results folder.")
@click.option("--no-pictures", is_flag=True, help="Draw no pictures.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@with_mechanisms
@with_json
def merge(
    folders: tuple[str, ...],
    out: str,
    overwrite: bool,
    no_pictures: bool,
    quiet: bool,
    mechanisms: tuple[str, ...],
    as_json: bool,
) -> None:
    """Join the FOLDERs of all parts of a run or of a comparison, made with --shard, into what one call would write."""
    result = cf.merge(folders, out, overwrite=overwrite, mechanisms=mechanisms)
    tell_result(result, as_json, quiet, no_pictures)


@main.command()
@click.argument("source", metavar="[SCENARIO|RESULTS]", required=False)
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen; 0 for any.  [default: from 8787 on]")
@click.option("--threads", type=click.IntRange(1), help="Replications side by side.  [default: all processors]")
def serve(source: str | None, port: int | None, threads: int | None) -> None:
    """Open the web application on this machine: watch a replay, change one thing, read claims and evidence.

    Without a name it shows almaty-2022, whose results ship. It listens on 127.0.0.1 alone and asks no other machine.
    """
    cf.serve(source, port, threads, to_stderr, workers="auto")


@main.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="File to write.  [default: RESULTS.html]")
@click.option("--overwrite", is_flag=True, help="Replace an older file.")
def report(results: Path, out: Path | None, overwrite: bool) -> None:
    """Write RESULTS as one HTML file that needs nothing else: to send, to read without a network, to print."""
    click.echo(cf.write_report(results, out, overwrite=overwrite, language=translation.current()))


@main.command()
@with_json
def doctor(as_json: bool) -> None:
    """What this machine can do."""
    checkup = cf.doctor()
    if as_json:
        print_json(checkup.as_dict())
    else:
        cf.terminal.show_checkup(checkup)
    leave(DONE if checkup.ok else CHECK_FAILED)


def tell_result(result: cf.AnyResult | cf.Comparison, as_json: bool, quiet: bool, no_pictures: bool) -> None:
    """Print a result or a comparison, and draw its pictures unless none are wanted."""
    if as_json:
        print_json(result.as_dict())
    elif not quiet:
        cf.terminal.show(result)
    if not no_pictures:
        pictures = cf.terminal.draw(result, silence if quiet else to_stderr)
        if not (as_json or quiet):
            cf.terminal.show_pictures(pictures)


def tell_interrupted(message: str, found: cf.AnyResult | cf.Comparison, folder: str | Path) -> None:
    """Say how much is kept, and with which options the command goes on."""
    count, all_of_them = (translation.whole(number) for number in (found.replications, found.requested))
    options = f"--out {shlex.quote(str(folder))} --resume"
    told = translation.text(message, count=count, all=all_of_them, folder=found.folder, options=options)
    click.echo(told, err=True)


def command_line(
    scenario: str,
    variant: str,
    overrides: tuple[str, ...],
    options: dict[str, Any],
    name: str = "run",
    extra: Iterable[str] = (),
) -> str:
    """The command that does again what was asked for, for the manifest; threads and processes do not matter to it."""
    words = ["contrafact", name, scenario, *extra]
    if variant != "recorded":
        words += ["--variant", variant]
    for override in overrides:
        words += ["--set", override]
    for option in ("replications", "seed", "until"):
        if options[option] is not None:
            words += [f"--{option}", str(options[option])]
    return shlex.join(words)
