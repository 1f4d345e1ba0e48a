"""The backend of the LiveKit page: it keeps the API key, and says for whom a participant token is."""

import contextlib
import json
import os
import secrets
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

CLIENT = "/node_modules/livekit-client/dist/livekit-client.esm.mjs"
PAGE, SCRIPT = (Path(__file__).parent.joinpath(name).read_bytes() for name in ("index.html", CLIENT[1:]))
base_url = os.environ.get("VOCESPACE_BASE_URL", "http://127.0.0.1:3000")
api_key = {"Authorization": f"Bearer {os.environ['VOCESPACE_API_KEY']}"}
users: dict[str, str] = {}  # Your own session goes here: this one makes a user of whoever opens the page.


class Backend(BaseHTTPRequestHandler):
    """Serves the page with livekit-client, and a participant token to whoever has a session."""

    def do_GET(self) -> None:
        """Answer with the page, which starts a session, or with livekit-client."""
        if self.path == CLIENT:
            return self.reply(200, "text/javascript", SCRIPT)
        if self.path != "/":
            return self.send_error(404)
        users[session := secrets.token_urlsafe()] = self.user() or f"user_{secrets.token_hex(4)}"
        return self.reply(200, "text/html", PAGE, ("Set-Cookie", f"session={session}; HttpOnly; SameSite=Strict"))

    def do_POST(self) -> None:
        """Ask for a participant token. The page says where to and under which name, never who or as what."""
        if self.path != "/livekit-token" or not (user := self.user()):
            return self.send_error(403)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wish = {name: asked.get(name) for name in ("room_name", "participant_name")}
        wish |= {"participant_identity": user, "participant_attributes": {"identity": "participant"}}
        resp = requests.post(f"{base_url}/api/livekit-token", json=wish, headers=api_key, timeout=10)
        return self.reply(resp.status_code, resp.headers["Content-Type"], resp.content)

    def user(self) -> str | None:
        """Whose session the browser has."""
        cookie = SimpleCookie(self.headers["Cookie"]).get("session")
        return users.get(cookie.value) if cookie else None

    def reply(self, status: int, content_type: str, body: bytes, *more: tuple[str, str]) -> None:
        """Send one answer that nobody may keep."""
        self.send_response(status)
        for name, value in [("Content-Type", content_type), ("Cache-Control", "no-store"), *more]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


with ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Backend) as server:
    print(f"Open http://127.0.0.1:{server.server_port}/", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
