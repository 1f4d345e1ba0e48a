"""Who takes part: ours as it was built, the stock application, the short handlers, and those in Node.js."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local.cloud import ENVIRONMENT
from tools.bench.instance import Instance, Runs
from tools.bench.node import NodePeer
from tools.bench.scene import Scene
from tools.bench.shipping import BENCH, Shipping
from tools.bench.targets import LIVEKIT, NODE, STDLIB, STOCK
from tools.bench.uses import ISSUE, Use

WITH_TOKENS = ("issue", "redeem", "token")
"""What is done by the peers that are about tokens only, livekit-api's and Node's."""

STOCK_HANDLER = "app.lambda_handler"
_WITH_CRYPTOGRAPHY = ("redirect_url_user",)
_NODE_HANDLERS = {"issue": "links.issue", "redeem": "links.redeem", "token": "token.token"}


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody at the start, and what they are asked."""

    instance: Runs
    use: Use


@dataclass(frozen=True, slots=True)
class Contestants:
    """Instances of all that is compared.

    Attributes:
        shipping: The code of ours and of the peers.
        scene: What they find in their environment.
        node: The peers in Node.js; None leaves them out.
    """

    shipping: Shipping
    scene: Scene
    node: NodePeer | None

    def ours(
        self,
        use: Use,
        beside: tuple[str, ...] = (),
        path: tuple[Path, ...] = (),
        variables: dict[str, str] | None = None,
    ) -> Instance:
        """Ours.

        Args:
            use: What it is asked.
            beside: Handlers of peers that take turns with it.
            path: What these need.
            variables: Settings of the service for this time.
        """
        function = self.scene.function(use)
        # On the path from the start, since there is no /opt here: it is what a warm request costs that is measured.
        late = [self.shipping.cryptography] if use.name in _WITH_CRYPTOGRAPHY else []
        return Instance(
            self.shipping.interpreter,
            (*self.shipping.path(function.logical_id), *late, *path),
            (function.handler, *beside),
            self.scene.environment | function.environment | self.scene.peer_environment | (variables or {}),
        )

    def cold_peers(self, use: Use) -> dict[str, Entrant]:
        """Who starts beside ours: where no peer does the same, stock and stdlib as they issue a link."""
        same = use if use.peer else ISSUE
        path = (self.shipping.stock, self.shipping.boto3)
        stock = Instance(self.shipping.interpreter, path, (STOCK_HANDLER,), self.with_aws)
        peers = {STOCK: Entrant(stock, same), STDLIB: Entrant(self._peer((BENCH,), peer(same, "stdlib")), same)}
        if use.peer in WITH_TOKENS:
            peers[LIVEKIT] = Entrant(self.livekit(use), use)
            if self.node is not None:
                peers[NODE] = Entrant(self.in_node(self.node, use), use)
        return peers

    def livekit(self, use: Use) -> Instance:
        """The handler around livekit-api, with a web server at hand."""
        return self._peer((BENCH, self.shipping.livekit, self.shipping.waitress), peer(use, "livekit"))

    def in_node(self, node: NodePeer, use: Use) -> Runs:
        """The handler in Node.js."""
        return node.instance(_NODE_HANDLERS[use.peer], ENVIRONMENT | self.with_aws)

    @property
    def with_aws(self) -> dict[str, str]:
        """What peers find that ask AWS: as one function they have the variables of all that they do."""
        own = [
            self.scene.functions[name].environment for name in ("redirect_url", "connection_details", "livekit_token")
        ]
        return {
            name: text
            for each in (self.scene.environment, *own, self.scene.peer_environment)
            for name, text in each.items()
        }

    def _peer(self, path: tuple[Path, ...], handler: str) -> Instance:
        return Instance(self.shipping.interpreter, path, (handler,), self.scene.peer_environment)


def peer(use: Use, name: str) -> str:
    """What a peer's handler of a use is called."""
    return f"peers.{name}_handler.{use.peer}"
