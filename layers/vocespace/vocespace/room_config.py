"""LiveKit's RoomConfiguration: how a room is set up that a token creates, and what of it a policy allows.

Only what is listed here can be allowed. An egress could send a room's sound and picture to anybody, with credentials
that every holder of the token could read.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from vocespace.errors import PolicyRefusedError
from vocespace.name_patterns import NamePattern, matches
from vocespace.wire import ProtoModel, WireModel

_MAX_AGENTS = 4
_MAX_TEXT = 1024

_Unsigned = Annotated[int, Field(ge=0, lt=2**32)]
_Text = Annotated[str, Field(max_length=_MAX_TEXT)]


class RoomConfigLimits(WireModel):
    """What a platform's callers may say about a room. What is not listed may not be said.

    Attributes:
        max_participants: The most that may be asked for.
        empty_timeout: The longest that a room may wait for somebody, in seconds.
        departure_timeout: The longest that it may stay when everybody has gone, in seconds.
        agents: Patterns of the names of agents that may be called in.
    """

    max_participants: Annotated[int, Field(gt=0)] | None = None
    empty_timeout: Annotated[int, Field(gt=0)] | None = None
    departure_timeout: Annotated[int, Field(gt=0)] | None = None
    agents: Annotated[tuple[NamePattern, ...], Field(strict=False)] = ()


class AgentDispatch(ProtoModel):
    """An agent to be called into the room (LiveKit's RoomAgentDispatch)."""

    agent_name: Annotated[str, Field(min_length=1, max_length=128)]
    metadata: _Text | None = None
    attributes: dict[_Text, _Text] | None = None
    deployment: Annotated[str, Field(max_length=128)] | None = None


class RoomConfig(ProtoModel):
    """What a request says about the room. All that LiveKit knows may stand there, as long as it says nothing."""

    model_config = ConfigDict(extra="allow")

    max_participants: _Unsigned | None = None
    empty_timeout: _Unsigned | None = None
    departure_timeout: _Unsigned | None = None
    agents: Annotated[tuple[AgentDispatch, ...], Field(max_length=_MAX_AGENTS, strict=False)] | None = None

    def check(self, limits: RoomConfigLimits | None) -> None:
        """Holds it against a policy.

        Raises:
            PolicyRefusedError: something is said that may not be; it is named, and not quoted.
        """
        allowed = limits or RoomConfigLimits()
        caps = {
            "max_participants": (self.max_participants, allowed.max_participants),
            "empty_timeout": (self.empty_timeout, allowed.empty_timeout),
            "departure_timeout": (self.departure_timeout, allowed.departure_timeout),
        }
        for name, (asked, cap) in caps.items():
            if asked and (cap is None or asked > cap):
                raise _refused(name)
        if not all(matches(each.agent_name, allowed.agents) for each in self.agents or ()):
            raise _refused("agents")
        if any(map(_says_something, (self.model_extra or {}).values())):
            raise _refused("a member that no policy can list")

    def claim(self) -> dict[str, Any]:
        """The token's `roomConfig`; empty where nothing is said."""
        said = self.model_dump(mode="json", by_alias=True, exclude_none=True, include=set(RoomConfig.model_fields))
        return {name: value for name, value in said.items() if value}


def _says_something(value: Any) -> bool:  # noqa: ANN401 - whatever JSON can hold
    # What proto3 leaves out on the wire may as well be there: 0, "", false, or a message of nothing else.
    return any(map(_says_something, value.values())) if isinstance(value, dict) else bool(value)


def _refused(what: str) -> PolicyRefusedError:
    return PolicyRefusedError("policy_room_config", f"The platform's policy does not allow this room_config: {what}.")
