"""What comes in: the event of an HTTP API's Lambda integration, payload format 2.0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

DEFAULT_ROUTE = "$default"
"""The key of the route that takes what no other route does."""

_DEFAULT_STAGE = "$default"

Value = TypeVar("Value")


class MalformedEventError(Exception):
    """The event is none of an HTTP API's; named is the member that says so, and nothing is quoted."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, as API Gateway tells of it.

    Attributes:
        route_key: The route it takes, as the template has it: method and path (`GET /join/{code}`), or `$default`.
        method: Its method.
        path: Its path, decoded and without the stage.
        path_parameters: What stands in the path for the variables of the route.
        raw_query: Its query, as it was sent.
        headers: Its headers, with lower-case names; those of one name are joined by commas.
        cookies: Each as `name=value`.
        body: Its text, or the base64 of its bytes; empty without one.
        is_base64: Which of the two.
        domain_name: The domain that the API was reached by.
        request_id: API Gateway's name for it.
        signer: On a route behind IAM, the ARN of who has signed it; empty on every other one.
    """

    route_key: str
    method: str
    path: str
    path_parameters: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    cookies: tuple[str, ...]
    body: str
    is_base64: bool
    domain_name: str
    request_id: str
    signer: str

    @classmethod
    def from_event(cls, event: object) -> HttpRequest:
        """Reads an event.

        Raises:
            MalformedEventError: an HTTP API sends no such event.
        """
        if not isinstance(event, dict):
            raise MalformedEventError("event")
        context = _member(event, "requestContext", dict)
        return cls(
            route_key=_member(event, "routeKey", str),
            method=_member(_member(context, "http", dict), "method", str),
            path=_path(_member(event, "rawPath", str), _member(context, "stage", str, _DEFAULT_STAGE)),
            path_parameters=_texts(event, "pathParameters"),
            raw_query=_member(event, "rawQueryString", str, ""),
            headers={name.lower(): value for name, value in _texts(event, "headers").items()},
            cookies=_cookies(event),
            body=_member(event, "body", str, ""),
            is_base64=_member(event, "isBase64Encoded", bool, default=False),
            domain_name=_member(context, "domainName", str),
            request_id=_member(context, "requestId", str),
            signer=_signer(_member(context, "authorizer", dict, {})),
        )


def _member(members: dict[str, Any], name: str, kind: type[Value], default: Value | None = None) -> Value:
    value = members.get(name)
    # SAM CLI writes null where API Gateway leaves a member out.
    found = default if value is None else value
    if not isinstance(found, kind):
        raise MalformedEventError(name)
    return found


def _texts(members: dict[str, Any], name: str) -> dict[str, str]:
    texts: dict[str, Any] = _member(members, name, dict, {})
    if not all(isinstance(each, str) for each in texts.values()):
        raise MalformedEventError(name)
    return texts


def _cookies(event: dict[str, Any]) -> tuple[str, ...]:
    cookies: list[Any] = _member(event, "cookies", list, [])
    if not all(isinstance(each, str) for each in cookies):
        raise MalformedEventError("cookies")
    return tuple(cookies)


def _path(raw: str, stage: str) -> str:
    # A stage other than $default stands before every path, but not where a domain of one's own leads to it.
    prefix = f"/{stage}"
    is_staged = stage != _DEFAULT_STAGE and raw.startswith(f"{prefix}/")
    return raw.removeprefix(prefix) if is_staged else raw


def _signer(authorizer: dict[str, Any]) -> str:
    # Whatever else may stand here is no role's, and is refused as such by whoever asks for one.
    arn = _member(authorizer, "iam", dict, {}).get("userArn")
    return arn if isinstance(arn, str) else ""
