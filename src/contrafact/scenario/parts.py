"""What every part of a scenario has in common: strict, frozen, no unknown keys, and a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from contrafact.scenario.context import EvidenceIds
from contrafact.scenario.problems import NO_SOURCE, all_translated, problem
from contrafact.scenario.quantities import Quantity

T = TypeVar("T")
Listed: TypeAlias = Annotated[tuple[T, ...], Field(strict=False)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]
Latitude: TypeAlias = Annotated[float, Field(ge=-90.0, le=90.0)]
Longitude: TypeAlias = Annotated[float, Field(ge=-180.0, le=180.0)]


class Part(BaseModel):
    """A mapping of a scenario file with fixed keys."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)
    # Deferred, so that the schema of a whole scenario is built once, with the first, and not part by part at import.

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Tell what pydantic finds in this part with the part's own keys as the nearest spellings."""
        try:
            return handler(data)
        except ValidationError as error:
            details = all_translated(error, cls.model_fields)
            raise ValidationError.from_exception_data(cls.__name__, details) from None

    def quantities(self) -> Iterator[tuple[str, Quantity]]:
        """Every sourced value with its dotted path, in the order of the fields and of the file."""
        for name in type(self).model_fields:
            yield from quantities_in(getattr(self, name), name)


class Entity(Part):
    """A part with a source for its names, kinds and positions; numbers inside carry sources of their own."""

    evidence: EvidenceIds = ()
    assumption: Text | None = Field(default=None, validate_default=True)
    anchors: EvidenceIds = ()
    note: Text | None = None

    @field_validator("assumption")
    @classmethod
    def _has_source(cls, assumption: str | None, info: ValidationInfo) -> str | None:
        check_source(assumption, info.data)
        return assumption


def check_source(assumption: str | None, siblings: Mapping[str, Any]) -> None:
    """Raise where a part has neither evidence nor an assumption; silent where its evidence is wrong anyway."""
    if assumption is None and "evidence" in siblings and not siblings["evidence"]:
        allowed = "evidence: [ids], or assumption: why"
        message = f"there is neither evidence nor an assumption, expected {allowed}"
        raise problem(message, allowed=allowed, kind=NO_SOURCE)


def quantities_in(value: object, path: str) -> Iterator[tuple[str, Quantity]]:
    """Every sourced value inside a part, a mapping or a tuple, with its dotted path below ``path``."""
    if isinstance(value, Quantity):
        yield path, value
    elif isinstance(value, Part):
        for inner, quantity in value.quantities():
            yield f"{path}.{inner}", quantity
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from quantities_in(item, f"{path}.{key}")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from quantities_in(item, f"{path}.{index}")
