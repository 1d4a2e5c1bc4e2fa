"""Results as a map in a notebook: the maps of the page, drawn by the same code, from the same document."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from contrafact.app import view
from contrafact.app.reporting import checked_language
from contrafact.errors import InputError
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.result import AnyResult
from contrafact.extras import needed

STATIC = Path(__file__).parent / "static"
PURPOSE = "shows maps in notebooks"


def widget(found: AnyResult | Comparison, *, hour: int = 0, language: str | None = None) -> Any:
    """Results as a widget: a map for each arm on one clock and, of a comparison, where the arms first differ.

    found     a run with timeline and cells, or a comparison that was made with ``watch=True``
    hour      since the start, at which it opens; the widget's ``hour`` follows the clock, and moves it
    language  that of the system where None

    Needs the extra ``notebook``. InputError where it is not installed, the language is unknown, or there is no map.
    """
    chosen = checked_language(language)
    words = STATIC / "locale" / f"{chosen}.json"
    said = json.loads(words.read_text(encoding="utf-8")) if words.is_file() else {}
    document = view.of_comparison(found) if isinstance(found, Comparison) else view.of_result(found)
    if not document["shown"]:
        message = "the comparison was not watched, so there are no maps; make it with compare(..., watch=True)"
        raise InputError(message, key="watch", found="False", allowed="True")
    return _class()(view=document, hour=hour, language=chosen, words=said)


@cache
def _class() -> Any:
    """The class of the widget, made when it is first asked for, since what it stands on may not be installed."""
    base = needed("anywidget", "notebook", PURPOSE).AnyWidget
    traits = needed("traitlets", "notebook", PURPOSE)
    members = {
        "__doc__": "Maps of results on one clock.",
        "_esm": (STATIC / "widget.js").read_text(encoding="utf-8"),
        "_css": (STATIC / "widget.css").read_text(encoding="utf-8"),
        "view": traits.Dict().tag(sync=True),
        "hour": traits.Float(0.0).tag(sync=True),
        "language": traits.Unicode("en").tag(sync=True),
        "words": traits.Dict().tag(sync=True),
    }
    return type("MapWidget", (base,), members)
