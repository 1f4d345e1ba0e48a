"""Functions as pools of processes, one event at a time each, as Lambda runs them.

Threads would not do: Powertools' resolver keeps the current event in class state, so two requests of one process
would mix.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Pipe
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STARTUP_SECONDS = 30.0
QUEUE_SECONDS = 30.0
"""As long as an HTTP API waits for its integration."""

_GRACE_SECONDS = 0.5


class InstanceLostError(Exception):
    """The process ended or went over the function's timeout; the event has no result."""


class HandlerError(Exception):
    """The handler raised; the message is the name of the exception's type."""


class BusyError(Exception):
    """No instance came free in time."""


class Instance:
    """One process with one handler in it."""

    def __init__(self, environment: Mapping[str, str], log: int) -> None:
        """Starts the process, without waiting for it. `log` is the file that takes what it prints."""
        self._channel, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.runtime", str(theirs.fileno())],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                # A session of its own: Ctrl-C at the terminal is for the gateway alone.
                start_new_session=True,
            )
        self._is_ready = False

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Waits for the handler's import.

        Raises:
            InstanceLostError: it failed, or took too long.
        """
        if not self._is_ready:
            self._receive(STARTUP_SECONDS)
            self._is_ready = True

    def invoke(self, event: dict[str, Any], request_id: str, timeout: float) -> object:
        """Gives the handler an event and returns its result.

        Raises:
            HandlerError: the handler raised.
            InstanceLostError: the process is of no more use.
        """
        self.wait_until_ready()
        message = {"event": event, "requestId": request_id, "deadline": time.time() + timeout}
        try:
            self._channel.send_bytes(json.dumps(message).encode())
        except OSError:
            raise InstanceLostError from None
        reply = json.loads(self._receive(timeout + _GRACE_SECONDS))
        if "error" in reply:
            raise HandlerError(reply["error"])
        return reply["result"]

    def stop(self) -> None:
        """Ends the process at once."""
        self._process.kill()
        self._process.wait()
        self._channel.close()

    def _receive(self, seconds: float) -> bytes:
        with suppress(EOFError, OSError):
            if self._channel.poll(seconds):
                return self._channel.recv_bytes()
        raise InstanceLostError


class Pool:
    """The instances of one function. A lost one is replaced, and only its own event is lost with it."""

    def __init__(self, start: Callable[[], Instance], size: int, timeout: float) -> None:
        self._start = start
        self._timeout = timeout
        self._all = {instance.pid: instance for instance in (start() for _ in range(size))}
        self._idle: SimpleQueue[Instance] = SimpleQueue()
        for instance in self._all.values():
            self._idle.put(instance)
        self._is_closed = False
        # Closing meets those whose instances end by it: none is stopped by two at once, or started afterwards.
        self._lock = Lock()

    def wait_until_ready(self) -> None:
        """Waits for all instances.

        Raises:
            InstanceLostError: a handler cannot be imported.
        """
        for instance in list(self._all.values()):
            instance.wait_until_ready()

    def pids(self) -> list[int]:
        """The processes of this function."""
        return list(self._all)

    def invoke(self, event: dict[str, Any], request_id: str) -> object:
        """Gives the event to the next free instance.

        Raises:
            BusyError: none came free in time.
            HandlerError: the handler raised.
            InstanceLostError: the instance died of it, or took too long.
        """
        try:
            instance = self._idle.get(timeout=QUEUE_SECONDS)
        except Empty:
            raise BusyError from None
        try:
            return instance.invoke(event, request_id, self._timeout)
        except InstanceLostError:
            instance = self._replace(instance)
            raise
        finally:
            self._idle.put(instance)

    def close(self) -> None:
        """Ends all processes; events on their way are lost."""
        with self._lock:
            self._is_closed = True
            for instance in self._all.values():
                instance.stop()

    def _replace(self, lost: Instance) -> Instance:
        with self._lock:
            lost.stop()
            if self._is_closed:
                return lost
            fresh = self._start()
            del self._all[lost.pid]
            self._all[fresh.pid] = fresh
            return fresh
