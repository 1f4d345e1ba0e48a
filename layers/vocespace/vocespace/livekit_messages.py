"""What LiveKit says about rooms and people, as far as anything here depends on it.

Its webhooks write names in camelCase and leave out what is 0 or empty; its RoomService writes snake_case, and all of
it. Both are read alike, and whatever a later version says beyond that is passed over.
"""

from __future__ import annotations

from pydantic import ConfigDict

from vocespace.livekit_provider import RoomMapping
from vocespace.names import person_name, place_name
from vocespace.wire import ProtoModel

_PEOPLE = frozenset({"STANDARD", "SIP"})
_GONE = "DISCONNECTED"


class LiveKitMessage(ProtoModel):
    """The base of what LiveKit says: open to what is not known here."""

    model_config = ConfigDict(extra="ignore")


class LiveKitRoom(LiveKitMessage):
    """A room of a LiveKit server.

    Attributes:
        name: Its name: a space's, or `{space}/{room}`.
        sid: Which one of that name: a room that has ended can begin again.
    """

    name: str = ""
    sid: str = ""


class LiveKitParticipant(LiveKitMessage):
    """A connection to a room.

    Attributes:
        sid: Which connection.
        identity: Whose.
        kind: A person's own (STANDARD), a person's by telephone (SIP), or one of a machine: a recorder, an agent.
        state: How far it has come.
    """

    sid: str = ""
    identity: str = ""
    kind: str = "STANDARD"
    state: str = ""

    def is_person(self) -> bool:
        """Whether it fills a room: a recorder or an agent leaves it as empty as it was, and so does an id of nobody."""
        try:
            return person_name(self.identity) == self.identity and self.kind in _PEOPLE
        except ValueError:
            return False

    def is_there(self) -> bool:
        """Whether it has not ended."""
        return self.state != _GONE


def is_place(room_name: str, mapping: RoomMapping) -> bool:
    """Whether a LiveKit room is a place of ours; others may use the same server for rooms of any name."""
    parts = [room_name] if mapping == "space" else room_name.split("/", maxsplit=1)
    try:
        return [place_name(part) for part in parts] == parts
    except ValueError:
        return False
