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

from tests.support.service import running_service
from tools.bench.contestants import Contestants
from tools.bench.figures import Figure, LeftOut
from tools.bench.instance import Sample
from tools.bench.measures import BLOCK_REQUESTS, BLOCKS
from tools.bench.node import NodePeer, Start
from tools.bench.scene import Use
from tools.bench.server_process import Request, Server
from tools.bench.shipping import BENCH
from tools.bench.traffic import Contender, Traffic, take_turns, warm_up

USE = "livekit_token"

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
        node: The server in Node.js; None leaves out its figures.
        folder: Where `make run` may leave its files.
        rounds: How often everything is measured.
        tell: Is told what is being done.
    """

    contestants: Contestants
    node: NodePeer | None
    folder: Path
    rounds: int
    tell: Callable[[str], None]

    def cold(self) -> Iterator[Figure | LeftOut]:
        """CPU and time from the start of a fresh process to its first answer, ours in process and Node's over HTTP."""
        names = {kind: f"cold.{USE}.{kind}_to_node" for kind in ("cpu", "elapsed")}
        if self.node is None:
            yield from map(LeftOut, names.values())
            return
        # The first pair is not counted: it fills the page cache.
        pairs = [self._cold_pair(self.node, number) for number in range(self.rounds + 1)][1:]
        for kind, name in names.items():
            values, peers = ([getattr(each, kind) for each in side] for side in zip(*pairs, strict=True))
            yield Figure(name, "s", values, _NODE, peers)

    def warm(self) -> Iterator[Figure | LeftOut]:
        """CPU and latency of one request on a connection that is kept."""
        rounds = list(self._rounds())
        for figure, ours, peers in _ROWS:
            read = attrgetter(figure.partition("_")[0])
            for peer in peers:
                name = f"http.{USE}.{figure}_to_{peer.replace('-', '_')}"
                if peer not in rounds[0]:
                    yield LeftOut(name)
                    continue
                values, beside = ([read(each[who]) * _MICROSECONDS for each in rounds] for who in (ours, peer))
                yield Figure(name, "us", values, peer, beside)

    def _cold_pair(self, node: NodePeer, number: int) -> tuple[Sample, Start]:
        self.tell(f"cold {USE} beside node, round {number} of {self.rounds}")
        ours = self.contestants.ours(self._use).run(self._use.event, self._use.status)
        return ours, node.start(self.contestants.scene.peer_environment, self._request)

    def _rounds(self) -> Iterator[dict[str, Traffic]]:
        in_process = self.contestants.ours(self._use)
        with ExitStack() as stack:
            contenders = self._contenders(stack)
            warm_up(contenders)
            for number in range(self.rounds):
                self.tell(f"http {USE}, round {number + 1} of {self.rounds}")
                warm = in_process.run(self._use.event, self._use.status, blocks=BLOCKS, requests=BLOCK_REQUESTS).warm
                yield take_turns(contenders) | {_IN_PROCESS: Traffic(median(each for (each,) in warm))}

    def _contenders(self, stack: ExitStack) -> dict[str, Contender]:
        event, request, path = self._use.event, self._request, (BENCH, self.contestants.shipping.waitress)
        served = {
            _SERVED: self.contestants.ours(self._use, path=path).served(event),
            _LIVEKIT: self.contestants.livekit(self._use).served(event),
        }
        if self.node is not None:
            served[_NODE] = self.node.served(self.contestants.scene.peer_environment)
        contenders = {name: Contender(stack.enter_context(each), request) for name, each in served.items()}
        self.folder.mkdir()
        values = stack.enter_context(running_service(self.folder)).values
        bearer = {**request.headers, "authorization": f"Bearer {values['API_KEY']}"}
        server = Server(urlsplit(values["BASE_URL"]).port or 0)
        return contenders | {_MAKE_RUN: Contender(server, replace(request, headers=bearer), tells_cpu=False)}

    @property
    def _use(self) -> Use:
        return next(use for use in self.contestants.scene.uses if use.name == USE)

    @property
    def _request(self) -> Request:
        return Request.of(self._use.event, self._use.status)
