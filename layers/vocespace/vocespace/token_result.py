"""TokenResult: what a platform says about a person, as a request and as the claims of a token (VoceSpace API page)."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from vocespace.errors import FieldError
from vocespace.identities import Identity
from vocespace.names import AuthType, AvatarUrl, PersonName, PlaceName
from vocespace.rooms import RoomType
from vocespace.wire import WireModel

LEEWAY_SECONDS = 30
"""How far clocks may differ, everywhere."""

EXPIRED = "is in the past"

Meeting = Annotated[str, Field(pattern=r"^[!-~]{1,128}$")]
UnixSeconds = Annotated[int, Field(gt=0, lt=2**40)]


class Destination(WireModel):
    """Where somebody wants to go, and as what."""

    space: PlaceName = Field(description="Name of the space.")
    room: RoomType | None = Field(None, description="`$empty`, `$space` or a room's name; omitted, the person chooses.")
    identity: Annotated[Identity, Field(strict=False)] | None = Field(None, description="Omitted: guest.")
    pre_join: bool | None = Field(None, description="Whether VoceSpace shows its pre-join page.")


class Visit(Destination):
    """Who wants to go where, without when."""

    id: PersonName = Field(description="Unique user id; becomes the LiveKit identity.")
    username: PersonName = Field(description="Display name.")
    avatar: AvatarUrl | None = Field(None, description="https URL of a picture.")


class Term(WireModel):
    """From when to when, where that may be said or left to us."""

    iat: UnixSeconds | None = None
    exp: UnixSeconds | None = None
    ttl_seconds: Annotated[int, Field(gt=0, lt=2**31)] | None = None


class TokenResult(Visit):
    """The documented payload of a VoceSpace token."""

    iat: UnixSeconds = Field(description="Issued at, Unix seconds; not in the future.")
    exp: UnixSeconds = Field(description="Expires at, Unix seconds; after `iat` and after now.")

    def token_result(self) -> TokenResult:
        """What is said about the person, without what a request or a token says about itself."""
        return TokenResult(**{name: getattr(self, name) for name in TokenResult.model_fields})


class TokenClaims(TokenResult):
    """The claims of a token of ours: TokenResult, and for whom it was issued. Claims we do not know are passed over."""

    model_config = ConfigDict(extra="ignore")

    platform: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    jti: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    nbf: UnixSeconds | None = None
    meeting: Meeting | None = None
    wanted_room: RoomType | None = None

    def wish(self) -> TokenResult:
        """What was asked for when we signed it: the room that came of it then may be somebody else's by now."""
        asked = self.token_result()
        return asked if self.wanted_room is None else asked.model_copy(update={"room": self.wanted_room})


class AuthChoice(WireModel):
    """By which auth type somebody wants to enter."""

    auth: AuthType | None = Field(None, description="`c_s` for customer support, else a way of integrating.")


class MeetingChoice(WireModel):
    """For which meeting somebody comes."""

    meeting: Meeting | None = Field(
        None, description="A name of yours for a meeting: everybody of one meeting gets the same `$empty` room."
    )


class ConnectionRequest(TokenResult, AuthChoice, MeetingChoice):
    """The body of `POST /api/connection-details`: TokenResult, the meeting, and the auth type if the query has none."""


class RedirectRequest(Visit, Term, AuthChoice, MeetingChoice):
    """The body of `POST /api/redirect-url`: when it ends may be said, as `exp` or as `ttlSeconds`, or left to us."""


class GuestQuery(WireModel):
    """What VoceSpace's web client asks for a guest with; what else it sends is passed over."""

    model_config = ConfigDict(extra="ignore")

    space_name: PlaceName
    participant_name: PersonName
    identity: PersonName | None = None


def lifetime_fault(*, iat: int, exp: int, now: int, cap: int, grace: int = 0) -> FieldError | None:
    """Finds what is wrong with a lifetime.

    Args:
        iat: Issued at, Unix seconds.
        exp: Expires at, Unix seconds.
        now: The present, Unix seconds.
        cap: The longest lifetime allowed, in seconds.
        grace: For how many seconds after its end a lifetime still counts as running.

    Returns:
        The claim at fault and why, or None.
    """
    if iat > now + LEEWAY_SECONDS:
        return FieldError("iat", "is in the future")
    if exp <= iat:
        return FieldError("exp", "is not after iat")
    if exp <= now - grace:
        return FieldError("exp", EXPIRED)
    if exp - iat > cap:
        return FieldError("exp", f"is more than {cap} seconds after iat")
    return None
