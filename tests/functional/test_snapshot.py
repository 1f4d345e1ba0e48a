"""SnapStart: the hooks that Lambda's runtime calls, and two instances restored from one snapshot."""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
import snapshot_restore_py  # type: ignore[import-untyped]

from tests.support.stack import ROOT
from tests.support.world import KID, World
from vocespace import aws, container, snapshot
from vocespace.jws import parse_compact, unverified_claims

NEW_RING = {"kid": "after", "secret": "a-ring-that-was-turned-after-the-snapshot-0123456789"}
Hook = tuple[Callable[..., None], tuple[object, ...], dict[str, object]]


@pytest.fixture(name="runtime")
def _runtime() -> Iterator[Runtime]:
    registries: tuple[list[Hook], list[Hook]] = (
        snapshot_restore_py.get_before_snapshot(),
        snapshot_restore_py.get_after_restore(),
    )
    snapshot.register()
    state = random.getstate()
    yield Runtime(*registries)
    random.setstate(state)
    for registry in registries:
        registry.clear()


class Runtime:
    """What Lambda's runtime does around a snapshot, in one process: each restore brings back the state of `random`."""

    def __init__(self, before: list[Hook], after: list[Hook]) -> None:
        self.before = before
        self.after = after
        self._state: Any = None

    def snapshot(self) -> None:
        """Takes one."""
        for hook, positional, named in reversed(self.before):
            hook(*positional, **named)
        self._state = random.getstate()

    def restore(self) -> None:
        """Begins the life of one instance."""
        random.setstate(self._state)
        for hook, positional, named in self.after:
            hook(*positional, **named)


@dataclass(frozen=True, slots=True)
class Life:
    """What one instance makes that no other may have, and the key it signs with."""

    jti: str
    guest: str
    jitter: float
    kid: str | None


def _live(world: World) -> Life:
    link = world.call("redirect_url", world.event("redirect_url", "post_ttl")).json["token"]
    guest = world.call("connection_details", world.event("connection_details", "get_guest")).json["participantToken"]
    claims = jwt.decode(guest, options={"verify_signature": False})
    token = parse_compact(link)
    return Life(str(unverified_claims(token)["jti"]), claims["sub"], random.random(), token.kid)  # noqa: S311 - looked at


def test_two_instances_of_one_snapshot_share_nothing(world: World, runtime: Runtime) -> None:
    """Neither ids nor jitter, even when the one that was copied had been in use; and the ring is that of their day."""
    used = _live(world)
    runtime.snapshot()
    world.put_secret("signing", NEW_RING)

    lives = []
    for _ in range(2):
        runtime.restore()
        lives.append(_live(world))
    one, other = lives

    assert (used.kid, one.kid, other.kid) == (KID, "after", "after")
    assert len({used.jti, one.jti, other.jti}) == 3
    assert len({used.guest, one.guest, other.guest}) == 3
    assert one.jitter != other.jitter


def test_without_the_hooks_the_jitter_is_shared(world: World, runtime: Runtime) -> None:
    """What the test above looks at is there to be seen."""
    runtime.snapshot()
    runtime.after.clear()

    lives = []
    for _ in range(2):
        runtime.restore()
        lives.append(_live(world).jitter)
        container.container.cache_clear()

    assert lives[0] == lives[1]


def test_a_snapshot_holds_nothing_that_was_read(world: World, runtime: Runtime) -> None:
    """The parts of the process, with rings, keys and platforms in them, are gone, and so are the clients of AWS."""
    _live(world)
    parts = weakref.ref(container.container())
    clients: list[Callable[[], object]] = [weakref.ref(aws.secrets_manager()), weakref.ref(aws.dynamodb())]

    runtime.snapshot()
    gc.collect()

    assert parts() is None
    assert [each() for each in clients] == [None, None]


@pytest.mark.parametrize(
    ("kind", "expected"), [("on-demand", []), ("snap-start", ["vocespace.snapshot", "snapshot_restore_py"])]
)
def test_only_snap_start_pays_for_it(kind: str, expected: list[str]) -> None:
    """Anywhere else neither our module nor Lambda's is imported."""
    script = (
        "import sys, functions.redirect_url.app;"
        "print(*(name for name in ['vocespace.snapshot', 'snapshot_restore_py'] if name in sys.modules))"
    )
    environment = os.environ | {
        "AWS_LAMBDA_INITIALIZATION_TYPE": kind,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "vocespace")]),
    }

    told = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert told.stdout.split() == expected
