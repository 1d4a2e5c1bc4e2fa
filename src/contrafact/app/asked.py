"""What a request may ask, checked before anything is done with it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from contrafact.app.jobs import MOST_REPLICATIONS

FEWEST_PAIRS = 8
"""Two draws of the scenario's numbers, each with two answers that are repeated: with fewer there is no interval."""

LARGEST_TEXT = 5_000_000
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
FileName: TypeAlias = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./\-]*$")]
Value: TypeAlias = bool | int | float | Annotated[str, Field(max_length=200)] | None


class Strict(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AskedJob(Strict):
    """A run of a scenario as it stands, or a comparison of it with an arm.

    scenario      a shipped scenario by name, or one that was brought by its id; None: the one that is served
    kind          "run", or "comparison" with an arm
    arm           one of the scenario's variants, laid under the changes
    changes       dotted path to plain value; null removes an item
    replications  of a comparison: pairs; at least FEWEST_PAIRS
    """

    kind: Literal["run", "comparison"] = "comparison"
    scenario: Name | None = None
    arm: Name | None = None
    changes: Annotated[dict[Name, Value], Field(max_length=60)] = Field(default_factory=dict)
    replications: Annotated[int, Field(ge=FEWEST_PAIRS, le=MOST_REPLICATIONS)] = 40
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1


class AskedScenario(Strict):
    """The texts of a scenario by file name, ``scenario.yaml`` among them."""

    files: Annotated[dict[FileName, Annotated[str, Field(max_length=LARGEST_TEXT)]], Field(min_length=1, max_length=20)]


class Problem(BaseModel):
    """One thing that is wrong, as ``contrafact validate --json`` prints it, and its message by language."""

    file: str | None
    line: int | None
    column: int | None
    key: str | None
    found: str | None
    allowed: str | None
    message: str
    told: dict[str, str]


class Refused(BaseModel):
    """Everything that is wrong with a request."""

    ok: Literal[False]
    errors: list[Problem]


class PooledEffect(BaseModel):
    """A mean over pairs with its 95 % interval, null ends where there are too few."""

    mean: float | None
    low: float | None
    high: float | None
    pairs: int
    median: float | None


class ProvisionalEffect(BaseModel):
    """The effect on one outcome so far; null where an assumption decides its sign."""

    outcome: str
    unit: str
    effect: PooledEffect | None
    sign_flip_share: float
    zero_share: float


class Provisional(BaseModel):
    """Effects over the pairs that have finished, harm first."""

    pairs: int
    effects: list[ProvisionalEffect]


class JobState(BaseModel):
    """How far a job is; ``has_result`` is true as soon as something can be looked at.

    provisional  while a comparison runs, from its first whole group of pairs on
    """

    id: str
    kind: Literal["run", "comparison"]
    scenario: str
    title: str
    changes: dict[str, Any] | None
    state: Literal["waiting", "running", "done", "cancelled", "failed"]
    done: int
    total: int
    seed: int
    elapsed_s: float
    message: str
    errors: list[Problem]
    has_result: bool
    provisional: Provisional | None


class Jobs(BaseModel):
    """Every job that is remembered, the latest last."""

    jobs: list[JobState]


class Brought(BaseModel):
    """A scenario that was read without an error, with all that the page needs to show it before anything is run."""

    ok: Literal[True]
    id: str
    view: dict[str, Any]
