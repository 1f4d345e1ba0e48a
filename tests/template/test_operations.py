"""What an operator sees: logs, traces, alarms, the dashboard and the outputs, tied to what the code really emits."""

from __future__ import annotations

import json
import re

import pytest

from local.intrinsics import Tree
from local.template import Template
from tests.support.stack import PARAMETERS, TEMPLATE
from vocespace import observability
from vocespace.document_cache import KEY_SET, SECRET

ALARM = "AWS::CloudWatch::Alarm"
LOG_GROUP = "AWS::Logs::LogGroup"
STACK_NAME = "vocespace-connect"
SECRET_ALARMS = ("SecretStale", "SecretDenied")
THROTTLE_ALARMS = ("Throttled", "WorkThrottled")
SECRET_NAMES = ("signing", "livekit", "join_links", "booking_sources", "endpoints")
MOST_METRICS = 10
"""How many metrics an alarm can add up; CloudWatch refuses one more, and with it the whole deployment."""

Metric = tuple[str, frozenset[str]]


@pytest.fixture(name="emitted")
def _emitted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, template: Template) -> set[Metric]:
    """Every metric that the code emits, with the names of its dimensions, in the environment of the template."""
    for name, value in template.functions()[0].environment.items():
        monkeypatch.setenv(name, value)
    observability.counted.cache_clear()
    capsys.readouterr()
    observability.issued({"what": "link", "platform": "demo", "identity": "guest", "provider": "livekit"})
    observability.refused({"reason": "key_unknown"})
    observability.event_lost("InternalException")
    observability.rotated("signing")
    observability.reconciled({"came": 1, "went": 1})
    observability.livekit_unasked("room_service_timeout")
    observability.booking_hook("cal", "taken")
    observability.booking_dropped("cal", "no_route")
    observability.invitation_refused("cal", "policy_space")
    observability.moment_followed("opens", "done")
    observability.moments_swept(1, 1)
    observability.delivered("mail")
    observability.delivery_failed("Meeting.Reminder", "mail", "MessageRejected")
    observability.document_denied(SECRET, "signing")
    observability.document_denied(SECRET, "livekit")
    observability.document_stale(KEY_SET, "https://issuer.example.com", 301.0)
    observability.document_stale(SECRET, "signing", 301.0)
    observability.document_stale(SECRET, "livekit", 301.0)
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {
        (metric["Name"], frozenset(dimensions))
        for document in documents
        for directive in document.get("_aws", {}).get("CloudWatchMetrics", [])
        if directive["Namespace"] == "VoceSpaceConnect" and document["service"] == STACK_NAME
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
    }


def test_every_log_is_forgotten_in_time(template: Template) -> None:
    """Each group has a retention, and a name under the stack's so that two stacks do not meet."""
    groups = template.resources(LOG_GROUP)

    assert len(groups) == len(template.functions()) + 1
    for logical_id in groups:
        properties = template.properties(logical_id)
        assert properties["RetentionInDays"] == "30"
        assert f"/{STACK_NAME}/" in properties["LogGroupName"]


def test_every_function_logs_to_its_own_group_and_is_traced(template: Template) -> None:
    """The group is the template's, so that it has a retention and the role can be held to it."""
    for function in template.functions():
        properties = template.properties(function.logical_id)
        assert properties["LoggingConfig"] == {"LogGroup": re.sub("Function$", "Logs", function.logical_id)}
        assert properties["Tracing"] == "Active"


def test_every_function_has_an_alarm_for_errors(template: Template) -> None:
    """Whatever escapes a handler is told to somebody."""
    watched = {
        dimension["Value"]
        for logical_id in template.resources(ALARM)
        if template.properties(logical_id).get("MetricName") == "Errors"
        for dimension in template.properties(logical_id)["Dimensions"]
    }

    assert watched == {function.logical_id for function in template.functions()}


def test_throttles_of_every_function_are_watched(template: Template) -> None:
    """One alarm adds up the throttles of those that somebody waits for, another one those of the others."""
    metrics = {
        each: [query["MetricStat"]["Metric"] for query in template.properties(each)["Metrics"][1:]]
        for each in THROTTLE_ALARMS
    }
    calls, work = ({metric["Dimensions"][0]["Value"] for metric in metrics[each]} for each in THROTTLE_ALARMS)

    assert calls == {function.logical_id for function in template.functions() if function.routes}
    assert work == {function.logical_id for function in template.functions() if not function.routes}
    assert {metric["MetricName"] for each in metrics.values() for metric in each} == {"Throttles"}


def test_alarms_add_up_what_they_fetch(template: Template) -> None:
    """A sum over metrics names each of them, no more than can be, and counts a silent one as nothing."""
    for logical_id in (*THROTTLE_ALARMS, *SECRET_ALARMS):
        total, *queries = template.properties(logical_id)["Metrics"]
        assert len(queries) <= MOST_METRICS
        assert total["Expression"] == "+".join(f"FILL({query['Id']},0)" for query in queries)


@pytest.mark.parametrize("logical_id", SECRET_ALARMS)
def test_alarms_of_secrets_watch_what_the_code_emits(template: Template, emitted: set[Metric], logical_id: str) -> None:
    """Name, namespace and dimensions of the alarm are those of the EMF line, for each secret and this stack only."""
    metrics = [query["MetricStat"]["Metric"] for query in template.properties(logical_id)["Metrics"][1:]]

    assert {metric["MetricName"] for metric in metrics} == {logical_id}
    for metric in metrics:
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
        assert metric["Namespace"] == "VoceSpaceConnect"
        assert (metric["MetricName"], frozenset(dimensions)) in emitted
        assert dimensions["service"] == STACK_NAME
    assert [metric["Dimensions"][1]["Value"] for metric in metrics] == [*SECRET_NAMES]


def test_alarm_of_a_silent_livekit_watches_what_the_code_emits(template: Template, emitted: set[Metric]) -> None:
    """Three runs in a row: a restart of the server is no incident."""
    alarm = template.properties("LiveKitUnasked")

    assert (alarm["MetricName"], frozenset({"service"})) in emitted
    assert alarm["Dimensions"] == [{"Name": "service", "Value": STACK_NAME}]
    assert (alarm["Namespace"], alarm["Period"], alarm["EvaluationPeriods"]) == ("VoceSpaceConnect", 300, 3)


def test_alarm_of_lost_moments_watches_what_the_code_emits(template: Template, emitted: set[Metric]) -> None:
    """Three runs in a row: one that is late by a minute is no incident."""
    alarm = template.properties("MomentsLost")

    assert (alarm["MetricName"], frozenset({"service"})) in emitted
    assert alarm["Dimensions"] == [{"Name": "service", "Value": STACK_NAME}]
    assert (alarm["Namespace"], alarm["Period"], alarm["EvaluationPeriods"]) == ("VoceSpaceConnect", 300, 3)


def test_dashboard_shows_everything_the_code_emits(template: Template, emitted: set[Metric]) -> None:
    """Each metric of ours has a search of just its dimensions."""
    body: Tree = json.loads(template.properties("Dashboard")["DashboardBody"])
    text = json.dumps(body)
    searches = re.findall(
        r"SEARCH\('\{VoceSpaceConnect,([\w,]+)\} MetricName=\\+\"(\w+)\\+\" service=\\+\"([\w-]+)", text
    )

    assert {(name, frozenset(dimensions.split(","))) for dimensions, name, _ in searches} == emitted
    assert {service for _, _, service in searches} == {STACK_NAME}


@pytest.mark.parametrize(("topic", "actions"), [("", None), ("arn:aws:sns:eu-central-1:123456789012:alarms", 1)])
def test_alarms_tell_the_topic_when_there_is_one(topic: str, actions: int | None) -> None:
    """Without a topic an alarm has no action, and is still an alarm."""
    template = Template.load(TEMPLATE, PARAMETERS | {"AlarmTopicArn": topic})

    for logical_id in template.resources(ALARM):
        expected = None if actions is None else [topic]
        assert template.properties(logical_id).get("AlarmActions") == expected


def test_no_alarm_rings_in_silence(template: Template) -> None:
    """A night without requests is not an incident."""
    for logical_id in template.resources(ALARM):
        assert template.properties(logical_id)["TreatMissingData"] == "notBreaching"


def test_outputs_say_where_everything_is(template: Template) -> None:
    """Whoever deployed it finds the URLs, the table, the secrets and the functions."""
    outputs = template.outputs
    base = outputs["ApiUrl"]

    assert base == "https://HttpApi.execute-api.us-east-1.amazonaws.com"
    assert outputs["ConnectionDetailsUrl"] == f"{base}/api/connection-details"
    assert outputs["RedirectUrlUrl"] == f"{base}/api/redirect-url"
    assert outputs["BlocksUrl"] == f"{base}/api/blocks"
    assert outputs["RoomsUrl"] == f"{base}/api/spaces/{{space}}/rooms"
    assert outputs["JoinLinksUrl"] == f"{base}/api/join-links"
    assert outputs["BookingHooksUrl"] == f"{base}/hooks/bookings/{{source}}"
    assert outputs["LiveKitWebhookUrl"] == f"{base}/hooks/livekit"
    assert outputs["OpenApiUrl"] == f"{base}/openapi.json"
    for secret in ("SigningSecret", "LiveKitSecret", "JoinLinkSecret", "BookingSourcesSecret", "EndpointsSecret"):
        assert outputs[f"{secret}Arn"] == secret
    assert (outputs["TableName"], outputs["EventBusName"]) == ("Table", "EventBus")
    for queue in ("LiveKitEvents", "Bus", "Bookings", "MeetingEvents", "Deliveries"):
        assert outputs[f"{queue}DeadLettersUrl"] == f"{queue}DeadLetters"
    names = {value for name, value in outputs.items() if name.endswith("FunctionName")}
    assert names == {function.logical_id for function in template.functions()}
    assert all(output["Description"] for output in template.document["Outputs"].values())
