"""The command line: each command parses, calls one function of the API and prints. It imports nothing heavy."""

from __future__ import annotations

import functools
import json
import shlex
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import click

import contrafact as cf
from contrafact.cli_importing import import_city, import_events
from contrafact.cli_output import print_errors, print_json, silence, to_stderr

AS_JSON = "contrafact.as_json"
DONE, FAILED, WRONG_INPUT, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
FURTHER = ("contrafact.cli_fitting",)
"""Modules that add commands of their own; they import this one, so they are fetched when a command is looked up."""

Command = TypeVar("Command", bound=Callable[..., Any])


class Commands(click.Group):
    """Turns what a command raises into a message and an exit code, without a traceback for what a user can mend."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note whether a JSON document is wanted, also where the rest of the command cannot be read."""
        ctx.meta[AS_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, of the modules named in FURTHER too."""
        _fetch()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, of the modules named in FURTHER too."""
        _fetch()
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Of what is wrong with the input, --json prints a document on standard output as well."""
        try:
            return super().invoke(ctx)
        except (cf.InputError, cf.InputErrors) as error:
            click.echo(str(error), err=True)
            if ctx.meta[AS_JSON]:
                print_errors(error.errors if isinstance(error, cf.InputErrors) else [error])
            ctx.exit(WRONG_INPUT)
        except click.UsageError as error:
            if ctx.meta[AS_JSON]:
                print_errors([cf.InputError(error.format_message())])
            raise
        except cf.RunError as error:
            click.echo(f"the run failed: {error}", err=True)
            ctx.exit(FAILED)
        except KeyboardInterrupt:
            click.echo("interrupted; nothing was written", err=True)
            ctx.exit(INTERRUPTED)


def _fetch() -> None:
    for module in FURTHER:
        import_module(module)


def with_json(command: Command) -> Command:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")(command)


def with_scenario(command: Command) -> Command:
    """Add SCENARIO, --variant, --set and --posterior, which sets the posterior of the scenario."""

    @functools.wraps(command)
    def settled(*, overrides: tuple[str, ...], posterior: str | None, **options: Any) -> Any:
        fitted = () if posterior is None else (f"posterior={json.dumps(posterior)}",)
        return command(overrides=(*overrides, *fitted), **options)

    fit = click.option("--posterior", metavar="FILE", help="Draw fitted parameters from this Parquet file.")
    setting = click.option(
        "--set", "overrides", metavar="PATH=VALUE", multiple=True, help="Override a value of the scenario; repeatable."
    )
    variant = click.option(
        "--variant", default="recorded", show_default=True, help="Arm of the scenario; `describe` lists them."
    )
    return cast(Command, click.argument("scenario")(variant(setting(fit(settled)))))


def with_mechanisms(command: Command) -> Command:
    """Add --mechanism."""
    text = "Python file of a mechanism of your own, which is executed; repeatable."
    return click.option("--mechanism", "mechanisms", metavar="FILE.py", multiple=True, help=text)(command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(cf.__version__, prog_name="contrafact")
def main() -> None:
    """Replay a documented crisis from its record, person by person, then change one thing.

    SCENARIO is a shipped scenario (see `contrafact list`), a scenario file or folder, or a results folder, of which
    the scenario alone is taken.
    """


main.add_command(import_city)
main.add_command(import_events)


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
    click.echo(f"Try it: contrafact run {shlex.quote(str(folder))} --replications 10", err=True)


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
@click.option("--overwrite", is_flag=True, help="Replace an older results folder.")
@click.option("--threads", type=int, help="Replications side by side.  [default: all processors]")
@click.option("--workers", type=int, default=0, metavar="N", help="Use N processes instead of threads.")
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
            result = cf.run(crisis, out=target, progress=bar, notify=notify, command=command, **options)
    except cf.Interrupted as stop:
        if stop.result is None:
            raise
        result, interrupted = stop.result, True
    if as_json:
        print_json(result.as_dict())
    elif not quiet:
        cf.terminal.show_result(result)
    if not (no_pictures or interrupted):
        pictures = cf.terminal.draw(result, notify)
        if not (as_json or quiet):
            cf.terminal.show_pictures(pictures)
    if interrupted:
        kept = f"{result.replications} of {result.requested} replications are kept in {result.folder}"
        click.echo(f"interrupted: {kept}", err=True)
        leave(INTERRUPTED)


@main.command()
@with_scenario
@click.option("--replications", type=int, help="How many times to simulate SCENARIO.  [default: 40]")
@click.option("--seed", type=int, help="The same seed gives the same scores.  [default: 1]")
@click.option("--threads", type=int, help="Replications side by side.  [default: all processors]")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.option("--markdown", is_flag=True, help="Print the tables in Markdown.")
@with_json
def score(
    scenario: str,
    variant: str,
    overrides: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    threads: int | None,
    quiet: bool,
    markdown: bool,
    as_json: bool,
) -> None:
    """Score SCENARIO, or a results folder, against the record: rows for fitting and rows kept for scoring apart.

    A scenario is run for it; of a results folder the replications that it holds count. Either way the scenario is run
    once more with behaviour switched off, as one of four baselines. What is printed of rows kept for scoring may choose
    nothing: no value, no range, no default.
    """
    if markdown and as_json:
        raise click.UsageError("--markdown and --json print different documents: give one of them")
    notify = silence if quiet else to_stderr
    scored = to_score(scenario, variant, overrides, replications, seed)
    with cf.terminal.Bar("score", wanted=not quiet) as bar:
        options: dict[str, Any] = {"threads": threads, "progress": bar, "notify": notify}
        number = 40 if replications is None else replications
        found = cf.score(scored, number, 1 if seed is None else seed, **options)
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
    help="A variant of the scenario, or changes made on the spot; `null:` changes nothing.  [default: restraint]",
)
@click.option("--replications", type=int, default=40, show_default=True, help="Pairs of each arm, at least 2.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same results.")
@click.option("--until", metavar="TIME|DURATION", help='Stop early: "2022-01-06T12:00" or "36 h".')
@click.option("--hold-switches", is_flag=True, help="Leave what is contested as the scenario has it.")
@click.option("--out", metavar="PATH", help="Results folder.  [default: results/SCENARIO-arms-seedSEED]")
@click.option("--overwrite", is_flag=True, help="Replace an older results folder.")
@click.option("--threads", type=int, help="Pairs side by side.  [default: all processors]")
@click.option("--workers", type=int, default=0, metavar="N", help="Use N processes instead of threads.")
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
    no_pictures: bool,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Run arms of SCENARIO beside the recorded run, pair by pair with the same random numbers, and show their effects.

    Numbers of the scenario and settings of what is contested are drawn anew for the pairs. Where a contested switch
    decides the sign of an effect, that is said and no pooled effect is shown.
    """
    crisis = cf.load(scenario, overrides, variant, mechanisms)
    name = crisis.name if crisis.variant == "recorded" else f"{crisis.name}-{crisis.variant}"
    target = cf.default_out(f"{name}-arms", options["seed"]) if out is None else out
    notify = silence if quiet else to_stderr
    cf.terminal.tell_reused(scenario, options["replications"], options["seed"], notify)
    if not arms:
        notify("no --arm is given: compared is restraint")
    extra = [word for arm in arms for word in ("--arm", arm)] + (["--hold-switches"] if hold_switches else [])
    extra += [word for path in mechanisms for word in ("--mechanism", path)]
    command = command_line(scenario, variant, overrides, options, "compare", extra)
    try:
        with cf.terminal.Bar(crisis.name, wanted=not quiet) as bar:
            found = cf.compare(
                crisis, arms or None, switches=not hold_switches, out=target, progress=bar, notify=notify,
                command=command, **options,
            )  # fmt: skip
        interrupted = False
    except cf.ComparisonInterrupted as stop:
        if stop.comparison is None:
            raise
        found, interrupted = stop.comparison, True
    if as_json:
        print_json(found.as_dict())
    elif not quiet:
        cf.terminal.show_comparison(found)
    if not (no_pictures or interrupted):
        pictures = cf.terminal.draw(found, notify)
        if not (as_json or quiet):
            cf.terminal.show_pictures(pictures)
    if interrupted:
        click.echo(f"interrupted: {found.replications} of {found.requested} pairs are kept in {found.folder}", err=True)
        leave(INTERRUPTED)


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
@click.option("--threads", type=int, help="Replications side by side.  [default: all processors]")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
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
    if markdown and as_json:
        raise click.UsageError("--markdown and --json print different documents: give one of them")
    notify = silence if quiet else to_stderr
    crisis = cf.load(scenario, overrides, variant)
    with cf.terminal.Bar("power", wanted=not quiet) as bar:
        found = cf.power(crisis, arms or None, progress=bar, notify=notify, **options)
    if as_json:
        print_json(found.as_dict())
    elif markdown:
        cf.terminal.show_power_as_markdown(found)
    elif not quiet:
        cf.terminal.show_power(found)


@main.command()
@with_scenario
@click.option("--draws", type=int, default=40, show_default=True, help="Draws of the calm-week check; 0 for none.")
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
    with cf.terminal.Bar("calm weeks") as bar:
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
        click.echo("\n".join(str(error) for error in errors), err=True)
    else:
        click.echo(f"{scenario}: no errors")
    leave(CHECK_FAILED if errors else DONE)


@main.command()
@click.argument("scenario")
@click.option("--replications", type=int, default=0, metavar="N", help="Ask the model now, with N runs of each arm.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same answers.")
@click.option("--threads", type=int, help="Replications side by side.  [default: all processors]")
@click.option(
    "--answers", type=click.Path(path_type=Path), metavar="FILE", help="Keep new answers here, or show those kept."
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
@with_json
def claims(scenario: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Each claim of the source article: its words, who says so, what other sources say, and the record's verdict.

    For claims that a file names beforehand as testable the question is shown as well, and what runs of the model say of
    it: those that ship, or new ones with --replications. Rows of the record that are kept for scoring are named, and
    what they say is not shown.
    """
    notify = silence if quiet else to_stderr
    with cf.terminal.Bar("runs", wanted=not quiet) as bar:
        found = cf.claims(cf.load(scenario), progress=bar, notify=notify, **options)
    if as_json:
        print_json(found.as_dict())
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
@with_json
def doctor(as_json: bool) -> None:
    """What this machine can do."""
    checkup = cf.doctor()
    if as_json:
        print_json(checkup.as_dict())
    else:
        cf.terminal.show_checkup(checkup)
    leave(DONE if checkup.ok else CHECK_FAILED)


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


def leave(code: int) -> None:
    """End the command with an exit code."""
    click.get_current_context().exit(code)
