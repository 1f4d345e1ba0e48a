"""Join links: short, revocable links that mint a token when they are clicked (design section 2).

The code in the link is 128 bits that a secret of the stack gives for the link's id: the table keeps only its digest,
and a reminder can say the same link again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Annotated, Self

from pydantic import Field, model_validator

from vocespace.attributes import Key
from vocespace.contacts import TimeZone
from vocespace.names import AuthType
from vocespace.platforms import PlatformId
from vocespace.token_result import Meeting, UnixSeconds, Visit
from vocespace.wire import WireModel

JOIN_PATH = "/join"

MAX_USES = 1000
MIN_SECRET_BYTES = 32

_CODE_BYTES = 16
_CODE = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
_ID_BYTES = 12
_PURPOSE = b"join-code:"

LinkId = Annotated[str, Field(pattern=r"^lnk_[0-9a-f]{24}$")]
EarlyMinutes = Annotated[int, Field(ge=0, le=7 * 24 * 60)]
Uses = Annotated[int, Field(gt=0, le=MAX_USES)]


class Invited(WireModel):
    """For whom in which meeting a link is, where it belongs to a booking."""

    meeting: Annotated[str, Field(pattern=r"^mtg_[0-9a-f]{24}$")]
    attendee: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class LinkedVisit(Visit):
    """Whom a platform made a link for, and how they come."""

    auth: AuthType
    meeting: Meeting | None = None
    time_zone: TimeZone | None = None


class JoinLink(WireModel):
    """A join link.

    Attributes:
        id: Its id, which opens nothing.
        platform: Who vouches for whoever comes by it.
        created_at: When it was made.
        visit: For whom, where a platform made it.
        invited: For whom, where it belongs to a booking; when and where is the meeting's.
        not_before, expires_at: From when to when it opens, beside the minutes that it opens early.
        early_join_minutes: How long before `not_before` it opens.
        max_uses: How many different people may use it; None: it is one person's, however often they come.
        uses: How many have.
        revoked_at: Since when it opens nothing any more.
    """

    id: LinkId
    platform: PlatformId
    created_at: UnixSeconds
    visit: LinkedVisit | None = None
    invited: Invited | None = None
    not_before: UnixSeconds | None = None
    expires_at: UnixSeconds | None = None
    early_join_minutes: EarlyMinutes = 0
    max_uses: Uses | None = None
    uses: Annotated[int, Field(ge=0)] = 0
    revoked_at: UnixSeconds | None = None

    @model_validator(mode="after")
    def _is_for_somebody(self) -> Self:
        if (self.visit is None) == (self.invited is None):
            raise ValueError("is for one visit or for one invitation")
        if self.visit is not None and self.expires_at is None:
            raise ValueError("has no end")
        return self


class LinkReference(WireModel):
    """Which code's digest a link's id stands for."""

    digest: str


class JoinCodes:
    """Makes codes.

    Args:
        secret: The stack's secret for join links, 32 bytes or more.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads the secret: any text of 32 bytes or more.

        Raises:
            ValueError: it is shorter.
        """
        secret = text.encode()
        if len(secret) < MIN_SECRET_BYTES:
            raise ValueError("the secret for join links is too short")
        return cls(secret)

    def code_of(self, link_id: str) -> str:
        """The code of a link: 22 characters of base64url."""
        mac = hmac.digest(self._secret, _PURPOSE + link_id.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(mac[:_CODE_BYTES]).rstrip(b"=").decode()


def new_link_id() -> str:
    """An id that no other link has."""
    return f"lnk_{secrets.token_hex(_ID_BYTES)}"


def code_digest(code: str) -> str | None:
    """What the table knows a code by; None where it cannot be one: for that, nothing has to be read."""
    return hashlib.sha256(code.encode()).hexdigest() if _CODE.fullmatch(code) else None


def join_url(origin: str, code: str) -> str:
    """The link itself: whoever has it may come in as whom it is for."""
    return f"{origin}{JOIN_PATH}/{code}"


def link_key(digest: str) -> Key:
    """The primary key of a link's item, by the digest of its code."""
    return {"pk": f"JOIN#{digest}", "sk": "LINK"}


def link_reference_key(link_id: str) -> Key:
    """The primary key of the item that leads from a link's id to the link."""
    return {"pk": f"LINK#{link_id}", "sk": "LINK"}
