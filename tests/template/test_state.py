"""The table and the secrets: kept, encrypted, and born with values that the code can read."""

from __future__ import annotations

from local.template import Template
from vocespace.booking_sources import BookingSources
from vocespace.endpoints import Endpoints
from vocespace.join_links import MIN_SECRET_BYTES
from vocespace.key_ring import KeyRing
from vocespace.livekit_key import LiveKitKey

EMPTY = ("BookingSourcesSecret", "EndpointsSecret")
KEPT = ("Table", "SigningSecret", "LiveKitSecret", "JoinLinkSecret", *EMPTY)
SECRETS = "AWS::SecretsManager::Secret"


def test_state_outlives_the_stack(template: Template) -> None:
    """Deleting or replacing a stack loses no key and no platform; a first deployment that failed leaves nothing."""
    stateful = {*template.resources("AWS::DynamoDB::Table"), *template.resources(SECRETS)}

    assert stateful == set(KEPT)
    for logical_id in KEPT:
        resource = template.document["Resources"][logical_id]
        assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
        assert resource["UpdateReplacePolicy"] == "Retain"


def test_state_has_no_fixed_name(template: Template) -> None:
    """What a deleted stack left behind is not in the way of the next one."""
    for logical_id in KEPT:
        assert not {"TableName", "Name"} & template.properties(logical_id).keys()


def test_table_is_the_one_of_the_design(template: Template) -> None:
    """On demand, recoverable, encrypted, cleaned up by `ttl`, keyed by pk and sk."""
    properties = template.properties("Table")

    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert [(key["AttributeName"], key["KeyType"]) for key in properties["KeySchema"]] == [
        ("pk", "HASH"),
        ("sk", "RANGE"),
    ]


def test_secrets_are_generated(template: Template) -> None:
    """None that lets somebody in has a value in the template: each is 64 random letters and digits, about 380 bits."""
    for logical_id in template.resources(SECRETS).keys() - EMPTY:
        properties = template.properties(logical_id)
        assert "SecretString" not in properties
        rule = properties["GenerateSecretString"]
        assert rule["PasswordLength"] == 64
        assert rule["ExcludePunctuation"] is True


def test_signing_secret_is_born_as_a_key_ring(template: Template) -> None:
    """The form that GenerateSecretString makes is a ring with one key, which signs."""
    ring = KeyRing.parse(template.secrets()["SigningSecret"].generate())

    assert ring.signing_kid == "initial"
    assert len(ring.signing_key().key_bytes()) == 64


def test_secrets_are_never_generated_anew(template: Template) -> None:
    """CloudFormation replaces a secret whose rule changes, so those that we edit depend on no parameter."""
    for logical_id in template.resources(SECRETS).keys() - {"LiveKitSecret"}:
        raw, resolved = template.document["Resources"][logical_id]["Properties"], template.properties(logical_id)
        for name in ("GenerateSecretString", "SecretString"):
            assert raw.get(name) == resolved.get(name)


def test_join_link_secret_is_a_text_by_itself(template: Template) -> None:
    """Long enough to make codes of."""
    rule = template.properties("JoinLinkSecret")["GenerateSecretString"]

    assert rule == {"PasswordLength": 64, "ExcludePunctuation": True}
    assert rule["PasswordLength"] >= MIN_SECRET_BYTES


def test_nobody_is_believed_or_told_at_first(template: Template) -> None:
    """The documents of sources and endpoints are born empty, in the form that the code reads."""
    sources, endpoints = (template.properties(each)["SecretString"] for each in EMPTY)

    assert BookingSources.parse(sources).sources == {}
    assert Endpoints.parse(endpoints).endpoints == {}


def test_livekit_secret_is_born_as_a_livekit_key(template: Template) -> None:
    """URL and key name come from the parameters; the API secret is long enough to sign with."""
    key = LiveKitKey.parse(template.secrets()["LiveKitSecret"].generate())

    assert key.url == template.parameters["LiveKitUrl"]
    assert key.api_key == template.parameters["LiveKitApiKey"]
    assert len(key.secret_bytes()) == 64
