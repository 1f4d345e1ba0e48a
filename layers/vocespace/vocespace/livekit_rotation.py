"""What a rotation of the LiveKit secret does: publish the next pair, and once the server knows it, put it to use.

The server's map of keys is its operator's: nothing here can add to it. So a pair is in the secret first, is added
there, proves itself by a real request, and only then signs.
"""

from __future__ import annotations

import secrets
import string
from functools import partial

from vocespace.admission import PARTICIPANT_SECONDS
from vocespace.clock import Clock
from vocespace.document_cache import SECRET, CachedDocument
from vocespace.errors import UpstreamFailedError, UpstreamTimeoutError
from vocespace.livekit_key import ApiKeyPair, FormerPair, LiveKitKey, LiveKitKeyError
from vocespace.ring_rotation import RotationError, Rules
from vocespace.room_service import RoomService
from vocespace.secret_rotation import UnprovenError
from vocespace.secret_versions import SecretVersion

RULES = Rules(max_ttl=PARTICIPANT_SECONDS)

_NAME_CHARACTERS = string.ascii_letters + string.digits
_NAME_LENGTH = 12
_SECRET_BYTES = 32


class LiveKitChange:
    """See `secret_rotation.Change`.

    Args:
        clock: The time.
        allow_short: As for `LiveKitKey.parse`.
        rules: How long things last.
    """

    name = "livekit"

    def __init__(self, clock: Clock, *, allow_short: bool = False, rules: Rules = RULES) -> None:
        self._clock = clock
        self._allow_short = allow_short
        self._rules = rules

    def successor(self, current: SecretVersion) -> str:
        """The pair in use beside a fresh next one; or the next one in use, and what was in use before it.

        Raises:
            RotationError: the pair before the one in use may still be in use itself, or the secret is malformed.
        """
        key, now = self._key(current.text), int(self._clock.time())
        if key.previous is not None and now < (end := key.previous.retire_after or 0):
            raise RotationError(
                f"the LiveKit key was switched too lately: the one before may be in use until {end} ({end - now} s)"
            )
        in_use = key if key.next is None else key.next
        former = (
            None
            if key.next is None
            else FormerPair(api_key=key.api_key, api_secret=key.api_secret, retire_after=now + self._rules.retirement)
        )
        return LiveKitKey(
            url=key.url,
            api_key=in_use.api_key,
            api_secret=in_use.api_secret,
            next=_fresh_pair(),
            previous=former,
            parent_version=current.version_id,
        ).to_text()

    def parent(self, text: str) -> str | None:
        """The version that a secret was made from.

        Raises:
            RotationError: it is malformed.
        """
        return self._key(text).parent_version

    def check(self, current: str, pending: str) -> None:
        """Makes sure that what was in use or next is in use now, on the same server.

        Raises:
            RotationError: it is not, or the times in it do not hold any more.
        """
        before, after = self._key(current), self._key(pending)
        if after.url != before.url or after.written() != (before.next or before).written():
            raise RotationError("the pending LiveKit key is neither the one in use nor the next one")
        if before.next is None:
            return
        former = after.previous
        if former is None or (former.api_key, former.api_secret) != (before.api_key, before.api_secret):
            raise RotationError("the pending LiveKit key lacks the one before it")
        earliest = int(self._clock.time()) + self._rules.retirement - self._rules.rotation
        if (former.retire_after or 0) < earliest:
            raise RotationError("the pending LiveKit key was made too long ago for its times to hold; rotate again")

    def prove(self, current: str, pending: str) -> None:
        """Asks the LiveKit server for its rooms with a pair that is about to be put to use.

        Raises:
            UnprovenError: it refuses, or does not answer.
        """
        if self._key(current).next is None:
            return
        key = CachedDocument(SECRET, self.name, read=lambda: pending, parse=self._parse, clock=self._clock)
        try:
            RoomService(key, room_mapping="space", clock=self._clock).room_names()
        except UpstreamTimeoutError:
            raise UnprovenError("the LiveKit server does not answer; nothing has changed") from None
        except UpstreamFailedError as error:
            raise UnprovenError(
                f"the LiveKit server does not take the next key ({error.reason}): "
                "add `next` of the secret to its `keys:`, or see whether it runs; nothing has changed"
            ) from None

    def facts(self, text: str) -> dict[str, str]:
        """Whether a pair is put to use or only published."""
        return {"change": "publish" if self._key(text).previous is None else "switch"}

    @property
    def _parse(self) -> partial[LiveKitKey]:
        return partial(LiveKitKey.parse, allow_short=self._allow_short)

    def _key(self, text: str) -> LiveKitKey:
        try:
            return self._parse(text)
        except LiveKitKeyError as error:
            raise RotationError(str(error)) from None


def _fresh_pair() -> ApiKeyPair:
    name = "".join(secrets.choice(_NAME_CHARACTERS) for _ in range(_NAME_LENGTH))
    return ApiKeyPair.from_wire({"apiKey": f"API{name}", "apiSecret": secrets.token_urlsafe(_SECRET_BYTES)})
