"""`vocespace token inspect` on what is no VoceSpace token: LiveKit's, an issuer's, a link, an API key."""

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.conftest import Cli
from tests.support.clock import NOW
from tests.support.events import with_query
from tests.support.oidc_issuer import AUDIENCE, OidcIssuer
from tests.support.world import DEMO, LIVEKIT_KEY, LIVEKIT_SECRET, World
from vocespace.issuers import Issuer
from vocespace.jws import sign
from vocespace_cli.faults import BadInputError
from vocespace_cli.inspection.pasted import read_pasted

GRANTS = {"room": "my-workspace", "roomJoin": True}
LIVEKIT = {"iss": LIVEKIT_KEY, "sub": "u1", "nbf": NOW, "exp": NOW + 600, "video": GRANTS}
OF_AN_ISSUER = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOiJhIn0." + "A" * 342


def test_a_participant_token(cli: Cli, world: World) -> None:
    """What the API hands out is recognised by its issuer and its grants."""
    event = with_query(world.event("connection_details", "get_redirect"), {"auth": "demo", "token": world.token()})
    event["headers"]["accept"] = "application/json"
    token = world.call("connection_details", event).json["participantToken"]

    told = cli("token", "inspect", "--json", stdin=token).json

    assert (told["kind"], told["verified"], told["signedBy"]) == ("livekit", True, f"{LIVEKIT_KEY} (LiveKit key)")
    assert told["liveKitGrants"]["roomJoin"] is True
    assert told["expiresInSeconds"] == 600
    assert "livekit token" in cli("token", "inspect", token).out


@pytest.mark.parametrize(
    ("changes", "secret", "word"),
    [
        ({"iss": "APIother"}, LIVEKIT_SECRET, "livekit_key"),
        ({}, LIVEKIT_SECRET[::-1], "livekit_signature"),
        ({"exp": NOW - 1}, LIVEKIT_SECRET, "token_expired"),
        ({"nbf": NOW + 60}, LIVEKIT_SECRET, "token_not_yet_valid"),
        ({"exp": None}, LIVEKIT_SECRET, "livekit_claims"),
        ({"video": {}}, LIVEKIT_SECRET, "livekit_claims"),
    ],
)
def test_a_participant_token_that_livekit_refuses(cli: Cli, changes: dict[str, object], secret: str, word: str) -> None:
    """Each fault by its word."""
    found = cli("token", "inspect", "--json", stdin=sign(LIVEKIT | changes, secret.encode()))

    assert found.code == 1
    assert [problem["reason"] for problem in found.json["problems"]] == [word]


def test_the_key_before_this_one(cli: Cli, world: World) -> None:
    """Is still LiveKit's while it is named."""
    previous = {"apiKey": "APIold", "apiSecret": LIVEKIT_SECRET[::-1]}
    current = {"url": "wss://livekit.example", "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET}
    world.put_secret("livekit", current | {"previous": previous})

    assert cli("token", "inspect", stdin=sign(LIVEKIT | {"iss": "APIold"}, LIVEKIT_SECRET[::-1].encode())).code == 0


def test_a_deployment_without_a_livekit_key(cli: Cli) -> None:
    """Cannot have made it."""
    cli.variables["CONNECTION_PROVIDER"] = "vocespace"

    found = cli("token", "inspect", "--json", stdin=sign(LIVEKIT, LIVEKIT_SECRET.encode()))
    assert [problem["reason"] for problem in found.json["problems"]] == ["livekit_key"]


def test_a_link_is_as_good_as_its_token(cli: Cli, world: World) -> None:
    """Both kinds of links carry one; so does a header."""
    details = json.dumps({"participantToken": sign(LIVEKIT, LIVEKIT_SECRET.encode())})

    redirect = cli("token", "inspect", "--json", f"https://api.example/x?auth=demo&token={world.token()}").json
    landing = cli("token", "inspect", "--json", f"https://web.example/s?auth=demo&details={quote(details)}").json
    header = cli("token", "inspect", "--json", stdin=f"Bearer {world.token()}").json

    assert (redirect["kind"], landing["kind"], header["kind"]) == ("vocespace", "livekit", "vocespace")
    assert redirect["verified"]
    assert landing["verified"]
    assert header["verified"]


@pytest.mark.parametrize("link", ["https://web.example/s?details=1", "https://web.example/", "", "  \n"])
def test_nothing_to_inspect(cli: Cli, link: str) -> None:
    """Is wrong usage, and says how to do it."""
    assert "Pipe it in" in cli("token", "inspect", "--json", stdin=link).error["hint"]


def test_an_api_key_pasted_by_mistake(cli: Cli, world: World) -> None:
    """Is not echoed, by any way in."""
    key = world.api_keys["acme"]
    for result in (cli("token", "inspect", key, "--json"), cli("token", "inspect", stdin=f"Bearer {key}")):
        assert result.code == 2
        assert "API key" in result.err
        assert key.split("_")[1] not in result.out + result.err
        assert key.split("_")[2] not in result.out + result.err


def test_bytes_that_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Are as good as nothing."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8"))

    with pytest.raises(BadInputError, match="No token"):
        read_pasted("-")


def test_an_own_token_may_name_an_issuer(cli: Cli, world: World) -> None:
    """It is still no LiveKit token."""
    told = cli("token", "inspect", "--json", stdin=world.token(iss="acme")).json

    assert (told["kind"], told["verified"]) == ("vocespace", True)


def test_a_signed_in_user(cli: Cli, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verified with the issuer's keys: whose user it is, and as what they may come."""
    with OidcIssuer(tmp_path) as issuer:
        monkeypatch.setenv("SSL_CERT_FILE", str(issuer.ca_file))
        agreed = Issuer.from_wire({"issuer": issuer.url, "audience": AUDIENCE, "defaultIdentity": "guest"})
        world.put_platform(DEMO.model_copy(update={"issuers": (agreed,)}))

        told = cli("token", "inspect", "--json", stdin=issuer.token()).json
        over = cli("token", "inspect", "--json", stdin=issuer.token(iat=NOW - 900, exp=NOW - 300))

    assert (told["kind"], told["verified"], told["platform"], told["signedBy"]) == ("user", True, "demo", issuer.url)
    assert told["id"].startswith("demo_")
    assert told["identities"] == ["guest"]
    assert [problem["reason"] for problem in over.json["problems"]] == ["token_expired"]


def test_a_token_of_an_issuer_that_nobody_named(cli: Cli) -> None:
    """Is told for what it is; no issuer is asked whom no platform has named."""
    told = cli("token", "inspect", "--json", stdin=OF_AN_ISSUER).json

    assert (told["kind"], told["verified"]) == ("user", False)
    assert told["claims"]["iss"] == "https://id.example"
    assert [problem["reason"] for problem in told["problems"]] == ["platform_unknown"]


def test_a_token_of_an_issuer_where_no_users_may_call(cli: Cli) -> None:
    """Says so, whatever else may be wrong with it."""
    cli.variables["USER_ACCESS"] = "false"

    found = cli("token", "inspect", "--json", stdin=OF_AN_ISSUER)

    assert found.code == 1
    assert [problem["reason"] for problem in found.json["problems"]] == ["user_access_off"]
    assert "UserAccess=true" in found.json["problems"][0]["step"]
