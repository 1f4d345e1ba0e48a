"""The base of every model that crosses the wire: strict, closed, immutable, camelCase outside."""

from __future__ import annotations

from typing import Any, Self

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class WireModel(BaseModel):
    """Takes exactly what is declared: no coercion, no unknown fields, and no input echoed in an error's text."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )

    @classmethod
    def from_wire(cls, members: dict[str, Any]) -> Self:
        """Reads a JSON object by its wire names only.

        Raises:
            pydantic.ValidationError: a member is missing, unknown or not of its declared type.
        """
        return cls.model_validate(members, by_alias=True, by_name=False)

    def to_wire(self) -> dict[str, Any]:
        """The JSON object of this model: wire names, absent where there is no value."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class ProtoModel(WireModel):
    """A message of protocol buffers in JSON: read by either spelling of a name, not by both (ProtoJSON)."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(
            validation_alias=lambda name: AliasChoices(name, to_camel(name)), serialization_alias=to_camel
        ),
        validate_by_name=True,
    )
