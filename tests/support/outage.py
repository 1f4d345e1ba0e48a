"""A proxy in front of Secrets Manager that can fall silent, hang up, and be itself again."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 65_536


class Outage:
    """Passes connections on to `target`, unless told otherwise; what an outage has caught is hung up after it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._is_well = threading.Event()
        self._hangs_up = False
        self.target = ""
        host, port = listener.getsockname()
        self.url = f"http://{host}:{port}"

    @classmethod
    @contextmanager
    def proxy(cls) -> Iterator[Self]:
        """A proxy on a free port, silent at first, until the block is left."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            made = cls(listener)
            threading.Thread(target=made._accept, daemon=True).start()
            try:
                yield made
            finally:
                # Only this wakes up a thread that waits in accept().
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)
                made.end()

    def fall_silent(self) -> None:
        """Takes whatever comes, and never answers."""
        self._hangs_up = False
        self._is_well.clear()

    def hang_up(self) -> None:
        """Closes every connection that is made or used."""
        self._hangs_up = True
        self._is_well.clear()

    def end(self) -> None:
        """All is well again."""
        self._is_well.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self._has_caught():
                return
            to = urlsplit(self.target)
            with socket.create_connection((str(to.hostname), int(to.port or 0))) as server:
                back = threading.Thread(target=self._pass_on, args=[server, client], daemon=True)
                back.start()
                self._pass_on(client, server)
                back.join()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while (data := source.recv(_CHUNK)) and not self._has_caught():
                sink.sendall(data)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _has_caught(self) -> bool:
        if self._is_well.is_set():
            return False
        if not self._hangs_up:
            self._is_well.wait()
        return True
