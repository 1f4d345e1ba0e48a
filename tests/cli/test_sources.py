"""`vocespace sources`: booking systems are believed by secrets that are shown once, and replaced without a gap."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.cli.conftest import BASE_URL, Cli
from tests.cli.rings import overtake
from tests.support.booking_hooks import CAL_SECRET, CRM_SECRET, SOURCES
from tests.support.world import World
from vocespace.booking_sources import BookingSources
from vocespace_cli import hook_documents

GIVEN = "a-secret-that-the-source-has-given"


def stored() -> dict[str, Any]:
    """The sources, as they are stored."""
    answer = boto3.client("secretsmanager").get_secret_value(SecretId="booking-sources", VersionStage="AWSCURRENT")
    BookingSources.parse(answer["SecretString"])
    found: dict[str, Any] = json.loads(answer["SecretString"])["sources"]
    return found


def test_they_are_listed_without_their_secrets(cli: Cli) -> None:
    """With the URL that the booking system is given."""
    listed, shown = cli("sources", "list", "--json"), cli("sources", "list")

    assert listed.json[0] == {
        "source": "cal",
        "kind": "cal.com",
        "secrets": 1,
        "url": f"{BASE_URL}/hooks/bookings/cal",
    }
    assert f"{BASE_URL}/hooks/bookings/crm" in shown.out
    for secret in (CAL_SECRET, CRM_SECRET):
        assert secret not in listed.out + shown.out


@pytest.mark.parametrize(("kind", "prefix"), [("cal.com", ""), ("calendly", ""), ("standard", "whsec_")])
def test_a_source_is_added_with_a_secret_of_ours(cli: Cli, kind: str, prefix: str) -> None:
    """Which is what is stored, and printed; all others stay."""
    added = cli("sources", "add", "new", "--kind", kind, "--json")

    secret = added.json["secret"]
    assert secret.startswith(prefix)
    assert len(secret) >= 48
    assert added.json | {"secret": ""} == {
        "source": "new",
        "kind": kind,
        "secrets": 1,
        "url": f"{BASE_URL}/hooks/bookings/new",
        "secret": "",
    }
    assert stored() == SOURCES["sources"] | {"new": {"kind": kind, "secrets": [secret]}}
    assert "only time" in added.err


def test_a_secret_that_the_source_has_given_is_taken_from_standard_input(cli: Cli) -> None:
    """And is not printed again."""
    added = cli("sources", "add", "new", "--kind", "calendly", "--secret-stdin", "--json", stdin=f"{GIVEN}\n")

    assert stored()["new"] == {"kind": "calendly", "secrets": [GIVEN]}
    assert GIVEN not in added.out + added.err
    assert "secret" not in added.json
    assert "only time" not in added.err


def test_a_secret_is_replaced_without_a_gap(cli: Cli) -> None:
    """Both are believed, until the new one is in use; a third one ends the first."""
    first = cli("sources", "rotate", "crm", "--json").json
    assert (first["secrets"], stored()["crm"]["secrets"]) == (2, [first["secret"], CRM_SECRET])

    second = cli("sources", "rotate", "crm", "--json").json
    assert stored()["crm"]["secrets"] == [second["secret"], first["secret"]]

    finished = cli("sources", "rotate", "crm", "--finish", "--json")
    assert "secret" not in finished.json
    assert stored()["crm"]["secrets"] == [second["secret"]]

    at_once = cli("sources", "rotate", "crm", "--at-once", "--json").json
    assert stored()["crm"]["secrets"] == [at_once["secret"]]
    text = cli("sources", "rotate", "cal").out
    assert stored()["cal"]["secrets"][0] in text


def test_a_source_is_removed(cli: Cli) -> None:
    """The others stay."""
    assert cli("sources", "remove", "cal", "--json").json == {"source": "cal", "removed": True}
    assert stored().keys() == {"calendly", "crm"}
    for name in ("calendly", "crm"):
        assert "Removed" in cli("sources", "remove", name).out
    assert "add --help" in cli("sources", "list").out


def test_what_others_change_meanwhile_is_kept(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change is made anew over theirs."""

    def remove_cal() -> None:
        secrets = boto3.client("secretsmanager")
        labels = secrets.describe_secret(SecretId="booking-sources")["VersionIdsToStages"]
        (current,) = (version for version, each in labels.items() if "AWSCURRENT" in each)
        text = json.dumps({"sources": {name: each for name, each in SOURCES["sources"].items() if name != "cal"}})
        made = secrets.put_secret_value(SecretId="booking-sources", SecretString=text, VersionStages=["made"])
        secrets.update_secret_version_stage(
            SecretId="booking-sources",
            VersionStage="AWSCURRENT",
            MoveToVersionId=made["VersionId"],
            RemoveFromVersionId=current,
        )

    overtake(monkeypatch, remove_cal)

    assert cli("sources", "add", "new", "--kind", "standard").code == 0
    assert stored().keys() == {"calendly", "crm", "new"}


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "word"),
    [
        (["add", "cal", "--kind", "cal.com"], "", 1, "already"),
        (["add", "Cal", "--kind", "cal.com"], "", 2, "source"),
        (["add", "bus", "--kind", "standard"], "", 2, "event bus"),
        (["add", "new", "--kind", "acuity"], "", 2, "--kind"),
        (["add", "new"], "", 2, "--kind"),
        (["add", "new", "--kind", "cal.com", "--secret-stdin"], "short\n", 2, "16 to 512"),
        (["add", "new", "--kind", "standard", "--secret-stdin"], f"{GIVEN}\n", 2, "whsec_"),
        (["add", "new", "--kind", "cal.com", "--secret-stdin"], "", 2, "standard input"),
        (["add", "new", "--kind", "cal.com", "--secret-stdin"], f"{GIVEN}\n{GIVEN}\n", 2, "one line"),
        (["rotate", "nobody"], "", 1, "no such source"),
        (["rotate", "cal", "--secret-stdin"], f"{CAL_SECRET}\n", 2, "twice"),
        (["rotate", "cal", "--finish", "--at-once"], "", 2, "--finish"),
        (["remove", "nobody"], "", 1, "no such source"),
    ],
)
def test_what_cannot_be_meant_is_said(cli: Cli, arguments: list[str], stdin: str, code: int, word: str) -> None:
    """Nothing is written, and no secret quoted."""
    refused = cli("sources", *arguments, "--json", stdin=stdin)

    assert refused.code == code
    assert word in refused.err
    assert GIVEN not in refused.err
    assert stored() == SOURCES["sources"]


def test_a_secret_that_is_none_of_ours(cli: Cli, world: World) -> None:
    """Stays as it is."""
    world.put_secret("booking-sources", {"sources": {"cal": {"kind": "cal.com", "secrets": [GIVEN], "note": GIVEN}}})

    refused = cli("sources", "list", "--json"), cli("sources", "add", "new", "--kind", "standard", "--json")

    assert {each.code for each in refused} == {3}
    assert GIVEN not in refused[0].err + refused[1].err


def test_a_deployment_of_before(cli: Cli) -> None:
    """Has no such secret."""
    del cli.variables["BOOKING_SOURCES_SECRET_ID"]

    assert "sam deploy" in cli("sources", "list", "--json").error["hint"]


def test_there_is_an_end_to_what_a_secret_holds(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets Manager would refuse, in words that say nothing."""
    monkeypatch.setattr(hook_documents, "MAX_TEXT", len(json.dumps({"sources": stored()})) + 40)

    assert "no room" in cli("sources", "add", "new", "--kind", "standard", "--json").error["message"]
    assert cli("sources", "remove", "cal").code == 0
