"""Words in the reader's language. Catalogues are made by Babel from one source for command line, report and page.

English is the language of the code: a text that a catalogue does not have is shown as it stands there. A leaf.
"""

from __future__ import annotations

import functools
import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "contrafact"
ENGLISH = "en"

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def languages() -> tuple[str, ...]:
    """Every language that there is a catalogue for, English first; a new folder in ``locale`` adds one."""
    return (ENGLISH, *sorted(path.parent.parent.name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def of_environment() -> str:
    """The language that CONTRAFACT_LANG or the system asks for, English where there is no catalogue for it."""
    for name in ("CONTRAFACT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        wanted = os.environ.get(name, "")[:2].lower()
        if wanted:
            return wanted if wanted in languages() else ENGLISH
    return ENGLISH


def use(language: str) -> None:
    """Speak a language from here on; ValueError where there is no catalogue for it."""
    if language not in languages():
        raise ValueError(f"found the language {language!r}, expected one of {', '.join(languages())}")
    _language.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language inside the block."""
    before = _language.get()
    use(language)
    try:
        yield
    finally:
        _language.set(before)


def current() -> str:
    """The language that is spoken."""
    return _language.get()


def text(message: str, **values: object) -> str:
    """A text in the language that is spoken, with ``{name}`` filled in."""
    found = _catalogue(_language.get()).gettext(message) if message else ""
    return found.format(**values) if values else found


def counted_text(one: str, many: str, count: int, **values: object) -> str:
    """A text with a count in it, in the form that the language has for so many."""
    found = _catalogue(_language.get()).ngettext(one, many, count)
    return found.format(count=whole(count), **values)


def whole(value: float) -> str:
    """A whole number with the thousands of the language."""
    return localised(f"{value:,.0f}")


def localised(number: str) -> str:
    """A number in English notation as the language writes it."""
    if _language.get() == "vi":
        return number.translate(str.maketrans(",.", ".,"))
    return number


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, [language], fallback=True)
