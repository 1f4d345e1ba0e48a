"""The examples: what is sent, from events/; what is answered, made by the layer's own models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vocespace.blocking import AddedBlock, Kick, ListedBlocks
from vocespace.blocks import Block
from vocespace.connection_details import Connection, ConnectionDetails, SignedConnection, TokenResponse
from vocespace.entrance import SignedLink
from vocespace.identities import Identity, permissions_of
from vocespace.invitations import LinkState
from vocespace.link_requests import LinkedPerson, MadeLink, ShownLink
from vocespace.room_list import ListedRoom, ListedRooms, RoomState

_EVENTS = Path(__file__).parents[2] / "events"

# As the VoceSpace API page abbreviates a token: nothing here looks like a credential that could be tried.
_TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."  # noqa: S105 - see above
_REDIRECT_URL = f"https://connect.example.com/api/connection-details?auth=demo&token={_TOKEN}"
_WEB_CLIENT_URL = (
    "https://vocespace.example.com/my-workspace?auth=demo"
    "&details=%7B%22serverUrl%22%3A%22wss%3A%2F%2Flivekit.example.com%22...&data=%7B%22id%22%3A%22user_12345%22..."
)
_ENDS = 1795003600

CONNECTION = Connection(
    server_url="wss://livekit.example.com",
    room_name="my-workspace",
    participant_name="Zhang San",
    participant_token=_TOKEN,
    space="my-workspace",
    room="room-k3vq7m2xw5ptlzab",
    identity=Identity.PARTICIPANT,
    permissions=permissions_of(Identity.PARTICIPANT),
    expires_at=_ENDS,
)
GUEST_CONNECTION = CONNECTION.model_copy(
    update={
        "participant_name": "Ada",
        "room": None,
        "identity": Identity.GUEST,
        "permissions": permissions_of(Identity.GUEST),
    }
)
SIGNED_CONNECTION = SignedConnection(**CONNECTION.model_dump(), token=_TOKEN, redirect_url=_REDIRECT_URL)
SIGNED_LINK = SignedLink(redirect_url=_REDIRECT_URL, token=_TOKEN, expires_at=_ENDS)
TOKEN_RESPONSE = TokenResponse.of(
    ConnectionDetails(**CONNECTION.model_dump(include=set(ConnectionDetails.model_fields)))
)
WEB_CLIENT_LINK = {"redirectUrl": _WEB_CLIENT_URL}
BLOCK = Block(
    space="my-workspace",
    id="user_67890",
    expires_at=_ENDS,
    reason="asked to leave twice",
    created_at=_ENDS - 3600,
    platform="acme",
)
ADDED_BLOCK = AddedBlock(**BLOCK.model_dump())
KICKED_BLOCK = AddedBlock(**BLOCK.model_dump(), kick=Kick.REMOVED)
LISTED_BLOCKS = ListedBlocks(blocks=(BLOCK,))
LISTED_ROOMS = ListedRooms(
    rooms=(
        ListedRoom(name="blue", made="pool", state=RoomState.OCCUPIED, occupancy=2),
        ListedRoom(name="green", made="pool", state=RoomState.FREE, occupancy=0),
        ListedRoom(name="room-9f2c41d07be6358a", made="fresh", state=RoomState.LEASED, occupancy=0, agent_waits=True),
    )
)

SHOWN_LINK = ShownLink(
    id="lnk_5d41402abc4b2a76b9719d91",
    state=LinkState.EARLY,
    visit=LinkedPerson(
        id="user_12345",
        username="Zhang San",
        space="my-workspace",
        room="$empty",
        identity=Identity.PARTICIPANT,
        auth="demo",
        meeting="appointment-4711",
        time_zone="Asia/Shanghai",
    ),
    created_at=_ENDS - 3600,
    opens_at=_ENDS - 600,
    not_before=_ENDS,
    expires_at=_ENDS + 3600,
)
MADE_LINK = MadeLink(**SHOWN_LINK.model_dump(), url="https://connect.example.com/join/W0x1bGxzIGFuZCBib3dscw")


def sent(event: str) -> Any:  # noqa: ANN401 - whatever JSON the event carries
    """The body of an event, named by its path under events/ without the suffix."""
    return json.loads(json.loads((_EVENTS / f"{event}.json").read_text(encoding="utf-8"))["body"])
