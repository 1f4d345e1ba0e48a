"""AWS on this machine: moto's server on loopback, with what the template has of tables, secrets, queues and buses.

The table can be in another DynamoDB of this machine instead: moto's conditional writes are not atomic.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from local.bell import Bell

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from types_boto3_dynamodb import DynamoDBServiceResource
    from types_boto3_events import EventBridgeClient
    from types_boto3_scheduler import EventBridgeSchedulerClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sqs import SQSClient

REGION = "eu-central-1"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    # Whatever the developer has configured for real accounts must not reach in here.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

_SENDING = {"AmazonSQS.SendMessage", "AWSEvents.PutEvents"}
_SEND_MAIL = "/v2/email/outbound-emails"


class Cloud:
    """The part of AWS that the stack uses, reached at `endpoint`, its DynamoDB at another one where that is given."""

    def __init__(self, endpoint: str, dynamodb: str = "", bell: Bell | None = None) -> None:
        self.endpoint = endpoint
        self.bell = bell or Bell()
        """Rings when a message, an event or a mail was sent."""

        self.environment = {"AWS_ENDPOINT_URL": endpoint} | (
            {"AWS_ENDPOINT_URL_DYNAMODB": dynamodb} if dynamodb else {}
        )
        """What leads the SDKs of a process here."""

        self.is_shared = bool(dynamodb)
        """Whether others may have tables beside ours."""

        session = boto3.Session("testing", "testing", region_name=REGION)
        config = Config(proxies={}, retries={"total_max_attempts": 1})
        tables = dynamodb or endpoint
        self._dynamodb: DynamoDBServiceResource = session.resource("dynamodb", endpoint_url=tables, config=config)
        self._secrets: SecretsManagerClient = session.client("secretsmanager", endpoint_url=endpoint, config=config)
        self.sqs: SQSClient = session.client("sqs", endpoint_url=endpoint, config=config)
        """A client of SQS."""

        self.events: EventBridgeClient = session.client("events", endpoint_url=endpoint, config=config)
        """A client of EventBridge."""

        self.scheduler: EventBridgeSchedulerClient = session.client("scheduler", endpoint_url=endpoint, config=config)
        """A client of EventBridge Scheduler."""

    def create_table(self, arguments: Mapping[str, Any]) -> str:
        """Makes a table by the arguments of CreateTable and returns its name."""
        return self._dynamodb.create_table(**arguments).name

    def create_secret(self, name: str, text: str) -> str:
        """Makes a secret and returns its ARN."""
        return self._secrets.create_secret(Name=name, SecretString=text)["ARN"]

    def put_items(self, table: str, *items: Mapping[str, Any]) -> None:
        """Writes items as they are."""
        for item in items:
            self._dynamodb.Table(table).put_item(Item=item)


def start_cloud(host: str = "127.0.0.1", *, dynamodb: str = "") -> Cloud:
    """A cloud of one's own, empty at first, on a free port of this host's; it ends with the process.

    Args:
        host: The address to serve on.
        dynamodb: URL of another DynamoDB that is to hold the table.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    bell = Bell()
    app = _one_at_a_time(DomainDispatcherApplication(create_backend_app), bell)
    server = make_server(host, 0, app, threaded=True, request_handler=MotoRequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    return Cloud(f"http://{host}:{server.server_port}", dynamodb, bell)


def _one_at_a_time(app: WSGIApplication, bell: Bell) -> WSGIApplication:
    # moto looks at a condition and writes in two steps: of two requests at once both could be the last one of a quota.
    lock = Lock()

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with lock:
            answer = app(environ, start_response)
        if environ.get("HTTP_X_AMZ_TARGET") in _SENDING or environ["PATH_INFO"] == _SEND_MAIL:
            bell.ring()
        return answer

    return serve
