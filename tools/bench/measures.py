"""What a warm request costs, what it asks of the network, and what a function weighs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.bench import targets
from tools.bench.contestants import WITH_TOKENS, Contestants, peer
from tools.bench.figures import Figure, LeftOut
from tools.bench.instance import Runs
from tools.bench.shipping import BENCH, megabytes
from tools.bench.targets import BARE, LIVEKIT, NODE, STOCK
from tools.bench.uses import NETWORK_USES, WARM_USES, Use

BLOCKS = 20
BLOCK_REQUESTS = 50

HOT_FUNCTIONS = ("redirect_url", "connection_details", "livekit_token", "join_page")
"""Uses of the functions that people wait for."""

WITH_TARGET = ("issue", "redeem")
TRAFFIC_EACH = {"redirect_url_quota": 2}
"""What a warm request cannot do without: the call that counts it, and a connection, since moto ends each."""

_WITH_BARE = (*WITH_TOKENS, "issue_user")
_FEW_BLOCKS = 3
"""Where moto answers every request, which takes its time."""

_SILENCE = {"POWERTOOLS_LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true"}
_MICROSECONDS = 1e6


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured and on what.

    Attributes:
        contestants: Ours and the peers.
        rounds: How often everything is measured.
        tell: Is told what is being done.
    """

    contestants: Contestants
    rounds: int
    tell: Callable[[str], None]

    def warm(self) -> Iterator[Figure | LeftOut]:
        """CPU of one request of a process that has answered many."""
        for use in WARM_USES:
            name = f"warm.{use.name}.cpu"
            if use.peer not in _WITH_BARE:
                (ours,) = self._blocks(use, self.contestants.ours(use), _FEW_BLOCKS)
                yield Figure(name, "us", ours)
                continue
            yield from self._beside_peers(use, name)

    def network(self) -> Iterator[Figure]:
        """AWS calls of the first request; AWS calls and new connections of a warm one."""
        for use in NETWORK_USES:
            self.tell(f"network {use.name}")
            sample = self.contestants.ours(use).run(
                self.contestants.scene.event(use), use.status, blocks=1, requests=BLOCK_REQUESTS, watch=True
            )
            yield Figure(f"network.{use.name}.first", "calls", [sample.first["calls"]])
            later = sum(sample.later.values()) / (2 * BLOCK_REQUESTS)
            yield Figure(f"network.{use.name}.warm", "calls", [later], target=TRAFFIC_EACH.get(use.name, 0))

    def packages(self) -> Iterator[Figure]:
        """What the functions weigh that people wait for, and what the stock application does without boto3."""
        shipping, stock = self.contestants.shipping, megabytes(self.contestants.shipping.stock)
        for use in WARM_USES:
            if use.name in HOT_FUNCTIONS:
                weight = shipping.megabytes(self.contestants.scene.function(use).logical_id)
                name = f"package.{use.function}"
                yield Figure(f"{name}.unzipped", "MB", [weight], target=targets.PACKAGE_MB)
                yield Figure(f"{name}.unzipped_to_stock", "MB", [weight], STOCK, [stock])

    def _beside_peers(self, use: Use, name: str) -> Iterator[Figure | LeftOut]:
        path = (BENCH, self.contestants.shipping.livekit)
        peers = {BARE: peer(use, "bare")} | ({LIVEKIT: peer(use, "livekit")} if use.peer in WITH_TOKENS else {})
        ours, *others = self._blocks(use, self.contestants.ours(use, tuple(peers.values()), path))
        for who, blocks in zip(peers, others, strict=True):
            target = targets.WARM[who] if use.peer in WITH_TARGET else None
            yield Figure(f"{name}_to_{who.replace('-', '_')}", "us", ours, who, blocks, target)
        silent, beside = self._blocks(use, self.contestants.ours(use, (peers[BARE],), path, _SILENCE))
        yield Figure(f"{name}_without_output", "us", silent, BARE, beside)
        if use.peer not in WITH_TOKENS:
            return
        if self.contestants.node is None:
            yield LeftOut(f"{name}_to_node")
            return
        (in_node,) = self._blocks(use, self.contestants.in_node(self.contestants.node, use))
        yield Figure(f"{name}_to_node", "us", ours, NODE, in_node)

    def _blocks(self, use: Use, instance: Runs, count: int = BLOCKS) -> list[list[float]]:
        blocks = []
        for number in range(self.rounds):
            self.tell(f"warm {use.name}, round {number + 1} of {self.rounds}")
            event = self.contestants.scene.event(use)
            blocks += instance.run(event, use.status, blocks=count, requests=BLOCK_REQUESTS).warm
        return [[seconds * _MICROSECONDS for seconds in column] for column in zip(*blocks, strict=True)]
