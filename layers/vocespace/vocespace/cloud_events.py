"""CloudEvents 1.0 over HTTP: one event, in the body as a whole (structured) or in headers around it (binary)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import ConfigDict, Field

from vocespace.request_body import read_request
from vocespace.rfc3339 import Timestamp
from vocespace.wire import WireModel

MEDIA_TYPE = "application/cloudevents+json"

_HEADER = "ce-"
_ATTRIBUTES = ("specversion", "id", "source", "type", "time")
_ESCAPED = re.compile(r"[ -~]*")

Attribute = Annotated[str, Field(min_length=1, max_length=1024)]


class CloudEvent(WireModel):
    """An event: its attributes as far as they matter here, and its data; extensions are passed over."""

    model_config = ConfigDict(extra="ignore", alias_generator=None)

    specversion: Annotated[str, Field(pattern=r"^1\.0$")]
    id: Attribute
    source: Attribute
    type: Attribute
    time: Timestamp | None = None
    data: Any = None


def is_structured(headers: Mapping[str, str]) -> bool:
    """Whether the body is the whole event."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == MEDIA_TYPE


def is_binary(headers: Mapping[str, str]) -> bool:
    """Whether headers say what the event is, and the body is its data."""
    return f"{_HEADER}specversion" in headers


def structured(members: dict[str, Any]) -> CloudEvent:
    """Reads the body of a structured event.

    Raises:
        InvalidParametersError: it is none.
    """
    return read_request(CloudEvent, members)


def binary(headers: Mapping[str, str], members: dict[str, Any]) -> CloudEvent:
    """Reads a binary event.

    Args:
        headers: The request's headers, by lower-case names.
        members: Its body.

    Raises:
        InvalidParametersError: it is none.
    """
    attributes = {name: _decoded(headers[_HEADER + name]) for name in _ATTRIBUTES if _HEADER + name in headers}
    return read_request(CloudEvent, {**attributes, "data": members})


def _decoded(value: str) -> str | None:
    # HTTP Protocol Binding section 3.1.3.2: what is not printable ASCII is percent-encoded.
    if not _ESCAPED.fullmatch(value):
        return None
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        return None
