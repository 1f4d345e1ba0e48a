"""Growth: what a request costs where there are more platforms, keys, links and rooms, beside the fewest of the run."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from tests.support.clock import NOW
from tests.support.dynamodb_local import running_dynamodb
from tests.support.events import fresh, load_event, with_body
from tools.bench.errors import DynamoDBMissingError
from tools.bench.figures import Figure
from tools.bench.growth_scene import Deployment, Event, Taken, growing
from tools.dynamodb import CannotRunError, command
from vocespace.jws import sign
from vocespace.key_ring import KeyRing

PLATFORMS = (1, 8, 64)
KEYS = (1, 20, 400)
SIZES = (1, 1000, 100_000)
MILLION = "GROWTH_MILLION"
"""The variable by which somebody asks for a million as well: filling in so many takes a while."""

BLOCKS = 10
BLOCK_REQUESTS = 64
LINKS = 20
MEMORY_SECONDS = 61
"""After how many seconds an API key is read anew."""

Act = Callable[[], object]
Maker = Callable[..., Deployment]


@dataclass(frozen=True, slots=True)
class GrowthBench:
    """What is measured.

    Attributes:
        rounds: How often everything is measured.
        tell: Is told what is being done.
    """

    rounds: int
    tell: Callable[[str], None]

    def warm(self) -> Iterator[Figure]:
        """Requests a second on one core, by platforms and by keys of the ring: nothing is asked of AWS."""
        with growing() as make:
            by_platforms = {count: _with_platforms(make, count) for count in PLATFORMS}
            yield from self._compared("growth.platforms", by_platforms)
            by_keys = {count: _with_keys(make, count) for count in KEYS}
            yield from self._compared("growth.keys", by_keys)

    def table(self) -> Iterator[Figure]:
        """The same of requests that have to read or write, by what else is in the table.

        Raises:
            DynamoDBMissingError: DynamoDB Local cannot run here.
        """
        try:
            command(0)
        except CannotRunError as error:
            raise DynamoDBMissingError(str(error)) from None
        sizes = (*SIZES, 1_000_000) if os.environ.get(MILLION) else SIZES
        with running_dynamodb() as url, growing(url) as make:
            deployments = {}
            for size in sizes:
                self.tell(f"filling in {size:,} API keys, links and rooms")
                deployments[size] = make(f"table-{size}")
                yield Figure(f"growth.table.{size}.filling", "s", [deployments[size].fill(size)])
            acts = {size: (each, _reading(each)) for size, each in deployments.items()}
            yield from self._compared("growth.table", acts, requests=1)

    def _compared(
        self, name: str, by_size: Mapping[int, tuple[Deployment, Mapping[str, Act]]], requests: int = BLOCK_REQUESTS
    ) -> Iterator[Figure]:
        least = min(by_size)
        for what in by_size[least][1]:
            taken: dict[int, list[Taken]] = {size: [] for size in by_size}
            for number in range(self.rounds):
                self.tell(f"{name}.{what}, round {number + 1} of {self.rounds}")
                for size, took in _in_turn(
                    {size: (each, acts[what]) for size, (each, acts) in by_size.items()}, requests
                ):
                    taken[size].append(took)
            for size in taken:
                peer = None if size == least else f"{least}"
                rates = {each: [1 / took.cpu for took in taken[each]] for each in (size, least)}
                yield Figure(f"{name}.{size}.{what}", "1/s", rates[size], peer, rates[least] if peer else ())
                if requests == 1:
                    spans = {each: [1000 * took.elapsed for took in taken[each]] for each in (size, least)}
                    yield Figure(f"{name}.{size}.{what}.p50", "ms", spans[size], peer, spans[least] if peer else ())


def _in_turn(acts: Mapping[int, tuple[Deployment, Act]], requests: int) -> Iterator[tuple[int, Taken]]:
    # Each block of one within milliseconds of the others', so that a busy machine slows down all of them alike.
    blocks: dict[int, list[Taken]] = {size: [] for size in acts}
    for _ in range(BLOCKS if requests > 1 else BLOCK_REQUESTS):
        for size, (deployment, act) in acts.items():
            took = deployment.timed(lambda act=act: [act() for _ in range(requests)])  # type: ignore[misc]
            blocks[size].append(Taken(took.cpu / requests, took.elapsed / requests))
    for size, block in blocks.items():
        yield size, Taken(median(each.cpu for each in block), median(each.elapsed for each in block))


def _with_platforms(make: Maker, count: int) -> tuple[Deployment, dict[str, Act]]:
    deployment = make(f"platforms-{count}")
    issues = [_issue(text) for text in deployment.add_platforms(count)]
    redeems = [_redeem(deployment, platform=f"platform-{number}") for number in range(count)]
    return deployment, {
        "issue": _each(deployment, "redirect_url", issues, 201),
        "redeem": _each(deployment, "connection_details", redeems, 302),
    }


def _with_keys(make: Maker, count: int) -> tuple[Deployment, dict[str, Act]]:
    deployment = make(f"keys-{count}", keys=count)
    nameless = _redeem(deployment, platform="demo", names_key=False)
    return deployment, {
        "issue": _each(deployment, "redirect_url", [_issue(deployment.demo.api_key_text)], 201),
        "redeem": _each(deployment, "connection_details", [_redeem(deployment, platform="demo")], 302),
        "redeem_without_kid": _each(deployment, "connection_details", [nameless], 302),
        "read_ring": lambda: KeyRing.parse(deployment.ring),
    }


def _reading(deployment: Deployment) -> dict[str, Act]:
    deployment.enter()
    issue = _each(deployment, "redirect_url", [_issue(deployment.demo.api_key_text)], 201)
    codes = [_make_link(deployment) for _ in range(LINKS)]
    people = itertools.count()

    def issue_anew() -> None:
        deployment.clock.advance(MEMORY_SECONDS)
        issue()

    def find_room() -> None:
        event = fresh(load_event("livekit_token", "post"), api_key=deployment.demo.api_key_text, token="", now=NOW)
        event = with_body(event, participant_identity=f"user_{next(people)}")
        deployment.ask("livekit_token", event, 201)

    return {
        "api_key": issue_anew,
        "join_link": _each(deployment, "join", [_look_at(code) for code in codes], 200),
        "room": find_room,
    }


def _each(deployment: Deployment, function: str, events: list[Event], status: int) -> Act:
    ahead = itertools.cycle(events)
    deployment.enter()
    for _ in events:
        deployment.ask(function, next(ahead), status)
    return lambda: deployment.ask(function, next(ahead), status)


def _issue(api_key: str) -> Event:
    return fresh(load_event("redirect_url", "post_ttl"), api_key=api_key, token="", now=NOW)


def _redeem(deployment: Deployment, *, platform: str, names_key: bool = True) -> Event:
    person = {"id": "user_12345", "username": "Somebody", "space": "my-workspace", "identity": "participant"}
    claims = person | {"platform": platform, "iat": NOW, "exp": NOW + 3600}
    demo = deployment.demo
    token = sign(claims, demo.signing_secret.encode(), demo.signing_kid if names_key else None)
    return fresh(load_event("connection_details", "get_redirect"), api_key="", token=token, now=NOW)


def _make_link(deployment: Deployment) -> str:
    event = load_event("join_links", "post_visit")
    answer = deployment.ask("join_links", fresh(event, api_key=deployment.demo.api_key_text, token="", now=NOW), 201)
    return str(json.loads(answer["body"])["url"].rpartition("/")[2])


def _look_at(code: str) -> Event:
    event = load_event("join", "get_page")
    looking: Event = json.loads(json.dumps(event).replace(event["pathParameters"]["code"], code))
    return looking
