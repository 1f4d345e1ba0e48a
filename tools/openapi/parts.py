"""The pieces that operations are put together from."""

from __future__ import annotations

from typing import Any

from tools.openapi.headers import RATE_LIMIT, header_references
from vocespace.request_body import JSON

API_KEY: list[dict[str, list[str]]] = [{"ApiKeyBearer": []}, {"ApiKeyHeader": []}]
USER: dict[str, list[str]] = {"UserToken": []}
ROLE: dict[str, list[str]] = {"SigV4": []}
NOBODY: dict[str, list[str]] = {}
TOKEN: dict[str, list[str]] = {"SignedToken": []}
LIVEKIT: dict[str, list[str]] = {"LiveKitWebhook": []}
CAL_COM: dict[str, list[str]] = {"CalComWebhook": []}
CALENDLY: dict[str, list[str]] = {"CalendlyWebhook": []}
STANDARD_WEBHOOK: dict[str, list[str]] = {"StandardWebhook": []}

NOTHING: dict[str, Any] = {"type": "string", "maxLength": 0}
"""An empty text, where that is as good as none."""

SECURITY_SCHEMES: dict[str, Any] = {
    "ApiKeyBearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "vsk_<keyId>_<secret>",
        "description": "A platform's API key. It belongs into a backend, never into a page or an app.",
    },
    "ApiKeyHeader": {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "The same API key, for clients that cannot set `Authorization`.",
    },
    "UserToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A signed-in user's own token (OpenID Connect, asymmetric signature), by an issuer that a "
        "platform names and for the audience that it names. Taken only where the deployment lets them call "
        "(`UserAccess`).",
    },
    "SigV4": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-amazon-apigateway-authtype": "awsSigv4",
        "description": "AWS Signature Version 4 for the service `execute-api`, by a session of an IAM role that a "
        "platform names. The role needs `execute-api:Invoke` on the route.",
    },
    "SignedToken": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "A signed VoceSpace token (JWT, HS256, at most 8 KiB), as `POST /api/redirect-url` makes it.",
    },
    "LiveKitWebhook": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "A JWT that the LiveKit server signs with its API key; its claim `sha256` is the digest of the "
        "body's bytes.",
    },
    "CalComWebhook": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Cal-Signature-256",
        "description": "HMAC-SHA256 over the body's bytes by the webhook's secret, in hex.",
    },
    "CalendlyWebhook": {
        "type": "apiKey",
        "in": "header",
        "name": "Calendly-Webhook-Signature",
        "description": "`t=<Unix seconds>,v1=<HMAC-SHA256 over the time, a dot and the body by the signing key, in "
        "hex>`.",
    },
    "StandardWebhook": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "As Standard Webhooks have it: `v1,<base64>`, several with spaces between them; with "
        "`webhook-id` and `webhook-timestamp`.",
    },
}


def reference(schema: str) -> dict[str, str]:
    """Points to a schema of the document."""
    return {"$ref": f"#/components/schemas/{schema}"}


def example(summary: str, value: object) -> dict[str, Any]:
    """One entry of an `examples` object."""
    return {"summary": summary, "value": value}


def json_body(schema: str, examples: dict[str, Any]) -> dict[str, Any]:
    """A request body, which has to be there."""
    return body_of(JSON, schema, examples)


def body_of(media_type: str, schema: str, examples: dict[str, Any]) -> dict[str, Any]:
    """A request body of another media type, which has to be there."""
    return {"required": True, "content": {media_type: {"schema": reference(schema), "examples": examples}}}


def json_answer(description: str, schema: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    """An answer that carries JSON."""
    return {
        "description": description,
        "headers": header_references(),
        "content": {JSON: {"schema": schema, "examples": examples}},
    }


def counted(answer: dict[str, Any]) -> dict[str, Any]:
    """The same answer, which also tells a platform what is left of its quota."""
    return answer | {"headers": header_references(*RATE_LIMIT)}


def query(name: str, description: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    """A query parameter."""
    parameter = {"name": name, "in": "query", "description": description, "schema": schema}
    return parameter | ({"required": True} if required else {})


def in_path(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that stands in the path, percent-encoded."""
    return {"name": name, "in": "path", "description": description, "required": True, "schema": schema}


def or_empty(schema: dict[str, Any]) -> dict[str, Any]:
    """What a query may leave empty, which is as good as leaving it out."""
    return {"anyOf": [schema, NOTHING]}


def auth_parameter(description: str) -> dict[str, Any]:
    """The query parameter `auth`."""
    return query("auth", description, or_empty(reference("AuthType")))
