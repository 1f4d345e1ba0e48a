"""Whatever the document shows as an example is one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.contract import Contract
from vocespace.blocks import BlockRequest
from vocespace.cal_com import read_cal_com
from vocespace.calendly import read_calendly
from vocespace.link_requests import LinkRequest
from vocespace.livekit_token_request import LiveKitTokenRequest
from vocespace.request_body import read_request
from vocespace.standard_hooks import read_standard
from vocespace.token_result import ConnectionRequest, RedirectRequest
from vocespace.users import UserRequest
from vocespace.wire import WireModel

Example = tuple[str, dict[str, Any], Any]


def examples_in(part: object, way: str = "") -> Iterator[Example]:
    """Every (where, schema, value) below a part of the document."""
    if isinstance(part, list):
        for index, each in enumerate(part):
            yield from examples_in(each, f"{way}/{index}")
    if not isinstance(part, dict):
        return
    if isinstance(part.get("schema"), dict):
        for name, example in part.get("examples", {}).items():
            yield f"{way}/examples/{name}", part["schema"], example["value"]
        if "example" in part:
            yield f"{way}/example", part["schema"], part["example"]
        return
    for name, each in part.items():
        yield from examples_in(each, f"{way}/{name}")


ALL = list(examples_in(Contract().document))


@pytest.mark.parametrize(("schema", "value"), [pytest.param(*rest, id=where) for where, *rest in ALL])
def test_example_is_valid(contract: Contract, schema: dict[str, Any], value: object) -> None:
    """It fits its schema, with no member that the schema does not name."""
    assert contract.faults(schema, value) == []


def test_every_body_has_an_example(contract: Contract) -> None:
    """A reader sees one of each: requests, answers, refusals; a page is not shown."""
    shown = {where.partition("/example")[0] for where, _, _ in ALL}
    paths, responses = contract.document["paths"], contract.document["components"]["responses"]
    bodies = {
        way for way, kind in bodies_in({"paths": paths, "components": {"responses": responses}}) if kind != "text/html"
    }

    assert bodies <= shown
    assert len(bodies) > 20


def bodies_in(part: object, way: str = "") -> Iterator[tuple[str, str]]:
    """Every (where, media type) below a part of the document."""
    if not isinstance(part, dict):
        return
    for kind in part.get("content", {}):
        yield f"{way}/content/{kind}", kind
    for name, each in part.items():
        yield from bodies_in(each, f"{way}/{name}")


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/api/connection-details", ConnectionRequest),
        ("/iam/api/connection-details", ConnectionRequest),
        ("/api/redirect-url", RedirectRequest),
        ("/iam/api/redirect-url", RedirectRequest),
        ("/api/join-links", LinkRequest),
        ("/iam/api/join-links", LinkRequest),
        ("/api/blocks", BlockRequest),
        ("/iam/api/blocks", BlockRequest),
    ],
)
def test_request_examples_are_read_by_the_code(contract: Contract, path: str, model: type[WireModel]) -> None:
    """What the document shows to send is taken by the model that reads it, and comes back from it unchanged."""
    examples = contract.document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]

    for name, example in examples.items():
        reader = UserRequest if name == "user" else model
        assert read_request(reader, example["value"]).to_wire() == example["value"]


@pytest.mark.parametrize("path", ["/api/livekit-token", "/iam/api/livekit-token"])
def test_livekits_examples_are_read_by_the_code(contract: Contract, path: str) -> None:
    """The same, in snake case as the clients send it, whoever calls."""
    examples = contract.document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]

    for example in examples.values():
        taken = read_request(LiveKitTokenRequest, example["value"])
        assert taken.model_dump(mode="json", exclude_none=True) == example["value"]


def test_bookings_are_read_by_the_code(contract: Contract) -> None:
    """Each system's example by what reads that system's webhooks, and each tells of a booking."""
    content = contract.document["paths"]["/hooks/bookings/{source}"]["post"]["requestBody"]["content"]
    plain = {name: json.dumps(each["value"]).encode() for name, each in content["application/json"]["examples"].items()}
    cloud = content["application/cloudevents+json"]["examples"]["created"]["value"]
    message = {"webhook-id": "msg_1"}
    in_headers = message | {f"ce-{name}": cloud[name] for name in ("specversion", "id", "source", "type", "time")}
    whole = message | {"content-type": "application/cloudevents+json"}

    told = [
        read_cal_com("cal", plain.pop("calCom")),
        read_calendly("calendly", plain.pop("calendly")),
        read_standard("crm", in_headers, plain.pop("data")),
        read_standard("crm", whole, json.dumps(cloud).encode()),
        *(read_standard("crm", message, body) for body in plain.values()),
    ]

    assert None not in told
