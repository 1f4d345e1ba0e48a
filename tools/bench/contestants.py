"""Who takes part: ours as it was built, the same code shipped the stock way, and the short handlers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.bench.instance import Instance
from tools.bench.scene import Scene, Use
from tools.bench.shipping import BENCH, Shipping

WITH_CRYPTOGRAPHY = ("redirect_url_user",)


@dataclass(frozen=True, slots=True)
class Contestants:
    """Instances of all that is compared.

    Attributes:
        shipping: The code of ours and of the peers.
        scene: What they find in their environment.
    """

    shipping: Shipping
    scene: Scene

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
        environment = self.scene.environment | use.function.environment | self.scene.peer_environment
        # On the path from the start, since there is no /opt here: it is what a warm request costs that is measured.
        late = (self.shipping.cryptography,) * (use.name in WITH_CRYPTOGRAPHY)
        return Instance(
            self.shipping.interpreter,
            (self.shipping.artifact(use.function.logical_id), self.shipping.layer, *late, *path),
            (use.function.handler, *beside),
            environment | (variables or {}),
        )

    def stock(self, use: Use) -> Instance:
        """The same code, shipped the stock way."""
        environment = self.scene.environment | use.function.environment
        path = (self.shipping.stock, BENCH)
        return Instance(self.shipping.interpreter, path, (use.function.handler,), environment, ("peers.eager",))

    def stdlib(self, use: Use) -> Instance:
        """The handler that needs nothing but the standard library."""
        return self._peer((BENCH,), peer(use, "stdlib"))

    def livekit(self, use: Use) -> Instance:
        """The handler around livekit-api, with a web server at hand."""
        path = (BENCH, self.shipping.livekit, self.shipping.waitress, self.shipping.layer)
        return self._peer(path, peer(use, "livekit"))

    def _peer(self, path: tuple[Path, ...], handler: str) -> Instance:
        return Instance(self.shipping.interpreter, path, (handler,), self.scene.peer_environment)


def peer(use: Use, name: str) -> str:
    """What a peer's handler of a use is called."""
    return f"peers.{name}_handler.{use.peer}"
