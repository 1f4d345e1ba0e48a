"""The audit record: one for every decision, in the log and, where the operator wants it, as an event.

What is learned about a request on its way is noted down, so that also a refusal says whose it was. Never names, e-mails
or tokens; a token is told by its SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Literal

from vocespace import observability
from vocespace.errors import VoceSpaceError
from vocespace.wire import WireModel

ISSUED = "VoceSpace Token Issued"
REFUSED = "VoceSpace Token Refused"

Publish = Callable[[str, dict[str, Any]], None]

_facts: ContextVar[dict[str, str | None]] = ContextVar("_facts")


class Decision(WireModel):
    """One decision.

    Attributes:
        outcome: What came of it.
        what: What was handed out: a connection, a link, or a participant token alone.
        code: As in the problem document.
        reason: Why it was refused: a word of ours.
        request_id: API Gateway's id of the request.
        caller: How the caller proved who it is.
        platform: In whose name.
        key_id: By which API key.
        kid: The key of the ring that signed the token.
        jti: The token's id.
        token_sha256: SHA-256 of the token's text, in hex.
        space: Into which space.
        identity: As what.
        auth: By which auth type.
        provider: Who gives connection details.
    """

    outcome: Literal["issued", "refused"]
    what: str | None = None
    code: str | None = None
    reason: str | None = None
    request_id: str | None = None
    caller: str | None = None
    platform: str | None = None
    key_id: str | None = None
    kid: str | None = None
    jti: str | None = None
    token_sha256: str | None = None
    space: str | None = None
    identity: str | None = None
    auth: str | None = None
    provider: str | None = None


def begin(request_id: str) -> None:
    """Starts a new request: whatever was noted before belongs to another one."""
    _facts.set({"request_id": request_id})


def note(**facts: str | None) -> None:
    """Notes what has become known; the names are those of `Decision`."""
    try:
        known = _facts.get()
    except LookupError:
        known = {}
        _facts.set(known)
    known.update(facts)


def note_token(text: str, *, kid: str | None = None, jti: str | None = None) -> None:
    """Notes a token that was signed or verified."""
    note(token_sha256=hashlib.sha256(text.encode()).hexdigest(), kid=kid, jti=jti)


class Auditor:
    """Writes decisions down.

    Args:
        provider: The name of the deployment's provider.
        publish: Sends an event, by its detail type and detail; None where nobody wants them.
    """

    def __init__(self, provider: str, publish: Publish | None) -> None:
        self._provider = provider
        self._publish = publish

    def issued(self, what: str) -> None:
        """A token, link or connection was handed out."""
        decision = Decision(outcome="issued", what=what, provider=self._provider, **_known())
        self._record(decision, observability.issued, ISSUED)

    def refused(self, error: VoceSpaceError) -> None:
        """A request was refused."""
        decision = Decision(
            outcome="refused", code=error.code, reason=error.reason, provider=self._provider, **_known()
        )
        self._record(decision, observability.refused, REFUSED)

    def _record(self, decision: Decision, log: Callable[[dict[str, Any]], None], detail_type: str) -> None:
        members = decision.to_wire()
        log(members)
        if self._publish is not None:
            self._publish(detail_type, members)


def _known() -> dict[str, Any]:
    return _facts.get({})
