"""A user's own bearer token, by a real issuer over TLS, at the running service."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from tests.support import livekit_oracle as oracle
from tests.support.browser import chromium, fresh_visit
from tests.support.oidc_issuer import AUDIENCE, OidcIssuer, issuer_key, renamed
from tests.support.upstream import Answer, Upstream
from vocespace.attributes import to_attributes
from vocespace.identities import Identity
from vocespace.issuers import Issuer
from vocespace.platforms import Platform, Policy
from vocespace.registry import platform_items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.e2e.conftest import StartService

CONNECTION, LINK = "/api/connection-details", "/api/redirect-url"
PATIENCE = 15
HALL = {"space": "portal-hall"}


@pytest.fixture(name="issuer", scope="module")
def _issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcIssuer]:
    with OidcIssuer(tmp_path_factory.mktemp("issuer")) as issuer:
        yield issuer


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal")


@pytest.fixture(name="origin", scope="module")
def _origin() -> Iterator[Upstream]:
    """Where the platform's own page comes from."""
    with Upstream(_page) as origin:
        yield origin


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def _page(*_: object) -> Answer:
    return Answer(200, b"<!doctype html><title>portal</title>", {"Content-Type": "text/html"})


@pytest.fixture(name="portal", scope="module")
def _portal(
    issuer: OidcIssuer, folder: Path, origin: Upstream, start_service: StartService
) -> Iterator[Mapping[str, str]]:
    """A service that trusts the issuer's CA and one page, with a platform that trusts the issuer."""
    ca_file = str(issuer.ca_file)
    with start_service(folder, SSL_CERT_FILE=ca_file, GuestAccess="false", AllowedOrigins=origin.url) as values:
        _put(values, _platform(issuer))
        yield values


def _platform(issuer: OidcIssuer) -> Platform:
    agreement = Issuer.from_wire(
        {
            "issuer": issuer.url,
            "audience": AUDIENCE,
            "algorithms": ["RS256", "ES256"],
            "claims": {"identity": ["realm_access", "roles"]},
            "identities": {"teacher": "manager", "student": "participant"},
            "defaultIdentity": "guest",
        }
    )
    policy = Policy(auth_types=("portal",), identities=tuple(Identity), spaces=("portal-*",))
    return Platform(platform="portal", policy=policy, created_at=int(time.time()), issuers=(agreement,))


def _put(values: Mapping[str, str], platform: Platform) -> None:
    table = boto3.client(
        "dynamodb",
        endpoint_url=values["AWS_ENDPOINT_URL"],
        region_name=values["AWS_DEFAULT_REGION"],
        aws_access_key_id=values["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=values["AWS_SECRET_ACCESS_KEY"],
    )
    for item in platform_items(platform):
        table.put_item(TableName=values["TABLE_NAME"], Item=to_attributes(item))


def signed(issuer: OidcIssuer, **changes: object) -> str:
    """A token of the issuer, as of now."""
    return issuer.token(None, int(time.time()), **changes)


def ask(values: Mapping[str, str], token: str, path: str = CONNECTION, **body: object) -> requests.Response:
    """What a page of the platform sends for its user."""
    return requests.post(
        values["BASE_URL"] + path,
        json=HALL | body,
        headers={"Authorization": f"Bearer {token}"},
        allow_redirects=False,
        timeout=PATIENCE,
    )


def test_a_user_enters_as_who_they_are(issuer: OidcIssuer, portal: Mapping[str, str]) -> None:
    """Without an API key anywhere: the LiveKit token is theirs, under the platform's id."""
    answer = ask(portal, signed(issuer, realm_access={"roles": ["student"]}))

    assert answer.status_code == 200, answer.text
    details: dict[str, Any] = answer.json()
    claims = oracle.verified(details, portal)
    assert (claims.identity, claims.name) == ("portal_ada", "Ada Lovelace")
    assert details["identity"] == "participant"


def test_a_user_gets_a_link_that_can_be_redeemed(issuer: OidcIssuer, portal: Mapping[str, str]) -> None:
    """And whoever follows it is that user."""
    link = ask(portal, signed(issuer), LINK, ttlSeconds=300)

    assert link.status_code == 201, link.text
    details = requests.get(link.json()["redirectUrl"], headers={"Accept": "application/json"}, timeout=PATIENCE).json()
    assert oracle.verified(details, portal).identity == "portal_ada"
    assert details["identity"] == "guest"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"id": "portal_grace"}, "policy_refused"),
        ({"id": "ada"}, "policy_refused"),
        ({"identity": "owner"}, "identity_refused"),
        ({"identity": "manager"}, "identity_refused"),
        ({"space": "acme-hall"}, "policy_refused"),
    ],
)
@pytest.mark.parametrize("path", [CONNECTION, LINK])
def test_a_user_cannot_claim_more(
    body: dict[str, str], code: str, path: str, issuer: OidcIssuer, portal: Mapping[str, str]
) -> None:
    """Neither another id, nor an identity that the mapping does not give, nor a space that the platform may not."""
    answer = ask(portal, signed(issuer, realm_access={"roles": ["student"]}), path, **body)

    assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_a_user_with_two_identities_may_choose(issuer: OidcIssuer, portal: Mapping[str, str]) -> None:
    """And is the first one by saying nothing."""
    token = signed(issuer, realm_access={"roles": ["student", "teacher"]})

    assert ask(portal, token).json()["identity"] == "manager"
    assert ask(portal, token, identity="participant").json()["identity"] == "participant"


def test_a_token_that_does_not_hold_is_a_401(issuer: OidcIssuer, portal: Mapping[str, str], folder: Path) -> None:
    """One answer for every reason, and nothing of the token in it or in the log."""
    bad = [
        signed(issuer)[:-8] + "AAAAAAAA",
        signed(issuer, aud="account"),
        signed(issuer, iss="https://login.example"),
        issuer.token(None, int(time.time()) - 86_400),
        issuer.token(renamed(issuer_key("stranger"), "first"), int(time.time())),
    ]
    answers = [ask(portal, token) for token in bad]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    log = (folder / "functions.log").read_text()
    assert not [
        part for token in bad for part in token.split(".")[1:] if part in log + "".join(a.text for a in answers)
    ]
    assert "Lovelace" not in log


def test_a_rotation_and_an_outage_keep_nobody_out(issuer: OidcIssuer, portal: Mapping[str, str]) -> None:
    """A new key is fetched when its first token comes; while the issuer is down, its keys are good."""
    assert ask(portal, signed(issuer)).status_code == 200
    issuer.keys = [issuer_key(), issuer_key("second", "ES256")]
    asked = len(issuer.received)
    assert ask(portal, signed(issuer)).status_code == 200
    assert len(issuer.received) > asked

    with issuer.down():
        assert ask(portal, issuer.token(issuer_key(), int(time.time()))).status_code == 200


def test_an_issuer_that_cannot_be_asked_is_a_503(
    tmp_path_factory: pytest.TempPathFactory, start_service: StartService
) -> None:
    """Within seconds, with Retry-After, whether it is down, silent or sends us elsewhere; then it is asked again."""
    with OidcIssuer(tmp_path_factory.mktemp("issuer")) as issuer:
        folder = tmp_path_factory.mktemp("portal")
        with start_service(folder, SSL_CERT_FILE=str(issuer.ca_file)) as values:
            _put(values, _platform(issuer))
            for fault in (issuer.redirecting, issuer.silent):
                issuer.answer = fault
                started = time.monotonic()
                answer = ask(values, signed(issuer))
                assert (answer.status_code, answer.json()["code"]) == (503, "issuer_unavailable")
                assert int(answer.headers["Retry-After"]) > 0
                assert time.monotonic() - started < 6
            assert not [path for path in issuer.received if path.endswith("/elsewhere")]
            issuer.answer = issuer.usual
            deadline = time.monotonic() + PATIENCE
            while (answer := ask(values, signed(issuer))).status_code == 503 and time.monotonic() < deadline:
                time.sleep(0.5)
            assert answer.status_code == 200


ASK_FROM_PAGE = """async ([url, token]) => {
  const answer = await fetch(url, {
    method: "POST",
    headers: {Authorization: `Bearer ${token}`, "Content-Type": "application/json"},
    body: JSON.stringify({space: "portal-hall"}),
  });
  return [answer.status, (await answer.json()).identity, answer.headers.get("retry-after")];
}"""


def test_a_page_of_the_platform_asks_for_its_user(
    issuer: OidcIssuer, portal: Mapping[str, str], origin: Upstream, browser: Browser
) -> None:
    """From the browser, by the user's own token, because the deployer has named the page's origin."""
    with fresh_visit(browser) as visit:
        visit.page.goto(origin.url)
        told = visit.page.evaluate(ASK_FROM_PAGE, [portal["BASE_URL"] + CONNECTION, signed(issuer)])

    assert told == [200, "guest", None]


def test_a_page_of_another_origin_is_told_nothing(
    issuer: OidcIssuer, portal: Mapping[str, str], browser: Browser
) -> None:
    """Even with a token that holds: the browser does not let it send it."""
    with Upstream(_page) as elsewhere, fresh_visit(browser) as visit:
        visit.page.goto(elsewhere.url)
        with pytest.raises(PlaywrightError, match="Failed to fetch"):
            visit.page.evaluate(ASK_FROM_PAGE, [portal["BASE_URL"] + CONNECTION, signed(issuer)])
