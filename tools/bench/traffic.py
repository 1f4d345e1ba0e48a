"""The same request over HTTP to several servers in turn, and what that cost each of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median, quantiles

from tools.bench.server_process import Request, Server

TURNS = 25
TURN_REQUESTS = 40
WARM_UP_REQUESTS = 500


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that takes turns with others.

    Attributes:
        request: What it is asked.
        tells_cpu: Whether it can be asked for its CPU.
    """

    server: Server
    request: Request
    tells_cpu: bool = True


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one round was like.

    Attributes:
        cpu: CPU seconds of a request; not a number where nobody could tell.
        seconds: How long each answer took.
    """

    cpu: float
    seconds: tuple[float, ...] = ()

    @property
    def p50(self) -> float:
        """Half of the answers took no longer, seconds."""
        return median(self.seconds)

    @property
    def p99(self) -> float:
        """All but one answer in a hundred took no longer, seconds."""
        return quantiles(self.seconds, n=100)[-1]


def warm_up(contenders: Mapping[str, Contender]) -> None:
    """Asks each so often that a compiler behind it has seen enough."""
    for each in contenders.values():
        with each.server.client(each.request) as client:
            for _ in range(WARM_UP_REQUESTS):
                client.ask()


def take_turns(contenders: Mapping[str, Contender]) -> dict[str, Traffic]:
    """One round: one connection to each, and a few requests of each in turn, so that a busy machine meets them alike.

    Raises:
        InstanceFailedError: an answer has another status.
    """
    with ExitStack() as stack:
        clients = {name: stack.enter_context(each.server.client(each.request)) for name, each in contenders.items()}
        for client in clients.values():
            client.ask()
        telling = {name: client for name, client in clients.items() if contenders[name].tells_cpu}
        before = {name: client.cpu_seconds() for name, client in telling.items()}
        seconds: dict[str, list[float]] = {name: [] for name in clients}
        for _ in range(TURNS):
            for name, client in clients.items():
                seconds[name] += [client.ask() for _ in range(TURN_REQUESTS)]
        used = {name: client.cpu_seconds() - before[name] for name, client in telling.items()}
    requests = TURNS * TURN_REQUESTS
    return {name: Traffic(used.get(name, float("nan")) / requests, tuple(taken)) for name, taken in seconds.items()}
