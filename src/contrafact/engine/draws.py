"""The numbers of one replication: given, fixed, from a posterior, or drawn from their priors."""

from __future__ import annotations

from collections.abc import Mapping

from contrafact import rng
from contrafact.engine.territory import turn_to_persons
from contrafact.kernels import Array
from contrafact.model.extending import parameters_with
from contrafact.parameters import Parameter, Prior
from contrafact.scenario.quantities import Quantity
from contrafact.scenario.schema import Scenario

NOTHING: Mapping[str, float] = {}


class Draws:
    """Draws every number of the scenario and of the mechanisms once, keyed by its path.

    Numbers that are ``given`` by their path are taken as they are. Those of the scenario's posterior come together, as
    one of its rows, in place of their priors; no other draw moves.
    """

    def __init__(self, scenario: Scenario, key: Array, given: Mapping[str, float] = NOTHING) -> None:
        self.central = scenario.draw == "central"
        self.key = key
        self.given = given
        self.fitted: Mapping[str, float] = NOTHING
        if scenario.posterior is not None:
            fitted = scenario.posterior
            self.fitted = fitted.central() if self.central else fitted.row(self._uniform("posterior"))
        self.values: dict[str, float] = {}
        for path, quantity in scenario.quantities():
            self.values[path] = self._draw(path, quantity)
        self.parameters: dict[str, float] = {}
        for parameter in parameters_with(scenario.mechanisms).values():
            path = f"parameters.{parameter.name}"
            self.parameters[parameter.name] = self.values.get(path, self._default(path, parameter))
            self.values[path] = self.parameters[parameter.name]
        self.scale = scenario.population.scale
        turn_to_persons(self.parameters, self.scale)

    def __getitem__(self, path: str) -> float:
        return self.values[path]

    def _uniform(self, path: str) -> float:
        return float(rng.draw(self.key, rng.decision(f"prior:{path}"), 0, 0, 0)[0])

    def again(self, path: str, quantity: Quantity, index: int) -> float:
        """A further draw of a quantity of which there are several, by its number."""
        return self._number(path, f"{path}.{index}", quantity.value, quantity.prior)

    def _draw(self, path: str, quantity: Quantity) -> float:
        return self._number(path, path, quantity.value, quantity.prior)

    def _default(self, path: str, parameter: Parameter) -> float:
        return self._number(path, path, parameter.default, parameter.prior)

    def _number(self, path: str, keyed: str, value: float, prior: Prior | None) -> float:
        """The number at a path: given, fixed, from the posterior, central, or from its prior by the key's uniform."""
        if path in self.given:
            return self.given[path]
        if prior is not None and path in self.fitted:
            return self.fitted[path]
        return value if self.central or prior is None else prior.quantile(self._uniform(keyed))
