"""A signed-in user, whatever the token; how tokens of issuers are verified has tests of its own."""

from __future__ import annotations

import pytest

from tests.support.world import DEMO
from vocespace.container import Container
from vocespace.identities import Identity
from vocespace.platforms import Platform
from vocespace.users import SignedInUser

ADA = SignedInUser("demo_ada", "Ada", None, (Identity.PARTICIPANT,))


class OneUser:
    """Takes every token for one of the same user's."""

    def __init__(self, platform: Platform, user: SignedInUser) -> None:
        self._answer = platform, user

    def user_of(self, _: str) -> tuple[Platform, SignedInUser]:
        """The user, and who vouches."""
        return self._answer


def everybody_is(monkeypatch: pytest.MonkeyPatch, user: SignedInUser = ADA, platform: Platform = DEMO) -> None:
    """Lets everybody who shows a user's token be this one."""
    monkeypatch.setattr(Container, "_users", lambda _: OneUser(platform, user))
