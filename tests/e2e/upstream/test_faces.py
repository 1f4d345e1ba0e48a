"""Before a VoceSpace server (provider `vocespace`): what it is asked, what is made of its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from tests.support import vocespace_faces as faces
from tests.support.livekit_oracle import claims_of
from tests.support.proxied_api import PATH, person, post, redeem, signed_link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.upstream import Face, Upstream

BOTH_FACES = pytest.mark.parametrize("face", [faces.documented, faces.deployed], ids=["documented", "deployed"])


def claims_of_any(token: str) -> dict[str, Any]:
    """What a token says, whoever signed it."""
    return jwt.decode(token, options={"verify_signature": False})


@BOTH_FACES
def test_platform_gets_the_servers_connection_details(
    face: Face, upstream: Upstream, proxied: Mapping[str, str]
) -> None:
    """Whichever way the server answers, the platform gets the server's details and what we decided."""
    upstream.expect(face)

    answer = post(proxied, person())

    assert answer.status_code == 200
    details = answer.json()
    assert (details["serverUrl"], details["roomName"], details["participantName"]) == (
        faces.LIVEKIT_URL,
        "my-workspace",
        "Zhang San",
    )
    assert claims_of(details["participantToken"], faces.LIVEKIT_SECRET)["sub"] == "user_12345"
    assert (details["identity"], details["space"]) == ("participant", "my-workspace")


@BOTH_FACES
def test_names_of_any_script_come_through(face: Face, upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """A space and a person with names in other scripts come back as they went in."""
    upstream.expect(face)

    answer = post(proxied, person(space="Raum 東京", username="Žofie & 'Ольга' = 100%"))

    assert answer.status_code == 200
    details = answer.json()
    assert (details["roomName"], details["participantName"]) == ("Raum 東京", "Žofie & 'Ольга' = 100%")


@BOTH_FACES
def test_server_is_told_what_was_decided(face: Face, upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """The server gets the person with a concrete room, and neither our API key nor any other credential."""
    upstream.expect(face)

    details = post(proxied, person()).json()

    asked = upstream.received[0]
    assert (asked.method, asked.path, asked.query) == ("POST", PATH, {})
    told = asked.json()
    assert told["room"] == details["room"]
    assert not told["room"].startswith("$")
    assert (told["id"], told["identity"]) == ("user_12345", "participant")
    for request in upstream.received:
        assert not {"authorization", "x-api-key", "cookie"} & set(request.headers)
        assert proxied["API_KEY"] not in str(request)


@BOTH_FACES
def test_server_is_told_that_nobodys_person_is_a_guest(
    face: Face, upstream: Upstream, proxied: Mapping[str, str]
) -> None:
    """Who asks to be an owner without a credential goes to the server as a guest, under an id that is no user's."""
    upstream.expect(face)

    answer = post(proxied, person(identity="owner"), by_platform=False)

    assert (answer.status_code, answer.json()["identity"]) == (200, "guest")
    told = upstream.received[0].json()
    assert (told["id"], told["identity"]) == ("guest_user_12345", "guest")


def test_deployed_server_is_asked_twice(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """Where POST answers only a token, GET with `fromServer=true` gets that token, and the auth type we decided."""
    upstream.expect(faces.deployed)

    assert post(proxied, person()).status_code == 200

    first, second = upstream.received
    assert (first.method, second.method, second.path) == ("POST", "GET", PATH)
    assert (second.query["auth"], second.query["fromServer"]) == ("demo", "true")
    claims = claims_of_any(second.query["token"])
    assert (claims["id"], claims["identity"]) == ("user_12345", "participant")


def test_redirect_url_points_at_the_server(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """Links lead to the server, with a token that our own ring signed and a room that is concrete."""
    upstream.expect(faces.deployed)
    links = [signed_link(proxied), post(proxied, person()).json()]

    for link in links:
        address, _, query = link["redirectUrl"].partition("?")
        assert address == f"{upstream.url}{PATH}"
        assert parse_qs(query) == {"auth": ["demo"], "token": [link["token"]]}
        assert jwt.get_unverified_header(link["token"])["kid"] == proxied["SIGNING_KID"]
        claims = claims_of(link["token"], proxied["SIGNING_SECRET"])
        assert claims["identity"] == "participant"
        assert not claims["room"].startswith("$")


def test_person_who_follows_the_link_arrives_at_the_server(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """The deployed server takes our link: it sends the person on to its page, and reads the claims that we signed."""
    upstream.expect(faces.deployed)
    link = signed_link(proxied, username="李 雷")

    answer = requests.get(link["redirectUrl"], allow_redirects=False, timeout=10)

    assert answer.status_code == 307
    where = urlsplit(answer.headers["Location"])
    assert where.path == "/my-workspace"
    assert set(parse_qs(where.query)) == {"auth", "details", "data"}
    (asked,) = upstream.received
    assert claims_of(asked.query["token"], proxied["SIGNING_SECRET"])["username"] == "李 雷"


@BOTH_FACES
def test_token_redeemed_here_is_sent_on_to_the_server(
    face: Face, upstream: Upstream, proxied: Mapping[str, str]
) -> None:
    """A browser with one of our tokens is sent to the server's page, with details that the server gave."""
    upstream.expect(face)
    token = signed_link(proxied)["token"]

    answer = redeem(proxied, {"auth": "demo", "token": token})

    assert answer.status_code == 302
    where = urlsplit(answer.headers["Location"])
    assert (f"{where.scheme}://{where.netloc}", where.path) == (upstream.url, "/my-workspace")
    carried = parse_qs(where.query)
    assert carried["auth"] == ["demo"]
    assert '"identity":"participant"' in carried["data"][0]
    assert faces.LIVEKIT_URL in carried["details"][0]


@BOTH_FACES
def test_token_redeemed_here_without_an_auth_type_is_a_guests(
    face: Face, upstream: Upstream, proxied: Mapping[str, str]
) -> None:
    """Whatever the token claims, without an auth type the server is told of a guest."""
    upstream.expect(face)
    token = signed_link(proxied, identity="owner")["token"]

    answer = redeem(proxied, {"token": token}, accept="application/json")

    assert (answer.status_code, answer.json()["identity"]) == (200, "guest")
    assert upstream.received[0].json()["identity"] == "guest"


@BOTH_FACES
def test_token_redeemed_from_a_server_answers_where_to_go(
    face: Face, upstream: Upstream, proxied: Mapping[str, str]
) -> None:
    """With `fromServer=true` the answer is the address instead of a redirect."""
    upstream.expect(face)
    token = signed_link(proxied)["token"]

    answer = redeem(proxied, {"auth": "demo", "token": token, "fromServer": "true"})

    assert answer.status_code == 200
    assert answer.json().keys() == {"redirectUrl"}
    assert answer.json()["redirectUrl"].startswith(f"{upstream.url}/my-workspace?auth=demo&details=")


def test_server_is_not_asked_about_what_is_refused(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """A forged token, a wrong key and an identity that does not fit end here; the server hears of none of them."""
    upstream.expect(faces.deployed)
    forged = jwt.encode(person(), "another secret of thirty-two bytes", algorithm="HS256")

    refused = [
        redeem(proxied, {"auth": "demo", "token": forged}),
        post({**proxied, "API_KEY": proxied["API_KEY"][:-4] + "0000"}, person()),
        post(proxied, person(identity="owner", auth="c_s")),
        post(proxied, person(space="../evil.example")),
    ]

    assert [answer.status_code for answer in refused] == [401, 401, 403, 400]
    assert upstream.connections == 0


def test_place_that_the_server_names_is_not_a_place_to_go(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """A server whose redirect names a foreign host sends nobody there: links and redirects lead to the server only."""
    upstream.expect(faces.deployed_at("https://evil.example"))
    token = signed_link(proxied)["token"]

    answers = [post(proxied, person()), redeem(proxied, {"auth": "demo", "token": token})]

    assert [answer.status_code for answer in answers] == [200, 302]
    assert answers[1].headers["Location"].startswith(f"{upstream.url}/")
    assert "evil.example" not in answers[0].text + str(answers[1].headers)
