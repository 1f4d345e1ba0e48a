"""The decision: who may enter as what, by whose word."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given

from tests.support.strategies import token_results
from tests.support.world import DEMO
from tests.unit.forge import person
from vocespace.admission import Admission, admit, admit_guest
from vocespace.errors import IdentityRefusedError, NoAgentAvailableError, PolicyRefusedError
from vocespace.identities import Identity
from vocespace.platforms import Platform, Policy
from vocespace.rooms import fresh_room_for
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


def test_a_room_of_ones_own_counts_as_the_empty_room_it_was() -> None:
    """A token for `$empty` names the room it became: allowed to this person where `$empty` is, and to no other."""
    platform = narrow(rooms=["$empty"])
    own = fresh_room_for("my-workspace", "user_12345")

    assert admit(person(room="$empty"), auth="demo", platform=platform).with_room().person.room == own
    assert admit(person(room=own), auth="demo", platform=platform).with_room().person.room == own
    for who in (person(room=own, id="somebody-else"), person(room=own, space="elsewhere"), person(room=None)):
        with pytest.raises(PolicyRefusedError):
            admit(who, auth="demo", platform=platform)


def test_a_room_of_ones_own_is_refused_where_the_empty_room_is() -> None:
    """The name of the derived room is no way around the policy."""
    own = fresh_room_for("my-workspace", "user_12345")

    for room in (own, "$empty"):
        with pytest.raises(PolicyRefusedError):
            admit(person(room=room), auth="demo", platform=narrow(rooms=["stage"]))


@pytest.mark.parametrize(
    ("room", "resolved"),
    [("$empty", fresh_room_for("my-workspace", "user_12345")), ("$space", "$space"), ("stage", "stage"), (None, None)],
)
def test_an_admission_gets_a_concrete_room(room: str | None, resolved: str | None) -> None:
    """Nothing but the room changes, and nothing changes twice."""
    admission = admit(person(room=room), auth="demo", platform=DEMO)

    settled = admission.with_room()

    assert settled.person == admission.person.model_copy(update={"room": resolved})
    assert settled.with_room() == settled


def test_a_customer_waits_for_an_agent() -> None:
    """Under customer support only, and with `$empty` only."""
    with pytest.raises(NoAgentAvailableError):
        admit(person(identity="customer", room="$empty"), auth="c_s", platform=DEMO).with_room()
    assert admit(person(identity="customer", room="r1"), auth="c_s", platform=DEMO).with_room().person.room == "r1"
    assert admit(person(identity="assistant", room="$empty"), auth="c_s", platform=DEMO).with_room().person.room


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
