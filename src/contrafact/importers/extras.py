"""Packages that only importers of maps need; each is imported where it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from contrafact.errors import InputError

INSTALL = "pip install 'contrafact[geo]'"


def needed(name: str) -> Any:
    """A module of the extra ``geo``; InputError saying how to get it where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        message = f"{package} is not installed, which reads maps; get it with: {INSTALL}"
        raise InputError(message, found=package, allowed=INSTALL) from error
