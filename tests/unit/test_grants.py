"""Grants: what a policy can take away, and that it can give nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.clock import NOW
from tests.support.livekit_oracle import expected_grants, granted
from tests.support.participants import claims_of, judged, with_policy
from tests.support.strategies import json_values
from tests.support.world import DEMO, LIVEKIT_KEY, LIVEKIT_SECRET, LIVEKIT_URL
from tests.unit.forge import person
from vocespace.admission import Admission
from vocespace.grants import GrantLimits, PublishSource, video_grants
from vocespace.identities import Identity
from vocespace.livekit_key import LiveKitKey
from vocespace.participant_options import ParticipantOptions
from vocespace.participant_token import mint_participant_token
from vocespace.platforms import Platform
from vocespace.room_config import RoomConfig

KEY = LiveKitKey.parse(json.dumps({"url": LIVEKIT_URL, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET}))
NARROWING = ("canPublish", "canPublishData", "canSubscribe", "roomAdmin", "roomRecord")
SOURCES = [each.value for each in PublishSource]

likely_limits = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(NARROWING, st.booleans() | st.none())
    | {"canUpdateOwnMetadata": st.booleans() | st.none()}
    | {"canPublishSources": st.lists(st.sampled_from(SOURCES), max_size=4) | st.none()}
    | dict.fromkeys(("hidden", "room", "roomJoin", "roomCreate", "recorder"), st.booleans()),
)
"""What an operator might write, right or wrong."""


def parsed(members: object) -> GrantLimits | None:
    """The limits, or None where they are refused."""
    try:
        return GrantLimits.model_validate(members, by_alias=True, by_name=False)
    except ValidationError:
        return None


@given(likely_limits | json_values, st.sampled_from(Identity), st.booleans(), st.booleans())
def test_no_policy_widens_what_an_identity_has(
    members: object, identity: Identity, by_web_client: bool, made_space: bool
) -> None:
    """Whatever is read at all narrows; the change of one's own metadata alone is the policy's to say."""
    limits = parsed(members)
    base = video_grants(identity, None, room_name="r", updates_own_metadata=by_web_client, made_space=made_space)

    narrowed = video_grants(identity, limits, room_name="r", updates_own_metadata=by_web_client, made_space=made_space)

    own = None if limits is None else limits.can_update_own_metadata
    sources = narrowed.pop("canPublishSources", None)
    assert narrowed.keys() == base.keys()
    assert narrowed.pop("canUpdateOwnMetadata") is (by_web_client if own is None else own)
    assert sources is None or (len(sources) > 0 and set(sources) <= set(SOURCES))
    assert all(value == base[name] or value is False for name, value in narrowed.items())
    assert (narrowed["room"], narrowed["roomJoin"]) == ("r", True)


@given(likely_limits, st.sampled_from(Identity))
def test_livekit_reads_no_more_than_the_design_allows(members: dict[str, object], identity: Identity) -> None:
    """In the token itself, by either way in."""
    limits = parsed(members)
    for options in (None, ParticipantOptions({}, None, RoomConfig())):
        admission = Admission(person(identity=identity.value), identity, "demo", "demo", limits, options=options)
        token = mint_participant_token(admission, KEY, room_name="r", now=NOW)

        assert granted(judged(token)) <= expected_grants(identity.value) | {"can_publish_sources"}
        assert claims_of(token)["video"]["room"] == "r"


@pytest.mark.parametrize(
    "limits",
    [
        *({name: value} for name in NARROWING for value in (True, 1, "false")),
        {"canPublishSources": []},
        {"canPublishSources": ["window"]},
        {"canPublishSources": "camera"},
        {"canUpdateOwnMetadata": "yes"},
        *(
            {name: value}
            for name in ("hidden", "recorder", "agent", "roomCreate", "roomJoin")
            for value in (True, False)
        ),
        {"room": "other"},
        {"can_publish": False},
    ],
)
def test_a_policy_that_would_widen_is_none(limits: dict[str, object]) -> None:
    """It is refused when it is read, and not quietly mended; the same for a grant that nobody ever gets."""
    with pytest.raises(ValidationError):
        with_policy(DEMO, grants={"guest": limits})


@pytest.mark.parametrize("grants", [{"boss": {}}, {"Guest": {}}, [], {"guest": None}])
def test_limits_are_of_identities(grants: object) -> None:
    """An unknown one would be a limit that never holds."""
    with pytest.raises(ValidationError):
        with_policy(DEMO, grants=grants)


def test_limits_come_back_as_they_were_written() -> None:
    """By the names of LiveKit's grants."""
    grants: dict[str, Any] = {
        "guest": {"canPublish": False, "canPublishSources": ["microphone"], "canUpdateOwnMetadata": True},
        "owner": {"roomRecord": False},
    }

    assert with_policy(DEMO, grants=grants).policy.to_wire()["grants"] == grants


def test_a_platform_from_before_there_were_limits_has_none() -> None:
    """What an earlier version stored is read, and means what it meant."""
    earlier = {
        "platform": "demo",
        "createdAt": NOW,
        "policy": {"authTypes": ["demo"], "identities": ["guest"], "spaces": ["*"], "maxTtlSeconds": 3600},
    }

    policy = Platform.from_wire(earlier).policy

    assert (policy.grants, policy.room_config) == (None, None)
    assert policy.grant_limits(Identity.GUEST) is None
    assert policy.to_wire().keys() == {"authTypes", "identities", "spaces", "rooms", "maxTtlSeconds"}
