"""Write a results folder as one HTML file."""

from __future__ import annotations

import os
from pathlib import Path

from contrafact.app import record, view
from contrafact.errors import InputError
from contrafact.experiment import results
from contrafact.experiment.manifest import read_manifest
from contrafact.report.html import html_report
from contrafact.scenario.schema import Scenario
from contrafact.translation import languages, of_environment

OPTION = "--lang"


def write_report(
    folder: str | Path, out: Path | None = None, *, overwrite: bool = False, language: str | None = None
) -> Path:
    """Write the report of a run; returns the path.

    out       RESULTS.html beside the folder where None
    language  that of the system where None

    InputError where the folder holds no results that can be read, the language is unknown, or the file exists.
    """
    chosen = checked_language(language)
    path = Path(folder)
    target = path.resolve().with_name(f"{path.resolve().name}.html") if out is None else out
    if target.exists() and not overwrite:
        message = f'found "{target}", which exists; choose another name or give --overwrite'
        raise InputError(message, key="--out", found=str(target))
    result = results.read(path)
    shown = view.of_result(result, read_manifest(path).command)
    claims = record.claim_table(result.scenario) if isinstance(result.scenario, Scenario) else []
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.write_text(html_report(shown, chosen, claims), encoding="utf-8")
        os.replace(partial, target)
    except OSError as error:
        message = f'found "{target}", which cannot be written ({error.strerror})'
        raise InputError(message, key="--out", found=str(target)) from error
    return target


def checked_language(language: str | None) -> str:
    """A language that there is a catalogue for; that of the system where None."""
    if language is None:
        return of_environment()
    if language not in languages():
        allowed = ", ".join(languages())
        message = f'found "{language}", expected one of {allowed}'
        raise InputError(message, key=OPTION, found=language, allowed=allowed)
    return language
