"""openapi.yaml against the running API: every answer, whatever was sent, is one that it promises, and none is a 5xx."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis

OPENAPI = Path(__file__).parents[2] / "openapi.yaml"

CONFIG = schemathesis.Config.from_dict(
    {
        "seed": 20261122,
        "generation": {"max-examples": 100, "deterministic": True, "database": "none"},
        "checks": {
            # The defaults, and what we refuse invalid data with beyond them: a body or a head that is too large.
            "negative_data_rejection": {
                "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, 431]
            },
        },
    }
)
# Below /iam API Gateway answers whoever has not signed: nothing of ours would be asked.
api = schemathesis.openapi.from_path(OPENAPI, config=CONFIG).exclude(path_regex="^/iam/")
JOIN = "/join/"
LINKS = "/api/join-links"

NAME = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]+(?: [A-Za-z0-9_.-]+)*")
AVATAR = re.compile(r"https://[a-z]+\.example(/[a-z0-9]*)*")
TTL = 3600
BLOCKED = {"space": "kept-apart", "id": "user_67890"}
BLOCKS = "/api/blocks"
LIVEKIT_TOKEN = "/api/livekit-token"
ROOMS = "/api/spaces/{space}/rooms"
HOOKS = "/hooks/"
SPACE = "my-workspace"


def _post(running: Mapping[str, str], path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {running['API_KEY']}"}
    answer = requests.post(f"{running['BASE_URL']}{path}", json=body, headers=headers, timeout=10)
    assert answer.status_code == HTTPStatus.CREATED
    members: dict[str, Any] = answer.json()
    return members


@pytest.fixture(name="token", scope="module")
def _token(running: Mapping[str, str]) -> str:
    person = {"id": "user_1", "username": "Ada", "space": SPACE, "identity": "owner", "ttlSeconds": 86_400}
    token: str = _post(running, "/api/redirect-url", person)["token"]
    return token


@pytest.fixture(name="link", scope="module")
def _link(running: Mapping[str, str]) -> str:
    person = {"id": "user_1", "username": "Ada", "space": SPACE, "identity": "participant"}
    made: str = _post(running, LINKS, person)["id"]
    return made


@pytest.fixture(scope="module", autouse=True)
def _block(running: Mapping[str, str]) -> None:
    """Somebody to let in again, and somebody to stay: the first block of a space takes 5 seconds, every other none."""
    for person in (BLOCKED["id"], "user_to_stay"):
        _post(running, BLOCKS, BLOCKED | {"id": person})


@pytest.fixture(scope="module", autouse=True)
def _space(running: Mapping[str, str], token: str) -> None:
    """A space to see the rooms of: the first person who comes makes it."""
    requests.get(
        f"{running['BASE_URL']}/api/connection-details",
        params={"auth": "demo", "token": token, "fromServer": "true"},
        timeout=10,
    ).raise_for_status()


@pytest.fixture(name="seen", scope="module")
def _seen() -> Iterator[dict[tuple[str, str], set[int]]]:
    """Who saw which statuses where. If everything were refused, the checks would find nothing to complain about."""
    seen: dict[tuple[str, str], set[int]] = defaultdict(set)
    yield seen
    for (who, where), statuses in seen.items():
        let_in = bool(statuses & {200, 201, 204, 302})
        only_for_platforms = where.endswith(("/api/redirect-url", LIVEKIT_TOKEN, BLOCKS, ROOMS)) or LINKS in where
        # Only LiveKit's server and booking systems can sign what they send, and nobody guesses the code of a link.
        is_refused = HOOKS in where or JOIN in where or (who == "nobody" and only_for_platforms)
        assert let_in is not is_refused, (who, where, statuses)


@api.parametrize()
@pytest.mark.parametrize("caller", ["platform", "nobody"])
def test_answers_are_those_of_the_document(
    case: schemathesis.Case[Any],
    caller: str,
    running: Mapping[str, str],
    token: str,
    link: str,
    seen: dict[tuple[str, str], set[int]],
) -> None:
    """Valid data is accepted, invalid data is refused, and neither is answered in a way that nobody documented."""
    if case.meta is not None and case.meta.generation.mode is schemathesis.GenerationMode.POSITIVE:
        _make_fit(case, token, link)
        if caller == "nobody":
            _name_no_auth_type(case)
    headers = {"Authorization": f"Bearer {running['API_KEY']}"} if caller == "platform" else {}
    answer = case.call_and_validate(base_url=running["BASE_URL"], headers=headers, timeout=20)
    seen[caller, case.operation.label].add(answer.status_code)


def _make_fit(case: schemathesis.Case[Any], token: str, link: str) -> None:
    """Puts right what valid data has to be beyond what a schema can say: times that fit, 1 and not 1.0, real names."""
    query, body = case.query, case.body
    case.path_parameters.update({ROOMS: {"space": SPACE}, f"{LINKS}/{{id}}": {"id": link}}.get(case.path, {}))
    if case.path == "/api/connection-details" and case.method == "GET":
        if "token" in query:
            query["token"] = token
        query |= {name: _name(query.get(name)) for name in ("spaceName", "participantName")}
        if query.get("identity"):
            query["identity"] = _name(query["identity"])
    if case.path == BLOCKS and case.method != "POST":
        query |= {name: value for name, value in BLOCKED.items() if name in query}
    if isinstance(body, dict) and case.path == LIVEKIT_TOKEN:
        _make_livekit_fit(body)
    elif isinstance(body, dict) and not case.path.startswith(HOOKS):
        _make_link_fit(body)
        if body.get("auth"):
            query.pop("auth", None)
        if case.path == BLOCKS:
            body["space"] = BLOCKED["space"]
        else:
            _speak_for_somebody(case.path, body)
        _make_person_fit(body)
        _make_times_fit(body)


def _speak_for_somebody(path: str, body: dict[str, Any]) -> None:
    """Makes the body of a signed-in user, who may leave out what their token says, one of a platform."""
    body |= {name: body.get(name) or "user_1" for name in ("id", "username")}
    if path == "/api/connection-details":
        body.pop("ttlSeconds", None)
        body |= {"iat": 1, "exp": 1}


def _make_livekit_fit(body: dict[str, Any]) -> None:
    """A LiveKit client's wish, in names that are some; the auth type is left to the query, the room to its policy."""
    names = ("room_name", "participant_name", "participant_identity")
    body |= {name: _name(body[name])[:128] for name in names if body.get(name)}
    attributes = body.get("participant_attributes")
    if attributes:
        if attributes.get("room") not in {None, "", "$empty", "$space"}:
            attributes["room"] = _name(attributes["room"])
        attributes.pop("auth", None)
        for name in [each for each in attributes if each.startswith("lk.")]:
            del attributes[name]
    if body.get("room_config"):
        body["room_config"] = {}


def _name_no_auth_type(case: schemathesis.Case[Any]) -> None:
    """A guest of nobody's cannot; with one, every answer would be the same 401."""
    case.query.pop("auth", None)
    if isinstance(case.body, dict):
        case.body.pop("auth", None)


def _make_person_fit(body: dict[str, Any]) -> None:
    names = {"id", "username", "space", "room"} & {name for name, value in body.items() if value is not None}
    body |= {name: _name(body[name]) for name in names if body[name] not in {"$empty", "$space"}}
    if body.get("avatar") and not AVATAR.fullmatch(body["avatar"]):
        body["avatar"] = "https://pictures.example/1"


def _make_link_fit(body: dict[str, Any]) -> None:
    body.pop("earlyJoinMinutes", None)
    if body.pop("notBefore", None) is not None:
        body["expiresAt"] = 1
    if body.get("maxUses") is not None:
        body["maxUses"] = int(body["maxUses"])
    if body.get("timeZone") is not None:
        body["timeZone"] = "Europe/Paris"


def _make_times_fit(body: dict[str, Any]) -> None:
    now = int(time.time())
    if body.get("iat") is not None:
        body["iat"] = now
    if body.get("expiresAt") is not None:
        body["expiresAt"] = now + TTL
    if body.get("exp") is not None:
        body["exp"] = now + TTL
        body.pop("ttlSeconds", None)
    if body.get("ttlSeconds") is not None:
        body["ttlSeconds"] = 1 + int(body["ttlSeconds"]) % TTL


def _name(value: str | None) -> str:
    return value if value and NAME.fullmatch(value) else "my-workspace"
