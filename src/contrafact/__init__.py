"""Replay a documented crisis from its record, person by person, then change one thing.

    import contrafact as cf

    crisis = cf.load("almaty-2022")
    result = cf.run(crisis, replications=200, seed=1)
    result.summary["deaths_total"].median
    effect = cf.compare(crisis, arms=["restraint"], replications=200)
    effect.effect("restraint", "deaths_total")

Everything the command line does is a function of the same name here. Functions are imported when they are first used,
so that ``import contrafact`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from contrafact.errors import InputError, InputErrors, RunError

if TYPE_CHECKING:
    from contrafact import terminal
    from contrafact.app.reporting import write_report
    from contrafact.app.serving import serve
    from contrafact.app.widget import widget
    from contrafact.experiment.auditing import check_evidence
    from contrafact.experiment.calibration.fitting import Calibration, calibrate
    from contrafact.experiment.calibration.recovery import recovery
    from contrafact.experiment.calibration.screening import Screening, screen
    from contrafact.experiment.catalogue import scenarios
    from contrafact.experiment.checkup import doctor, validate
    from contrafact.experiment.claiming import Claims, claims
    from contrafact.experiment.comparing import ComparisonInterrupted, compare
    from contrafact.experiment.comparison import Comparison
    from contrafact.experiment.describing import describe
    from contrafact.experiment.editors import schema
    from contrafact.experiment.loading import is_results, load
    from contrafact.experiment.merging import merge
    from contrafact.experiment.power import Power, power
    from contrafact.experiment.replaying import replay
    from contrafact.experiment.result import AnyResult, Result
    from contrafact.experiment.results import default_out, read, write
    from contrafact.experiment.run import Interrupted, run
    from contrafact.experiment.scoring import Score, score
    from contrafact.experiment.starting import new, schema_text
    from contrafact.experiment.sweeps.sensitivity import Sensitivity, sensitivity
    from contrafact.experiment.sweeps.sweeping import Sweep, sweep
    from contrafact.importers.city import import_city
    from contrafact.importers.events import event_template, import_events

__version__ = "0.1.0.dev0"

__all__ = [
    "AnyResult",
    "Calibration",
    "Claims",
    "Comparison",
    "ComparisonInterrupted",
    "InputError",
    "InputErrors",
    "Interrupted",
    "Power",
    "Result",
    "RunError",
    "Score",
    "Screening",
    "Sensitivity",
    "Sweep",
    "calibrate",
    "check_evidence",
    "claims",
    "compare",
    "default_out",
    "describe",
    "doctor",
    "event_template",
    "import_city",
    "import_events",
    "is_results",
    "load",
    "merge",
    "new",
    "power",
    "read",
    "recovery",
    "replay",
    "run",
    "scenarios",
    "schema",
    "schema_text",
    "score",
    "screen",
    "sensitivity",
    "serve",
    "sweep",
    "terminal",
    "validate",
    "widget",
    "write",
    "write_report",
]

_HOMES = {
    "auditing": ("check_evidence",),
    "calibration.fitting": ("Calibration", "calibrate"),
    "calibration.recovery": ("recovery",),
    "calibration.screening": ("Screening", "screen"),
    "catalogue": ("scenarios",),
    "claiming": ("Claims", "claims"),
    "checkup": ("doctor", "validate"),
    "comparing": ("ComparisonInterrupted", "compare"),
    "comparison": ("Comparison",),
    "editors": ("schema",),
    "describing": ("describe",),
    "loading": ("is_results", "load"),
    "merging": ("merge",),
    "power": ("Power", "power"),
    "replaying": ("replay",),
    "result": ("AnyResult", "Result"),
    "results": ("default_out", "read", "write"),
    "run": ("Interrupted", "run"),
    "scoring": ("Score", "score"),
    "sweeps.sensitivity": ("Sensitivity", "sensitivity"),
    "sweeps.sweeping": ("Sweep", "sweep"),
    "starting": ("new", "schema_text"),
}
_HOME_OF = {name: f"experiment.{home}" for home, names in _HOMES.items() for name in names}
_HOME_OF |= {"import_city": "importers.city", "import_events": "importers.events", "event_template": "importers.events"}
_HOME_OF |= {"serve": "app.serving", "write_report": "app.reporting", "widget": "app.widget"}


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first asked for (PEP 562)."""
    if name == "terminal":
        return import_module("contrafact.terminal")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"contrafact.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
