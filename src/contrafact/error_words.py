"""Messages of errors in the language that is spoken, told anew where they are printed.

Errors are raised in English, by code that knows of no language. ``frontend/messages.py`` reads what they can say out of
the source, as templates such as ``found {0}, expected {1}``. Here a message is compared with these, a template is
translated like any other text, and what stood in its holes is put into the translation: told anew by the same way where
it is a text of ours, else as it was found. So names and values stay, and what no template fits stays English. A leaf.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import replace

import click

from contrafact.errors import InputError, InputErrors
from contrafact.translation import ENGLISH, LOCALES, current, languages, speaking, text

TEMPLATES = LOCALES / "errors.json"

HOLE = re.compile(r"\{n?\d+\}")
"""A place to fill in: ``{0}`` for anything, ``{n0}`` for a number."""

NUMBER = r"([-+]?\d[-+\d.,:eT]*|-?inf|nan)"
"""A number or a local time."""

ANYTHING = r'((?>["\[{].{56}\.{3}(?![^\s,;:)])|"(?:[^"\\]|\\.)*"|.)*?)'
"""As little as possible, but quoted values whole, also those cut to 60 characters, since no words in them are ours."""

ENDINGS = (";", ",")
"""Templates that begin so end a message; what stands before them is told by itself."""

LONGEST = 2_000
"""Characters of a message; none of ours is as long."""

DEEPEST = 8
"""Levels of messages within messages; what lies deeper stays English."""


def fixed(template: str) -> str:
    """The text of a template without its holes."""
    return HOLE.sub("", template)


def in_words(error: Exception) -> str:
    """All that an error says, one line for each thing that is wrong; places and keys are the same in all languages."""
    if current() == ENGLISH:
        return str(error)
    if isinstance(error, InputErrors):
        return "\n".join(map(in_words, error.errors))
    if isinstance(error, InputError):
        return str(replace(error, message=retold(error.message)))
    return retold(str(error))


class UsageTold(click.UsageError):
    """A command that cannot be read, in the language that is spoken when this is made: it is shown after that."""

    def __init__(self, error: click.UsageError) -> None:
        super().__init__(retold(error.format_message()), error.ctx)
        self.lines = [text("Error: {what}", what=self.message)]
        if error.ctx is not None:
            names = error.ctx.command.get_help_option_names(error.ctx)
            command = {"command": error.ctx.command_path, "option": max(names, key=len)}
            self.lines[:0] = [error.ctx.get_usage(), text("Try '{command} {option}' for help.", **command), ""]

    def show(self, file: object = None) -> None:
        """Print usage, where help is, and what is wrong, as ``click`` does in English."""
        click.echo("\n".join(self.lines), err=True)


def in_every_language(message: str) -> dict[str, str]:
    """A message by language, for readers who choose theirs later."""
    found = {}
    for language in languages():
        with speaking(language):
            found[language] = message if language == ENGLISH else retold(message)
    return found


def retold(message: str, depth: int = DEEPEST) -> str:
    """A message in the language that is spoken, or as it is where no template fits it or it is very long."""
    if len(message) > LONGEST:
        return message
    for template in _templates() if depth else ():
        if not all(piece in message for piece in HOLE.split(template)):
            continue
        found = _pattern(template).fullmatch(message)
        if found is not None:
            before, *filled = (retold(part, depth - 1) for part in found.groups())
            by_hole = dict(zip(HOLE.findall(template), filled, strict=True))
            return before + HOLE.sub(lambda hole: by_hole[hole[0]], text(template))  # noqa: B023  used at once
    return message


@functools.cache
def _templates() -> tuple[str, ...]:
    """All templates, in the order in which they are tried."""
    return tuple(json.loads(TEMPLATES.read_text(encoding="utf-8")))


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    """What a template fits: a group for what stands before it, and one for each hole."""
    ways = [NUMBER if hole.startswith("{n") else ANYTHING for hole in HOLE.findall(template)]
    pieces = [re.escape(piece) for piece in HOLE.split(template)]
    before = ANYTHING if template.startswith(ENDINGS) else "()"
    return re.compile(before + "".join(map("".join, zip(pieces, (*ways, ""), strict=True))), re.DOTALL)
