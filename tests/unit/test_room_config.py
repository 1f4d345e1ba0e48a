"""A room's configuration: what is read, what a policy lets through, and what gets into a token."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.strategies import json_values
from vocespace.errors import InvalidParametersError, PolicyRefusedError
from vocespace.name_patterns import matches
from vocespace.request_body import read_request
from vocespace.room_config import RoomConfig, RoomConfigLimits

LIMITS = RoomConfigLimits(max_participants=20, empty_timeout=300, agents=("minutes", "acme-*"))
CAPS = {"maxParticipants": 20, "emptyTimeout": 300}

_numbers = st.none() | st.integers(-1, 400)
_agents = st.fixed_dictionaries(
    {"agent_name": st.sampled_from(["minutes", "acme-1", "other", "*", ""])},
    optional={"metadata": st.text(max_size=5), "attributes": st.dictionaries(st.text(max_size=3), st.text(max_size=3))},
)
likely_configs = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("max_participants", "maxParticipants", "empty_timeout", "emptyTimeout", "departure_timeout"), _numbers
    )
    | {"agents": st.none() | st.lists(_agents, max_size=5)}
    | dict.fromkeys(("egress", "tags", "metadata", "name", "agent_s"), json_values),
)
"""What a client might send, and more of what it had better not."""


@given(likely_configs | st.dictionaries(st.text(max_size=10), json_values), st.sampled_from([None, LIMITS]))
def test_what_is_let_through_is_within_the_limits(config: dict[str, Any], limits: RoomConfigLimits | None) -> None:
    """Any JSON is refused in one of two ways, or says nothing in the token that the policy does not allow."""
    try:
        read = read_request(RoomConfig, config)
        read.check(limits)
    except (PolicyRefusedError, InvalidParametersError):
        return

    claim = read.claim()
    agents = claim.pop("agents", [])
    caps = {} if limits is None else CAPS
    assert claim.keys() <= caps.keys()
    assert all(0 < value <= caps[name] for name, value in claim.items())
    assert all(limits is not None and matches(each["agentName"], limits.agents) for each in agents)
    assert all(each.keys() <= {"agentName", "metadata", "attributes", "deployment"} for each in agents)


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"max_participants": 21}, "max_participants"),
        ({"empty_timeout": 301}, "empty_timeout"),
        ({"departure_timeout": 1}, "departure_timeout"),
        ({"agents": [{"agent_name": "other"}]}, "agents"),
        ({"tags": {"c4n4ry": "c4n4ry"}}, "a member that no policy can list"),
        ({"c4n4ry": True}, "a member that no policy can list"),
    ],
)
def test_what_is_refused_is_named_and_not_quoted(config: dict[str, Any], named: str) -> None:
    """A member of LiveKit's is named; one that a caller made up is not."""
    with pytest.raises(PolicyRefusedError) as refused:
        read_request(RoomConfig, config).check(LIMITS)

    assert refused.value.reason == "policy_room_config"
    assert named in refused.value.detail
    assert "c4n4ry" not in refused.value.detail


def test_what_is_said_gets_into_the_token_as_livekit_spells_it() -> None:
    """Whichever spelling it came in; what says nothing does not."""
    config = {
        "maxParticipants": 20,
        "empty_timeout": 0,
        "agents": [{"agent_name": "minutes", "metadata": "m", "deployment": None}],
        "name": "",
    }

    read = read_request(RoomConfig, config)

    read.check(LIMITS)
    assert read.claim() == {"maxParticipants": 20, "agents": [{"agentName": "minutes", "metadata": "m"}]}
    assert read_request(RoomConfig, {}).claim() == {}


@pytest.mark.parametrize(
    "limits",
    [
        {"maxParticipants": 0},
        {"emptyTimeout": -1},
        {"departureTimeout": "20"},
        {"agents": "minutes"},
        {"agents": [""]},
        {"agents": ["m?"]},
        {"egress": True},
        {"max_participants": 20},
    ],
)
def test_limits_that_could_be_misread_are_none(limits: dict[str, object]) -> None:
    """0 would be no limit at all to LiveKit, and an egress can never be allowed."""
    with pytest.raises(ValidationError):
        RoomConfigLimits.from_wire(limits)
