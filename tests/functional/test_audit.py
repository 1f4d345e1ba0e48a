"""The audit record: one for every decision, complete, in the log and where it is wanted as an event."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import with_body, with_headers, with_query
from tests.support.world import ACME_KID, ACME_SECRET, KID, Answer, World
from vocespace import aws, observability
from vocespace.jws import parse_compact, unverified_claims

PERSON = "c4n4ry@mail.example"


def ask(world: World, function: str, case: str, **members: object) -> Answer:
    """Sends the request of an event file, in demo's name."""
    return world.call(function, with_body(world.event(function, case), **members))


def records(text: str) -> list[dict[str, Any]]:
    """The decisions that are told of in a log."""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("message") in {"issued", "refused"}]


def only_record(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one decision since the last time."""
    (record,) = records(capsys.readouterr().out)
    return record


def sha256(text: str) -> str:
    """What a token is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_link_is_recorded(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Who asked by which key, for where and as what, and which token they got."""
    answer = ask(world, "redirect_url", "post_ttl", identity="participant", auth="demo")

    record = only_record(capsys)
    token = answer.json["token"]
    expected = {
        "outcome": "issued",
        "what": "link",
        "caller": "key",
        "platform": "demo",
        "keyId": world.api_keys["demo"].split("_")[1],
        "kid": KID,
        "jti": unverified_claims(parse_compact(token))["jti"],
        "tokenSha256": sha256(token),
        "space": "my-workspace",
        "identity": "participant",
        "auth": "demo",
        "provider": "livekit",
    }
    assert {name: record.get(name) for name in expected} == expected
    assert record["requestId"]


def test_a_redemption_is_recorded_by_the_token_that_was_shown(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And by the key that signed it."""
    token = world.token(key=ACME_SECRET, kid=ACME_KID, platform=None, space="acme-1", room="stage", jti="j-1")
    world.call(
        "connection_details",
        with_query(world.event("connection_details", "get_json"), {"auth": "acme", "token": token}),
    )

    record = only_record(capsys)
    assert (record["outcome"], record["what"], record["caller"], record["platform"]) == (
        "issued", "connection", "token", "acme"
    )  # fmt: skip
    assert (record["kid"], record["jti"], record["tokenSha256"]) == (ACME_KID, "j-1", sha256(token))
    assert "keyId" not in record


def test_a_guest_of_nobodys_is_recorded(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """As nobody's."""
    world.call("connection_details", world.event("connection_details", "get_guest"))

    record = only_record(capsys)
    assert (record["outcome"], record["caller"], record["platform"], record["identity"]) == (
        "issued", "nobody", "nobody", "guest"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"identity": "customer", "auth": "demo"}, {"reason": "identity_under_auth", "space": "my-workspace"}),
        ({"auth": "other"}, {"reason": "policy_auth", "auth": "other"}),
        ({"space": "a/b"}, {"reason": "invalid_parameters"}),
    ],
)
def test_a_refusal_is_recorded_with_what_was_known(
    world: World, capsys: pytest.CaptureFixture[str], members: dict[str, object], expected: dict[str, str]
) -> None:
    """Who asked is known before what was asked for."""
    ask(world, "redirect_url", "post_ttl", **members)

    record = only_record(capsys)
    assert record["outcome"] == "refused"
    assert (record["platform"], record["caller"]) == ("demo", "key")
    assert record["keyId"] == world.api_keys["demo"].split("_")[1]
    assert expected.items() <= record.items()
    assert "tokenSha256" not in record


def test_a_wrong_secret_is_recorded_with_the_key_it_was_tried_on(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that an operator sees which key somebody is guessing at; a text that is no key at all leaves no trace."""
    key = world.api_keys["demo"]
    event = world.event("redirect_url", "post_ttl")

    world.call("redirect_url", with_headers(event, authorization=f"Bearer {key[:-4]}0000"))
    tried = only_record(capsys)
    world.call("redirect_url", with_headers(event, authorization=f"Bearer {PERSON}"))
    nonsense = only_record(capsys)

    assert (tried["reason"], tried["keyId"]) == ("key_secret", key.split("_")[1])
    assert (nonsense["reason"], nonsense.get("keyId")) == ("key_form", None)


def test_an_expired_token_is_recorded_as_what_it_was(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """It was ours; a token that nobody of ours signed is told by nothing."""
    expired = world.token(iat=NOW - 100, exp=NOW - 31, jti="j-1")
    forged = world.token(key="another-key-of-thirty-two-bytes-or-more")
    for token in (expired, forged):
        event = with_query(world.event("connection_details", "get_json"), {"auth": "demo", "token": token})
        world.call("connection_details", event)

    first, second = records(capsys.readouterr().out)
    assert (first["reason"], first["jti"], first["tokenSha256"]) == ("token_expired", "j-1", sha256(expired))
    assert (second["reason"], second.get("tokenSha256"), second.get("jti")) == ("token_signature", None, None)


def test_nothing_of_one_request_is_told_of_the_next(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A process serves one after the other."""
    ask(world, "redirect_url", "post_ttl")
    capsys.readouterr()

    world.call("redirect_url", with_headers(world.event("redirect_url", "post_ttl"), authorization=None))

    record = only_record(capsys)
    assert record["caller"] == "nobody"
    assert record.keys().isdisjoint({"platform", "keyId", "kid", "jti", "tokenSha256", "space", "identity", "auth"})


def test_nothing_of_a_person_is_recorded(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """No id, no name, no picture, no token."""
    person = {"id": PERSON, "username": PERSON, "avatar": f"https://a.example/{PERSON}"}
    answer = ask(world, "connection_details", "post_platform", **person)

    out = capsys.readouterr().out
    assert records(out)
    for text in ("c4n4ry", answer.json["token"], answer.json["participantToken"], world.api_keys["demo"]):
        assert text not in out


@pytest.fixture(name="events")
def _events(world: World) -> list[dict[str, Any]]:
    """What is put on the bus, once the operator has named one."""
    sent: list[dict[str, Any]] = []
    aws.events().meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: sent.extend(params["Entries"])
    )
    boto3.client("events").create_event_bus(Name="audit")
    world.configure(AUDIT_EVENT_BUS="audit")
    return sent


def test_a_decision_is_an_event_where_the_operator_wants_it(
    world: World, events: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same record as in the log."""
    ask(world, "redirect_url", "post_ttl")
    ask(world, "redirect_url", "post_ttl", auth="other")

    logged = records(capsys.readouterr().out)
    assert [(each["EventBusName"], each["Source"], each["DetailType"]) for each in events] == [
        ("audit", "vocespace.connect", "VoceSpace Token Issued"),
        ("audit", "vocespace.connect", "VoceSpace Token Refused"),
    ]
    for event, record in zip(events, logged, strict=True):
        assert json.loads(event["Detail"]).items() <= record.items()
        assert json.loads(event["Detail"])["tokenSha256" if record["outcome"] == "issued" else "reason"]


def test_an_event_that_cannot_be_sent_refuses_nobody(
    world: World, events: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is counted and logged; the record itself is in the log."""
    fail("PutEvents", 400, "ThrottlingException")

    assert ask(world, "redirect_url", "post_ttl").status == 201
    assert ask(world, "redirect_url", "post_ttl", auth="other").status == 403

    out = capsys.readouterr().out
    assert len(records(out)) == 2
    assert out.count('"event lost"') == 2
    assert out.count('"EventLost":[1.0]') == 2
    assert events


def test_without_a_bus_nothing_is_sent(world: World) -> None:
    """No call at all."""
    calls: list[object] = []
    aws.events().meta.events.register("before-call", lambda **call: calls.append(call))

    ask(world, "redirect_url", "post_ttl")

    assert calls == []


def test_each_line_counts_one_token_at_its_own_time(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Powertools writes a single metric, with the record beside it."""
    lines = []
    for second in (NOW, NOW + 1):
        monkeypatch.setattr(observability, "time_ns", lambda now=second: now * 10**9 + 5_000_000)
        ask(world, "redirect_url", "post_ttl")
        lines.append(only_record(capsys))
    with single_metric(name="TokenIssued", unit=MetricUnit.Count, value=1) as metric:
        for name in ("platform", "identity", "provider"):
            metric.add_dimension(name, lines[0][name])
    alone = json.loads(capsys.readouterr().out)

    assert [line["_aws"].pop("Timestamp") for line in lines] == [NOW * 1000 + 5, NOW * 1000 + 1005]
    del alone["_aws"]["Timestamp"]
    assert [{name: line[name] for name in alone} for line in lines] == [alone, alone]


def test_other_people_are_counted_by_themselves(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """What is remembered of a line is that of the same platform, identity and provider only."""
    for identity in ("participant", "guest", "participant"):
        ask(world, "redirect_url", "post_ttl", identity=identity)

    found = records(capsys.readouterr().out)
    assert [each["identity"] for each in found] == ["participant", "guest", "participant"]
    assert len({each["jti"] for each in found}) == len(found)
