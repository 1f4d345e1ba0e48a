"""`livekit-client` in a browser, with a signed-in user's token: what each of the six identities can do in a room."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.support import livekit_oracle as oracle
from tests.support.browser import MEDIA, chromium, fresh_visit
from tests.support.livekit_command import vocespace
from tests.support.livekit_page import CLIENT, installed_example
from tests.support.livekit_portal import Portal, User, portal_page
from tests.support.oidc_issuer import AUDIENCE, OidcIssuer
from tests.support.upstream import Upstream
from vocespace.identities import Identity

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.conftest import StartService
    from tests.support.livekit_server import LiveKitServer

TOKENS, CONNECTIONS, BLOCKS = "/api/livekit-token", "/api/connection-details", "/api/blocks"
TOKEN = "eyJ"
"""How every token begins."""

SignIn = Callable[..., User]


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with chromium(*MEDIA) as browser:
        yield browser


@pytest.fixture(name="portal", scope="module")
def _portal(
    livekit: LiveKitServer, tmp_path_factory: pytest.TempPathFactory, start_service: StartService
) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("portal")
    client = (installed_example() / CLIENT).read_bytes()
    with OidcIssuer(tmp_path_factory.mktemp("issuer")) as issuer, Upstream(portal_page(client)) as origin:
        variables = {"SSL_CERT_FILE": str(issuer.ca_file), "AllowedOrigins": origin.url, "GuestAccess": "false"}
        with start_service(folder, **variables, **livekit.variables) as values:
            agreement = {
                "issuer": issuer.url,
                "audience": AUDIENCE,
                "claims": {"identity": "role"},
                "identities": {identity.value: identity.value for identity in Identity},
            }
            api_key = _registered(folder, "portal", issuers=[agreement])
            yield Portal(folder, values, issuer, origin.url, api_key)


@pytest.fixture(name="quiet", scope="module")
def _quiet(portal: Portal) -> Portal:
    """Another platform, whose guests only watch and whose participants only talk."""
    grants = {
        "guest": {"canPublish": False, "canPublishData": False},
        "participant": {"canPublishSources": ["microphone"]},
    }
    return replace(portal, api_key=_registered(portal.folder, "quiet", policy={"grants": grants}))


def _registered(folder: Path, name: str, *, policy: Mapping[str, object] | None = None, **members: object) -> str:
    """Registers a platform as an operator does, and returns its API key."""
    everybody = {"authTypes": [name, "c_s"], "identities": list(Identity), "spaces": [f"{name}-*"]}
    file = folder / f"{name}.json"
    file.write_text(json.dumps({"policy": everybody | dict(policy or {}), **members}))
    api_key: str = vocespace(folder, "platforms", "add", name, "--file", str(file))["apiKey"]
    return api_key


@pytest.fixture(name="sign_in")
def _sign_in(browser: Browser, portal: Portal) -> Iterator[SignIn]:
    with ExitStack() as users:

        def sign_in(sub: str, identity: str = "participant") -> User:
            user = User(users.enter_context(fresh_visit(browser)))
            user.visit.page.goto(portal.origin)
            user.does("open", portal.service["BASE_URL"] + TOKENS, portal.user_token(sub, identity))
            return user

        yield sign_in


def _attributes(identity: str) -> dict[str, str]:
    return {"identity": identity, "auth": "c_s" if identity in {"assistant", "customer"} else "portal"}


def _person(seen: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """Somebody as another one sees them."""
    (person,) = [each for each in seen["people"] if each["identity"] == identity]
    return dict(person)


@pytest.mark.parametrize("identity", list(Identity))
def test_everybody_joins_and_is_seen_heard_and_known(identity: Identity, sign_in: SignIn) -> None:
    """A track and a message each way, under the right name, with the attributes that were decided, and no token."""
    space = f"portal-{identity.value}"
    ada, grace = sign_in("ada", identity.value), sign_in("grace")
    for user in (ada, grace):
        user.enter(user.ask(space))
        user.sees(lambda seen: seen["room"] == space)
    for user in (ada, grace):
        user.sees(lambda seen: len(seen["people"]) == 2)
        user.does("publish", "Camera")
    for user, other in ((ada, "grace"), (grace, "ada")):
        user.sees(lambda seen: seen["plays"] == [True])
        user.does("say", f"hello {other}")
    seen_by_ada = ada.sees(lambda seen: seen["heard"] == ["hello ada"])
    seen_by_grace = grace.sees(lambda seen: seen["heard"] == ["hello grace"])

    person = _person(seen_by_grace, "portal_ada")
    assert (person["name"], person["attributes"]) == ("Ada", _attributes(identity.value))
    assert _person(seen_by_ada, "portal_grace")["attributes"] == _attributes("participant")
    assert TOKEN not in json.dumps([seen_by_ada, seen_by_grace])
    assert not [each["metadata"] for each in seen_by_ada["people"] + seen_by_grace["people"] if each["metadata"]]
    assert ada.visit.hosts() == {"127.0.0.1"}


CHANGES = [
    ("setMetadata", "I am the owner", {"metadata": "I am the owner"}),
    ("setName", "The owner", {"name": "The owner"}),
    ("setAttributes", {"mood": "fine"}, {"attributes": {"identity": "guest", "auth": "portal", "mood": "fine"}}),
]


@pytest.mark.parametrize(("method", "value", "changed"), CHANGES)
def test_nobody_becomes_somebody_else(method: str, value: object, changed: dict[str, object], sign_in: SignIn) -> None:
    """What others are shown of a person stays what was decided: the server refuses to change it."""
    ada, grace = sign_in("ada", "guest"), sign_in("grace")
    for user in (ada, grace):
        user.enter(user.ask(f"portal-{method}"))
    before = _person(grace.sees(lambda seen: len(seen["people"]) == 2), "portal_ada")

    with pytest.raises(PlaywrightError, match="does not have permission to update own metadata"):
        ada.does("change", method, value)
    after = _person(grace.does("look"), "portal_ada")
    assert after == before
    assert after != before | changed


@pytest.mark.parametrize(("method", "value", "changed"), CHANGES)
def test_people_of_vocespaces_client_may_rename_themselves(
    method: str, value: object, changed: dict[str, object], portal: Portal, sign_in: SignIn
) -> None:
    """As its web client does, by a token of `/api/connection-details`; nobody is shown the VoceSpace token."""
    space, now = f"portal-own-{method}", int(time.time())
    ada, grace = sign_in("ada"), sign_in("grace")
    ada.enter(portal.ask(CONNECTIONS, id="ada", username="Ada", space=space, iat=now, exp=now + 300))
    grace.enter(grace.ask(space))
    before = _person(grace.sees(lambda seen: len(seen["people"]) == 2), "ada")

    ada.does("change", method, value)
    seen = grace.sees(lambda seen: _person(seen, "ada") == before | changed)
    assert TOKEN not in json.dumps([seen, ada.does("look")])


@pytest.mark.parametrize(
    ("room", "wish", "code"),
    [
        ("acme-hall", {}, "policy_refused"),
        ("portal-hall", {"participantIdentity": "portal_grace"}, "policy_refused"),
        ("portal-hall", {"participantAttributes": {"identity": "owner"}}, "identity_refused"),
        ("portal-hall", {"participantAttributes": {"badge": "staff"}}, "policy_refused"),
        ("portal-hall", {"participantMetadata": "I am the owner"}, "policy_refused"),
        ("portal-hall", {"agentName": "spy"}, "policy_refused"),
    ],
)
def test_a_user_is_told_what_they_may_not(room: str, wish: dict[str, Any], code: str, sign_in: SignIn) -> None:
    """The token source throws, with the status and the code in its message."""
    with pytest.raises(PlaywrightError, match=rf'received 403 / .*"code": ?"{code}"'):
        sign_in("ada", "guest").ask(room, **wish)


def test_a_blocked_user_gets_no_token(portal: Portal, sign_in: SignIn) -> None:
    """Not in the space where they are blocked; elsewhere they do."""
    portal.ask(BLOCKS, space="portal-guarded", id="portal_mallory")
    mallory = sign_in("mallory")

    with pytest.raises(PlaywrightError, match=r'received 403 / .*"code": ?"person_blocked"'):
        mallory.ask("portal-guarded")
    mallory.enter(mallory.ask("portal-open"))


def test_a_token_opens_nothing_after_its_end(livekit: LiveKitServer, sign_in: SignIn) -> None:
    """And the client says so."""
    ada = sign_in("ada")
    details = ada.ask("portal-late")
    claims = oracle.claims_of(details["participantToken"], livekit.api_secret)
    late = claims | {"nbf": claims["nbf"] - 900, "exp": claims["exp"] - 900}

    with pytest.raises(PlaywrightError, match="expired"):
        ada.enter(details | {"participantToken": jwt.encode(late, livekit.api_secret)})


def test_a_token_opens_one_room(livekit: LiveKitServer, sign_in: SignIn) -> None:
    """Changed to another one it no longer holds."""
    ada = sign_in("ada")
    details = ada.ask("portal-one")
    claims = oracle.claims_of(details["participantToken"], livekit.api_secret)
    claims["video"] |= {"room": "portal-other"}
    forged = jwt.encode(claims, livekit.api_secret[::-1])

    with pytest.raises(PlaywrightError, match="invalid token"):
        ada.enter(details | {"participantToken": forged})


def test_a_token_is_asked_for_once_while_it_lives(sign_in: SignIn) -> None:
    """The second connection needs no request; a forced one makes one, and so do other wishes."""
    ada = sign_in("ada")
    first = ada.ask("portal-kept")
    ada.enter(first)
    ada.does("leave")
    assert ada.ask("portal-kept") == first
    ada.enter(first)
    ada.sees(lambda seen: seen["room"] == "portal-kept")
    assert ada.requests_of(TOKENS) == 1

    ada.ask("portal-kept", force=True)
    assert ada.requests_of(TOKENS) == 2
    ada.ask("portal-kept-too")
    assert ada.requests_of(TOKENS) == 3


@pytest.mark.parametrize(
    ("identity", "sources", "heard"),
    [("guest", [], []), ("participant", ["Microphone"], ["hello"]), ("owner", ["Microphone", "Camera"], ["hello"])],
)
def test_a_policy_takes_away(
    identity: str, sources: list[str], heard: list[str], quiet: Portal, sign_in: SignIn
) -> None:
    """A viewer sends neither track nor message, a speaker no picture; both see what others send."""
    ada, grace = sign_in("ada"), sign_in("grace")
    for user, name, role in ((ada, "ada", identity), (grace, "grace", "manager")):
        wish = {"room_name": f"quiet-{identity}", "participant_identity": name}
        told = quiet.ask(TOKENS, **wish, participant_attributes={"identity": role})
        user.enter({"serverUrl": told["server_url"], "participantToken": told["participant_token"]})
    grace.does("publish", "Camera")
    ada.sees(lambda seen: seen["plays"] == [True])

    for source in ("Microphone", "Camera"):
        if source in sources:
            ada.does("publish", source)
        else:
            with pytest.raises(PlaywrightError, match="insufficient permission"):
                ada.does("publish", source)
    ada.does("say", "hello")
    grace.sees(lambda seen: seen["heard"] == heard)
    ada.does("leave")
    # Whoever is gone has nothing under way any more.
    assert grace.sees(lambda seen: len(seen["people"]) == 1)["heard"] == heard
