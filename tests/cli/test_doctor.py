"""`vocespace doctor`: each line is ok or says what to do, and a fault is an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.cli.conftest import Cli
from tests.cli.rings import put_pending
from tests.cli.servers import server
from tests.support.clock import NOW
from tests.support.world import (
    ACME,
    KID,
    LIVEKIT_KEY,
    LIVEKIT_SECRET,
    RING,
    RING_KEYS,
    SIGNING_SECRET,
    TABLE,
    World,
)
from vocespace import aws
from vocespace.issuers import Issuer
from vocespace_cli.deployment import Deployment
from vocespace_cli.faults import UnreachableError

OTHER = "a-secret-that-is-long-enough-0123456789abcdef"


@pytest.fixture(name="address", autouse=True)
def _address(cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """All is well: the API and LiveKit answer, and everybody has the tests' time."""
    with server(date=NOW) as address:
        cli.base_url = f"http://{address}"
        cli.variables["GUEST_ACCESS"] = "false"
        world.put_secret("livekit", _livekit(address))
        _set_ttl(enabled=True)
        _answer_at(NOW, monkeypatch)
        yield address


def _livekit(address: str, secret: str = LIVEKIT_SECRET) -> dict[str, str]:
    return {"url": f"ws://{address}", "apiKey": LIVEKIT_KEY, "apiSecret": secret}


def _set_ttl(*, enabled: bool) -> None:
    boto3.client("dynamodb").update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"Enabled": enabled, "AttributeName": "ttl"}
    )


def _answer_at(moment: float, monkeypatch: pytest.MonkeyPatch, date: str = "") -> None:
    """Lets AWS's answers carry a date."""
    describe = aws.dynamodb().describe_table

    def dated(**arguments: str) -> Any:  # noqa: ANN401 - as botocore
        answer = describe(**arguments)
        answer["ResponseMetadata"]["HTTPHeaders"]["date"] = date or formatdate(moment, usegmt=True)
        return answer

    monkeypatch.setattr(aws.dynamodb(), "describe_table", dated)


def _checks(cli: Cli, *, code: int) -> dict[str, tuple[str, str]]:
    result = cli("doctor", "--json")
    assert result.code == code, result.out
    assert result.json["ok"] is (code == 0)
    return {check["name"]: (check["status"], check["text"]) for check in result.json["checks"]}


def test_all_is_well(cli: Cli) -> None:
    """But for what is open on purpose."""
    checks = _checks(cli, code=0)

    assert {name: status for name, (status, _) in checks.items() if status != "ok"} == {
        "next key": "warning",
        "spaces of demo": "warning",
    }
    assert checks.keys() >= {"stack", "settings", "API", "clock", "AWS clock", "table", "clean-up", "signing key"}
    assert checks["LiveKit server"][1] == "It takes the key; 2 rooms are open."
    assert LIVEKIT_KEY in checks["LiveKit secret"][1]


def test_people_read_lines_and_what_to_do(cli: Cli) -> None:
    """One line a check, and a second one where there is something to do."""
    text = cli("doctor").out

    assert "ok       signing key" in text
    assert "If that is not meant: vocespace platforms set demo --space" in text


def _fault(cli: Cli, name: str) -> str:
    status, text = _checks(cli, code=1)[name]
    assert status == "fault"
    return text


def test_incomplete_outputs(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack of an older version."""
    whole = cli.deployment()
    lacking = Deployment(whole.name, whole.base_url, whole.variables, is_local=False, missing=("ApiUrl",))
    monkeypatch.setattr(cli, "deployment", lambda: lacking)

    assert "ApiUrl" in _fault(cli, "stack")


def test_functions_that_know_nothing(cli: Cli) -> None:
    """Without settings there is nothing else to check, and that is said by the variable's name."""
    del cli.variables["TABLE_NAME"]

    assert "TABLE_NAME" in _fault(cli, "settings")


def test_an_api_that_does_not_answer(cli: Cli) -> None:
    """Or answers something else."""
    cli.base_url = "http://127.0.0.1:9"
    assert "cannot be reached" in _fault(cli, "API")
    with server(date=NOW, status=503) as address:
        cli.base_url = f"http://{address}"
        assert "503" in _fault(cli, "API")


@pytest.mark.parametrize(("skew", "status"), [(4, "ok"), (-20, "warning"), (31, "fault"), (-3600, "fault")])
def test_clocks_that_differ(cli: Cli, monkeypatch: pytest.MonkeyPatch, skew: int, status: str) -> None:
    """Beyond the leeway, tokens that are signed here do not hold there."""
    _answer_at(NOW + skew, monkeypatch)
    with server(date=NOW + skew) as address:
        cli.base_url = f"http://{address}"
        checks = _checks(cli, code=int(status == "fault"))

    assert (checks["clock"][0], checks["AWS clock"][0]) == (status, status)
    if status != "ok":
        assert f"{abs(skew)} s {'behind' if skew > 0 else 'ahead of'}" in checks["clock"][1]


@pytest.mark.parametrize(
    ("ring", "word"),
    [
        ({"kid": "a", "secret": "short"}, "secret"),
        ("not a ring", "object"),
        (RING | {"signingKid": "nobody"}, "keys"),
        ({"keys": [{"kid": KID, "secret": SIGNING_SECRET, "retireAfter": NOW}], "signingKid": KID}, "retired"),
    ],
)
def test_a_ring_that_cannot_sign(cli: Cli, world: World, ring: object, word: str) -> None:
    """What is wrong is said without quoting it."""
    world.put_secret("signing", ring)

    assert word in _fault(cli, "signing key")


def test_keys_that_come_and_go(cli: Cli, world: World) -> None:
    """A key that is being retired is fine, one that is over or nobody's wants to be taken out."""
    going = {"kid": "going", "secret": OTHER, "retireAfter": NOW + 600}
    gone = {"kid": "gone", "secret": OTHER[::-1], "retireAfter": NOW - 600}
    lost = {"kid": "lost", "secret": OTHER.upper(), "platform": "nobody"}
    world.put_secret("signing", {"keys": [*RING_KEYS, going, gone, lost], "signingKid": KID})

    checks = _checks(cli, code=0)

    assert checks["retiring key"] == ("ok", "going is accepted until it retires in 10 m.")
    assert checks["retired key"][0] == "ok"
    assert checks["platform's key"][0] == "warning"


def test_the_next_key(cli: Cli, world: World) -> None:
    """Without one, no rotation can change keys; a new one cannot take over yet."""
    assert "publish one" in _checks(cli, code=0)["next key"][1]
    cli("keys", "rotate")
    assert _checks(cli, code=0)["next key"][0] == "ok"
    assert "can take over in 1 h" in _checks(cli, code=0)["next key"][1]
    world.clock.advance(86_400)
    assert "take over" not in cli("doctor", "--json").out


@pytest.mark.parametrize(
    ("rules", "days", "status"),
    [
        ({"AutomaticallyAfterDays": 30}, 60, "ok"),
        ({"AutomaticallyAfterDays": 30}, 61, "warning"),
        ({"ScheduleExpression": "rate(30 days)"}, 61, "warning"),
        ({"ScheduleExpression": "rate(12 hours)"}, 1, "ok"),
        ({"ScheduleExpression": "rate(12 hours)"}, 2, "warning"),
        ({"ScheduleExpression": "cron(0 8 1 * ? *)"}, 999, "ok"),
        ({}, 999, "ok"),
    ],
)
@pytest.mark.parametrize("dated", ["LastRotatedDate", "CreatedDate"])
def test_a_rotation_that_is_late(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, rules: dict[str, object], days: int, status: str, dated: str
) -> None:
    """By more than twice its schedule; one that has never been is as old as the secret."""
    describe = aws.secrets_manager().describe_secret
    last = {dated: datetime.fromtimestamp(NOW - days * 86_400, UTC)}

    def described(**arguments: str) -> Any:  # noqa: ANN401 - as botocore
        return describe(**arguments) | {"RotationEnabled": bool(rules), "RotationRules": rules} | last

    monkeypatch.setattr(aws.secrets_manager(), "describe_secret", described)

    assert _checks(cli, code=0)["rotation"][0] == status


def test_a_rotation_that_is_stuck(cli: Cli) -> None:
    """With the command that clears what it left."""
    version = put_pending()

    assert _checks(cli, code=0)["pending rotation"][0] == "warning"
    assert f"--remove-from-version-id {version}" in cli("doctor").out


def test_a_secret_that_may_not_be_described(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is a fault of that line, and the others go on."""
    refusal = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "DescribeSecret")

    def refused(**_: object) -> object:
        raise refusal

    monkeypatch.setattr(aws.secrets_manager(), "describe_secret", refused)

    assert "AccessDeniedException" in _fault(cli, "rotation")
    assert _checks(cli, code=1)["signing key"][0] == "ok"


def test_a_signing_key_with_an_end(cli: Cli, world: World) -> None:
    """Signs until then, and somebody has to think of it before."""
    ending = {"kid": KID, "secret": SIGNING_SECRET, "retireAfter": NOW + 86_400}
    world.put_secret("signing", {"keys": [ending, *RING_KEYS[1:]], "signingKid": KID})

    assert _checks(cli, code=0)["signing key"] == ("warning", f"{KID} signs, and retires in 1 d.")


def test_a_short_livekit_secret(cli: Cli, world: World) -> None:
    """Is a fault but under make run, which says so by its settings."""
    world.put_secret("livekit", _livekit("127.0.0.1:9", secret="secret"))
    assert "shorter than 32 bytes" in _fault(cli, "LiveKit secret")
    cli.is_local = True
    cli.variables["ALLOW_SHORT_LIVEKIT_SECRET"] = "true"

    assert _checks(cli, code=0)["LiveKit secret"][0] == "warning"


def test_an_answer_without_a_date(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the comparison to the operator."""
    _answer_at(NOW, monkeypatch, date="yesterday")

    assert _checks(cli, code=0)["AWS clock"][0] == "warning"


def test_secrets_that_cannot_be_read(cli: Cli) -> None:
    """By AWS's own word, each on its line."""
    boto3.client("secretsmanager").delete_secret(SecretId="livekit", ForceDeleteWithoutRecovery=True)

    checks = _checks(cli, code=1)

    assert "ResourceNotFoundException" in checks["LiveKit secret"][1]
    assert checks["signing key"][0] == "ok"


def test_a_livekit_server_that_refuses_is_not_one_that_is_away(cli: Cli, world: World, address: str) -> None:
    """The next step differs."""
    world.put_secret("livekit", _livekit(address, secret=OTHER))
    assert "refuses the key" in _fault(cli, "LiveKit server")
    world.put_secret("livekit", _livekit("127.0.0.1:9"))
    assert "cannot be reached" in _fault(cli, "LiveKit server")


def test_make_run_brings_no_livekit_server(cli: Cli, world: World) -> None:
    """There that is a warning; a key that is refused is a fault also there."""
    cli.is_local = True
    world.put_secret("livekit", _livekit("127.0.0.1:9"))

    assert _checks(cli, code=0)["LiveKit server"][0] == "warning"


def test_behind_a_vocespace_server(cli: Cli, address: str) -> None:
    """That one is asked, and no LiveKit key is needed."""
    cli.variables |= {"CONNECTION_PROVIDER": "vocespace", "VOCESPACE_URL": f"http://{address}"}
    checks = _checks(cli, code=0)
    assert checks["VoceSpace server"][0] == "ok"
    assert "LiveKit secret" not in checks

    cli.variables["VOCESPACE_URL"] = "http://127.0.0.1:9"
    assert "cannot be reached" in _fault(cli, "VoceSpace server")
    with server(date=NOW, status=500) as failing:
        cli.variables["VOCESPACE_URL"] = f"http://{failing}"
        assert "500" in _fault(cli, "VoceSpace server")


def test_a_table_that_is_another_one(cli: Cli) -> None:
    """Or none at all, or one that keeps everything."""
    boto3.client("dynamodb").create_table(
        TableName="other",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    _set_ttl(enabled=False)
    assert _checks(cli, code=0)["clean-up"][0] == "warning"
    cli.variables["TABLE_NAME"] = "other"
    assert "other keys" in _fault(cli, "table")
    cli.variables["TABLE_NAME"] = "nowhere"
    assert "ResourceNotFoundException" in _fault(cli, "table")


def test_platforms_that_cannot_call(cli: Cli, world: World) -> None:
    """No key, no issuer, no role, no key of its own in the ring."""
    for key in cli("keys", "list", "demo", "--json").json + cli("keys", "list", "acme", "--json").json:
        cli("keys", "revoke", key["keyId"])

    checks = _checks(cli, code=1)

    assert checks["platform demo"][0] == "fault"
    assert checks["platform acme"] == ("ok", "0 live keys, 0 issuers, 0 roles")
    world.put_platform(ACME.model_copy(update={"disabled": True}))
    assert _checks(cli, code=1)["platform acme"][0] == "warning"


def test_callers_for_whom_the_door_is_shut(cli: Cli, world: World) -> None:
    """Issuers and roles are of no use where the deployment takes neither users nor roles."""
    issuer = Issuer.from_wire({"issuer": "https://login.example.com", "audience": "vocespace"})
    role = "arn:aws:iam::123456789012:role/portal"
    world.put_platform(ACME.model_copy(update={"issuers": (issuer,), "roles": (role,)}))
    cli.variables["USER_ACCESS"] = "false"

    checks = _checks(cli, code=0)

    assert checks["users of acme"] == ("warning", "Its signed-in users may not call here.")
    assert checks["roles of acme"] == ("warning", "Its IAM roles may not call here.")
    cli.variables |= {"USER_ACCESS": "true", "IAM_ACCESS": "true"}
    assert not {"users of acme", "roles of acme"} & _checks(cli, code=0).keys()


def test_no_platform_at_all(cli: Cli) -> None:
    """As right after the first deployment."""
    for platform in ("demo", "acme"):
        cli("platforms", "remove", platform, "--revoke-keys")

    assert "every call is refused" in _fault(cli, "platforms")


def test_a_key_that_ends_soon(cli: Cli) -> None:
    """Is told of while there is time."""
    key = cli("keys", "add", "acme", "--expires-in", "3d", "--json").json["keyId"]

    assert _checks(cli, code=0)[f"key {key}"] == ("warning", "It ends in 3 d.")


def test_guests_and_a_platform_that_is_none(cli: Cli) -> None:
    """Open doors are told of; a SigningKeyPlatform that does not exist is a fault."""
    cli.variables |= {"GUEST_ACCESS": "true", "SIGNING_KEY_PLATFORM": "nobody"}

    checks = _checks(cli, code=1)

    assert checks["guest access"][0] == "warning"
    assert checks["SigningKeyPlatform"][0] == "fault"


def test_no_deployment_is_another_exit_code(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to be well or ill."""

    def missing() -> Deployment:
        raise UnreachableError("No deployment is named.")

    monkeypatch.setattr(cli, "deployment", missing)

    assert cli("doctor", "--json").code == 3
