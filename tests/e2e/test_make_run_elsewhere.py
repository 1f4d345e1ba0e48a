"""`make run` with its table in DynamoDB Local, for a page and for a role, and with events on the default bus."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.support.service import Service, launched, running_service

ORIGIN = "http://localhost:5173"
BODY = '{"id":"user_12345","username":"Zhang San","space":"my-workspace","identity":"participant","ttlSeconds":3600}'


@pytest.fixture(name="service", scope="module")
def _service(tmp_path_factory: pytest.TempPathFactory, dynamodb_local: str) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    certificates = folder / "ca.pem"
    certificates.touch()
    variables = {
        "DYNAMODB_URL": dynamodb_local,
        "SSL_CERT_FILE": str(certificates),
        "AllowedOrigins": ORIGIN,
        "AuditEventBus": "default",
    }
    with running_service(folder, **variables) as service:
        yield service


def _post(service: Service, path: str, **headers: str) -> requests.Response:
    headers = {"Content-Type": "application/json"} | headers
    return requests.post(service.values["BASE_URL"] + path, data=BODY, headers=headers, timeout=10)


def test_table_is_in_dynamodb_local(service: Service, dynamodb_local: str) -> None:
    """It has a name of its own there, the functions read it there, and demo.env tells where."""
    values = service.values
    client = boto3.client("dynamodb", endpoint_url=dynamodb_local, region_name=values["AWS_DEFAULT_REGION"])

    answer = _post(service, "/api/redirect-url", Authorization=f"Bearer {values['API_KEY']}")

    assert answer.status_code == 201
    assert values["AWS_ENDPOINT_URL_DYNAMODB"] == dynamodb_local
    assert values["TABLE_NAME"] in client.list_tables()["TableNames"]
    assert values["TABLE_NAME"] != "vocespace-connect-local"


def test_values_hold_every_setting(service: Service) -> None:
    """The command line finds what the functions find, and trusts whom they trust."""
    values = service.values

    assert (values["CONNECTION_PROVIDER"], values["MAX_TTL_SECONDS"]) == ("livekit", "86400")
    assert (values["IAM_ACCESS"], values["AUDIT_EVENT_BUS"]) == ("true", "default")
    assert values["SSL_CERT_FILE"] == str(service.folder / "ca.pem")
    assert values["VOCESPACE_URL"] == f"{values['BASE_URL']}/client"


def test_role_gets_what_the_platform_gets(service: Service) -> None:
    """Signed with the keys of demo.env, for the service that API Gateway is to IAM."""
    values = service.values
    request = AWSRequest("POST", f"{values['BASE_URL']}/iam/api/redirect-url", data=BODY)
    credentials = Credentials(values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(credentials, "execute-api", values["AWS_DEFAULT_REGION"]).add_auth(request)

    signed = _post(service, "/iam/api/redirect-url", **{name: str(value) for name, value in request.headers.items()})
    bare = _post(service, "/iam/api/redirect-url")

    assert signed.status_code == 201
    assert (bare.status_code, bare.json()) == (403, {"message": "Forbidden"})


def test_page_of_a_named_origin_may_call(service: Service) -> None:
    """A refusal can be read as well."""
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    preflight = requests.options(service.values["BASE_URL"] + "/api/redirect-url", headers=asking, timeout=10)
    refusal = _post(service, "/api/redirect-url", Origin=ORIGIN)

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-headers"] == "authorization,content-type,x-api-key"
    assert refusal.status_code == 401
    assert refusal.headers["access-control-allow-origin"] == ORIGIN


def test_nobody_at_dynamodb_url_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One line, and no service that would fail at every request."""
    folder = tmp_path_factory.mktemp("service")

    with launched(folder, DYNAMODB_URL="http://127.0.0.1:9") as process:
        assert process.wait(30) == 1

    assert "cannot start: nobody answers at DYNAMODB_URL" in (folder / "terminal.txt").read_text()
