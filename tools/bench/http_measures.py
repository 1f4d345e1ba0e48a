"""The token endpoint as clients meet it: over HTTP, beside livekit-api in Python and livekit-server-sdk in Node.js."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from tests.support.events import Event
from tests.support.service import running_service
from tools.bench.contestants import Contestants
from tools.bench.figures import Figure, LeftOut
from tools.bench.measures import BLOCK_REQUESTS, BLOCKS
from tools.bench.server_process import Request, Server
from tools.bench.shipping import BENCH
from tools.bench.traffic import Contender, Traffic, take_turns, warm_up
from tools.bench.uses import use_named

USE = use_named("livekit_token")

_NODE, _LIVEKIT = "node", "livekit-api"
_SERVED, _IN_PROCESS, _MAKE_RUN = "served", "in process", "make run"
_MICROSECONDS = 1e6
_ROWS: Final = (
    ("cpu", _SERVED, (_NODE, _LIVEKIT)),
    ("cpu_in_process", _IN_PROCESS, (_NODE,)),
    ("p50", _SERVED, (_NODE, _LIVEKIT)),
    ("p99", _SERVED, (_NODE, _LIVEKIT)),
    ("p50_make_run", _MAKE_RUN, (_NODE, _LIVEKIT)),
    ("p99_make_run", _MAKE_RUN, (_NODE, _LIVEKIT)),
)
"""The figure, which of ours has it, and whom it is compared with."""


@dataclass(frozen=True, slots=True)
class HttpBench:
    """What is measured and on what.

    Attributes:
        contestants: Ours, and the handler around livekit-api.
        folder: Where `make run` may leave its files.
        rounds: How often everything is measured.
        tell: Is told what is being done.
    """

    contestants: Contestants
    folder: Path
    rounds: int
    tell: Callable[[str], None]

    def warm(self) -> Iterator[Figure | LeftOut]:
        """CPU and latency of one request on a connection that is kept."""
        rounds = list(self._rounds())
        for figure, ours, peers in _ROWS:
            read = attrgetter(figure.partition("_")[0])
            for peer in peers:
                name = f"http.{USE.name}.{figure}_to_{peer.replace('-', '_')}"
                if peer not in rounds[0]:
                    yield LeftOut(name)
                    continue
                values, beside = ([read(each[who]) * _MICROSECONDS for each in rounds] for who in (ours, peer))
                yield Figure(name, "us", values, peer, beside)

    def _rounds(self) -> Iterator[dict[str, Traffic]]:
        in_process = self.contestants.ours(USE)
        with ExitStack() as stack:
            contenders = self._contenders(stack)
            warm_up(contenders)
            for number in range(self.rounds):
                self.tell(f"http {USE.name}, round {number + 1} of {self.rounds}")
                warm = in_process.run(self._event, USE.status, blocks=BLOCKS, requests=BLOCK_REQUESTS).warm
                yield take_turns(contenders) | {_IN_PROCESS: Traffic(median(each for (each,) in warm))}

    def _contenders(self, stack: ExitStack) -> dict[str, Contender]:
        event, path = self._event, (BENCH, self.contestants.shipping.waitress)
        request = Request.of(event, USE.status)
        served = {
            _SERVED: self.contestants.ours(USE, path=path).served(event),
            _LIVEKIT: self.contestants.livekit(USE).served(event),
        }
        if self.contestants.node is not None:
            served[_NODE] = self.contestants.node.served(self.contestants.scene.peer_environment)
        contenders = {name: Contender(stack.enter_context(each), request) for name, each in served.items()}
        self.folder.mkdir()
        values = stack.enter_context(running_service(self.folder)).values
        bearer = {**request.headers, "authorization": f"Bearer {values['API_KEY']}"}
        server = Server(urlsplit(values["BASE_URL"]).port or 0)
        return contenders | {_MAKE_RUN: Contender(server, replace(request, headers=bearer), tells_cpu=False)}

    @property
    def _event(self) -> Event:
        return self.contestants.scene.event(USE)
