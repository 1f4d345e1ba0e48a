"""JSON Schemas (2020-12) of the layer's wire models, for `components.schemas`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema
from typing_extensions import override

from tools.openapi.parts import NOTHING
from vocespace.booking_events import MAX_UID_BYTES, within_a_key
from vocespace.contacts import MAX_EMAIL, email_address, time_zone
from vocespace.livekit_token_request import (
    LIVEKITS_OWN,
    MAX_ATTRIBUTES_BYTES,
    MAX_METADATA_BYTES,
    absent_if_empty,
    small_attributes,
    small_metadata,
)
from vocespace.names import MAX_NAME_BYTES, AuthType, avatar_url, person_name, place_name, printable
from vocespace.platforms import platform_id
from vocespace.rfc3339 import timestamp
from vocespace.rooms import EMPTY, MAIN, room_type

_REFERENCE = "#/components/schemas/{model}"
_NAME = "x-name"
_NOT_EMPTY = frozenset({"minLength", "pattern", "enum"})

# ASCII exactly, and everything beyond it: `\p{L}` is not a regular expression to every reader of a schema.
_WORD = r"[^\x00-,/:-@\[-\^`{-\xA9]+"
_PLACE = f"{_WORD}(?: {_WORD})*"
_BYTES = f"at most {MAX_NAME_BYTES} bytes in UTF-8"

# What a validator checks is code; this is as much of it as JSON Schema can say. The layer does not carry it: it would
# be imported by every function and read by none.
_RULES: dict[object, JsonSchemaValue] = {
    person_name: {
        _NAME: "PersonName",
        "description": f"Not blank, no control characters, {_BYTES}.",
        "pattern": r"^[^\x00-\x1F\x7F-\x9F\u2028\u2029]+$",
    },
    place_name: {
        _NAME: "PlaceName",
        "description": f"Letters of any script, digits, `-_.` and single inner spaces; not dots only; {_BYTES}.",
        "pattern": f"^{_PLACE}$",
    },
    room_type: {
        _NAME: "RoomType",
        "description": "`$empty`: a room of one's own. `$space`: the main room. Otherwise a room, under the rules of a "
        "PlaceName, created if it is missing.",
        "pattern": rf"^(?:\{EMPTY}|\{MAIN}|{_PLACE})$",
    },
    platform_id: {
        _NAME: "PlatformId",
        "description": "The id of a platform.",
    },
    printable: {
        "pattern": r"^[^\x00-\x1F\x7F-\x9F\u2028\u2029]+$",
    },
    within_a_key: {
        "description": f"At most {MAX_UID_BYTES} bytes in UTF-8.",
    },
    email_address: {
        "format": "email",
        "maxLength": MAX_EMAIL,
    },
    timestamp: {
        "format": "date-time",
    },
    time_zone: {
        "description": "The name of a time zone (IANA), such as `Europe/Paris`.",
    },
    avatar_url: {
        _NAME: "AvatarUrl",
        "description": "An https URL without credentials.",
        "pattern": r"^[Hh][Tt][Tt][Pp][Ss]://\S+$",
    },
    small_metadata: {
        "maxLength": MAX_METADATA_BYTES,
    },
    small_attributes: {
        "description": f"At most {MAX_ATTRIBUTES_BYTES} bytes in UTF-8, and none of LiveKit's own (`{LIVEKITS_OWN}`).",
        "propertyNames": {"not": {"pattern": f"^{re.escape(LIVEKITS_OWN)}"}},
    },
}


class _WireSchema(GenerateJsonSchema):
    """Schemas as a reader wants them: what we send is open and never null, and nothing is sorted out of its order."""

    @override
    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        result = super().model_schema(schema)
        if self.mode == "serialization":
            result.pop("additionalProperties", None)
        return result

    @override
    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        result = super().function_after_schema(schema)
        function = schema["function"]["function"]
        if function not in _RULES and result.keys() & {"$ref", "properties"}:
            # What a model holds against itself as a whole, only its words can say.
            return result
        return result | _RULES[function]

    @override
    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        result = super().function_before_schema(schema)
        if schema["function"]["function"] is not absent_if_empty:
            return result
        takes_it = any(each.get("type") == "string" and not each.keys() & _NOT_EMPTY for each in result["anyOf"])
        return result if takes_it else {"anyOf": [*result["anyOf"], NOTHING]}

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().nullable_schema(schema)

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    @override
    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        result = super().str_schema(schema)
        if "pattern" in result:
            # The anchors of Rust, by which pydantic matches, in the words of ECMA-262, which JSON Schema speaks.
            result["pattern"] = result["pattern"].replace(r"\A", "^").replace(r"\z", "$")
        return result

    @override
    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    @override
    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        return value


def wire_schemas(requests: Sequence[type[BaseModel]], answers: Sequence[type[BaseModel]]) -> dict[str, Any]:
    """Makes the schemas of these models and of everything they are made of, sorted by name.

    Args:
        requests: Models that callers send; closed, and null stands for an omitted member.
        answers: Models that we send; open, since a later version may say more.
    """
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in requests]
    modes += [(model, "serialization") for model in answers]
    _, document = models_json_schema(modes, ref_template=_REFERENCE, schema_generator=_WireSchema)
    named: dict[str, Any] = {}
    for name, schema in document["$defs"].items():
        schema.pop("title", None)
        named[name] = _with_references(schema, named)
    return dict(sorted(named.items()))


def _with_references(schema: Any, named: dict[str, Any]) -> Any:  # noqa: ANN401 - any part of a schema
    """Moves each schema that has a name of its own to `named` and leaves a reference in its place."""
    if isinstance(schema, list):
        return [_with_references(each, named) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if (name := schema.get(_NAME)) is None:
        return {key: _with_references(value, named) for key, value in schema.items()}
    rule = next(rule for rule in _RULES.values() if rule.get(_NAME) == name)
    named[name] = {key: value for key, value in (schema | rule).items() if key != _NAME}
    said_here = schema["description"] != rule["description"]
    return {"$ref": _REFERENCE.format(model=name)} | ({"description": schema["description"]} if said_here else {})


def auth_type_schema() -> dict[str, Any]:
    """The schema of an auth type, for the places that take one outside a body."""
    schema = TypeAdapter(AuthType).json_schema(schema_generator=_WireSchema)
    return schema | {"description": "`c_s` for customer support, else a way of integrating."}
