"""What was found out about a token."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from vocespace.errors import FieldError
from vocespace_cli.inspection.anatomy import Anatomy
from vocespace_cli.reasons import Reason, explained


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a token is refused, and which of its claims are at fault."""

    reason: Reason
    fields: tuple[FieldError, ...] = ()

    def members(self) -> dict[str, Any]:
        """For a script."""
        members: dict[str, Any] = {"reason": self.reason.word, "text": self.reason.text, "step": self.reason.step}
        if self.fields:
            members["errors"] = [{"field": each.field, "reason": each.reason} for each in self.fields]
        return members


@dataclass(frozen=True, slots=True)
class Way:
    """What becomes of a token under one auth type.

    Attributes:
        auth: The auth type; None where the link names none.
        identity: As what the person comes.
        permissions: What VoceSpace lets them do.
        grants: What LiveKit lets them do; None where a VoceSpace server decides that.
        reason: Why they may not come; None where they may.
    """

    auth: str | None
    identity: str | None = None
    permissions: dict[str, bool] | None = None
    grants: dict[str, Any] | None = None
    reason: Reason | None = None

    def members(self) -> dict[str, Any]:
        """For a script."""
        if self.reason is not None:
            return {"auth": self.auth, "admitted": False, "reason": self.reason.word, "text": self.reason.text}
        found = {"identity": self.identity, "permissions": self.permissions, "liveKitGrants": self.grants}
        return {"auth": self.auth, "admitted": True} | {
            name: value for name, value in found.items() if value is not None
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """All about one token.

    Attributes:
        token: The token.
        signature: Whether its signature holds; None where nobody could tell.
        signer: Whose key has made it.
        key: That key of the ring, for a script; None for tokens that no key of the ring signs.
        key_state: In which state that key is, in words.
        platform: Who vouches.
        ways: What becomes of it under which auth type.
        details: Other things worth knowing, by their wire names.
        problems: Why it is refused; nothing where it is not.
    """

    token: Anatomy
    signature: bool | None = None
    signer: str | None = None
    key: dict[str, Any] | None = None
    key_state: str | None = None
    platform: str | None = None
    ways: tuple[Way, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether it would be taken here and now."""
        return not self.problems

    def refused(self, word: str, fields: tuple[FieldError, ...] = ()) -> Findings:
        """The same, and a reason why it is refused."""
        return replace(self, problems=(*self.problems, Problem(explained(word), fields)))
