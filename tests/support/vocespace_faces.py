"""What a VoceSpace server says: as its documentation has it, as it is deployed, and as it may break."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.support.upstream import LONGER_THAN_ANY_TIMEOUT, Answer, Face, Received, Upstream, answer_json, answer_text

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = "upstream-secret-4242"
"""Stands in every body that must not be passed on."""

HARD_CODED_SECRET = "vocespace_secret_privoce"
"""Public: every deployed server signs with it."""
LIVEKIT_URL = "wss://livekit.example"
LIVEKIT_SECRET = "stand-in-livekit-secret-of-32-bytes!"
FIVE_MINUTES = 300
FIFTEEN_DAYS = 15 * 86_400
UNESCAPED_BY_JAVASCRIPT = "!'()*-._~"


def documented(request: Received, _: Upstream) -> Answer:
    """The API page: POST a TokenResult, or GET with a token, and get connection details."""
    claims = request.json() if request.method == "POST" else _claims(request.query["token"])
    return answer_json(200, _details(claims, metadata=""))


def deployed_at(base: str | None = None) -> Face:
    """Client 0.5.5: POST answers `{token}`, GET redirects to `base`, and with `fromServer=true` only says where to."""
    return lambda request, upstream: (
        _sign_anything(request) if request.method == "POST" else _redeem_anything(request, base or upstream.url)
    )


deployed = deployed_at()


def always(answer: Answer) -> Face:
    """Say the same to everything."""
    return lambda _request, _upstream: answer


def never(_: Received, upstream: Upstream) -> Answer:
    """Take the request and keep silent."""
    upstream.stopping.wait(LONGER_THAN_ANY_TIMEOUT)
    return Answer(200)


def dripping(request: Received, upstream: Upstream) -> Answer:
    """A byte every half second: never silent for long, and never done either."""

    def drops() -> Iterator[bytes]:
        for byte in json.dumps(_details(request.json(), metadata="")).encode():
            yield bytes([byte])
            if upstream.stopping.wait(0.5):
                return

    return Answer(200, drops(), {"Content-Type": "application/json"})


def slow_every_time(request: Received, upstream: Upstream) -> Answer:
    """As deployed, but just within the read timeout at every turn: before each answer, and within it."""
    whole = deployed(request, upstream)
    upstream.stopping.wait(4)

    def halves() -> Iterator[bytes]:
        assert isinstance(whole.body, bytes)
        yield whole.body[:10]
        upstream.stopping.wait(4)
        yield whole.body[10:]

    return Answer(whole.status, halves(), whole.headers)


def huge(_request: Received, _upstream: Upstream) -> Answer:
    """A JSON string of 256 MiB."""

    def pieces() -> Iterator[bytes]:
        yield b'{"token": "'
        for _ in range(4096):
            yield b"a" * 65_536
        yield b'"}'

    return Answer(200, pieces(), {"Content-Type": "application/json"})


def _token_then(answer: dict[str, str]) -> Face:
    return lambda request, _: answer_json(200, {"token": "a.b.c"} if request.method == "POST" else answer)


_DETAILS = {"serverUrl": "wss://livekit.example", "roomName": "s", "participantName": MARKER, "participantToken": "t"}
_ZEROS = gzip.compress(b"0" * 64 * 1024 * 1024)

BROKEN: dict[str, Face] = {
    "500 with a secret in its body": always(answer_text(500, f"TypeError: {MARKER} at signToken")),
    "400 with a secret in its body": always(answer_text(400, f"Invalid token payload {MARKER}")),
    "401 with a secret in its body": always(answer_text(401, f"Token is expired {MARKER}")),
    "404 page": always(Answer(404, f"<html>{MARKER}</html>".encode(), {"Content-Type": "text/html"})),
    "no JSON": always(Answer(200, f"{{{MARKER}".encode(), {"Content-Type": "application/json"})),
    "no UTF-8": always(Answer(200, b'{"token": "\xff\xfe"}', {"Content-Type": "application/json"})),
    "empty body": always(Answer(200)),
    "JSON of another shape": always(answer_json(200, [MARKER])),
    "JSON without what is needed": always(answer_json(200, {"serverUrl": MARKER})),
    "details of the wrong types": always(
        answer_json(200, {"serverUrl": MARKER, "roomName": 1, "participantName": None, "participantToken": {}})
    ),
    "a token that is none": always(answer_json(200, {"token": 7, "note": MARKER})),
    "a token in another script": always(answer_json(200, {"token": "жетон", "note": MARKER})),
    "a token that is no text": always(Answer(200, b'{"token": "\\ud800"}')),
    "details that are no text": always(answer_json(200, _DETAILS | {"roomName": "\ud800"})),
    "details of a server that is none": always(answer_json(200, _DETAILS | {"serverUrl": f"javascript:{MARKER}"})),
    "no place to go to": _token_then({"redirectUrl": f"http://[{MARKER}"}),
    "a place without details": _token_then({"redirectUrl": f"https://voce.example/s?auth={MARKER}"}),
    "a place with two thousand details": _token_then(
        {"redirectUrl": "https://voce.example/s?" + "details=%7B%7D&" * 2000}
    ),
    "more headers than anybody reads": always(Answer(200, headers={f"X-{n}": MARKER for n in range(200)})),
    "a header without end": always(Answer(200, headers={"X-Long": MARKER * 5000})),
    "chunks that are none": always(Answer(200, MARKER.encode(), {"Transfer-Encoding": "chunked"})),
    "a body that breaks off": always(Answer(200, b'{"token": "', {"Content-Length": "4242"})),
    "deeply nested JSON": always(Answer(200, b"[" * 100_000)),
    "huge body": huge,
    "huge body that travels small": always(Answer(200, _ZEROS, {"Content-Encoding": "gzip"})),
    "body that is not what it says": always(Answer(200, MARKER.encode(), {"Content-Encoding": "gzip"})),
}
"""Every way of answering that is of no use."""


def _sign_anything(request: Received) -> Answer:
    try:
        claims = request.json()
    except ValueError as error:
        return answer_text(500, f"SyntaxError: {error}")
    if not (claims.get("id") and claims.get("username") and claims.get("space")):
        return answer_text(400, "Invalid token payload")
    expires = claims.get("exp") or 0
    if isinstance(expires, str):
        return answer_text(500, 'TypeError: "exp" should be a number of seconds')
    claims["exp"] = expires if expires > 0 else int(time.time()) + FIFTEEN_DAYS
    claims.pop("iat", None)
    return answer_json(200, {"token": _jwt(claims, HARD_CODED_SECRET)})


def _redeem_anything(request: Received, base: str) -> Answer:
    missing = next((name for name in ("auth", "token") if not request.query.get(name)), None)
    if missing:
        return answer_text(400, f"Missing required query parameter: {'spaceName' if missing == 'auth' else 'token'}")
    auth, token = request.query["auth"], request.query["token"]
    try:
        claims = _claims(token)
    except ValueError:
        return answer_text(400, "Invalid token format")
    if isinstance(claims.get("exp"), int) and 0 < claims["exp"] < time.time():
        return answer_text(401, "Token is expired")
    location = _location(base, auth, token, claims)
    if request.query.get("fromServer") == "true":
        return answer_json(200, {"redirectUrl": location, "cookie": "vocespace=1; Path=/"})
    return Answer(307, headers={"Location": location, "Set-Cookie": "vocespace=1; Path=/"})


def _details(claims: dict[str, Any], metadata: str) -> dict[str, str]:
    grants = dict.fromkeys(("roomJoin", "canPublish", "canPublishData", "canSubscribe", "canUpdateOwnMetadata"), True)
    participant_token = _jwt(
        {
            "name": claims["username"],
            "metadata": metadata,
            "video": {"room": claims["space"], **grants},
            "iss": "APIstandin",
            "exp": int(time.time()) + FIVE_MINUTES,
            "nbf": 0,
            "sub": claims["id"],
        },
        LIVEKIT_SECRET,
    )
    return {
        "serverUrl": LIVEKIT_URL,
        "roomName": claims["space"],
        "participantToken": participant_token,
        "participantName": claims["username"],
    }


def _location(base: str, auth: str, token: str, claims: dict[str, Any]) -> str:
    known = ("id", "username", "avatar", "space", "room", "identity", "preJoin", "iat", "exp")
    data = {name: claims[name] for name in known if name in claims}
    data["identity"] = claims.get("identity") or "customer"
    data["preJoin"] = bool(claims.get("preJoin"))
    details = _details(claims, metadata=token)
    return f"{base}/{claims['space']}?auth={auth}&details={_encoded(details)}&data={_encoded(data)}"


def _encoded(value: object) -> str:
    return quote(json.dumps(value, separators=(",", ":"), ensure_ascii=False), safe=UNESCAPED_BY_JAVASCRIPT)


def _claims(token: str) -> dict[str, Any]:
    """Read without verifying, as the deployed server does."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("not three parts")
    claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    if not isinstance(claims, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the caller tells every bad token the same
    return claims


def _jwt(claims: dict[str, Any], secret: str) -> str:
    head = ".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{head}.{_base64url(hmac.digest(secret.encode(), head.encode(), hashlib.sha256))}"


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
