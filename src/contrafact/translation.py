"""Words in the reader's language. Catalogues are made by Babel from one source for command line, report and page.

English is the language of the code: a text that a catalogue does not have is shown as it stands there. A leaf.
"""

from __future__ import annotations

import functools
import gettext
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import ParamSpec

Arguments = ParamSpec("Arguments")

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


class Said(str):
    """English words that ``text`` says anew in whatever language is spoken by then."""

    say: Callable[[], str]

    def __new__(cls, say: Callable[[], str]) -> Said:
        """From a function that says it in the language that is spoken."""
        with speaking(ENGLISH):
            found = super().__new__(cls, say())
        found.say = say
        return found

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """In another process it is English."""
        return str, (str(self),)


def retold(say: Callable[Arguments, str]) -> Callable[Arguments, Said]:
    """Let what a function says stand in English, so that documents have one language, until ``text`` says it anew."""

    @functools.wraps(say)
    def said(*given: Arguments.args, **named: Arguments.kwargs) -> Said:
        return Said(lambda: say(*given, **named))

    return said


def text(message: str, **values: object) -> str:
    """A text in the language that is spoken, with ``{name}`` filled in."""
    if isinstance(message, Said):
        return message.say()
    found = _catalogue(_language.get()).gettext(message) if message else ""
    return found.format(**values) if values else found


noted = retold(text)
"""A text as ``text`` takes it, that stands in English until ``text`` says it anew."""


def in_every_language(message: str) -> dict[str, str]:
    """A text by language, for readers who choose theirs later."""
    found = {}
    for language in languages():
        with speaking(language):
            found[language] = text(message)
    return found


def told(words: Iterable[str]) -> tuple[str, ...]:
    """Texts without values in the language that is spoken: heads of a table, cells of a row."""
    return tuple(map(text, words))


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


def numbers_listed(numbers: Iterable[str]) -> str:
    """Numbers as ``localised`` writes them, one after the other: a comma parts them where it is no decimal mark."""
    return (", " if localised(".") == "." else "; ").join(numbers)


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, [language], fallback=True)
