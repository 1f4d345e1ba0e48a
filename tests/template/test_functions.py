"""Each function of the template has its code, its settings and the time it needs."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import pytest

from local.intrinsics import Tree
from local.template import FUNCTION, Template
from tests.support.events import EVENTS, cases, load_event
from tests.support.stack import PARAMETERS, ROOT, TEMPLATE
from tools.built import LAYER
from vocespace import aws_json, vocespace_provider
from vocespace.api import Api
from vocespace.aws_json import URL_SUFFIX
from vocespace.http_request import DEFAULT_ROUTE
from vocespace.settings import Settings

TOKEN_FUNCTIONS = ("ConnectionDetailsFunction", "RedirectUrlFunction", "LivekitTokenFunction")
CALENDAR_FUNCTIONS = ("JoinFunction", "DeliverNewsFunction")
CALLED_BY_PLATFORMS = (*TOKEN_FUNCTIONS, "BlocksFunction", "RoomsFunction", "JoinLinksFunction")
CALLED_BY_PEOPLE = "JoinFunction"
CALLED_BY_LIVEKIT = "LiveKitEventsFunction"
CALLED_BY_BOOKING_SYSTEMS = "BookingHooksFunction"
CALLED_BY_THE_API = (
    *CALLED_BY_PLATFORMS,
    CALLED_BY_PEOPLE,
    CALLED_BY_LIVEKIT,
    CALLED_BY_BOOKING_SYSTEMS,
    "ServiceInfoFunction",
)
CALLED_BY_SECRETS_MANAGER = ("RotateSigningKeysFunction", "RotateLiveKitKeyFunction")
CALLED_BY_QUEUES_AND_SCHEDULES = (
    "TrackOccupancyFunction",
    "ReconcileRoomsFunction",
    "FollowBookingsFunction",
    "MeetingEventsFunction",
    "SweepMeetingsFunction",
    "DeliverNewsFunction",
)
FUNCTIONS = (*CALLED_BY_THE_API, *CALLED_BY_SECRETS_MANAGER, *CALLED_BY_QUEUES_AND_SCHEDULES)
LIVEKIT_SECRET = {"livekit_secret_id": "LiveKitSecret"}
JOIN_LINK_SECRET = {"join_link_secret_id": "JoinLinkSecret"}
DELIVERIES = {"deliveries_queue_url": "DeliveriesQueue"}
SCHEDULES = {
    "meeting_events_queue_url": "MeetingEventsQueue",
    "meeting_events_queue_arn": "MeetingEventsQueue.Arn",
    "schedule_group": "ScheduleGroup",
    "schedule_role_arn": "ScheduleRole.Arn",
    "schedule_dead_letters_arn": "MeetingEventsDeadLetters.Arn",
}
OWN_SETTINGS: dict[str, dict[str, str]] = {
    "RedirectUrlFunction": {},
    "RoomsFunction": {},
    "LiveKitEventsFunction": LIVEKIT_SECRET | {"livekit_events_queue_url": "LiveKitEventsQueue"},
    "JoinLinksFunction": JOIN_LINK_SECRET,
    "BookingHooksFunction": {
        "booking_sources_secret_id": "BookingSourcesSecret",
        "bookings_queue_url": "BookingsQueue",
    },
    "FollowBookingsFunction": JOIN_LINK_SECRET | DELIVERIES | SCHEDULES,
    "MeetingEventsFunction": LIVEKIT_SECRET | DELIVERIES | SCHEDULES,
    "SweepMeetingsFunction": {"meeting_events_queue_url": "MeetingEventsQueue"},
    "DeliverNewsFunction": JOIN_LINK_SECRET
    | DELIVERIES
    | {"endpoints_secret_id": "EndpointsSecret", "event_bus": "EventBus", "mail_sender": "meet@example.com"},
}
"""What is told to these functions alone; to all others, where the LiveKit secret is."""
ASK_BOTOCORE = (
    "FollowBookingsFunction",
    "MeetingEventsFunction",
    "DeliverNewsFunction",
    *CALLED_BY_SECRETS_MANAGER,
)
"""They call Scheduler, SES or the versions of secrets."""
MOST_LAYERS = 5
"""Lambda takes no more for a function."""
API_TIMEOUT_SECONDS = 30
"""How long an HTTP API waits for its integration; no deployment can raise it."""


def folder_of(template: Template, logical_id: str) -> str:
    """The folder of a function's code, below functions/."""
    code_uri: str = template.properties(logical_id)["CodeUri"]
    return code_uri.removeprefix("functions/")


def environment_of(template: Template, logical_id: str) -> dict[str, str]:
    """The environment that a function starts with."""
    [function] = (each for each in template.functions() if each.logical_id == logical_id)
    return function.environment


def test_every_folder_is_a_function_and_every_function_a_folder(template: Template) -> None:
    """Nothing is deployed that has no code, and no code is forgotten; the rest of this module knows all of them."""
    folders = {path.name for path in (ROOT / "functions").iterdir() if (path / "app.py").is_file()}

    assert {folder_of(template, logical_id) for logical_id in FUNCTIONS} == folders
    assert set(template.resources(FUNCTION)) == set(FUNCTIONS)


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_handler_is_importable_where_sam_puts_it(template: Template, logical_id: str) -> None:
    """The handler's name holds in the repository and in the artifact, which keeps the parent packages."""
    folder = folder_of(template, logical_id)
    properties = template.properties(logical_id)
    metadata: Tree = template.document["Resources"][logical_id]["Metadata"]

    assert properties["Handler"] == f"functions.{folder}.app.lambda_handler"
    assert metadata["BuildProperties"] == {
        "ParentPackageMode": "explicit",
        "ParentPackages": f"functions.{folder}",
    }
    assert callable(importlib.import_module(f"functions.{folder}.app").lambda_handler)


@pytest.mark.parametrize("provider", ["livekit", "vocespace"])
@pytest.mark.parametrize("logical_id", [each for each in FUNCTIONS if each != "ServiceInfoFunction"])
def test_environment_is_what_settings_reads(logical_id: str, provider: str) -> None:
    """Whoever needs settings finds every one, each by its parameter, and starts with them."""
    parameters = PARAMETERS | {
        "ConnectionProvider": provider,
        "PublicBaseUrl": "https://connect.example.com/v1",
        "GuestAccess": "true",
        "RoomMapping": "room",
        "MaxTtlSeconds": "7200",
        "SigningKeyPlatform": "demo",
        "UserAccess": "true",
        "IamAccess": "true",
        "AuditEventBus": "audit",
        "MailSender": "meet@example.com",
    }
    template = Template.load(TEMPLATE, parameters, {"Table": "the-table", "SigningSecret": "the-signing"})

    settings = Settings.from_environment(environment_of(template, logical_id))

    shared = Settings(
        connection_provider="livekit" if provider == "livekit" else "vocespace",
        vocespace_url="https://vocespace.example.com",
        public_base_url="https://connect.example.com/v1",
        guest_access=True,
        room_mapping="room",
        max_ttl_seconds=7200,
        signing_key_platform="demo",
        user_access=True,
        iam_access=True,
        audit_event_bus="audit",
        table_name="the-table",
        signing_secret_id="the-signing",
    )
    assert settings == shared.model_copy(update=OWN_SETTINGS.get(logical_id, LIVEKIT_SECRET))


def test_whoever_mails_links_knows_where_they_lead(template: Template) -> None:
    """Others are told by the request; a function that nobody calls has none, so it is told the API's own address."""
    assert environment_of(template, "DeliverNewsFunction")["PUBLIC_BASE_URL"] == template.outputs["ApiUrl"]


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_every_variable_has_a_reader(template: Template, logical_id: str) -> None:
    """No variable is set that nothing reads, and none that only `make run` may set; RELEASE only has to differ."""
    local_only = {
        "ALLOW_SHORT_LIVEKIT_SECRET",
        "ALLOW_LOOPBACK_ENDPOINTS",
        "LOCAL_CLOCK_FILE",
        "SECRETS_AGE_FASTER_BY",
    }
    readers = {name.upper() for name in Settings.model_fields} - local_only | {"API_DOCS", "RELEASE", URL_SUFFIX}
    ours = {name for name in environment_of(template, logical_id) if not name.startswith(("POWERTOOLS_", "PYDANTIC_"))}

    assert ours <= readers


@pytest.mark.parametrize("logical_id", CALLED_BY_THE_API)
def test_a_function_ends_before_the_api_gives_up(template: Template, logical_id: str) -> None:
    """API Gateway answers nothing of ours once it has stopped waiting."""
    assert 0 < template.properties(logical_id)["Timeout"] < API_TIMEOUT_SECONDS


def test_connection_details_outlives_the_server_it_asks(template: Template) -> None:
    """The slowest VoceSpace server ends in our 504, not in a function that is cut off."""
    one_request = 2 * vocespace_provider.CONNECT_TIMEOUT + vocespace_provider.READ_TIMEOUT
    one_read = aws_json.MAX_ATTEMPTS * (aws_json.CONNECT_TIMEOUT + aws_json.READ_TIMEOUT)

    assert template.properties("ConnectionDetailsFunction")["Timeout"] > 2 * one_request + one_read


@cache
def deployed(**parameters: str) -> Template:
    """The template with other parameters than usual."""
    return Template.load(TEMPLATE, PARAMETERS | parameters)


@pytest.mark.parametrize("users", ["false", "true"])
@pytest.mark.parametrize("snap_start", ["false", "true"])
@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_functions_run_on_their_layers(logical_id: str, architecture: str, snap_start: str, users: str) -> None:
    """A layer is deployed and made for the runtime and the processor of its functions; its folder has a rule for it."""
    template = deployed(Architecture=architecture, SnapStart=snap_start, Release="one", UserAccess=users)
    properties = template.properties(logical_id)

    assert len(properties["Layers"]) == len(set(properties["Layers"])) <= MOST_LAYERS
    for layer_id in properties["Layers"]:
        resource, layer = template.document["Resources"][layer_id], template.properties(layer_id)
        assert "Condition" not in resource or template.holds(resource["Condition"])
        assert properties["Runtime"] in layer["CompatibleRuntimes"]
        assert properties["Architectures"] == layer["CompatibleArchitectures"]
        assert f"build-{layer_id}:" in (ROOT / layer["ContentUri"] / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("users", ["false", "true"])
@pytest.mark.parametrize("snap_start", ["false", "true"])
@pytest.mark.parametrize(("architecture", "ending"), [("x86_64", "X86"), ("arm64", "Arm64")])
@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_only_those_who_need_another_layer_have_one(
    logical_id: str, architecture: str, ending: str, snap_start: str, users: str
) -> None:
    """Who takes an issuer's tokens has what verifies them, who writes entries for calendars what does that, and so on.

    After a snapshot the credentials are not in the environment, and everybody who calls AWS looks for them by botocore.
    A snapshot holds what verifies tokens in any case: its size is none that a start waits for.
    """
    template = deployed(Architecture=architecture, SnapStart=snap_start, Release="one", UserAccess=users)
    verifies = logical_id in TOKEN_FUNCTIONS and "true" in {users, snap_start}
    is_restored = snap_start == "true" and logical_id in CALLED_BY_THE_API and logical_id != "ServiceInfoFunction"

    assert template.properties(logical_id)["Layers"] == [
        f"VoceSpaceLayer{ending}",
        *([f"CryptographyLayer{ending}"] if verifies else []),
        *(["CalendarLayer"] if logical_id in CALENDAR_FUNCTIONS else []),
        *(["AwsLayer"] if logical_id in ASK_BOTOCORE or is_restored else []),
    ]


@pytest.mark.parametrize(("api_docs", "layers"), [("false", []), ("true", ["DocsLayer"])])
def test_the_page_of_the_description_ships_where_it_is_shown(api_docs: str, layers: list[str]) -> None:
    """It is an eighth of the function."""
    template = deployed(ApiDocs=api_docs)

    assert template.properties("ServiceInfoFunction")["Layers"] == ["VoceSpaceLayerX86", *layers]


@pytest.mark.parametrize(("architecture", "other"), [("x86_64", "Arm64"), ("arm64", "X86")])
def test_architecture_is_one_choice(architecture: str, other: str) -> None:
    """The parameter moves the functions, the layers and their builds together; nothing of the other one is deployed."""
    template = deployed(Architecture=architecture)

    assert {tuple(template.properties(each)["Architectures"]) for each in FUNCTIONS} == {(architecture,)}
    for layer_id, resource in template.resources(LAYER).items():
        assert template.properties(layer_id)["CompatibleArchitectures"] == [architecture]
        assert resource["Metadata"]["BuildArchitecture"] == {"Ref": "Architecture"}
        is_deployed = "Condition" not in resource or template.holds(resource["Condition"])
        assert is_deployed is not layer_id.endswith(other)


@pytest.mark.parametrize(("given", "reserved"), [("0", None), ("25", "25")])
@pytest.mark.parametrize("logical_id", [*CALLED_BY_PLATFORMS, CALLED_BY_PEOPLE])
def test_concurrency_is_reserved_on_demand(logical_id: str, given: str, reserved: str | None) -> None:
    """0 leaves the property out: reserving anything fails in an account with the quota of a new one."""
    properties = Template.load(TEMPLATE, PARAMETERS | {"ReservedConcurrency": given}).properties(logical_id)

    assert properties.get("ReservedConcurrentExecutions") == reserved


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_role_is_written_out(template: Template, logical_id: str) -> None:
    """SAM gives a function that has no role of its own the right to write every log of the account."""
    resource: dict[str, Any] = template.document["Resources"][logical_id]
    role, _ = resource["Properties"]["Role"]["Fn::GetAtt"]

    assert "Policies" not in resource["Properties"]
    assert "Connectors" not in resource
    assert set(template.properties(role)) == {"AssumeRolePolicyDocument", "Policies"}
    [trust] = template.properties(role)["AssumeRolePolicyDocument"]["Statement"]
    assert trust == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def test_every_event_belongs_to_a_function() -> None:
    """Each folder of events/ is named after the function whose events it holds."""
    folders = {path.name for path in EVENTS.iterdir()}

    assert folders == {path.name for path in (ROOT / "functions").iterdir() if (path / "app.py").is_file()}


@pytest.mark.parametrize(("function", "case"), cases())
def test_every_event_takes_a_route_of_its_function(template: Template, function: str, case: str) -> None:
    """An event file is one that API Gateway could have sent to this function."""
    routes = {
        "$default" if path == "$default" else f"{method} {path}"
        for each in template.functions()
        if each.handler.split(".")[1] == function
        for method, path in each.routes
    }

    assert load_event(function, case)["routeKey"] in routes


@pytest.mark.parametrize("logical_id", CALLED_BY_THE_API)
def test_every_function_knows_exactly_its_routes(template: Template, logical_id: str) -> None:
    """By their keys, which API Gateway names in its events: a route that a function does not know is a 404."""
    function = next(each for each in template.functions() if each.logical_id == logical_id)
    module, _, _ = function.handler.rpartition(".")
    api: Api = importlib.import_module(module).api

    routes = {DEFAULT_ROUTE if path == DEFAULT_ROUTE else f"{method} {path}" for method, path in function.routes}
    assert api.route_keys == routes
