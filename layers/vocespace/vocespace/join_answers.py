"""How the page behind a join link is answered: its status, and the headers that keep it to itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from vocespace.errors import NoAgentAvailableError, VoceSpaceError
from vocespace.http_response import HttpResponse, document
from vocespace.join_faces import Face, face_of, face_of_error
from vocespace.join_page import View, own_sources, page_of
from vocespace.join_texts import Texts
from vocespace.joining import LinkNotOpenError, Looked
from vocespace.problem import problem_for
from vocespace.settings import Settings

CALENDAR_ENTRY = "text/calendar; charset=utf-8; method=PUBLISH"

_HTML = "text/html; charset=utf-8"
_RETRY = "Retry-After"
_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=()",
    "Vary": "Accept-Language",
    "X-Robots-Tag": "noindex, nofollow",
}


class JoinAnswers:
    """Answers to somebody who came by a link.

    Args:
        settings: What the operator decided.
        texts: The language they read best.
        code: The code they came with, or what they took for one.
        has_tried: Whether they want to come in, and not only to look.
        now: The present, Unix seconds.
    """

    def __init__(self, settings: Settings, texts: Texts, *, code: str, has_tried: bool, now: float) -> None:
        self._texts = texts
        self._code = code
        self._has_tried = has_tried
        self._now = now
        self._headers = {
            **_HEADERS,
            "Content-Language": texts.language,
            "Content-Security-Policy": policy_of(settings.vocespace_url, settings.public_base_url),
        }

    def looked(self, looked: Looked) -> HttpResponse:
        """What is behind the link."""
        invitation = looked.invitation
        return self._page(face_of(invitation, looked.state), invitation=invitation)

    def refused(self, error: VoceSpaceError) -> HttpResponse:
        """Why nothing came of it."""
        if isinstance(error, LinkNotOpenError):
            return self.looked(error.looked)
        _, headers = problem_for(error, "")
        return self._page(
            face_of_error(error),
            retry_after=int(headers.get(_RETRY, 0)),
            waiting=error.waiting if isinstance(error, NoAgentAvailableError) else 0,
        )

    def failed(self) -> HttpResponse:
        """That something went wrong which nobody expected."""
        return self._page(Face.FAILED)

    def _page(self, face: Face, **shown: Any) -> HttpResponse:  # noqa: ANN401 - members of View
        view = View(face, self._texts, self._now, self._code, has_tried=self._has_tried, **shown)
        retry = {_RETRY: str(view.retry_after)} if view.retry_after else {}
        return document(face.status, page_of(view), _HTML, self._headers | retry)


def policy_of(*bases: str) -> str:
    """The Content-Security-Policy: nothing but what stands in the page, and no form but to us.

    Args:
        bases: Where people are sent on to from here; a browser asks the policy about that, too.
    """
    origins = [f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, filter(None, bases))]
    targets = " ".join(dict.fromkeys(["'self'", *origins]))
    return (
        f"default-src 'none'; {own_sources()}; img-src data:; base-uri 'none'; form-action {targets}; "
        "frame-ancestors 'none'"
    )
