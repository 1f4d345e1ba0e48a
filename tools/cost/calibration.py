"""What a request costs in terms of this machine: as a ratio to a loop of the same process that is always the same."""

from __future__ import annotations

import hmac
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

TURNS: Final = 1000
BLOCKS: Final = 40
BLOCK_REQUESTS: Final = 10

_KEY, _TEXT = b"k" * 32, b"x" * 64
_DOCUMENT: Final = {"id": "user_12345", "space": "my-workspace", "identity": "participant", "iat": 1, "list": [1, 2, 3]}


def loop() -> None:
    """A thousand MACs over 64 bytes, and as many documents written and read: what a token is made of."""
    for _ in range(TURNS):
        hmac.digest(_KEY, _TEXT, "sha256")
        json.loads(json.dumps(_DOCUMENT))


def ratio_to_loop(act: Callable[[], object]) -> float:
    """How many loops one act costs.

    Both take turns, and of each the quickest block counts: whatever else the machine does makes none of them quicker.

    Args:
        act: What is measured; it was done before.
    """
    least_act = least_loop = float("inf")
    with _untraced():
        for _ in range(BLOCKS):
            least_loop = min(least_loop, _seconds(loop))
            least_act = min(least_act, _seconds(lambda: [act() for _ in range(BLOCK_REQUESTS)]))
    return least_act / BLOCK_REQUESTS / least_loop


def _seconds(act: Callable[[], object]) -> float:
    began = time.thread_time()
    act()
    return time.thread_time() - began


@contextmanager
def _untraced() -> Iterator[None]:
    # Whoever counts covered lines slows down our code, and not the loop.
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
