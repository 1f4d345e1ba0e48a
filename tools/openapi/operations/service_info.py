"""What the service says about itself."""

from __future__ import annotations

from typing import Any

from tools.openapi.headers import header_references
from tools.openapi.parts import example, json_answer, reference
from tools.openapi.refusals import refused_by
from vocespace import errors

_TAGS = ["Service"]
_OPEN_TO_ALL: list[dict[str, list[str]]] = []

PATHS: dict[str, Any] = {
    "/healthz": {
        "get": {
            "operationId": "getHealth",
            "tags": _TAGS,
            "summary": "Whether the service answers",
            "description": "Asks nobody else: a secret or a table that is away shows in the routes that need it.",
            "security": _OPEN_TO_ALL,
            "responses": {
                "200": json_answer("It does.", reference("Health"), {"ok": example("It does", {"status": "ok"})})
            }
            | refused_by(),
        }
    },
    "/openapi.json": {
        "get": {
            "operationId": "getOpenApi",
            "tags": _TAGS,
            "summary": "This description",
            "description": "The OpenAPI 3.1 document of exactly the deployed version.",
            "security": _OPEN_TO_ALL,
            "responses": {
                "200": json_answer(
                    "An OpenAPI document.",
                    {"type": "object", "required": ["openapi", "info", "paths"]},
                    {
                        "abridged": example(
                            "Abridged", {"openapi": "3.1.0", "info": {"title": "VoceSpace Connect"}, "paths": {}}
                        )
                    },
                )
            }
            | refused_by(),
        }
    },
    "/docs": {
        "get": {
            "operationId": "getDocs",
            "tags": _TAGS,
            "summary": "This description as a page",
            "description": "Swagger UI, where the deployment has it switched on (`ApiDocs`); otherwise not found.",
            "security": _OPEN_TO_ALL,
            "responses": {
                "200": {
                    "description": "The page.",
                    "headers": header_references("Content-Security-Policy"),
                    "content": {"text/html": {"schema": {"type": "string"}}},
                }
            }
            | refused_by(errors.NotFoundError),
        }
    },
}
