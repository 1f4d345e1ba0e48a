"""TokenResult and its requests: which members there are, of what types, and what is said about the others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW
from tests.support.strategies import json_values, token_results
from tests.unit.forge import claims
from tests.unit.vectors import naughty_strings
from vocespace.errors import InvalidParametersError
from vocespace.request_body import read_request
from vocespace.token_result import ConnectionRequest, RedirectRequest, TokenResult, Visit

REQUESTS = [TokenResult, ConnectionRequest, RedirectRequest, Visit]
MEMBERS = claims(platform=None)
VISIT = claims(platform=None, iat=None, exp=None)


def faults(model: type[Visit], members: dict[str, Any]) -> dict[str, str]:
    """Which fields are refused and why; any other exception fails the test."""
    try:
        read_request(model, members)
    except InvalidParametersError as refused:
        return {each.field: each.reason for each in refused.fields}
    return {}


def test_the_wire_speaks_camel_case_only() -> None:
    """A member is known by its wire name, never by the name it has inside."""
    visit = read_request(Visit, VISIT | {"preJoin": True})

    assert visit.pre_join is True
    assert visit.to_wire() == VISIT | {"preJoin": True}
    assert list(faults(Visit, VISIT | {"pre_join": True})) == ["pre_join"]


@pytest.mark.parametrize(
    ("model", "others"),
    [
        (TokenResult, {"auth", "ttlSeconds", "platform", "jti", "nbf", "aud", "iss", "sub", "token"}),
        (ConnectionRequest, {"ttlSeconds", "platform", "jti", "nbf", "aud", "video", "metadata", "attributes"}),
        (RedirectRequest, {"platform", "jti", "nbf", "aud", "kid", "alg", "roomConfig"}),
    ],
)
def test_members_of_others_are_refused_by_name(model: type[Visit], others: set[str]) -> None:
    """A caller sets no claim that is ours to set, and learns which of its members we do not know."""
    assert set(faults(model, MEMBERS | dict.fromkeys(others, "x"))) == others


@pytest.mark.parametrize(
    ("model", "required"),
    [
        (TokenResult, {"id", "username", "space", "iat", "exp"}),
        (ConnectionRequest, {"id", "username", "space", "iat", "exp"}),
        (RedirectRequest, {"id", "username", "space"}),
    ],
)
def test_what_is_missing_is_named_all_at_once(model: type[Visit], required: set[str]) -> None:
    """A developer learns in one answer what to add, and null is as good as absent."""
    assert set(faults(model, {})) == required
    assert set(faults(model, dict.fromkeys(required))) == required


@pytest.mark.parametrize("model", REQUESTS)
@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("id", [1, True, ["a"], {"a": 1}, 1.5]),
        ("preJoin", ["true", "", 0, 1, [], {}]),
        ("identity", ["", "admin", "OWNER", "owner ", 1, True, ["owner"], {"owner": 1}]),
        ("avatar", [1, True, [], {}]),
        ("room", [1, True, [], {}, ""]),
    ],
)
def test_a_value_of_another_type_is_not_made_to_fit(model: type[Visit], field: str, values: list[object]) -> None:
    """No text becomes a boolean, no number a text."""
    members = MEMBERS if model is not Visit else VISIT

    assert all(list(faults(model, members | {field: value})) == [field] for value in values)


@pytest.mark.parametrize("field", ["iat", "exp", "ttlSeconds"])
def test_times_are_positive_integers(field: str) -> None:
    """No strings, floats, booleans, and nothing that is further off than any calendar."""
    wrong = ["60", "", 60.0, 60.5, True, False, 0, -1, 2**40, 10**30, float("nan"), float("inf"), [60], {}]

    assert all(list(faults(RedirectRequest, MEMBERS | {field: value})) == [field] for value in wrong)
    assert faults(RedirectRequest, MEMBERS | {field: 2**31 - 1}) == {}


@given(token_results())
def test_a_person_survives_the_wire(person: TokenResult) -> None:
    """Written and read again, nobody is somebody else."""
    assert TokenResult.from_wire(person.to_wire()) == person


@given(
    model=st.sampled_from(REQUESTS),
    members=st.dictionaries(
        st.sampled_from([*MEMBERS, "room", "avatar", "preJoin", "auth", "ttlSeconds"]), json_values
    ),
    others=st.dictionaries(st.text(max_size=80), json_values, max_size=3),
)
def test_only_invalid_parameters_escapes(
    model: type[Visit], members: dict[str, object], others: dict[str, object]
) -> None:
    """Whatever JSON is sent is a request or a 400 whose fields are named in at most 64 characters."""
    assert all(len(field) <= 64 and reason for field, reason in faults(model, MEMBERS | members | others).items())


@pytest.mark.parametrize(
    "field", ["id", "username", "avatar", "space", "room", "identity", "auth", "iat", "preJoin", None]
)
def test_a_naughty_string_is_taken_as_it_is_or_refused_unquoted(field: str | None) -> None:
    """As every member, and as the name of one; what is refused is not said back, but for unknown names."""
    taken = 0
    for text in naughty_strings():
        members = MEMBERS | ({field: text} if field else {text: "x"})
        found = faults(ConnectionRequest, members)
        taken += not found
        assert set(found) <= {field or text[:64]}
        assert not any(text in reason for reason in found.values() if len(text) > 20)

    assert (taken > 0) == (field in {"id", "username", "space", "room", "auth"})


def test_a_request_has_no_names_to_tell() -> None:
    """The error that is logged or shown holds field names and reasons only."""
    with pytest.raises(InvalidParametersError) as refused:
        read_request(
            TokenResult, {"id": "canary\n", "username": ["canary"], "space": "canary/", "iat": "canary", "exp": NOW}
        )

    assert "canary" not in repr(refused.value) + str(refused.value) + repr(refused.value.fields)
    assert refused.value.__suppress_context__
