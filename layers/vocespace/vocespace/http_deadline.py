"""Answers that end at a deadline. A socket's own timeout starts anew with every byte, so one that drips never ends.

By the hook that http.client has for it, the class of a connection's responses: header lines and the framing of chunks
are read within it as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPResponse
from io import BufferedIOBase, BufferedReader, RawIOBase
from typing import TYPE_CHECKING

from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

if TYPE_CHECKING:
    from socket import socket

    from _typeshed import WriteableBuffer


def end_answers(pool: HTTPConnectionPool, deadline: float) -> None:
    """Lets all that new connections of a pool read time out at a moment of the monotonic clock."""
    connect: Callable[..., HTTPConnection] = pool.ConnectionCls  # type: ignore[assignment]  # of both schemes
    response = partial(_BoundedResponse, deadline)

    def bounded(**options: object) -> HTTPConnection:
        made = connect(**options)
        made.response_class = response  # type: ignore[assignment]  # http.client calls it, and no more
        return made

    pool.ConnectionCls = bounded  # type: ignore[assignment]  # urllib3 does no more than call it


class _BoundedResponse(HTTPResponse):
    def __init__(self, deadline: float, sock: socket, debuglevel: int = 0, method: str | None = None) -> None:
        super().__init__(sock, debuglevel, method)
        self.fp = BufferedReader(_BoundedReader(self.fp, sock, deadline))


class _BoundedReader(RawIOBase):
    def __init__(self, stream: BufferedIOBase, sock: socket, deadline: float) -> None:
        super().__init__()
        self._stream = stream
        self._sock = sock
        self._patience = sock.gettimeout()
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        rest = self._deadline - time.monotonic()
        if rest <= 0:
            raise TimeoutError
        self._sock.settimeout(rest if self._patience is None else min(rest, self._patience))
        # At most one read of the socket, unlike `readinto`.
        return self._stream.readinto1(buffer)

    def close(self) -> None:
        # The stream keeps the socket open until the whole answer is read.
        self._stream.close()
        super().close()
