"""Commands that set a scenario beside its record: score, power, claims, evidence check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import contrafact as cf
from contrafact.commands import (
    CHECK_FAILED,
    DONE,
    leave,
    main,
    print_json,
    silence,
    to_stderr,
    with_json,
    with_scenario,
    with_workers,
)
from contrafact.translation import text


@main.command()
@with_scenario
@click.option("--replications", type=int, help="How many times to simulate SCENARIO.  [default: 40]")
@click.option("--seed", type=int, help="The same seed gives the same scores.  [default: 1]")
@with_workers
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.option("--markdown", is_flag=True, help="Print the tables in Markdown.")
@with_json
def score(
    scenario: str,
    variant: str,
    overrides: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    quiet: bool,
    markdown: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Score SCENARIO, or a results folder, against the record: rows for fitting and rows kept for scoring apart.

    A scenario is run for it; of a results folder the replications that it holds count. Either way the scenario is run
    once more with behaviour switched off, as one of four baselines. What is printed of rows kept for scoring may choose
    nothing: no value, no range, no default.
    """
    one_document(markdown, as_json)
    notify = silence if quiet else to_stderr
    scored = to_score(scenario, variant, overrides, replications, seed)
    with cf.terminal.Bar(text("scoring"), wanted=not quiet) as bar:
        number = 40 if replications is None else replications
        found = cf.score(scored, number, 1 if seed is None else seed, progress=bar, notify=notify, **options)
    if as_json:
        print_json(found.as_dict())
    elif markdown:
        cf.terminal.show_score_as_markdown(found)
    else:
        cf.terminal.show_score(found)


@main.command()
@with_scenario
@click.option(
    "--arm",
    "arms",
    metavar="NAME|NAME:PATH=VALUE;...",
    multiple=True,
    help="A variant of the scenario, or changes made on the spot.  [default: rivals.csv of the record]",
)
@click.option("--replications", type=int, default=40, show_default=True, help="Runs of each arm, at least 10.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same weights.")
@with_workers
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.option("--markdown", is_flag=True, help="Print the tables in Markdown.")
@with_json
def power(
    scenario: str,
    variant: str,
    overrides: tuple[str, ...],
    arms: tuple[str, ...],
    quiet: bool,
    markdown: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """What the record could ever tell of rival arms of SCENARIO, and the weight that it gives each of them.

    Every arm is run, and what would have been published is read off each replication: as a synthetic record, to see how
    often the arm would be told from the recorded run, and as an ensemble, to weigh the actual record. Rows for fitting
    are weighed, never rows kept for scoring.
    """
    one_document(markdown, as_json)
    notify = silence if quiet else to_stderr
    crisis = cf.load(scenario, overrides, variant)
    with cf.terminal.Bar(text("power of the record"), wanted=not quiet) as bar:
        found = cf.power(crisis, arms or None, progress=bar, notify=notify, **options)
    if as_json:
        print_json(found.as_dict())
    elif markdown:
        cf.terminal.show_power_as_markdown(found)
    else:
        cf.terminal.show_power(found)


@main.command()
@click.argument("scenario")
@click.option("--replications", type=int, default=0, metavar="N", help="Ask the model now, with N runs of each arm.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same answers.")
@with_workers
@click.option(
    "--answers", type=click.Path(path_type=Path), metavar="FILE", help="Keep new answers here, or show those kept."
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.option("--markdown", is_flag=True, help="Print tables in Markdown.")
@with_json
def claims(scenario: str, quiet: bool, markdown: bool, as_json: bool, **options: Any) -> None:
    """Each claim of the source article: its words, who says so, what other sources say, and the record's verdict.

    For claims that a file names beforehand as testable the question is shown as well, and what runs of the model say of
    it: those that ship, or new ones with --replications. Rows of the record that are kept for scoring are named, and
    what they say is not shown.
    """
    one_document(markdown, as_json)
    notify = silence if quiet else to_stderr
    with cf.terminal.Bar(text("runs of the model"), wanted=not quiet) as bar:
        found = cf.claims(cf.load(scenario), progress=bar, notify=notify, **options)
    if as_json:
        print_json(found.as_dict())
    elif markdown:
        cf.terminal.show_claims_as_markdown(found)
    else:
        cf.terminal.show_claims(found)


@main.group()
def evidence() -> None:
    """The record that a scenario rests on."""


@evidence.command("check")
@click.argument("scenario", required=False)
@with_json
def check_evidence(scenario: str | None, as_json: bool) -> None:
    """Hold SCENARIO against its record; the exit code is 3 if an id dangles or a value lies outside its source's range.

    Without SCENARIO every one that ships is checked. Rows never used, cells that the record lacks and rows that
    contradict each other are told, and are no failure.
    """
    found = cf.check_evidence(scenario)
    ok = all(checked.ok for checked in found)
    if as_json:
        print_json({"ok": ok, "scenarios": [checked.as_dict() for checked in found]})
    else:
        cf.terminal.show_evidence(found)
    leave(DONE if ok else CHECK_FAILED)


def one_document(markdown: bool, as_json: bool) -> None:
    """UsageError where two documents are asked for at once."""
    if markdown and as_json:
        raise click.UsageError("--markdown and --json print different documents: give one of them")


def to_score(source: str, variant: str, overrides: tuple[str, ...], replications: int | None, seed: int | None) -> Any:
    """The results in a folder, as they are, or a scenario that is still to be run."""
    if not cf.is_results(source):
        return cf.load(source, overrides, variant)
    given = {"--replications": replications, "--seed": seed, "--set": overrides or None}
    for option, value in {**given, "--variant": None if variant == "recorded" else variant}.items():
        if value is not None:
            raise cf.InputError("results are scored as they are; run the scenario anew for it", key=option)
    path = Path(source)
    return cf.read(path if path.is_dir() else path.parent)
