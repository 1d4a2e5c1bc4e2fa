"""Help in the language that is spoken, and --lang, which chooses it wherever it stands on the command line. A leaf."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from contrafact import translation
from contrafact.translation import text

OF_CLICK = ("Options", "Commands", "required", "Show this message and exit.")
"""Words that click writes, which are told by the catalogue."""

ADDED = re.compile(r"(?:(.*)(  ))?\[(.*)\]", re.DOTALL)
"""What is said of an option, and what click adds to it after two spaces."""


def asked_for(words: Sequence[str]) -> str:
    """The language that a command line asks for, looked up before anything in it is read; else the system's.

    What is no language is left to ``known``, which tells of it.
    """
    pieces = [piece for word in words for piece in (word.split("=", 1) if word.startswith("--lang=") else [word])]
    for word, language in reversed(list(itertools.pairwise(pieces))):
        if word == "--lang" and language in translation.languages():
            return language
    return translation.of_environment()


def known(_ctx: click.Context, _option: click.Parameter, language: str | None) -> None:
    """BadParameter where there is no catalogue for a language."""
    if language is not None and language not in translation.languages():
        raise click.BadParameter(f'found "{language}", expected one of {", ".join(translation.languages())}')


def paragraphs(written: str) -> Iterator[str]:
    """Paragraphs of a docstring, each of them one text; the lines of one that begins with ``\\b`` stay as they are."""
    for paragraph in inspect.cleandoc(written).split("\n\n"):
        yield paragraph if paragraph.startswith("\b") else " ".join(paragraph.split())


class Formatter(click.HelpFormatter):
    """Writes help. Names of options and of what they take are the same in every language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        usage = text("Usage:")
        super().write_usage(prog, args, f"{usage} " if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """Write what is above a list."""
        super().write_heading(text(heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands."""
        super().write_dl([(name, _of_option(said)) for name, said in rows], col_max, col_spacing)


def _of_option(said: str) -> str:
    """What is said of an option, and what click adds to it in brackets: a default, bounds, that it must be given."""
    whole = text(said)
    found = ADDED.fullmatch(said)
    if whole != said or found is None:
        return whole
    words, gap, added = found.groups(default="")
    return f"{text(words)}{gap}[{'; '.join(map(_added, added.split('; ')))}]"


def _added(item: str) -> str:
    kind, found, value = item.partition("default: ")
    return text("default: {value}", value=value) if found and not kind else text(item)


class Context(click.Context):
    """What is known while a command line is read."""

    formatter_class = Formatter


class Speaking(click.Command):
    """A command with --lang, whose help is told in the language that is spoken."""

    context_class = Context

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = "en or vi, as far as there are words for it.  [default: as the system]"
        self.params.append(click.Option(["--lang"], metavar="LANGUAGE", expose_value=False, callback=known, help=said))

    @property
    def help(self) -> str | None:
        """What the command does."""
        return None if self._written is None else "\n\n".join(map(text, paragraphs(self._written)))

    @help.setter
    def help(self, written: str | None) -> None:
        self._written = written


class Subcommands(Speaking, click.Group):
    """Commands below another."""

    command_class = Speaking
