"""Signed-in users: whom an issuer vouches for, and what they may ask for themselves."""

from __future__ import annotations

from dataclasses import dataclass

from vocespace.errors import FieldError, IdentityRefusedError, InvalidParametersError, PolicyRefusedError
from vocespace.identities import Identity
from vocespace.names import AvatarUrl, PersonName
from vocespace.token_result import AuthChoice, Destination, MeetingChoice, RedirectRequest, Term


@dataclass(frozen=True, slots=True)
class SignedInUser:
    """A person as their own token describes them.

    Attributes:
        id: The platform's id, `_`, and the issuer's id of the person.
        username: The display name; None where the token has none.
        avatar: The URL of a picture; None likewise.
        identities: As what they may come, never empty; the first is meant by saying nothing.
    """

    id: str
    username: str | None
    avatar: str | None
    identities: tuple[Identity, ...]


class UserRequest(Destination, Term, AuthChoice, MeetingChoice):
    """The body of a signed-in user: who they are, their own token says.

    A name or picture given here stands in where that token has none; an id may only repeat it.
    """

    id: PersonName | None = None
    username: PersonName | None = None
    avatar: AvatarUrl | None = None

    def on_behalf_of(self, person: SignedInUser) -> RedirectRequest:
        """The same wish, of the person that the user is.

        Raises:
            PolicyRefusedError: it claims another id.
            IdentityRefusedError: it claims an identity that the user does not have.
            InvalidParametersError: neither says what the user is called.
        """
        if self.id not in {None, person.id}:
            raise PolicyRefusedError("user_id", "The id of a signed-in user follows from their token; leave it out.")
        identity = self.identity or person.identities[0]
        if identity not in person.identities:
            raise IdentityRefusedError("user_identity", "The user's own token does not give this identity.")
        username = person.username or self.username
        if username is None:
            raise InvalidParametersError(FieldError("username", "is missing, and the user's token has none"))
        members = self.model_dump() | {
            "id": person.id,
            "username": username,
            "avatar": person.avatar or self.avatar,
            "identity": identity,
        }
        return RedirectRequest(**members)
