"""Packages that come with an extra of contrafact alone; each is imported where it is first used. A leaf."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from contrafact.errors import InputError


def needed(name: str, extra: str, purpose: str) -> Any:
    """A module of an extra; InputError saying how to get it where it is not installed.

    purpose  what its package does here, e.g. "reads maps"
    """
    try:
        return import_module(name)
    except ImportError as error:
        package, install = name.partition(".")[0], f"pip install 'contrafact[{extra}]'"
        message = f"{package} is not installed, which {purpose}; get it with: {install}"
        raise InputError(message, found=package, allowed=install) from error


def can_draw() -> bool:
    """Whether the extra packages that draw pictures are installed."""
    return find_spec("altair") is not None and find_spec("vl_convert") is not None
