"""The least that gives the same answers: HMAC and JSON of the standard library, nothing checked but the signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from typing import Any
from urllib.parse import quote, urlencode

Json = dict[str, Any]

_SIGNING_SECRET = os.environ["SIGNING_SECRET"].encode()
_LIVEKIT_SECRET = os.environ["LIVEKIT_API_SECRET"].encode()
_HEADER = {"alg": "HS256", "typ": "JWT"}


def issue(event: Json, _: object) -> Json:
    """A signed redirect URL."""
    if not _is_authorized(event):
        return {"statusCode": 401}
    claims = json.loads(event["body"])
    now = int(time.time())
    token = _signed(claims | {"iat": now, "exp": now + claims.pop("ttlSeconds")}, _SIGNING_SECRET)
    url = f"{os.environ['BASE_URL']}/api/connection-details?{urlencode({'auth': 'demo', 'token': token})}"
    return _answer(201, {"redirectUrl": url, "token": token})


def redeem(event: Json, _: object) -> Json:
    """A redirect into the space that a token names."""
    query = event["queryStringParameters"]
    signed, _, signature = query["token"].rpartition(".")
    if not hmac.compare_digest(signature, _mac(signed, _SIGNING_SECRET)):
        return {"statusCode": 401}
    person = json.loads(base64.urlsafe_b64decode(signed.split(".")[1] + "=="))
    web_client_query = {"auth": query["auth"], "details": json.dumps(_details(person)), "data": json.dumps(person)}
    url = f"{os.environ['WEB_CLIENT']}/{quote(person['space'])}?{urlencode(web_client_query)}"
    return {"statusCode": 302, "headers": {"Location": url}}


def guest(event: Json, _: object) -> Json:
    """Connection details of a guest."""
    query = event["queryStringParameters"]
    person = {"id": os.urandom(16).hex(), "username": query["participantName"], "space": query["spaceName"]}
    return _answer(200, _details(person))


def token(event: Json, _: object) -> Json:
    """A LiveKit token for whoever the body names."""
    if not _is_authorized(event):
        return {"statusCode": 401}
    body = json.loads(event["body"])
    person = {
        "id": body["participant_identity"],
        "username": body["participant_name"],
        "space": body["room_name"],
    }
    details = _details(person)
    return _answer(201, {"server_url": details["serverUrl"], "participant_token": details["participantToken"]})


def health(_event: Json, _: object) -> Json:
    """Health."""
    return _answer(200, {"status": "ok"})


def _is_authorized(event: Json) -> bool:
    return hmac.compare_digest(event["headers"]["authorization"], f"Bearer {os.environ['API_KEY']}")


def _details(person: Json) -> Json:
    claims = {
        "iss": os.environ["LIVEKIT_API_KEY"],
        "sub": person["id"],
        "name": person["username"],
        "exp": int(time.time()) + 600,
        "video": {"room": person["space"], "roomJoin": True},
    }
    return {
        "serverUrl": os.environ["LIVEKIT_URL"],
        "roomName": person["space"],
        "participantName": person["username"],
        "participantToken": _signed(claims, _LIVEKIT_SECRET),
    }


def _answer(status: int, body: Json) -> Json:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def _signed(claims: Json, key: bytes) -> str:
    signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (_HEADER, claims))
    return f"{signed}.{_mac(signed, key)}"


def _mac(signed: str, key: bytes) -> str:
    return _base64url(hmac.digest(key, signed.encode(), hashlib.sha256))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
