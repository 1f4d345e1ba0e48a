"""Platforms: how they are named, and what a policy allows them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from tests.support.clock import NOW
from tests.support.strategies import place_names
from vocespace.errors import PolicyRefusedError
from vocespace.identities import Identity
from vocespace.platforms import Platform, Policy

EVERYTHING = Policy(auth_types=("demo", "c_s"), identities=tuple(Identity), spaces=("*",))
WISH: dict[str, Any] = {"auth": "demo", "identity": Identity.GUEST, "space": "s", "room": "r", "lifetime": 60}


def allows(policy: Policy, **wish: object) -> bool:
    """Whether a policy allows a wish."""
    try:
        policy.check(**WISH | wish)
    except PolicyRefusedError:
        return False
    return True


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("*", "anything at all", True),
        ("acme-*", "acme-1", True),
        ("acme-*", "acme-", True),
        ("acme-*", "acme", False),
        ("acme-*", "ACME-1", False),
        ("acme-*", "beta-acme-1", False),
        ("*-acme", "beta-acme", True),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "a-c-b", False),
        ("acme", "acme", True),
        ("acme", "acme2", False),
        ("a.c", "abc", False),
        ("a-z", "m", False),
        ("会议*", "会议室", True),
        ("$empty", "$empty", True),
        ("$*", "$space", True),
    ],
)
def test_a_pattern_is_a_name_with_stars(pattern: str, name: str, matches: bool) -> None:
    """A star stands for any run of characters, and nothing else stands for anything but itself."""
    assert allows(EVERYTHING.model_copy(update={"spaces": (pattern,)}), space=name) is matches
    assert allows(EVERYTHING.model_copy(update={"rooms": ("nowhere", pattern)}), room=name) is matches


@given(place_names, place_names)
def test_a_name_is_a_pattern_for_itself_alone(name: str, other: str) -> None:
    """No character that a name may hold is a wildcard."""
    policy = EVERYTHING.model_copy(update={"spaces": (name,)})

    assert allows(policy, space=name)
    assert allows(policy, space=other) is (name == other)


def test_a_pattern_is_composed_like_a_name() -> None:
    """However the operator's keyboard spells an accent, it is the same space."""
    pattern = Policy.from_wire(EVERYTHING.to_wire() | {"spaces": ["Cafe\u0301*"]})

    assert allows(pattern, space="Caf\u00e9-1")


def test_a_pattern_of_many_stars_is_matched_at_once() -> None:
    """An operator's pattern cannot be made to hang the function by a name."""
    policy = EVERYTHING.model_copy(update={"spaces": ("*a" * 60 + "b",)})

    assert not allows(policy, space="a" * 128)


@pytest.mark.parametrize(
    ("wish", "refused"),
    [
        ({"auth": None}, None),
        ({"auth": "c_s"}, None),
        ({"auth": "other"}, "auth"),
        ({"auth": "DEMO"}, "auth"),
        ({"identity": Identity.PARTICIPANT}, None),
        ({"identity": Identity.OWNER}, "identity"),
        ({"space": "acme-1"}, None),
        ({"space": "beta"}, "space"),
        ({"room": "stage"}, None),
        ({"room": "$empty"}, None),
        ({"room": "$space"}, "room"),
        ({"room": "cellar"}, "room"),
        ({"room": None}, "room"),
        ({"lifetime": 3600}, None),
        ({"lifetime": 3601}, "lifetime"),
    ],
)
def test_a_policy_looks_at_every_part_of_a_wish(wish: dict[str, object], refused: str | None) -> None:
    """Whoever leaves the room open could enter any, so a policy with limits on rooms allows no open choice."""
    policy = Policy(
        auth_types=("demo", "c_s"),
        identities=(Identity.PARTICIPANT, Identity.GUEST),
        spaces=("acme-*",),
        rooms=("stage", "$empty"),
        max_ttl_seconds=3600,
    )
    full = WISH | {"space": "acme-1", "room": "stage"} | wish

    if refused is None:
        assert allows(policy, **full)
    else:
        with pytest.raises(PolicyRefusedError) as error:
            policy.check(**full)
        assert (error.value.reason, error.value.detail) == (
            f"policy_{refused}",
            f"The platform's policy does not allow this {refused}.",
        )


@pytest.mark.parametrize("identity", Identity)
@pytest.mark.parametrize(
    ("auth_types", "support", "others"),
    [
        (("demo", "c_s"), "c_s", "demo"),
        (("c_s", "demo"), "c_s", "demo"),
        (("b", "a"), "b", "b"),
        (("c_s",), "c_s", "c_s"),
    ],
)
def test_the_auth_type_of_who_names_none(
    identity: Identity, auth_types: tuple[str, ...], support: str, others: str
) -> None:
    """The first that admits the identity; where none does, the first, and the identity is refused under it."""
    default = EVERYTHING.model_copy(update={"auth_types": auth_types}).default_auth(identity)

    if identity is Identity.GUEST:
        assert default == auth_types[0]
    else:
        assert default == (support if identity in {Identity.ASSISTANT, Identity.CUSTOMER} else others)


@pytest.mark.parametrize(
    "change",
    [
        {"authTypes": []},
        {"authTypes": ["a b"]},
        {"authTypes": "demo"},
        {"identities": []},
        {"identities": ["admin"]},
        {"spaces": []},
        {"spaces": [""]},
        {"spaces": ["a?"]},
        {"spaces": ["[ab]"]},
        {"spaces": ["a" * 129]},
        {"rooms": []},
        {"rooms": None},
        {"maxTtlSeconds": 0},
        {"maxTtlSeconds": "60"},
        {"maxTtlSeconds": 60.0},
        {"unknown": 1},
    ],
)
def test_a_policy_that_could_be_misread_is_none(change: dict[str, object]) -> None:
    """An empty list, a pattern of another language, a text for a number: the operator is told, nothing is guessed."""
    with pytest.raises(ValidationError):
        Policy.from_wire(EVERYTHING.to_wire() | change)


@pytest.mark.parametrize("name", ["", "-a", "A", "a_b", "a b", "a" * 64, "a\n", "é"])
def test_a_platform_is_called_in_lower_case(name: str) -> None:
    """As a DNS label: it stands in keys, logs and metrics."""
    assert Platform(platform="a-1" + "a" * 60, policy=EVERYTHING, created_at=NOW).platform
    with pytest.raises(ValidationError):
        Platform(platform=name, policy=EVERYTHING, created_at=NOW)
