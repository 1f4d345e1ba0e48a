"""Headless Chromium that can reach nothing but loopback, and remembers every request it made."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, WebSocket, sync_playwright

from tests.support.tools import find_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
MEDIA = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # A media server on this machine is reached by an address that WebRTC otherwise neither offers nor tells.
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
"""For calls: a camera and a microphone that nobody has to allow, and media over loopback."""


@dataclass
class Visit:
    """One page, and what was asked of the network for it."""

    page: Page
    requests: list[Request] = field(default_factory=list, repr=False)
    sockets: list[WebSocket] = field(default_factory=list, repr=False)

    def remember(self, request: Request) -> None:
        """Keep a request that the browser made."""
        self.requests.append(request)

    def remember_socket(self, socket: WebSocket) -> None:
        """Keep a WebSocket that the page opened."""
        self.sockets.append(socket)

    def hosts(self) -> set[str]:
        """The hosts that anything was asked of."""
        addresses = [request.url for request in self.requests] + [socket.url for socket in self.sockets]
        return {urlsplit(address).hostname or "" for address in addresses}

    def request_of(self, path: str) -> Request:
        """The one request for a path."""
        (request,) = [request for request in self.requests if urlsplit(request.url).path == path]
        return request

    def text_of(self, element_id: str) -> str:
        """What a person reads in an element, once it is there."""
        return self.page.locator(f"#{element_id}").inner_text()

    def keep_picture(self, file: Path) -> None:
        """Save what a person sees."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=file, full_page=True)


@contextmanager
def chromium(*more_flags: str) -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_tool("chromium"), args=[*FLAGS, *more_flags])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def fresh_visit(browser: Browser) -> Iterator[Visit]:
    """An empty page of somebody whom no site has seen before."""
    with browser.new_context() as context:
        visit = Visit(context.new_page())
        context.on("request", visit.remember)
        visit.page.on("websocket", visit.remember_socket)
        yield visit
