"""Quotas: counted over all instances, refused with a time to come back, and free of charge where there are none."""

from __future__ import annotations

import boto3
import pytest

from tests.support.aws_faults import fail
from tests.support.events import Event, with_query
from tests.support.world import ACME, ACME_KID, ACME_SECRET, DEMO, TABLE, Answer, World
from vocespace.attributes import Item, from_attributes
from vocespace.container import container

ISSUE = ("redirect_url", "post_ttl")
OPEN = ("connection_details", "post_platform")


def limited(world: World, **quotas: int) -> None:
    """Gives demo quotas."""
    world.put_platform(DEMO.model_copy(update={"policy": DEMO.policy.model_copy(update=quotas)}))


def ask(world: World, case: tuple[str, str] = ISSUE) -> Answer:
    """Sends one request in demo's name."""
    return world.call(case[0], world.event(*case))


def test_requests_are_granted_up_to_the_quota(world: World) -> None:
    """And then refused until the minute is over, which the answer tells in seconds."""
    limited(world, requests_per_minute=2)
    world.clock.wall -= world.clock.wall % 60 - 20

    first, second, third = ask(world), ask(world, OPEN), ask(world)

    assert (first.status, second.status, third.status) == (201, 200, 429)
    assert [answer.headers["RateLimit"] for answer in (first, second, third)] == [
        '"requestsPerMinute";r=1;t=40',
        '"requestsPerMinute";r=0;t=40',
        '"requestsPerMinute";r=0;t=40',
    ]
    assert {answer.headers["RateLimit-Policy"] for answer in (first, third)} == {'"requestsPerMinute";q=2;w=60'}
    assert third.json["code"] == "quota_exceeded"
    assert third.headers["Retry-After"] == "40"
    world.clock.advance(39)
    assert ask(world).status == 429
    world.clock.advance(1)
    assert ask(world).status == 201


def test_tokens_are_granted_up_to_the_quota_of_the_day(world: World) -> None:
    """Links and connections alike; a request that is refused costs none."""
    limited(world, tokens_per_day=2)
    world.clock.wall -= world.clock.wall % 86_400 - 86_000

    refused: Event = world.event(*ISSUE)
    refused = refused | {"body": refused["body"].replace("participant", "customer")}
    assert world.call(ISSUE[0], refused | {"rawQueryString": "auth=demo"}).status == 403
    assert [ask(world, case).status for case in (ISSUE, OPEN, ISSUE)] == [201, 200, 429]
    last = ask(world, OPEN)
    assert last.headers["RateLimit"] == '"tokensPerDay";r=0;t=400'
    assert last.headers["Retry-After"] == "400"
    world.clock.advance(400)
    assert ask(world).status == 201


def test_another_instance_goes_on_counting(world: World) -> None:
    """Nothing of it is in memory."""
    limited(world, requests_per_minute=3)
    assert [ask(world).status for _ in range(2)] == [201, 201]

    container.cache_clear()

    assert [ask(world).status for _ in range(2)] == [201, 429]


def test_a_platform_counts_for_itself(world: World) -> None:
    """One that has used up its quota is no other's trouble."""
    limited(world, requests_per_minute=1)
    assert [ask(world).status for _ in range(2)] == [201, 429]

    event = world.event(*ISSUE, platform="acme")
    event = event | {"body": event["body"].replace("my-workspace", "acme-1").replace('"$empty"', '"stage"')}
    assert world.call(ISSUE[0], event).status == 201


def test_a_link_is_counted_when_it_is_signed_and_not_again_when_it_is_followed(world: World) -> None:
    """Whoever has it may come back as often as they like."""
    limited(world, requests_per_minute=1, tokens_per_day=1)
    assert ask(world).status == 201

    assert [ask(world, ("connection_details", "get_json")).status for _ in range(3)] == [200, 200, 200]


def test_a_platforms_own_token_is_counted_when_it_is_redeemed(world: World) -> None:
    """It is seen here for the first time."""
    world.put_platform(ACME.model_copy(update={"policy": ACME.policy.model_copy(update={"tokens_per_day": 1})}))
    token = world.token(key=ACME_SECRET, kid=ACME_KID, space="acme-1", room="stage", platform="acme")
    event = with_query(world.event("connection_details", "get_json"), {"auth": "acme", "token": token})

    assert [world.call("connection_details", event).status for _ in range(2)] == [200, 429]


def test_a_refused_credential_costs_nothing(world: World) -> None:
    """Otherwise anybody could use up anybody's quota."""
    limited(world, requests_per_minute=1)
    event = world.event(*ISSUE)
    forged = event | {"headers": event["headers"] | {"authorization": event["headers"]["authorization"][:-4] + "0000"}}

    assert [world.call(ISSUE[0], forged).status for _ in range(3)] == [401, 401, 401]
    assert ask(world).status == 201


def test_without_a_quota_nothing_is_counted(world: World) -> None:
    """No write, no header."""
    answer = ask(world)

    assert "RateLimit" not in answer.headers
    assert _counters() == []


def test_counters_are_cleared_away_in_time(world: World) -> None:
    """A day after their window, by the table's TTL."""
    limited(world, requests_per_minute=5, tokens_per_day=5)
    ask(world)

    now = int(world.clock.time())
    ends = sorted(item["ttl"] for item in _counters())
    assert ends == [now - now % 60 + 60 + 86_400, now - now % 86_400 + 2 * 86_400]


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_a_counter_that_cannot_be_written_lets_nobody_through(world: World, code: str) -> None:
    """Nobody can tell whether the quota is used up: 503, and come back."""
    limited(world, requests_per_minute=5)
    fail("UpdateItem", 400, code)

    answer = ask(world)

    assert answer.status == 503
    assert answer.json["code"] == "store_unavailable"


def _counters() -> list[Item]:
    items = map(from_attributes, boto3.client("dynamodb").scan(TableName=TABLE)["Items"])
    return [item for item in items if item["pk"].startswith("QUOTA#")]
