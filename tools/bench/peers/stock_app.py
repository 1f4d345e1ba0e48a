"""The application that `sam init` makes with Powertools, grown into links and tokens: one file, its imports at the top.

It does the work of the bare handler with what its template has: the resolver with validation, Logger, Metrics, and
boto3's clients made where the file begins. Keys come from Secrets Manager, the caller and the platform from the table.
"""

import hashlib
import hmac
import json
import os
import time
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode
from uuid import uuid4

import boto3
import jwt
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, UnauthorizedError
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field, ValidationError

app = APIGatewayHttpResolver(enable_validation=True)
logger = Logger()
metrics = Metrics()
dynamodb = boto3.client("dynamodb")
secrets_manager = boto3.client("secretsmanager")

TABLE = os.environ["TABLE_NAME"]
PLATFORM = os.environ["PLATFORM"]
WEB_CLIENT = os.environ["WEB_CLIENT"]
BASE_URL = os.environ["BASE_URL"]

Text = Annotated[str, Field(min_length=1, max_length=128)]
Answer = dict[str, Any]


class Person(BaseModel):
    """Who comes where, and as what."""

    id: Text
    username: Text
    space: Text
    avatar: str | None = None
    room: Text | None = None
    identity: Literal["owner", "manager", "participant", "guest", "assistant", "customer"] = "guest"


class LinkRequest(Person):
    """The body of a request for a link."""

    auth: Text = "demo"
    ttlSeconds: Annotated[int, Field(gt=0, le=86_400)] = 3600  # noqa: N815 - named as on the wire


class TokenRequest(BaseModel):
    """The body that LiveKit's clients send."""

    room_name: Text = Field(default_factory=lambda: f"room-{uuid4().hex}")
    participant_identity: Text = Field(default_factory=lambda: uuid4().hex)
    participant_name: Text | None = None
    participant_metadata: str | None = None
    participant_attributes: dict[str, str] | None = None


@app.post("/api/redirect-url")
def create_link(request: LinkRequest) -> tuple[Answer, int]:
    """A signed link."""
    check_caller()
    kid, secret = signing_key()
    now = int(time.time())
    claims = request.model_dump(exclude={"auth", "ttlSeconds"}, exclude_none=True)
    claims |= {"iat": now, "exp": now + request.ttlSeconds}
    token = jwt.encode(claims, secret, algorithm="HS256", headers={"kid": kid})
    metrics.add_metric(name="LinkIssued", unit=MetricUnit.Count, value=1)
    logger.info("link issued", extra={"space": request.space})
    url = f"{BASE_URL}/api/connection-details?{urlencode({'auth': request.auth, 'token': token})}"
    return {"redirectUrl": url, "token": token}, 201


@app.get("/api/connection-details")
def connect(
    auth: Annotated[str, Query()] = "demo",
    token: Annotated[str | None, Query()] = None,
    space_name: Annotated[str | None, Query(alias="spaceName")] = None,
    participant_name: Annotated[str | None, Query(alias="participantName")] = None,
) -> Response[Answer | None]:
    """The way into the space that a token names, or what a guest needs."""
    if token is None:
        if not (space_name and participant_name):
            raise BadRequestError("spaceName and participantName are needed")
        guest = Person(id=uuid4().hex, username=participant_name, space=space_name)
        return Response(200, content_types.APPLICATION_JSON, connection_details(guest))
    registered_platform()
    try:
        claims = jwt.decode(token, signing_key()[1], algorithms=["HS256"], options={"require": ["iat", "exp"]})
        person = Person.model_validate(claims)
    except (jwt.PyJWTError, ValidationError):
        raise UnauthorizedError("the token is not valid") from None
    metrics.add_metric(name="LinkRedeemed", unit=MetricUnit.Count, value=1)
    logger.info("link redeemed", extra={"space": person.space})
    query = {"auth": auth, "details": json.dumps(connection_details(person)), "data": person.model_dump_json()}
    return Response(302, headers={"Location": f"{WEB_CLIENT}/{quote(person.space)}?{urlencode(query)}"})


@app.post("/api/livekit-token")
def create_token(request: TokenRequest) -> tuple[Answer, int]:
    """A LiveKit token for whoever the body names."""
    check_caller()
    said = {
        "name": request.participant_name,
        "metadata": request.participant_metadata,
        "attributes": request.participant_attributes,
    }
    token = livekit_token(request.participant_identity, request.room_name, said)
    metrics.add_metric(name="TokenIssued", unit=MetricUnit.Count, value=1)
    return {"server_url": livekit()["url"], "participant_token": token}, 201


@app.get("/healthz")
def health() -> Answer:
    """Health."""
    return {"status": "ok"}


def check_caller() -> None:
    """Lets pass whoever has the API key of the platform."""
    key_id, _, secret = app.current_event.headers.get("authorization", "").removeprefix("Bearer vsk_").partition("_")
    stored = registered_platform(key_id)
    given = hashlib.sha256(secret.encode()).hexdigest()
    if not hmac.compare_digest(stored, given):
        raise UnauthorizedError("the API key is not valid")


@cache
def registered_platform(key_id: str = "none") -> str:
    """What is stored of an API key of the platform: one read of both items."""
    keys = [
        {"pk": {"S": f"KEY#{key_id}"}, "sk": {"S": "KEY"}},
        {"pk": {"S": f"PLATFORM#{PLATFORM}"}, "sk": {"S": "PLATFORM"}},
    ]
    found = dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": keys}})["Responses"][TABLE]
    items = {item["sk"]["S"]: item for item in found}
    if "PLATFORM" not in items:
        raise UnauthorizedError("the platform is not known")
    return items.get("KEY", {}).get("secretSha256", {"S": ""})["S"]


@cache
def secret_of(secret_id: str) -> Answer:
    """What a secret holds."""
    held: Answer = json.loads(secrets_manager.get_secret_value(SecretId=secret_id)["SecretString"])
    return held


def signing_key() -> tuple[str, str]:
    """The key that signs now, and its name."""
    ring = secret_of(os.environ["SIGNING_SECRET_ID"])
    return ring["signingKid"], {key["kid"]: key["secret"] for key in ring["keys"]}[ring["signingKid"]]


def livekit() -> Answer:
    """The LiveKit server and its key."""
    return secret_of(os.environ["LIVEKIT_SECRET_ID"])


def connection_details(person: Person) -> Answer:
    """What a browser connects with."""
    said = {"name": person.username, "attributes": {"identity": person.identity}}
    return {
        "serverUrl": livekit()["url"],
        "roomName": person.space,
        "participantName": person.username,
        "participantToken": livekit_token(person.id, person.space, said),
    }


def livekit_token(identity: str, room: str, said: Answer) -> str:
    """A participant token."""
    now = int(time.time())
    claims = {name: value for name, value in said.items() if value} | {
        "iss": livekit()["apiKey"],
        "sub": identity,
        "nbf": now,
        "exp": now + 600,
        "video": {"room": room, "roomJoin": True, "canPublish": True, "canSubscribe": True},
    }
    return jwt.encode(claims, livekit()["apiSecret"], algorithm="HS256")


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics(capture_cold_start_metric=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return app.resolve(event, context)
