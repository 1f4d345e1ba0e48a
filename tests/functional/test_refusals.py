"""What is refused is refused alike, and what is away is said to be away."""

from __future__ import annotations

import json

import boto3
import pytest

from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import Event, with_body, with_headers, with_query
from tests.support.world import RING, RING_KEYS, SIGNING_SECRET, TABLE, World
from vocespace import aws
from vocespace.jws import sign

REDEEM = ("connection_details", "get_json")
ISSUE = ("redirect_url", "post_ttl")


def test_every_401_has_the_same_body(world: World) -> None:
    """An attacker learns nothing from which check failed; the reasons are in the log."""
    key = world.api_keys["demo"]
    wrong_secret = key[:-1] + ("0" if key[-1] != "0" else "1")
    credentials: list[dict[str, str | None]] = [
        {"authorization": f"Bearer {wrong_secret}"},
        {"authorization": "Bearer vsk_aaaaaaaaaaaa_" + "0" * 64},
        {"authorization": "Bearer nonsense"},
        {"authorization": f"Basic {key}"},
        {"authorization": key},
        {"authorization": f"Bearer {key}", "x_api_key": wrong_secret},
        {"authorization": None},
        {"authorization": None, "x_api_key": ""},
        {"authorization": f"Bearer {world.add_key('demo', expires_at=NOW)}"},
        {"authorization": f"Bearer {world.add_key('demo', disabled=True)}"},
        {"authorization": f"Bearer {world.add_key('nobody')}"},
    ]
    tokens = [
        "",
        "nonsense",
        world.token(key="another-key-of-thirty-two-bytes-or-more"),
        world.token(kid="unknown"),
        world.token(exp=NOW - 30, iat=NOW - 60),
        world.token(iat=NOW + 31),
        world.token(exp=NOW + 86_401),
        world.token(exp=str(NOW + 60)),
        world.token(id=None),
        world.token(aud="somebody"),
        world.token(nbf=NOW + 31),
        world.token(platform="gone"),
        sign({"id": "user_12345"}, SIGNING_SECRET.encode()),
    ]

    answers = [world.call(ISSUE[0], with_headers(world.event(*ISSUE), **each)) for each in credentials]
    answers += [
        world.call(REDEEM[0], with_query(world.event(*REDEEM), {"auth": "demo", "token": each})) for each in tokens
    ]

    assert {answer.status for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert len({json.dumps(answer.headers, sort_keys=True) for answer in answers}) == 1


def test_the_key_may_come_in_either_header(world: World) -> None:
    """`Authorization: Bearer` and `x-api-key` are the same credential; the same one twice is one."""
    key = world.api_keys["demo"]
    event = world.event(*ISSUE)

    for headers in (
        {"authorization": f"Bearer {key}", "x_api_key": None},
        {"authorization": f"bearer  {key}"},
        {"authorization": None, "x_api_key": key},
        {"authorization": f"Bearer {key}", "x_api_key": key},
    ):
        assert world.call(ISSUE[0], with_headers(event, **headers)).status == 201


def test_a_credential_that_does_not_hold_makes_nobody_a_guest(world: World) -> None:
    """A wrong key is a 401 even where no key at all would have been let in."""
    event = world.event("connection_details", "post_guest")

    assert world.call("connection_details", event).status == 200
    assert world.call("connection_details", with_headers(event, authorization="Bearer nonsense")).status == 401


FAULTS = [(400, "AccessDeniedException"), (400, "ThrottlingException"), (500, "InternalServiceError")]


@pytest.mark.parametrize(("status", "code"), FAULTS)
def test_secrets_that_cannot_be_read_are_a_503(world: World, status: int, code: str) -> None:
    """At a cold start in an outage the caller is asked to come back; nothing of AWS's answer is passed on."""
    fail("GetSecretValue", status, code)

    answer = world.call(REDEEM[0], world.event(*REDEEM))

    assert answer.status == 503
    assert answer.json["code"] == "secrets_unavailable"
    assert int(answer.headers["Retry-After"]) > 0
    assert "AWS's" not in answer.text


def test_an_outage_of_secrets_is_ridden_out_for_an_hour(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """What is held is served on, counted and said, and after an hour no more."""
    assert world.call(*_redeem(world)).status == 200
    fail("GetSecretValue", 500, "InternalServiceError")

    world.clock.advance(3000)
    assert world.call(*_redeem(world)).status == 200
    output = capsys.readouterr().out
    assert '"SecretStale":[1.0]' in output
    assert "InternalServiceError" in output
    world.clock.advance(600)
    assert world.call(*_redeem(world)).status == 503


@pytest.mark.parametrize(("status", "code"), FAULTS)
def test_a_table_that_cannot_be_read_is_a_503(world: World, status: int, code: str) -> None:
    """Nobody can tell who is calling: nobody gets in."""
    fail("BatchGetItem", status, code)

    answer = world.call(ISSUE[0], world.event(*ISSUE))

    assert answer.status == 503
    assert answer.json["code"] == "store_unavailable"
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "document", [{}, {"keys": []}, RING | {"signingKid": "acme-1"}, {"kid": "a", "secret": "short"}]
)
def test_a_ring_that_is_unusable_is_a_503(world: World, document: object) -> None:
    """A malformed secret signs nothing and verifies nothing."""
    world.put_secret("signing", document)

    assert world.call(*_redeem(world)).status == 503


def test_a_missing_secret_is_a_503(world: World) -> None:
    """A secret that is not there is told like one that cannot be read."""
    boto3.client("secretsmanager").delete_secret(SecretId="livekit", ForceDeleteWithoutRecovery=True)

    assert world.call(*_redeem(world)).status == 503


def test_an_unknown_kid_reads_the_ring_again_but_not_each_time(world: World) -> None:
    """A key that was just added is found; a flood of invented ones costs one call in 30 seconds."""
    assert world.call(*_redeem(world)).status == 200
    fresh = {"kid": "fresh", "secret": "a-key-that-was-added-just-a-moment-ago!!"}
    world.put_secret("signing", RING | {"keys": [*RING_KEYS, fresh]})
    token = world.token(key=fresh["secret"], kid="fresh")
    reads: list[object] = []
    aws.secrets_manager().meta.events.register("before-call.*.GetSecretValue", lambda **call: reads.append(call))

    assert world.call(*_redeem(world, token)).status == 200
    for number in range(20):
        assert world.call(*_redeem(world, world.token(kid=f"invented-{number}"))).status == 401
    assert len(reads) == 1


def test_an_unexpected_exception_is_an_opaque_500(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The caller learns nothing, and the log learns where but not what was said."""

    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("the name of a person")

    monkeypatch.setattr("vocespace.connections.Connections.redeem", explode)

    answer = world.call(*_redeem(world))

    assert answer.status == 500
    assert answer.json["code"] == "internal_error"
    output = capsys.readouterr().out
    assert "RuntimeError" in output
    assert "explode" in output
    assert "the name of a person" not in output + answer.text


def test_a_malformed_environment_is_an_opaque_500(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A deployment that cannot work says so in the log, without the values."""
    world.configure(CONNECTION_PROVIDER="vocespace", VOCESPACE_URL="ftp://user:password@vocespace.example")

    assert world.call(*_redeem(world)).status == 500
    assert "password" not in capsys.readouterr().out


def test_the_warm_path_makes_no_call(world: World) -> None:
    """Once a platform, its key, the space and the secrets are known, nothing on the network is asked for no room."""
    calls: list[object] = []
    for client in (aws.secrets_manager(), aws.dynamodb()):
        client.meta.events.register("before-call", lambda **call: calls.append(call))

    asked = with_body(world.event("livekit_token", "post"), participant_attributes=None)
    ways = [
        (ISSUE[0], world.event(*ISSUE)),
        (REDEEM[0], world.event(*REDEEM)),
        ("connection_details", with_body(world.event("connection_details", "post_platform"), room=None)),
        ("livekit_token", asked),
    ]
    statuses = [world.call(*each).status for each in ways]
    first = len(calls)
    again = [world.call(*each).status for each in ways]

    assert statuses == again == [201, 200, 200, 201]
    assert first == 6
    assert len(calls) == first
    assert TABLE in str(calls)


def _redeem(world: World, token: str | None = None) -> tuple[str, Event]:
    event = world.event(*REDEEM)
    return REDEEM[0], with_query(event, {"auth": "demo", "token": token or world.token(exp=NOW + 86_400, iat=NOW)})
