"""What the handlers answer is what the document promises, for every operation and every status of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pydantic.alias_generators import to_snake

from tests.contract.contract import Contract
from tests.support.booking_hooks import saying
from tests.support.clock import NOW
from tests.support.events import Event, behind_iam, cases, with_body, with_headers, with_query
from tests.support.join_door import Door, by_code
from tests.support.world import ACME, DEMO, Answer, World
from vocespace.api import IAM_PREFIX
from vocespace.booking_intake import MAX_HOOK
from vocespace.errors import QuotaExceededError, UpstreamFailedError, UpstreamTimeoutError
from vocespace.livekit_events import MAX_EVENT
from vocespace.rate_limit import Allowance

CAMEL_CASE = ("livekit_token", "post_camel_case")

DEPLOYMENTS: dict[str, dict[str, str]] = {
    "open": {"API_DOCS": "true"},
    "closed": {"GUEST_ACCESS": "false", "API_DOCS": "false"},
    "without a web client": {"VOCESPACE_URL": ""},
    "a LiveKit room for each room": {"ROOM_MAPPING": "room"},
    "for IAM roles": {"IAM_ACCESS": "true"},
}

GET = ("GET", "/api/connection-details")
POST = ("POST", "/api/connection-details")
LINK = ("POST", "/api/redirect-url")
ISSUE = ("POST", "/api/livekit-token")
INVITE = ("POST", "/api/join-links")
INVITED = ("GET", "/api/join-links/{id}")
REVOKE = ("DELETE", "/api/join-links/{id}")
SHOW = ("GET", "/join/{code}")
PROBE = ("HEAD", "/join/{code}")
JOIN = ("POST", "/join/{code}")
ENTRY = ("GET", "/join/{code}/calendar.ics")
BLOCK = ("POST", "/api/blocks")
BLOCKS = ("GET", "/api/blocks")
UNBLOCK = ("DELETE", "/api/blocks")
ROOMS = ("GET", "/api/spaces/{space}/rooms")
HOOK = ("POST", "/hooks/livekit")
BOOKING = ("POST", "/hooks/bookings/{source}")
HEALTH = ("GET", "/healthz")
OPENAPI = ("GET", "/openapi.json")
DOCS = ("GET", "/docs")

FILES = {
    GET: ("connection_details", "get_redirect"),
    POST: ("connection_details", "post_platform"),
    LINK: ("redirect_url", "post_ttl"),
    ISSUE: ("livekit_token", "post"),
    INVITE: ("join_links", "post_meeting"),
    INVITED: ("join_links", "get_link"),
    REVOKE: ("join_links", "delete_link"),
    SHOW: ("join", "get_page"),
    PROBE: ("join", "head_page"),
    JOIN: ("join", "post_page"),
    ENTRY: ("join", "get_calendar"),
    BLOCK: ("blocks", "post_block"),
    BLOCKS: ("blocks", "get_blocks"),
    UNBLOCK: ("blocks", "delete_block"),
    ROOMS: ("rooms", "get_rooms"),
    HOOK: ("livekit_events", "participant_joined"),
    BOOKING: ("booking_hooks", "standard_created"),
    HEALTH: ("service_info", "healthz"),
    OPENAPI: ("service_info", "openapi"),
    DOCS: ("service_info", "docs"),
}

Change = Callable[[World, Event], Event]


def as_it_is(_: World, event: Event) -> Event:
    """The file, unchanged."""
    return event


def token(sign: Callable[[World], str], auth: str = "demo") -> Change:
    """With another token."""
    return lambda world, event: with_query(event, {"auth": auth, "token": sign(world)})


def query(**parameters: str) -> Change:
    """With another query."""
    return lambda _, event: with_query(event, parameters)


def body(**members: object) -> Change:
    """With members of the body set."""
    return lambda _, event: with_body(event, **members)


def headers(**changed: str | None) -> Change:
    """With headers set or removed."""
    return lambda _, event: with_headers(event, **changed)


def deployed(**environment: str) -> Change:
    """In a deployment with these variables."""

    def change(world: World, event: Event) -> Event:
        world.configure(**environment)
        return event

    return change


def by_acme(world: World, event: Event) -> Event:
    """By a platform whose policy does not allow it."""
    return with_headers(event, authorization=f"Bearer {world.api_keys['acme']}")


def once_blocked(world: World, event: Event) -> Event:
    """After somebody was blocked: the person of the query, where it names one."""
    named = {name: value for name, value in event["queryStringParameters"].items() if name == "id"}
    assert world.call("blocks", with_body(world.event("blocks", "post_block"), **named)).status == 201
    return event


def once_entered(world: World, event: Event) -> Event:
    """After somebody has been let into a room of the space."""
    assert world.call("connection_details", world.event("connection_details", "post_platform")).status == 200
    return event


def about_link(link_id: str) -> Change:
    """About another link."""

    def change(_: World, event: Event) -> Event:
        path = event["rawPath"].rpartition("/")[0] + f"/{link_id}"
        http = event["requestContext"]["http"] | {"path": path}
        context = event["requestContext"] | {"http": http}
        return event | {"rawPath": path, "pathParameters": {"id": link_id}, "requestContext": context}

    return change


def once_invited(world: World, event: Event) -> Event:
    """About a link that was made."""
    made = world.call("join_links", world.event("join_links", "post_meeting"))
    assert made.status == 201
    return about_link(made.json["id"])(world, event)


def by_link(**members: object) -> Change:
    """By another link of demo's."""
    return lambda world, event: by_code(event, Door(world).link(**members))


def by_booking(world: World, event: Event) -> Event:
    """By the link of somebody who is booked."""
    return by_code(event, Door(world).booked()[0])


def in_space(space: str) -> Change:
    """Of another space."""
    return lambda _, event: event | {"pathParameters": {"space": space}}


def text(body: str) -> Change:
    """With another body, as the LiveKit server would sign it."""
    return lambda world, event: world.from_livekit(event | {"body": body})


def behind_the_role(change: Change) -> Change:
    """The same behind IAM, by a role of the platform whose API key it would have carried."""

    def change_and_sign(world: World, event: Event) -> Event:
        world.configure(IAM_ACCESS="true")
        for platform in (DEMO, ACME):
            role = f"arn:aws:iam::123456789012:role/{platform.platform}-backend"
            world.put_platform(platform.model_copy(update={"roles": (role,)}))
        event = change(world, event)
        [caller] = [name for name, key in world.api_keys.items() if event["headers"]["authorization"].endswith(key)]
        return behind_iam(event, f"{caller}-backend")

    return change_and_sign


def by_a_stranger(world: World, event: Event) -> Event:
    """Behind IAM, by a role that no platform names."""
    world.configure(IAM_ACCESS="true")
    return behind_iam(event, "stranger")


def without_iam(_: World, event: Event) -> Event:
    """Behind IAM, where the deployment lets no roles call."""
    return behind_iam(event, "demo-backend")


def upstream_customer(world: World, event: Event) -> Event:
    """A customer looks for an agent, where the link is redeemed by a VoceSpace server."""
    world.configure(CONNECTION_PROVIDER="vocespace")
    return with_body(event, auth="c_s", identity="customer")


FAULTS: dict[int, Exception] = {
    429: QuotaExceededError(Allowance("requestsPerMinute", 50, 60, 0, 37)),
    500: RuntimeError(),
    502: UpstreamFailedError("upstream_status"),
    504: UpstreamTimeoutError("upstream_timeout"),
}
"""What the parts behind a handler raise; how that comes about has tests of its own."""

BEHIND = {
    GET: "vocespace.connections.Connections.redeem",
    POST: "vocespace.connections.Connections.open",
    LINK: "vocespace.connections.Connections.link",
    ISSUE: "vocespace.connections.Connections.participant",
    INVITE: "vocespace.link_making.LinkMaking.make",
    INVITED: "vocespace.link_making.LinkMaking.show",
    REVOKE: "vocespace.link_making.LinkMaking.revoke",
    SHOW: "vocespace.joining.Joining.look",
    PROBE: "vocespace.joining.Joining.look",
    JOIN: "vocespace.joining.Joining.enter",
    ENTRY: "vocespace.joining.Joining.look",
    BLOCK: "vocespace.blocking.Blocking.add",
    BLOCKS: "vocespace.blocking.Blocking.blocks_of",
    UNBLOCK: "vocespace.blocking.Blocking.remove",
    ROOMS: "vocespace.room_list.RoomList.rooms_of",
    HOOK: "functions.livekit_events.app.room_event",
    BOOKING: "vocespace.booking_intake.BookingIntake.take",
    HEALTH: "functions.service_info.app.answer",
    OPENAPI: "functions.service_info.app.document",
    DOCS: "functions.service_info.app.document",
}

Witness = tuple[tuple[str, str], int, Change]

OF_PLATFORMS: list[Witness] = [
    (POST, 200, as_it_is),
    (POST, 400, body(space="a/b")),
    (POST, 401, headers(authorization="Bearer nonsense")),
    (POST, 403, by_acme),
    (POST, 409, body(auth="c_s", identity="customer", room="$empty")),
    (POST, 413, body(avatar="https://example.com/" + "a" * 16_384)),
    (POST, 415, headers(content_type="text/plain")),
    (POST, 429, as_it_is),
    (POST, 500, as_it_is),
    (POST, 502, as_it_is),
    (POST, 503, deployed(LIVEKIT_SECRET_ID="gone")),
    (POST, 504, as_it_is),
    (LINK, 201, as_it_is),
    (LINK, 400, body(exp=1)),
    (LINK, 401, headers(authorization=None)),
    (LINK, 403, by_acme),
    (LINK, 409, upstream_customer),
    (LINK, 413, body(avatar="https://example.com/" + "a" * 16_384)),
    (LINK, 415, headers(content_type=None)),
    (LINK, 429, as_it_is),
    (LINK, 500, as_it_is),
    (LINK, 503, deployed(TABLE_NAME="gone")),
    (ISSUE, 201, as_it_is),
    (ISSUE, 400, body(room_name="a/b")),
    (ISSUE, 401, headers(authorization=None)),
    (ISSUE, 403, by_acme),
    (ISSUE, 409, body(participant_attributes={"identity": "customer", "room": "$empty"})),
    (ISSUE, 413, body(participant_metadata="a" * 16_384)),
    (ISSUE, 415, headers(content_type="text/plain")),
    (ISSUE, 429, as_it_is),
    (ISSUE, 500, as_it_is),
    (ISSUE, 503, deployed(LIVEKIT_SECRET_ID="gone")),
    (INVITE, 201, as_it_is),
    (INVITE, 400, body(expiresAt=1)),
    (INVITE, 401, headers(authorization=None)),
    (INVITE, 403, by_acme),
    (INVITE, 413, body(avatar="https://example.com/" + "a" * 16_384)),
    (INVITE, 415, headers(content_type="text/plain")),
    (INVITE, 429, as_it_is),
    (INVITE, 500, as_it_is),
    (INVITE, 503, deployed(JOIN_LINK_SECRET_ID="gone")),
    *(
        witness
        for operation, done in ((INVITED, 200), (REVOKE, 204))
        for witness in (
            (operation, done, once_invited),
            (operation, 400, about_link("x")),
            (operation, 401, headers(authorization=None)),
            (operation, 404, as_it_is),
            (operation, 429, as_it_is),
            (operation, 500, as_it_is),
            (operation, 503, deployed(TABLE_NAME="gone")),
        )
    ),
    (BLOCK, 201, as_it_is),
    (BLOCK, 400, body(expiresAt=1)),
    (BLOCK, 401, headers(authorization=None)),
    (BLOCK, 403, by_acme),
    (BLOCK, 413, body(reason="a" * 16_384)),
    (BLOCK, 415, headers(content_type="text/plain")),
    (BLOCK, 429, as_it_is),
    (BLOCK, 500, as_it_is),
    (BLOCK, 503, deployed(TABLE_NAME="gone")),
    (BLOCKS, 200, once_blocked),
    (BLOCKS, 400, query(space="a/b")),
    (BLOCKS, 401, headers(authorization=None)),
    (BLOCKS, 403, by_acme),
    (BLOCKS, 429, as_it_is),
    (BLOCKS, 500, as_it_is),
    (BLOCKS, 503, deployed(TABLE_NAME="gone")),
    (UNBLOCK, 204, once_blocked),
    (UNBLOCK, 400, query(space="my-workspace")),
    (UNBLOCK, 401, headers(authorization=None)),
    (UNBLOCK, 403, by_acme),
    (UNBLOCK, 404, as_it_is),
    (UNBLOCK, 429, as_it_is),
    (UNBLOCK, 500, as_it_is),
    (UNBLOCK, 503, deployed(TABLE_NAME="gone")),
    (ROOMS, 200, once_entered),
    (ROOMS, 400, in_space("a$b")),
    (ROOMS, 401, headers(authorization=None)),
    (ROOMS, 403, by_acme),
    (ROOMS, 404, as_it_is),
    (ROOMS, 429, as_it_is),
    (ROOMS, 500, as_it_is),
    (ROOMS, 503, deployed(TABLE_NAME="gone")),
]
"""What a platform can ask for, by its API key and by its role."""

WITNESSES: list[Witness] = [
    *OF_PLATFORMS,
    *(
        ((method, IAM_PREFIX + path), status, behind_the_role(change))
        for (method, path), status, change in OF_PLATFORMS
        if status != 401
    ),
    *(((method, IAM_PREFIX + path), 401, by_a_stranger) for method, path in {each for each, *_ in OF_PLATFORMS}),
    *(((method, IAM_PREFIX + path), 404, without_iam) for method, path in {each for each, *_ in OF_PLATFORMS}),
    (GET, 200, headers(accept="application/json")),
    (GET, 302, as_it_is),
    (GET, 400, query(spaceName="my-workspace")),
    (GET, 401, token(lambda _: "no token")),
    (GET, 403, token(lambda world: world.token(identity="assistant"))),
    (GET, 409, token(lambda world: world.token(identity="customer", room="$empty"), auth="c_s")),
    (GET, 429, as_it_is),
    (GET, 500, as_it_is),
    (GET, 502, as_it_is),
    (GET, 503, deployed(SIGNING_SECRET_ID="gone")),
    (GET, 504, as_it_is),
    (HOOK, 200, as_it_is),
    (HOOK, 400, text("nonsense")),
    (HOOK, 401, headers(authorization=None)),
    (HOOK, 413, text("a" * (MAX_EVENT + 1))),
    (HOOK, 415, headers(content_type="application/json")),
    (HOOK, 500, as_it_is),
    (HOOK, 503, deployed(LIVEKIT_SECRET_ID="gone")),
    (BOOKING, 202, as_it_is),
    (BOOKING, 400, lambda _, event: saying(event, "nonsense")),
    (BOOKING, 401, headers(webhook_id="another")),
    (BOOKING, 413, lambda _, event: saying(event, "a" * (MAX_HOOK + 1))),
    (BOOKING, 415, headers(content_type="application/x-www-form-urlencoded")),
    (BOOKING, 500, as_it_is),
    (BOOKING, 503, deployed(BOOKING_SOURCES_SECRET_ID="gone")),
    *(
        witness
        for operation in (SHOW, PROBE, ENTRY)
        for witness in (
            (operation, 200, by_booking),
            (operation, 404, as_it_is),
            (operation, 410, by_link(revokedAt=NOW)),
            (operation, 500, as_it_is),
            (operation, 503, deployed(TABLE_NAME="gone")),
        )
    ),
    (ENTRY, 303, by_link()),
    (JOIN, 200, by_booking),
    (JOIN, 303, by_link(maxUses=1)),
    (JOIN, 403, by_link(auth="forgotten")),
    (JOIN, 404, as_it_is),
    (JOIN, 409, by_link(auth="c_s", identity="customer", room="$empty")),
    (JOIN, 410, by_link(revokedAt=NOW)),
    (JOIN, 429, as_it_is),
    (JOIN, 500, as_it_is),
    (JOIN, 503, deployed(TABLE_NAME="gone")),
    (HEALTH, 200, as_it_is),
    (HEALTH, 500, as_it_is),
    (OPENAPI, 200, as_it_is),
    (OPENAPI, 500, as_it_is),
    (DOCS, 200, deployed(API_DOCS="true")),
    (DOCS, 404, deployed(API_DOCS="false")),
    (DOCS, 500, deployed(API_DOCS="true")),
]


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_answers_to_the_files_are_documented(contract: Contract, world: World, deployment: str) -> None:
    """Each file of events/ is answered as the document says, however the stack is deployed; none by a 5xx."""
    world.configure(**DEPLOYMENTS[deployment])

    for function, case in cases():
        event = world.event(function, case)
        answer = world.call(function, event)
        contract.check(event, answer)
        assert answer.status < 500, f"{function}/{case}"


@pytest.mark.parametrize(
    ("operation", "status", "change"),
    [pytest.param(*witness, id=f"{' '.join(witness[0])} {witness[1]}") for witness in WITNESSES],
)
def test_answer_is_documented(
    contract: Contract,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    operation: tuple[str, str],
    status: int,
    change: Change,
) -> None:
    """The status can be provoked, and its headers and body are those of the document."""
    method, path = operation
    base = method, path.removeprefix(IAM_PREFIX)
    function, case = FILES[base]
    event = change(world, world.event(function, case))
    if status in FAULTS:
        monkeypatch.setattr(BEHIND[base], _raising(FAULTS[status]))

    answer = world.call(function, event)

    assert answer.status == status
    contract.check(event, answer)


def test_every_documented_status_has_its_witness(contract: Contract) -> None:
    """The table above leaves out only what API Gateway answers before any function is asked."""
    documented = {
        ((method, path), int(status))
        for method, path, operation in contract.operations()
        for status, response in operation["responses"].items()
        if contract.is_ours(response)
    }

    assert {(operation, status) for operation, status, _ in WITNESSES} == documented


def test_bodies_that_are_taken_fit_the_document(contract: Contract, world: World) -> None:
    """Whatever a handler takes is what the document says to send; what it passes over can be anything."""
    taken = []
    for function, case in cases():
        event = world.event(function, case)
        if "unknown" in case:
            continue
        if event.get("body") and (function, case) != CAMEL_CASE and world.call(function, event).status < 300:
            assert contract.request_faults(event) == [], f"{function}/{case}"
            taken.append(case)

    assert {"post_meeting", "post_visit", "post_several"} <= set(taken)
    assert {"post_platform", "post_agent", "post_ttl", "post_times", "post_block", "post_block_kick"} <= set(taken)


def test_camel_case_is_taken_and_snake_case_is_documented(contract: Contract, world: World) -> None:
    """The document tells of the other spelling in words: with every member twice, each could be sent twice."""
    event = world.event(*CAMEL_CASE)
    as_documented = {to_snake(name): value for name, value in json.loads(event["body"]).items()}

    assert world.call(CAMEL_CASE[0], event).status == 201
    assert contract.request_faults(event | {"body": json.dumps(as_documented)}) == []
    assert contract.request_faults(event) != []


@pytest.mark.parametrize(
    ("members", "is_good"),
    [
        ({"room_config": {"egress": {}, "tags": None, "min_playout_delay": 0}}, True),
        ({"room_config": {"agents": []}, "participant_attributes": {"identity": "", "team": "red"}}, True),
        ({"participant_name": "", "participant_metadata": None}, True),
        ({"participant_attributes": {"lk.publish": "x"}}, False),
        ({"participant_attributes": {"team": 1}}, False),
        ({"participant_attributes": {"identity": "boss"}}, False),
        ({"room_config": {"agents": [{}]}}, False),
        ({"participant_metadata": "a" * 2049}, False),
        ({"colour": "red"}, False),
    ],
)
def test_livekits_bodies_are_documented_as_they_are_read(
    contract: Contract, world: World, members: dict[str, object], is_good: bool
) -> None:
    """What says nothing may be there, attributes are open, and everything else is closed: for both alike."""
    event = with_body(world.event("livekit_token", "post_nothing"), **members)

    assert (world.call("livekit_token", event).status == 201) is is_good
    assert (contract.request_faults(event) == []) is is_good


def test_bodies_with_unknown_fields_do_not_fit_the_document(contract: Contract, world: World) -> None:
    """The document refuses the field that the handler refuses."""
    event = world.event("connection_details", "post_unknown_field")

    assert world.call("connection_details", event).status == 400
    assert contract.request_faults(event) != []


def test_judge_sees_what_is_wrong(contract: Contract, world: World) -> None:
    """The checks above can fail: on a status, a header, a media type and a member that nobody documented."""
    event = world.event("connection_details", "post_platform")
    good = world.call("connection_details", event)
    contract.check(event, good)

    for wrong in (
        Answer(418, good.headers, good.text),
        Answer(200, {**good.headers, "X-Powered-By": "us"}, good.text),
        Answer(200, {**good.headers, "Cache-Control": "public"}, good.text),
        Answer(200, {name: value for name, value in good.headers.items() if name != "Referrer-Policy"}, good.text),
        Answer(200, {**good.headers, "Content-Type": "text/plain"}, good.text),
        Answer(200, good.headers, json.dumps(good.json | {"secret": "of ours"})),
        Answer(200, good.headers, json.dumps(good.json | {"expiresAt": "soon"})),
    ):
        with pytest.raises(AssertionError):
            contract.check(event, wrong)


def _raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail
