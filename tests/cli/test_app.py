"""The command as a whole: exit codes, errors for people and scripts, help, completion."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from typer.testing import CliRunner

from tests.cli.conftest import Cli
from vocespace import aws
from vocespace_cli import app, reasons
from vocespace_cli.deployment import Deployment

LAYER = Path(__file__).parents[2] / "layers" / "vocespace" / "vocespace"
COMMANDS = [
    *(["platforms", name] for name in ("add", "list", "show", "set", "disable", "enable", "remove")),
    *(["keys", name] for name in ("add", "list", "revoke")),
    *(["token", name] for name in ("issue", "inspect")),
    *(["blocks", name] for name in ("add", "list", "remove")),
    *(["join-links", name] for name in ("show", "revoke")),
    *(["sources", name] for name in ("list", "add", "rotate", "remove")),
    *(["routes", name] for name in ("list", "show", "set", "remove")),
    *(["endpoints", name] for name in ("list", "add", "set", "rotate", "remove", "test")),
    ["doctor"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_json_and_a_deployment(command: list[str]) -> None:
    """After its own name, where people type it."""
    shown = CliRunner().invoke(app.app, [*command, "--help"], env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"})

    assert shown.exit_code == 0
    for option in ("--json", "--stack", "--env-file", "--profile", "--region"):
        assert option in shown.output


@pytest.mark.parametrize("arguments", [[], ["platforms"], ["nonsense"], ["doctor", "--nonsense"], ["keys", "add"]])
def test_wrong_usage(cli: Cli, arguments: list[str]) -> None:
    """Is an exit code of its own."""
    assert cli(*arguments).code == 2


def test_wrong_usage_in_json(cli: Cli) -> None:
    """Is JSON as well, although no command has begun."""
    assert "PLATFORM" in cli("platforms", "add", "--json").error["message"]


def test_an_unknown_identity_names_its_option(cli: Cli) -> None:
    """And those that there are."""
    message = cli("platforms", "set", "acme", "--identity", "boss", "--json").error["message"]

    assert message.startswith("Invalid value for '--identity'")
    assert "participant" in message


def test_version(cli: Cli) -> None:
    """Of what is installed."""
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", cli("--version").out)


def test_completion_can_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Typer's own."""
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "true")

    shown = CliRunner().invoke(app.app, ["--show-completion", "bash"], prog_name="vocespace")

    assert "_VOCESPACE_COMPLETE" in shown.output


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "User ada@mail"}}, "DescribeStacks"),
            3,
            "--profile",
        ),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "DescribeStacks"), 3, "sso login"),
        (NoCredentialsError(), 3, "--profile"),
        (RuntimeError("ada@mail"), 70, "report"),
    ],
)
def test_what_ends_a_command(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, words: str
) -> None:
    """Is said without a traceback, without its own text, and with what to do next."""

    def fail() -> Deployment:
        raise error

    monkeypatch.setattr(cli, "deployment", fail)
    people, script = cli("platforms", "list"), cli("platforms", "list", "--json")

    assert (people.code, script.code) == (code, code)
    assert words in script.error["hint"]
    assert words in people.err
    assert "Traceback" not in people.err
    assert "ada@mail" not in people.err + script.err


def test_a_table_that_is_away(cli: Cli) -> None:
    """Is not an unknown platform."""
    cli.variables["TABLE_NAME"] = "nowhere"

    refused = cli("platforms", "list", "--json"), cli("platforms", "show", "acme", "--json")

    assert {each.code for each in refused} == {3}
    assert "doctor" in refused[1].error["hint"]


def test_secrets_that_are_away(cli: Cli) -> None:
    """Are told of by AWS's word or by the doctor's name."""
    cli.variables["SIGNING_SECRET_ID"] = "nowhere"
    issue = ["token", "issue", "--platform", "demo", "--id", "u", "--username", "u", "--space", "s", "--json"]

    assert cli("token", "inspect", "a.b.c", "--json").code == 3
    assert "doctor" in cli(*issue).error["hint"]


def test_an_item_that_is_none_of_ours(cli: Cli) -> None:
    """Such as a newer version's."""
    aws.dynamodb().put_item(
        TableName=cli.variables["TABLE_NAME"],
        Item={"pk": {"S": "PLATFORM#odd"}, "sk": {"S": "PLATFORM"}, "odd": {"S": "odd"}},
    )

    assert "item_malformed" in cli("platforms", "show", "odd", "--json").error["message"]


def test_every_reason_has_words() -> None:
    """Whatever a token can be refused for is a sentence here."""
    raised = re.compile(
        r'(?:Unauthorized|IdentityRefused|PolicyRefused|PersonBlocked|NoAgentAvailable)Error\(\s*"(\w+)"'
    )
    callers = {"no_credential", "not_for_users", "role_unknown", "key_form", "key_unknown", "key_secret", "key_ended"}
    callers |= {"scheme", "two_credentials"}
    for webhooks in ("livekit_webhook.py", "hook_signatures.py"):
        callers |= set(raised.findall((LAYER / webhooks).read_text()))
    callers.add("webhook_no_livekit")
    words = {word for file in LAYER.glob("*.py") for word in raised.findall(file.read_text())} - callers

    assert len(words) > 15
    unspoken = [word for word in words if reasons.explained(word).text.startswith("Refused:")]
    assert unspoken == []


def test_a_reason_without_words_stands_for_itself() -> None:
    """As one of a newer version would."""
    assert "brand_new" in reasons.explained("brand_new").text
