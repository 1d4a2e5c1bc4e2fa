"""What commands print that is not for people."""

from __future__ import annotations

import json

import click

import contrafact as cf


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
