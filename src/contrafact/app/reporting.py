"""Write a results folder, or a comparison, as one HTML file."""

from __future__ import annotations

import os
from pathlib import Path

from contrafact.app import record, view
from contrafact.errors import InputError
from contrafact.experiment import results
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.manifest import read_manifest
from contrafact.report.html import html_report
from contrafact.scenario.schema import Scenario
from contrafact.translation import languages, of_environment

OPTION, OUT = "--lang", "--out"


def write_report(
    source: str | Path | Comparison,
    out: Path | None = None,
    *,
    overwrite: bool = False,
    language: str | None = None,
    command: str = "",
) -> Path:
    """Write the report of a run in a folder, or of a comparison of one arm that was watched; returns the path.

    out       RESULTS.html beside the folder where None; a comparison needs one
    language  that of the system where None
    command   that makes the comparison again; a folder's own is in its manifest

    InputError where the folder holds no results that can be read, the language is unknown, or the file exists.
    """
    chosen = checked_language(language)
    target = _beside(source) if out is None else out
    check_free(target, overwrite)
    if isinstance(source, Comparison):
        page = html_report(view.of_comparison(source, command), chosen)
    else:
        result = results.read(source)
        claims = record.claim_table(result.scenario) if isinstance(result.scenario, Scenario) else []
        page = html_report(view.of_result(result, read_manifest(Path(source)).command), chosen, claims)
    _save(page, target)
    return target


def _beside(source: str | Path | Comparison) -> Path:
    """The file beside a folder; InputError for a comparison, which is in none."""
    if isinstance(source, Comparison):
        raise InputError("a comparison has no folder of its own to name its report by; name a file", key=OUT)
    path = Path(source).resolve()
    return path.with_name(f"{path.name}.html")


def check_free(target: Path, overwrite: bool) -> None:
    """InputError where a file exists that may not be replaced."""
    if target.exists() and not overwrite:
        message = f'found "{target}", which exists; choose another name or give --overwrite'
        raise InputError(message, key=OUT, found=str(target))


def _save(page: str, target: Path) -> None:
    """Write a page beside its place and move it there whole; InputError where that cannot be done."""
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.write_text(page, encoding="utf-8")
        os.replace(partial, target)
    except OSError as error:
        message = f'found "{target}", which cannot be written ({error.strerror})'
        raise InputError(message, key=OUT, found=str(target)) from error


def checked_language(language: str | None) -> str:
    """A language that there is a catalogue for; that of the system where None."""
    if language is None:
        return of_environment()
    if language not in languages():
        allowed = ", ".join(languages())
        message = f'found "{language}", expected one of {allowed}'
        raise InputError(message, key=OPTION, found=language, allowed=allowed)
    return language
