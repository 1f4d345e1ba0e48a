"""Platforms: registered third parties, what each may ask for, and who else may speak for them (design section 4)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from vocespace.errors import PolicyRefusedError
from vocespace.grants import GrantLimits
from vocespace.identities import GUEST_AUTH, Identity, identities_under
from vocespace.issuers import Issuer
from vocespace.name_patterns import ANYTHING, NamePattern, matches, name_like
from vocespace.names import AuthType
from vocespace.roles import RoleArn
from vocespace.room_config import RoomConfigLimits
from vocespace.wire import WireModel

DEFAULT_MAX_TTL = 86_400

_RESERVED = frozenset({GUEST_AUTH})


def platform_id(value: str) -> str:
    """Checks the id of a platform and returns it."""
    # The id of a signed-in user starts with the platform's, and that of nobody's guest with this word.
    if value in _RESERVED:
        raise ValueError("is a reserved word")
    return value


PlatformId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$"), AfterValidator(platform_id)]
Quota = Annotated[int, Field(gt=0, lt=2**40)]


class Policy(WireModel):
    """What a platform may ask for.

    Attributes:
        auth_types: By which auth types its people may come.
        identities: As what.
        spaces: Patterns of the spaces.
        rooms: Patterns of the rooms in them.
        max_ttl_seconds: How long a token may live.
        requests_per_minute: How many requests it has; None: no quota.
        tokens_per_day: How many tokens; None: no quota.
        grants: What an identity does not get in the LiveKit room; None: nothing is taken away.
        room_config: What may be said about a LiveKit room that a token creates; None: nothing.
    """

    auth_types: Annotated[tuple[AuthType, ...], Field(min_length=1, strict=False)]
    identities: Annotated[tuple[Annotated[Identity, Field(strict=False)], ...], Field(min_length=1, strict=False)]
    spaces: Annotated[tuple[NamePattern, ...], Field(min_length=1, strict=False)]
    rooms: Annotated[tuple[NamePattern, ...], Field(min_length=1, strict=False)] = (ANYTHING,)
    max_ttl_seconds: Annotated[int, Field(gt=0)] = DEFAULT_MAX_TTL
    requests_per_minute: Quota | None = None
    tokens_per_day: Quota | None = None
    grants: dict[Annotated[Identity, Field(strict=False)], GrantLimits] | None = None
    room_config: RoomConfigLimits | None = None

    def grant_limits(self, identity: Identity) -> GrantLimits | None:
        """What is taken away from an identity; None: nothing."""
        return None if self.grants is None else self.grants.get(identity)

    def default_auth(self, identity: Identity) -> str:
        """The auth type of a caller who names none: the first to admit the identity, so `c_s` for customer support."""
        return next((auth for auth in self.auth_types if identity in identities_under(auth)), self.auth_types[0])

    def default_room(self) -> str | None:
        """The room of a caller who cannot name one: none, where the person may choose, or the first that is allowed."""
        return None if ANYTHING in self.rooms else name_like(self.rooms[0])

    def allows_space(self, space: str) -> bool:
        """Whether a space is one of the platform's."""
        return matches(space, self.spaces)

    def check_space(self, space: str) -> None:
        """Lets pass a space that is one of the platform's.

        Raises:
            PolicyRefusedError: it is not.
        """
        if not self.allows_space(space):
            raise _refused("space")

    def check(self, *, auth: str | None, identity: Identity, space: str, room: str | None, lifetime: int) -> None:
        """Holds one wish against the policy.

        Args:
            auth: The auth type, or None where nobody named one.
            identity: The role asked for.
            space: The space asked for.
            room: The room asked for, a RoomType; None leaves the choice to the person.
            lifetime: For how long, in seconds.

        Raises:
            PolicyRefusedError: it is not allowed; the error names the field, never its value.
        """
        allowed = {
            "auth": auth is None or auth in self.auth_types,
            "identity": identity in self.identities,
            "space": self.allows_space(space),
            # Whoever may choose may go anywhere: only a policy without limits on rooms lets the choice open.
            "room": ANYTHING in self.rooms if room is None else matches(room, self.rooms),
            "lifetime": lifetime <= self.max_ttl_seconds,
        }
        for field, is_allowed in allowed.items():
            if not is_allowed:
                raise _refused(field)


class Platform(WireModel):
    """A registered third party.

    Attributes:
        platform: Its id.
        policy: What it may ask for.
        created_at: Unix seconds.
        disabled: Whether all its credentials are refused for now.
        issuers: Whose signed-in users may come without an API key.
        roles: The IAM roles that may call in its name.
        revision: Counts the changes, so that two operators at once do not undo each other's.
    """

    platform: PlatformId
    policy: Policy
    created_at: Annotated[int, Field(ge=0)]
    disabled: bool = False
    issuers: Annotated[tuple[Issuer, ...], Field(max_length=8, strict=False)] = ()
    roles: Annotated[tuple[RoleArn, ...], Field(max_length=8, strict=False)] = ()
    revision: Annotated[int, Field(ge=0)] = 0

    def issuer(self, issuer: str, audience: str) -> Issuer | None:
        """What it has agreed with an issuer for an audience, or None where nothing is."""
        return next((each for each in self.issuers if (each.issuer, each.audience) == (issuer, audience)), None)


def _refused(field: str) -> PolicyRefusedError:
    return PolicyRefusedError(f"policy_{field}", f"The platform's policy does not allow this {field}.")
