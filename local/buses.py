"""The stack's event buses, and the rules by which what is put on them goes into queues. moto keeps such rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from moto.events import models as moto_events

from local.event import ACCOUNT_ID
from local.template import Template

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_events.type_defs import TargetTypeDef

BUS = "AWS::Events::EventBus"
RULE = "AWS::Events::Rule"

_EVERYTHING = {"account": [ACCOUNT_ID]}


class _Untransformed:
    """What moto writes events for a target by, in place of its own, which needs a library for what no rule here has."""

    @staticmethod
    def parse(*, event: dict[str, Any], **_: object) -> dict[str, Any]:
        """The event as EventBridge hands it over where a target does not say otherwise."""
        return {name: value for name, value in event.items() if name != "ingestion-time"}


def create_buses(client: EventBridgeClient, template: Template) -> dict[str, Mapping[str, str]]:
    """Makes every bus of a template.

    Returns:
        Their physical ids, by logical id.
    """
    vars(moto_events).update(EventTemplateParser=_Untransformed)
    ids: dict[str, Mapping[str, str]] = {}
    for logical_id in template.resources(BUS):
        name = template.properties(logical_id)["Name"]
        arn = client.create_event_bus(Name=name)["EventBusArn"]
        ids[logical_id] = {"Ref": name, "Name": name, "Arn": arn}
    return ids


def create_rules(client: EventBridgeClient, template: Template) -> None:
    """Makes every rule on a bus of the template's own, which has its physical ids; AWS's own bus is not here."""
    for logical_id in template.resources(RULE):
        properties = template.properties(logical_id)
        if "EventBusName" in properties:
            _put(client, logical_id, properties["EventBusName"], properties["EventPattern"], properties["Targets"])


def listen(client: EventBridgeClient, buses: Iterable[str], queue_arn: str) -> None:
    """Has a queue told of everything that is put on these buses."""
    for bus in buses:
        _put(client, "Everything", bus, _EVERYTHING, [{"Id": "Listener", "Arn": queue_arn}])


def _put(
    client: EventBridgeClient, name: str, bus: str, pattern: dict[str, list[str]], targets: list[TargetTypeDef]
) -> None:
    client.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern), State="ENABLED")
    client.put_targets(Rule=name, EventBusName=bus, Targets=targets)
