"""What all commands share: exit codes, how errors are told, --json, --lang, and the scenario that a command takes."""

from __future__ import annotations

import functools
import gc
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import click

import contrafact as cf
from contrafact import translation
from contrafact.error_words import UsageTold, in_words
from contrafact.helping import Subcommands, asked_for

AS_JSON = "contrafact.as_json"
GARBAGE = 10_000
"""New objects after which Python looks for garbage: at 700, as Python has it, a tenth of a short run goes into it."""
DONE, FAILED, WRONG_INPUT, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
Command = TypeVar("Command", bound=Callable[..., Any])


class Commands(Subcommands):
    """Turns what a command raises into a message and an exit code, without a traceback for what a user can mend."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **options: Any) -> Any:
        """Read the command line and do what it says, all of it in the language that it asks for."""
        with translation.speaking(asked_for(sys.argv[1:] if args is None else args)), less_garbage_sought():
            return super().main(args, *others, **options)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note whether a JSON document is wanted, also where the rest of the command cannot be read."""
        ctx.meta[AS_JSON] = "--json" in args
        with usage_told(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Of what is wrong with the input, --json prints a document on standard output as well."""
        with usage_told(ctx):
            return self._invoke(ctx)

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (cf.InputError, cf.InputErrors) as error:
            click.echo(in_words(error), err=True)
            if ctx.meta[AS_JSON]:
                print_errors(error.errors if isinstance(error, cf.InputErrors) else [error])
            ctx.exit(WRONG_INPUT)
        except cf.RunError as error:
            click.echo(translation.text("the run failed: {reason}", reason=in_words(error)), err=True)
            ctx.exit(FAILED)
        except KeyboardInterrupt:
            click.echo(translation.text("interrupted; nothing was written"), err=True)
            ctx.exit(INTERRUPTED)


@contextmanager
def less_garbage_sought() -> Iterator[None]:
    """A block in which Python looks for garbage seldom."""
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def usage_told(ctx: click.Context) -> Iterator[None]:
    """Tell in the language that is spoken what click, in English alone, says of a command that cannot be read.

    With --json it is a document as well.
    """
    try:
        yield
    except click.UsageError as error:
        if ctx.meta[AS_JSON]:
            print_errors([cf.InputError(error.format_message())])
        if translation.current() == translation.ENGLISH:
            raise
        raise UsageTold(error) from error


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


def _as_workers(_ctx: click.Context, _option: click.Parameter, text: str) -> int | str:
    """A number of processes, or text that names a cluster, which is checked with the other options of a run."""
    return int(text) if text.removeprefix("-").isdecimal() else text


def with_workers(command: Command) -> Command:
    """Add --threads and --workers."""
    threads = click.option("--threads", type=int, help="Replications side by side.  [default: all processors]")
    text = "N processes, or a Dask cluster, or threads (0); auto takes processes where they are worth their start."
    name = "auto|N|dask:ADDRESS"
    workers = click.option(
        "--workers", default="auto", metavar=name, help=text, show_default=True, callback=_as_workers
    )
    return threads(workers(command))


def with_folder(command: Command) -> Command:
    """Add what is said of a results folder that is written while the work goes on."""
    for option in (
        click.option("--shard", metavar="I/N", help="Run part I of N only, to be joined with the others by `merge`."),
        click.option("--resume", is_flag=True, help="Go on with the folder --out where it was left."),
        click.option("--overwrite", is_flag=True, help="Replace an older results folder."),
    ):
        command = option(command)
    return command


def check_out(out: str | None, options: Mapping[str, Any]) -> None:
    """UsageError where what is to be gone on with, or joined, has no name."""
    if out is None and (options["resume"] or options["shard"]):
        raise click.UsageError("--resume and --shard need --out, the folder to write")


def with_mechanisms(command: Command) -> Command:
    """Add --mechanism."""
    text = "Python file of a mechanism of your own, which is executed; repeatable."
    return click.option("--mechanism", "mechanisms", metavar="FILE.py", multiple=True, help=text)(command)


Commands.group_class = Subcommands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(cf.__version__, prog_name="contrafact")
def main() -> None:
    """Replay a documented crisis from its record, person by person, then change one thing.

    SCENARIO is a shipped scenario (see `contrafact list`), a scenario file or folder, or a results folder, of which
    the scenario alone is taken.
    """


def print_json(document: object) -> None:
    """Print the one document of a command."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def print_errors(errors: list[cf.InputError]) -> None:
    """Print what is wrong with the input, as ``validate --json`` does."""
    print_json({"ok": not errors, "errors": [error.as_dict() for error in errors]})


def to_stderr(message: str) -> None:
    """Tell something that is no part of the results."""
    click.echo(message, err=True)


def silence(_message: str) -> None:
    """Tell nothing."""


def leave(code: int) -> None:
    """End the command with an exit code."""
    click.get_current_context().exit(code)
