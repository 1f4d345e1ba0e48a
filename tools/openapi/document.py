"""Puts the document together."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tools.openapi import refusals
from tools.openapi.descriptions import describe
from tools.openapi.headers import HEADERS
from tools.openapi.hook_schemas import HOOK_SCHEMAS
from tools.openapi.operations import (
    blocks,
    booking_hooks,
    connection_details,
    join,
    join_links,
    livekit_events,
    livekit_token,
    redirect_url,
    rooms,
    service_info,
)
from tools.openapi.parts import SECURITY_SCHEMES
from tools.openapi.schemas import auth_type_schema, wire_schemas
from vocespace.blocking import AddedBlock, ListedBlocks
from vocespace.blocks import BlockRequest
from vocespace.booking_schema import Booking
from vocespace.connection_details import Connection, SignedConnection, TokenResponse
from vocespace.entrance import SignedLink
from vocespace.identities import Permission
from vocespace.link_requests import LinkRequest, MadeLink, ShownLink
from vocespace.livekit_token_request import LiveKitTokenRequest
from vocespace.problem import Problem
from vocespace.room_list import ListedRooms
from vocespace.token_result import ConnectionRequest, RedirectRequest
from vocespace.users import UserRequest

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"

_DESCRIPTION = (
    "Lets the users of a platform enter a VoceSpace space: connection details for LiveKit clients, and signed redirect "
    "URLs.\n"
    "\n"
    "Platforms call by an API key, or below `/iam` by an IAM role; a platform's signed-in users call with their own "
    "token.\n"
    "\n"
    "Bodies are read strictly: no member twice, none unknown, no `1.0` for `1`. An optional member without a default "
    "may be null.\n"
    "\n"
    "Every error of ours is a problem document (RFC 9457) whose `code` is stable. A path that does not exist is "
    "answered 404 `not_found`, a method that a path does not have 405 `method_not_allowed`. API Gateway itself may "
    'answer 429, 431, 500 or 503 with `{"message": "..."}`; retry those but 431, and whatever carries `Retry-After`.'
)

# Shapes too small for a model of their own, or not ours.
_SMALL_SCHEMAS: dict[str, Any] = {
    "WebClientLink": {
        "type": "object",
        "description": "Where VoceSpace's web client takes the person in.",
        "properties": {"redirectUrl": {"type": "string", "format": "uri"}},
        "required": ["redirectUrl"],
    },
    "Health": {
        "type": "object",
        "properties": {"status": {"type": "string", "const": "ok"}},
        "required": ["status"],
    },
    "LiveKitEvent": {
        "type": "object",
        "description": "What LiveKit says in a webhook (WebhookEvent). Read are the members named here, and of the "
        "room and the participant who and where it is about.",
        "properties": {
            "event": {"type": "string", "description": "What happened; any event is taken."},
            "id": {"type": "string", "description": "By which an event that comes twice is known."},
            "createdAt": {"type": ["string", "integer"], "description": "When, Unix seconds."},
            "room": {"type": "object", "additionalProperties": True},
            "participant": {"type": "object", "additionalProperties": True},
        },
        "additionalProperties": True,
    },
    "GatewayMessage": {
        "type": "object",
        "description": "What API Gateway says when it answers itself.",
        "properties": {"message": {"type": "string"}},
        "required": ["message"],
    },
}


def build_document() -> dict[str, Any]:
    """The OpenAPI document, as the code stands."""
    project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "VoceSpace Connect",
            "version": project["version"],
            "description": _DESCRIPTION,
            "license": {"name": project["license"], "identifier": project["license"]},
        },
        "servers": [{"url": "/", "description": "Wherever this document came from."}],
        "tags": [
            {"name": "Entering a space", "description": "Tokens, links and connection details."},
            {
                "name": "Join links",
                "description": "Links that let somebody in when it is time, and as often as they come.",
            },
            {"name": "Bookings", "description": "What booking systems tell of bookings, which become meetings."},
            {"name": "Keeping people out", "description": "Blocks: who may not come into a space, whoever vouches."},
            {"name": "Rooms", "description": "Which rooms a space has, and who tells that somebody is inside."},
            {"name": "IAM roles", "description": "The same for AWS workloads, which sign their requests (SigV4)."},
            {"name": "Service", "description": "What the service says about itself."},
        ],
        "paths": connection_details.PATHS
        | redirect_url.PATHS
        | livekit_token.PATHS
        | join_links.PATHS
        | join.PATHS
        | blocks.PATHS
        | rooms.PATHS
        | livekit_events.PATHS
        | booking_hooks.PATHS
        | service_info.PATHS,
        "components": {
            "schemas": _schemas(),
            "responses": refusals.responses(),
            "headers": HEADERS,
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _schemas() -> dict[str, Any]:
    schemas = wire_schemas(
        requests=[
            ConnectionRequest,
            RedirectRequest,
            UserRequest,
            LiveKitTokenRequest,
            LinkRequest,
            BlockRequest,
            Booking,
        ],
        answers=[
            Connection,
            SignedConnection,
            SignedLink,
            TokenResponse,
            MadeLink,
            ShownLink,
            AddedBlock,
            ListedBlocks,
            ListedRooms,
            Problem,
        ],
    )
    schemas["Problem"]["properties"]["code"]["enum"] = refusals.codes()
    permissions = {
        "type": "object",
        "description": "What VoceSpace's front end lets the person do.",
        "properties": {permission.value: {"type": "boolean"} for permission in Permission},
        "required": [permission.value for permission in Permission],
    }
    describe(schemas)
    schemas |= {"AuthType": auth_type_schema(), "Permissions": permissions, **_SMALL_SCHEMAS, **HOOK_SCHEMAS}
    return dict(sorted(schemas.items()))
