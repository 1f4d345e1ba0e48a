"""The parameters: explained, used, checked, and closed by default."""

from __future__ import annotations

import json

import pytest

from local.intrinsics import TemplateError
from local.template import Template
from tests.support.stack import PARAMETERS, TEMPLATE


def test_every_parameter_is_explained_grouped_and_used(template: Template) -> None:
    """What an operator is asked for has a description and a place in the form, and does something."""
    declared = template.document["Parameters"]
    groups = template.document["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    body = {name: section for name, section in template.document.items() if name not in {"Parameters", "Metadata"}}
    text = json.dumps(body)

    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(declared)
    for name, declaration in declared.items():
        assert declaration["Description"].endswith(".")
        assert f'{{"Ref": "{name}"}}' in text or f"${{{name}}}" in text


def test_defaults_are_closed(template: Template) -> None:
    """A stack nobody configured lets in no guest, user, role or page, shows no docs, trusts no key and mails nobody."""
    assert template.parameters["GuestAccess"] == "false"
    assert template.parameters["UserAccess"] == "false"
    assert template.parameters["IamAccess"] == "false"
    assert template.parameters["AllowedOrigins"] == ""
    assert template.parameters["AuditEventBus"] == ""
    assert template.parameters["ApiDocs"] == "false"
    assert template.parameters["SigningKeyPlatform"] == ""
    assert template.parameters["SnapStart"] == "false"
    assert template.parameters["MailSender"] == ""
    assert template.parameters["BookingAccounts"] == ""


def test_no_parameter_takes_a_secret(template: Template) -> None:
    """Secrets are generated, or put into Secrets Manager: a parameter would end up in a shell's history."""
    declared = template.document["Parameters"]

    assert not [name for name in declared if "secret" in name.lower() or "password" in name.lower()]
    assert not [name for name, declaration in declared.items() if declaration.get("NoEcho")]
    assert declared["LiveKitApiKey"]["Default"] == ""


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"LiveKitUrl": ""}, "needs LiveKitUrl"),
        ({"LiveKitApiKey": ""}, "needs LiveKitApiKey"),
        ({"ConnectionProvider": "vocespace", "VoceSpaceUrl": ""}, "needs VoceSpaceUrl"),
        ({"ConnectionProvider": "jitsi"}, "must be one of livekit, vocespace"),
        ({"LiveKitUrl": "https://livekit.example.com"}, "must be empty or a wss:// URL"),
        ({"LiveKitUrl": 'wss://livekit.example.com","apiKey":"x'}, "must be empty or a wss:// URL"),
        ({"LiveKitApiKey": 'key","url":"x'}, "must be letters"),
        ({"VoceSpaceUrl": "http://vocespace.example.com"}, "must be empty or an https:// URL"),
        ({"VoceSpaceUrl": "https://vocespace.example.com?a=b"}, "must be empty or an https:// URL"),
        ({"PublicBaseUrl": "https://user@connect.example.com"}, "must be empty or an https:// URL"),
        ({"PublicBaseUrl": "connect.example.com"}, "must be empty or an https:// URL"),
        ({"GuestAccess": "yes"}, "must be one of true, false"),
        ({"RoomMapping": "both"}, "must be one of space, room"),
        ({"MaxTtlSeconds": "59"}, "from 60 to 604800"),
        ({"MaxTtlSeconds": "1e4"}, "from 60 to 604800"),
        ({"SigningKeyPlatform": "Demo"}, "must be empty or the id of a platform"),
        ({"Architecture": "mips"}, "must be one of x86_64, arm64"),
        ({"ThrottlingRateLimit": "0"}, "from 1 to 10000"),
        ({"ThrottlingBurstLimit": "5001"}, "from 1 to 5000"),
        ({"ReservedConcurrency": "-1"}, "from 0 to 1000"),
        ({"SigningKeyRotationDays": "1001"}, "from 0 to 1000"),
        ({"LiveKitKeyRotationDays": "-1"}, "from 0 to 1000"),
        ({"SnapStart": "yes"}, "must be one of true, false"),
        ({"SnapStart": "true"}, "SnapStart needs a Release"),
        ({"Release": "a release"}, "must be at most 64 letters"),
        ({"Release": 65 * "a"}, "must be at most 64 letters"),
        ({"LogLevel": "TRACE"}, "must be one of DEBUG"),
        ({"LogRetentionDays": "2"}, "must be one of 1"),
        ({"AlarmTopicArn": "topic"}, "must be empty or the ARN"),
        ({"UserAccess": "yes"}, "must be one of true, false"),
        ({"IamAccess": "yes"}, "must be one of true, false"),
        ({"AllowedOrigins": "*"}, "must be empty or https:// origins"),
        ({"AllowedOrigins": "https://*.example.com"}, "must be empty or https:// origins"),
        ({"AllowedOrigins": "https://example.com,*"}, "must be empty or https:// origins"),
        ({"AllowedOrigins": "https://example.com/"}, "must be empty or https:// origins"),
        ({"AllowedOrigins": "https://example.com, https://example.org"}, "must be empty or https:// origins"),
        ({"AllowedOrigins": "https://Example.com"}, "must be empty or https:// origins"),
        ({"AllowedOrigins": "http://example.com"}, "must be empty or https:// origins"),
        ({"AllowedOrigins": "http://127.0.0.1.example.com"}, "must be empty or https:// origins"),
        ({"AllowedOrigins": "null"}, "must be empty or https:// origins"),
        ({"AuditEventBus": "a bus"}, "must be empty, or the name or the ARN of an event bus"),
        ({"AuditEventBus": "arn:aws:sns:eu-central-1:123456789012:bus"}, "must be empty, or the name or the ARN"),
        ({"MailSender": "example.com"}, "must be empty or a plain e-mail address"),
        ({"MailSender": "Meet <meet@example.com>"}, "must be empty or a plain e-mail address"),
        ({"MailSender": "*@example.com"}, "must be empty or a plain e-mail address"),
        ({"BookingAccounts": "*"}, "must be empty or the ids of AWS accounts"),
        ({"BookingAccounts": "123456789012, 210987654321"}, "must be empty or the ids of AWS accounts"),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason(given: dict[str, str], message: str) -> None:
    """CloudFormation refuses before it makes anything, and so does make run."""
    with pytest.raises(TemplateError, match=message):
        Template.load(TEMPLATE, PARAMETERS | given)


@pytest.mark.parametrize(
    "given",
    [
        {"LiveKitUrl": "ws://192.168.1.5:7880"},
        {"VoceSpaceUrl": "http://127.0.0.1:3001"},
        {"VoceSpaceUrl": "https://example.com/vocespace/"},
        {"PublicBaseUrl": "https://connect.example.com:8443/v1"},
        {"ConnectionProvider": "vocespace", "LiveKitUrl": "", "LiveKitApiKey": ""},
        {"VoceSpaceUrl": ""},
        {"AlarmTopicArn": "arn:aws-cn:sns:cn-north-1:123456789012:alarms"},
        {"AllowedOrigins": "https://example.com"},
        {"AllowedOrigins": "https://a.example.com:8443,http://localhost:5173,http://127.0.0.1"},
        {"AuditEventBus": "default"},
        {"MailSender": "no-reply+meet@mail.example.com"},
        {"BookingAccounts": "123456789012"},
        {"BookingAccounts": "123456789012,210987654321"},
        {"SnapStart": "true", "Release": "2026-11-22_v1.4.0-6c1f9ee"},
        {"Release": "a1b2c3d"},
        {"AuditEventBus": "arn:aws:events:eu-central-1:123456789012:event-bus/audit"},
    ],
)
def test_a_sensible_value_is_taken(given: dict[str, str]) -> None:
    """The constraints keep out nobody who has a reason."""
    template = Template.load(TEMPLATE, PARAMETERS | given)

    assert given.items() <= template.parameters.items()
