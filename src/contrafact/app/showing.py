"""What the page shows first: results that are at hand, a results folder, or a scenario that has yet to be run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from contrafact.app import record, view
from contrafact.errors import InputError
from contrafact.experiment import results
from contrafact.experiment.loading import is_results, load
from contrafact.experiment.manifest import read_manifest
from contrafact.scenario.schema import Scenario
from contrafact.translation import text

SHIPPED = Path(__file__).parent / "shipped"
DEFAULT = "almaty-2022"


@dataclass(frozen=True)
class Shown:
    """A scenario and the view of it that is sent first."""

    crisis: Scenario
    view: bytes

    @cached_property
    def _claims(self) -> bytes:
        return view.compressed({"claims": record.claim_table(self.crisis)})

    @cached_property
    def _evidence(self) -> bytes:
        return view.compressed({"rows": record.ledger(self.crisis)})

    def claims(self) -> bytes:
        """The claims, compressed."""
        return self._claims

    def evidence(self) -> bytes:
        """The record, compressed."""
        return self._evidence

    def document(self) -> dict[str, Any]:
        """The view, unfolded."""
        return view.unfolded(self.view)


def shown(source: str | None, notify: Callable[[str], None]) -> Shown:
    """What to show of a shipped scenario, a scenario file, or a results folder.

    Of a scenario whose results ship they are shown, as long as it is still the same to the letter; of another one the
    map and the record alone, until it is run. InputError(s) where the source is wrong.
    """
    source = DEFAULT if source is None else source
    crisis = load(source)
    if not isinstance(crisis, Scenario):
        allowed = "a scenario of a city or of regions"
        raise InputError(f"{crisis.name} has no map to show, expected {allowed}", "SCENARIO", allowed=allowed)
    if is_results(source):
        folder = Path(source) if Path(source).is_dir() else Path(source).parent
        return Shown(crisis, view.compressed(view.of_result(results.read(folder), read_manifest(folder).command)))
    at_hand = SHIPPED / f"{crisis.name}.json.gz"
    if at_hand.is_file():
        content = at_hand.read_bytes()
        if view.unfolded(content)["scenario"]["digest"] == crisis.digest:
            return Shown(crisis, content)
        notify(
            text(
                "the results that ship are of another state of {scenario}; run it to see curves and crowds",
                scenario=crisis.name,
            )
        )
    return Shown(crisis, view.compressed(view.of_scenario_alone(crisis)))


def ship(folder: Path) -> Path:
    """Write the view of a results folder among those that ship; this is how they are made anew."""
    found = view.of_result(results.read(folder), read_manifest(folder).command)
    target = SHIPPED / f"{found['scenario']['name']}.json.gz"
    target.write_bytes(view.compressed(found))
    return target
