"""What a reader of the document has to know about single members, where the layer's models do not say it."""

from __future__ import annotations

from typing import Any

from tools.openapi.parts import reference

_ANSWERS = ("Connection", "SignedConnection", "SignedLink", "TokenResponse")
_BOTH_SPELLINGS = "Its names are read in camelCase as well, but no member in both spellings."
_PARTICIPANT_TOKEN = "The LiveKit token (JWT); good for 10 minutes at most, which is long enough to connect."  # noqa: S105 - tells of one
_SERVER = "The LiveKit server (`wss://`)."

_OF_ANSWERS = {
    "serverUrl": _SERVER,
    "server_url": _SERVER,
    "roomName": "The LiveKit room.",
    "room_name": "The LiveKit room.",
    "participant_name": "The display name.",
    "participantToken": _PARTICIPANT_TOKEN,
    "participant_token": _PARTICIPANT_TOKEN,
    "room": "The room of the space; absent where the person chooses.",
    "identity": "As what the person is let in, which may be less than was asked for.",
    "expiresAt": "The end of the VoceSpace token, Unix seconds; of a guest without one, the end of `participantToken`.",
    "token": "The VoceSpace token (JWT). Whoever has it can enter as this person until it ends.",
    "redirectUrl": "The link that carries the token.",
}

_OF_REQUESTS: dict[str, dict[str, str]] = {
    "UserRequest": {"identity": "One that the user's own token gives; omitted: the first of those."},
    "LiveKitTokenRequest": {
        "room_name": "The LiveKit room: the space or, where the deployment maps rooms (`RoomMapping`), `space/room`. "
        "Omitted: one within the policy's first pattern, with random characters for each `*`.",
        "participant_name": "The display name; omitted: the user's, else the id. That of a signed-in user's own token "
        "comes first.",
        "participant_identity": "Unique user id; omitted: generated, or a signed-in user's own, which is the only one "
        "that a user may name.",
        "participant_metadata": "A text that everybody in the room can read, at most 2,048 bytes in UTF-8.",
        "room_config": "How the LiveKit room is set up, if this token creates it.",
    },
    "ParticipantAttributes": {
        "identity": "As what the person wants to come; omitted: guest, or the first that a user's own token gives.",
        "auth": "The auth type; may stand in the query instead.",
        "room": "The room of the space. Omitted: the person chooses, or it is the first that the policy names.",
        "meeting": "A name of yours for a meeting: everybody of one meeting gets the same `$empty` room.",
    },
    "RoomConfig": {
        "max_participants": "At most that of the policy; 0 says nothing.",
        "empty_timeout": "Seconds to wait for somebody; at most that of the policy, and 0 says nothing.",
        "departure_timeout": "Seconds to stay when everybody has gone; at most that of the policy, and 0 says nothing.",
        "agents": "Agents to be called in; only such as the policy names.",
    },
}

_OF_SCHEMAS = {
    "LiveKitTokenRequest": "What LiveKit's client SDKs send (TokenSourceRequest). Every member is optional; null and "
    f"an empty text or message are as good as nothing. {_BOTH_SPELLINGS}",
    "ParticipantAttributes": "Four of them are wishes, by the names under which the decision stands in the "
    "participant token. All others are passed on as they are, if a platform itself calls; a signed-in user may bring "
    "some only where the policy lets the identity change its own metadata.",
    "RoomConfig": "LiveKit's RoomConfiguration. Any other member, such as `egress`, `tags` or `metadata`, may be there "
    f"as long as it says nothing, and is refused otherwise (403 `policy_refused`). {_BOTH_SPELLINGS}",
    "AgentDispatch": f"An agent to be called into the room (LiveKit's RoomAgentDispatch). {_BOTH_SPELLINGS}",
    "TokenResponse": "Connection details as LiveKit's client SDKs read them.",
}

_WAITING = "With `no_agent_available`: how many customers wait for an agent, this one among them."


def describe(schemas: dict[str, Any]) -> None:
    """Says so, in the schemas where it belongs."""
    for name in _ANSWERS:
        members = schemas[name]["properties"]
        _say(members, {each: text for each, text in _OF_ANSWERS.items() if each in members})
        if "permissions" in members:
            members["permissions"] = reference("Permissions")
    for name, texts in _OF_REQUESTS.items():
        _say(schemas[name]["properties"], texts)
    _say(schemas, _OF_SCHEMAS)
    _say(schemas["Problem"]["properties"], {"waiting": _WAITING})


def _say(parts: dict[str, Any], texts: dict[str, str]) -> None:
    for name, text in texts.items():
        parts[name]["description"] = text
