"""From the bytes of a request body to a model, refusing whatever is not exactly that."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from vocespace.errors import BodyTooLargeError, FieldError, InvalidParametersError, UnsupportedMediaTypeError
from vocespace.strict_json import StrictJsonError, parse_object
from vocespace.wire import WireModel

MAX_BODY = 16 * 1024
JSON = "application/json"

_MAX_FIELD = 64
_VALUE_ERROR = "Value error, "

Request = TypeVar("Request", bound=WireModel)


def json_object(body: str | None, *, is_base64: bool, headers: Mapping[str, str]) -> dict[str, Any]:
    """Reads a JSON object from a body as API Gateway hands it over.

    Args:
        body: The text, or the base64 of the bytes.
        is_base64: Which of the two.
        headers: The request's headers, with lower-case names.

    Raises:
        BodyTooLargeError: it is over 16 KiB.
        UnsupportedMediaTypeError: it is not declared as JSON in UTF-8.
        InvalidParametersError: it is not one well-formed JSON object.
    """
    data = body_bytes(body, is_base64=is_base64)
    require_media_type(JSON, headers)
    try:
        return parse_object(data)
    except StrictJsonError as error:
        raise InvalidParametersError(FieldError("body", str(error))) from None


def require_media_type(media_type: str, headers: Mapping[str, str], *others: str) -> None:
    """Lets pass a body that is declared as this, or as one of the others, in UTF-8 and without a content encoding.

    Raises:
        UnsupportedMediaTypeError: it is not.
    """
    declared, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charsets = {part.removeprefix("charset=").strip('"') for part in parameters if part.startswith("charset=")}
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if declared not in {media_type, *others} or not charsets <= {"utf-8", "utf8"} or encoding not in {"", "identity"}:
        raise UnsupportedMediaTypeError("media_type", f"Send the body as {media_type}, without a content encoding.")


def body_bytes(body: str | None, *, is_base64: bool, limit: int = MAX_BODY) -> bytes:
    """The bytes of a body as API Gateway hands it over.

    Args:
        body: The text, or the base64 of the bytes.
        is_base64: Which of the two.
        limit: How many there may be.

    Raises:
        BodyTooLargeError: there are more.
        InvalidParametersError: it is no base64.
    """
    text, detail = body or "", f"The body is larger than {limit // 1024} KiB."
    if len(text) > (limit * 4 // 3 + 4 if is_base64 else limit):
        raise BodyTooLargeError("body_too_large", detail)
    try:
        data = base64.b64decode(text, validate=True) if is_base64 else text.encode()
    except ValueError:
        raise InvalidParametersError(FieldError("body", "is not readable")) from None
    if len(data) > limit:
        raise BodyTooLargeError("body_too_large", detail)
    return data


def read_request(model: type[Request], members: dict[str, Any]) -> Request:
    """Holds the members of an object against a model.

    Raises:
        InvalidParametersError: one or more do not fit; every one is named, and none is quoted.
    """
    try:
        return model.from_wire(members)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_context=False, include_url=False)
        # A list that has lost a member for its fault is then found too short: that is no second fault.
        wholes = {each["loc"][:depth] for each in faults for depth in range(1, len(each["loc"]))}
        raise InvalidParametersError(
            *(_field_error(each["loc"], each["msg"]) for each in faults if each["loc"] not in wholes)
        ) from None


def _field_error(location: tuple[int | str, ...], message: str) -> FieldError:
    return FieldError(".".join(map(str, location))[:_MAX_FIELD], message.removeprefix(_VALUE_ERROR))
