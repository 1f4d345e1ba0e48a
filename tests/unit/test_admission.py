"""The decision: who may enter as what, by whose word."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given

from tests.support.strategies import token_results
from tests.support.world import DEMO
from tests.unit.forge import person
from vocespace.admission import Admission, admit, admit_guest
from vocespace.errors import IdentityRefusedError, PolicyRefusedError
from vocespace.identities import Identity
from vocespace.platforms import Platform, Policy
from vocespace.token_result import TokenResult

AUTHS = ["demo", "c_s", None]
BECOMES = {
    ("demo", "owner"): "owner",
    ("demo", "manager"): "manager",
    ("demo", "participant"): "participant",
    ("demo", "guest"): "guest",
    ("demo", None): "guest",
    ("c_s", "assistant"): "assistant",
    ("c_s", "customer"): "customer",
    ("c_s", "guest"): "guest",
    ("c_s", None): "guest",
    (None, "owner"): "guest",
    (None, "manager"): "guest",
    (None, "participant"): "guest",
    (None, "guest"): "guest",
    (None, "assistant"): "guest",
    (None, "customer"): "guest",
    (None, None): "guest",
}
"""As what one enters; whatever is not listed is refused."""


def narrow(**limits: object) -> Platform:
    """A platform that may do everything but for some limits."""
    return DEMO.model_copy(update={"policy": Policy.from_wire(DEMO.policy.to_wire() | limits)})


@pytest.mark.parametrize(("auth", "identity"), list(product(AUTHS, [*(each.value for each in Identity), None])))
def test_auth_type_and_identity_decide_together(auth: str | None, identity: str | None) -> None:
    """Every combination: what fits stays, without an auth type everybody is a guest, and the rest is a 403."""
    who = person(identity=identity)

    if (auth, identity) in BECOMES:
        admission = admit(who, auth=auth, platform=DEMO)
        assert admission.identity == admission.person.identity == BECOMES[auth, identity]
        assert (admission.auth, admission.platform) == (auth, "demo")
    else:
        with pytest.raises(IdentityRefusedError) as refused:
            admit(who, auth=auth, platform=DEMO)
        assert refused.value.reason == "identity_under_auth"


@pytest.mark.parametrize("identity", [*(each.value for each in Identity), None])
def test_a_guest_of_nobodys_is_a_guest(identity: str | None) -> None:
    """Whatever was claimed, and under no auth type and no platform."""
    admission = admit_guest(person(identity=identity))

    assert admission.identity is admission.person.identity is Identity.GUEST
    assert (admission.auth, admission.platform) == (None, None)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"authTypes": ["other"]}, "policy_auth"),
        ({"identities": ["guest", "owner"]}, "policy_identity"),
        ({"spaces": ["your-*"]}, "policy_space"),
        ({"rooms": ["hall"]}, "policy_room"),
        ({"maxTtlSeconds": 3599}, "policy_lifetime"),
    ],
)
def test_the_platforms_policy_has_the_last_word(limits: dict[str, object], reason: str) -> None:
    """Each of its five parts refuses by itself, and the answer names the part and not the value."""
    who = person(room="stage")

    assert admit(who, auth="demo", platform=DEMO).person.room == "stage"
    with pytest.raises(PolicyRefusedError) as refused:
        admit(who, auth="demo", platform=narrow(**limits))
    assert refused.value.reason == reason
    assert "stage" not in refused.value.detail + str(refused.value)


def test_a_policy_without_guests_admits_none() -> None:
    """Also not somebody who became a guest for want of an auth type."""
    with pytest.raises(PolicyRefusedError) as refused:
        admit(person(identity="owner"), auth=None, platform=narrow(identities=["owner"]))
    assert refused.value.reason == "policy_identity"


def test_an_empty_room_is_allowed_by_the_word_that_asks_for_it() -> None:
    """And not by the name of any room that came of it: that is asked for like any other."""
    platform = narrow(rooms=["$empty"])

    assert admit(person(room="$empty"), auth="demo", platform=platform).person.room == "$empty"
    for who in (person(room="room-0123456789abcdef"), person(room="stage"), person(room=None)):
        with pytest.raises(PolicyRefusedError):
            admit(who, auth="demo", platform=platform)


def test_an_admission_is_not_yet_to_a_room() -> None:
    """What was asked for stays until a room is found, for no meeting and in nobody's space."""
    admission = admit(person(room="$empty"), auth="demo", platform=DEMO)

    assert admission.person.room == "$empty"
    assert (admission.wanted_room, admission.meeting, admission.made_space) == (None, None, False)


@given(token_results())
def test_nothing_else_about_a_person_is_decided(who: TokenResult) -> None:
    """Who, where and until when stay as they were said."""
    admissions: list[Admission] = [admit_guest(who), admit(who, auth=None, platform=DEMO)]

    for admission in admissions:
        assert admission.person.model_dump(exclude={"identity"}) == who.model_dump(exclude={"identity"})


def test_a_link_always_names_an_auth_type() -> None:
    """VoceSpace's web client insists on one; a guest of nobody's goes as `guest`."""
    assert admit(person(), auth="demo", platform=DEMO).link_auth == "demo"
    assert admit_guest(person()).link_auth == "guest"
