"""LiveKit's own server (`make livekit`), on loopback only: what participant tokens are for, and the judge of them."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".livekit"
VERSION = "v1.13.5"
"""The newest release without `replace` directives: not every module proxy has the forks that later ones build on."""
BUILT = FOLDER / f"livekit-server-{VERSION}"
HOST = "127.0.0.1"
WEBHOOK_EVENTS = [
    "room_started",
    "room_finished",
    "participant_joined",
    "participant_left",
    "participant_connection_aborted",
]
"""Whatever tells who is there. Of each track that comes and goes nobody has to be told."""

_SECRET_BYTES = 32


class CannotRunError(Exception):
    """Something that it needs is missing; the message says what, and what to do."""


@dataclass(frozen=True, slots=True)
class LiveKit:
    """A server to start: where it listens, and the only key it takes.

    Attributes:
        port: Where it answers, over HTTP and WebSocket.
        udp_port: Where all media goes.
        webhook_url: Who is told of people who come and go; empty: nobody.
    """

    port: int
    udp_port: int
    webhook_url: str = ""
    api_key: str = field(default_factory=lambda: f"API{secrets.token_hex(6)}")
    api_secret: str = field(default_factory=lambda: secrets.token_hex(_SECRET_BYTES))

    @classmethod
    def on(cls, port: int, *, webhook_url: str = "") -> LiveKit:
        """One on this port, with 0 on a free one, and with a new key."""
        taken = port or free_port(socket.SOCK_STREAM)
        return cls(port=taken, udp_port=free_port(socket.SOCK_DGRAM), webhook_url=webhook_url)

    @property
    def variables(self) -> dict[str, str]:
        """What `make run` takes to use it."""
        return {
            "LIVEKIT_URL": f"ws://{HOST}:{self.port}",
            "LIVEKIT_API_KEY": self.api_key,
            "LIVEKIT_API_SECRET": self.api_secret,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The environment to start it in: whoever lists processes sees their arguments, but not this."""
        # Nothing else of ours: LiveKit also reads names as common as REDIS_HOST and UDP_PORT.
        return {"PATH": os.environ.get("PATH", ""), "LIVEKIT_CONFIG": json.dumps(self._configuration())}

    def _configuration(self) -> dict[str, object]:
        return {
            "port": self.port,
            "bind_addresses": [HOST],
            "log_level": "warn",
            "keys": {self.api_key: self.api_secret},
            "webhook": self._webhook(),
            "rtc": {
                "udp_port": self.udp_port,
                # Over TCP it could listen on all interfaces only.
                "tcp_port": 0,
                "node_ip": HOST,
                "use_external_ip": False,
                "enable_loopback_candidate": True,
                "ips": {"includes": [f"{HOST}/32"]},
                # With none, clients would be told to ask public ones; an answer from this port nobody needs.
                "stun_servers": [f"{HOST}:9"],
            },
        }

    def _webhook(self) -> dict[str, object]:
        urls = [self.webhook_url] if self.webhook_url else []
        return {"api_key": self.api_key, "urls": urls, "filter_params": {"include_events": WEBHOOK_EVENTS}}


def free_port(kind: socket.SocketKind) -> int:
    """A port of loopback that nobody has right now."""
    with socket.socket(type=kind) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def server() -> str:
    """The program: on PATH, or as `make livekit-server` has built it.

    Raises:
        CannotRunError: it is in neither place.
    """
    path = shutil.which("livekit-server") or shutil.which(str(BUILT))
    if path is None:
        raise CannotRunError("livekit-server is neither on PATH nor built: make livekit-server")
    return path
