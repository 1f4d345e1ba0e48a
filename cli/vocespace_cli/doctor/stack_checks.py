"""The stack itself: its outputs, its functions' settings, its table."""

from __future__ import annotations

from collections.abc import Iterator

from vocespace import aws
from vocespace_cli.doctor.check import Check, fault, ok, warning
from vocespace_cli.run import Run

_DEPLOY = "Deploy again: sam build && sam deploy."
_SCHEMA = [("pk", "HASH", "S"), ("sk", "RANGE", "S")]
_TTL = "ttl"


def check_stack(run: Run) -> Iterator[Check]:
    """Whether the stack says all that it should, and its functions have been told."""
    deployment = run.deployment
    if deployment.missing:
        yield fault("stack", f"{deployment.name} lacks outputs: {', '.join(deployment.missing)}.", _DEPLOY)
    else:
        yield ok("stack", f"{deployment.name}, {deployment.base_url}")
    settings = run.settings
    yield ok(
        "settings", f"Tokens live {settings.max_ttl_seconds} s at most; connections by {settings.connection_provider}."
    )
    if settings.guest_access:
        yield warning(
            "guest access",
            "Anybody may enter any space as a guest.",
            "If that is not meant, deploy with GuestAccess=false.",
        )


def check_table(run: Run) -> Iterator[Check]:
    """Whether the table is there and has the shape that the code builds on."""
    name = run.settings.table_name
    table = aws.dynamodb().describe_table(TableName=name)["Table"]
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    schema = [(key["AttributeName"], key["KeyType"], types[key["AttributeName"]]) for key in table["KeySchema"]]
    if schema != _SCHEMA:
        yield fault("table", f"{name} has other keys than pk and sk.", "TABLE_NAME names another table. " + _DEPLOY)
        return
    yield ok("table", name)
    if run.deployment.is_local:
        return
    ttl = aws.dynamodb().describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if ttl.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"} or ttl.get("AttributeName") != _TTL:
        yield warning(
            "clean-up", f"{name} does not delete what is over.", f"Turn TTL on for the attribute {_TTL}. {_DEPLOY}"
        )
    else:
        yield ok("clean-up", "What is over is deleted.")
