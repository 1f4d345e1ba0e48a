"""The decision: as what a person may enter, by whose word (design section 4). Nothing is minted before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from vocespace.callers import Caller
from vocespace.errors import IdentityRefusedError, PolicyRefusedError
from vocespace.grants import GrantLimits
from vocespace.identities import GUEST_AUTH, Identity, identities_under
from vocespace.names import MAX_NAME, MAX_NAME_BYTES
from vocespace.participant_options import ParticipantOptions
from vocespace.platforms import Platform
from vocespace.settings import Settings
from vocespace.token_result import TokenResult, Visit
from vocespace.tokens import VerifiedToken

GUEST_PREFIX = "guest_"
"""Stands before the id of a guest whom nobody vouches for: LiveKit drops a participant when another one joins under the
same identity, and a stranger who picks a user's id must not be able to do that."""

LINK_SECONDS = 300
"""For how long what a join link gives is good: the link itself may live for months."""

PARTICIPANT_SECONDS = 600
"""For how long a participant token is good: it gates the joining only, and LiveKit renews that of whoever is inside."""


@dataclass(frozen=True, slots=True)
class Admission:
    """A person who may enter.

    Attributes:
        person: Who, where and until when; `identity` is decided.
        identity: As what.
        auth: By which auth type; None where nobody named one.
        platform: Who vouches; None for a guest of nobody's.
        limits: Which grants the platform's policy takes away; None: none.
        meeting: In which of the platform's meetings; None: in none.
        held_until: Until when its room is kept for all of the meeting; None: as long as it is used.
        wanted_room: The room that was asked for, once it has become a concrete one.
        join_within: For how many seconds the room is kept until they join; None: longer than a participant token lasts.
        may_make_space: Whether a space that they are the first to enter is theirs.
        made_space: Whether it was this person who made the space.
        options: What a LiveKit client brings along; None where VoceSpace's own client joins.
    """

    person: TokenResult
    identity: Identity
    auth: str | None
    platform: str | None
    limits: GrantLimits | None = None
    meeting: str | None = None
    held_until: int | None = None
    wanted_room: str | None = None
    join_within: int | None = None
    may_make_space: bool = True
    made_space: bool = False
    options: ParticipantOptions | None = None

    @property
    def is_only_ours(self) -> bool:
        """Whether only a participant token that we mint ourselves does it justice."""
        return self.limits is not None or self.options is not None

    @property
    def link_auth(self) -> str:
        """The auth type as VoceSpace's own links carry it, where it may not be absent."""
        return self.auth or GUEST_AUTH


def admit(person: TokenResult, *, auth: str | None, platform: Platform, meeting: str | None = None) -> Admission:
    """Decides for a person whom a platform vouches for. Without an auth type everybody is a guest.

    Args:
        person: The person.
        auth: The auth type.
        platform: The platform.
        meeting: For which of its meetings they come.

    Raises:
        IdentityRefusedError: the auth type does not admit the identity.
        PolicyRefusedError: the platform's policy does not allow it.
    """
    identity = Identity.GUEST if auth is None else person.identity or Identity.GUEST
    if auth is not None and identity not in identities_under(auth):
        raise IdentityRefusedError("identity_under_auth")
    platform.policy.check(
        auth=auth,
        identity=identity,
        space=person.space,
        room=person.room,
        lifetime=person.exp - person.iat,
    )
    limits = platform.policy.grant_limits(identity)
    return Admission(_decided(person, identity), identity, auth, platform.platform, limits, meeting)


def admit_with(
    options: ParticipantOptions, person: TokenResult, *, auth: str, caller: Caller, meeting: str | None
) -> Admission:
    """Decides for a person who comes with a LiveKit client of their own.

    Raises:
        IdentityRefusedError: the auth type does not admit the identity.
        PolicyRefusedError: the platform's policy does not allow it, or something of what is brought along.
    """
    admission = admit(person, auth=auth, platform=caller.platform, meeting=meeting)
    options.room_config.check(caller.platform.policy.room_config)
    may_describe = caller.user is None or (admission.limits is not None and admission.limits.can_update_own_metadata)
    if options.describes_person and not may_describe:
        raise PolicyRefusedError(
            "policy_own_metadata", "The platform's policy does not let users bring metadata or attributes of their own."
        )
    return replace(admission, options=options)


def admit_by_link(visit: Visit, *, auth: str | None, platform: Platform, now: int, closes_at: int) -> Admission:
    """Decides for a person whom a join link names: for long enough to get in, and not beyond the link's own end.

    Without an auth type it is the first of the policy that admits the identity. A link is passed on easily: it makes no
    guest the owner of a space for having come before everybody else.

    Raises:
        IdentityRefusedError: the auth type does not admit the identity.
        PolicyRefusedError: the platform's policy does not allow it.
    """
    lifetime = min(LINK_SECONDS, platform.policy.max_ttl_seconds, closes_at - now)
    person = TokenResult(**visit.model_dump(), iat=now, exp=now + lifetime)
    chosen = auth or platform.policy.default_auth(visit.identity or Identity.GUEST)
    admission = admit(person, auth=chosen, platform=platform)
    return replace(admission, may_make_space=admission.identity is not Identity.GUEST)


def admit_guest(person: TokenResult) -> Admission:
    """Decides for a person whom nobody vouches for and whom guest access lets in: a guest, whatever was claimed."""
    return Admission(_decided(person, Identity.GUEST), Identity.GUEST, None, None)


def vouching_platform(verified: VerifiedToken, settings: Settings) -> str | None:
    """The id of the platform that vouches for a token, or None where nobody does."""
    named = verified.platform
    # A guest of nobody's holds a token of ours too, and stays what guest access let in.
    if named is None and not verified.claims.id.startswith(GUEST_PREFIX):
        named = settings.signing_key_platform
    return named or None


def guest_id(wanted: str) -> str:
    """The id of a guest of nobody's: the one that was asked for, or a digest of it where the two do not fit."""
    plain = GUEST_PREFIX + wanted
    if len(plain) <= MAX_NAME and len(plain.encode()) <= MAX_NAME_BYTES:
        return plain
    return GUEST_PREFIX + hashlib.sha256(wanted.encode()).hexdigest()


def _decided(person: TokenResult, identity: Identity) -> TokenResult:
    return person if person.identity is identity else person.model_copy(update={"identity": identity})
