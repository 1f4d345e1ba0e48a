"""The backend of the redirect page, as small as it gets: it keeps the API key and hands the page a signed token."""

import contextlib
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

PAGE = Path(__file__).with_name("redirect.html")

base_url = os.environ.get("VOCESPACE_BASE_URL", "http://127.0.0.1:3000")
api_key = os.environ["VOCESPACE_API_KEY"]

# Whoever is signed in at your platform; a real backend reads this from its session.
signed_in_user = {
    "id": "user_12345",
    "username": "Zhang San",
    "avatar": "https://example.com/avatar.jpg",
    "space": "my-workspace",
    "identity": "participant",
    "preJoin": False,
    "ttlSeconds": 300,  # the person goes there now, so the link need not live long
}


class Backend(BaseHTTPRequestHandler):
    """Serves the page, and a token to the page."""

    def do_GET(self) -> None:
        """Answer with the page."""
        if self.path == "/":
            self.reply(200, "text/html; charset=utf-8", PAGE.read_bytes())
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """Ask VoceSpace Connect for a redirect URL and pass on what the page needs."""
        if self.path != "/token":
            self.send_error(404)
            return
        resp = requests.post(
            f"{base_url}/api/redirect-url",
            json=signed_in_user,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=10,
        )
        if resp.status_code != 201:
            self.send_error(502, f"VoceSpace Connect answered {resp.status_code}")
            return
        signed = resp.json()
        session = {"baseUrl": base_url, "token": signed["token"], "redirectUrl": signed["redirectUrl"]}
        self.reply(200, "application/json", json.dumps(session).encode())

    def reply(self, status: int, content_type: str, body: bytes) -> None:
        """Send one answer that nobody may keep."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Backend) as server:
        print(f"Open http://127.0.0.1:{server.server_port}/", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
