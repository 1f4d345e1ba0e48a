"""The same histories with platforms that sign their own tokens, and an operator who gives and takes their keys."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.long.ring_machine import INSTANCES, LONGEST_SOFT, MAX_TTL, Issued, RingMachine
from vocespace.document_cache import FORCED_REFRESH_COOLDOWN
from vocespace.jws import sign
from vocespace.key_ring import KeyRing, SigningKey
from vocespace.ring_rotation import (
    SKEW_SECONDS,
    Rules,
    new_key,
    with_platform_key,
    without_compromised,
    without_platform,
)
from vocespace_cli.ring_edits import Change, Edited

MOST_PLATFORM_KEYS = 6

platforms = st.sampled_from(["acme", "demo"])
# How many steps of a rotation come between the operator's look at the ring and the change.
overtaking = st.sampled_from([0, 0, 0, 1, 4])

# Just before and just after instances have asked for a key that they lack, or have looked at the ring anyhow.
later = st.sampled_from([0, 0, FORCED_REFRESH_COOLDOWN, LONGEST_SOFT - 1, LONGEST_SOFT])


class PlatformMachine(RingMachine):
    """Platform keys are added and removed as `vocespace platforms keys` does it, also while a rotation is under way."""

    durations_of_platforms: ClassVar[Rules] = RingMachine.durations

    def __init__(self) -> None:
        self.promised: dict[str, SigningKey] = {}
        self.added: dict[str, float] = {}
        super().__init__()

    @precondition(lambda self: not self.secret.is_away and len(self.promised) < MOST_PLATFORM_KEYS)
    @rule(platform=platforms, steps=overtaking)
    def add_key(self, platform: str, steps: int) -> None:
        """`platforms keys add`: those that the platform has go on for a while."""
        now = int(self.clock.time())
        key = new_key(now, platform)
        change = partial(with_platform_key, key=key, now=now, rules=self.durations_of_platforms)
        self.edit(self.overtaken(change, steps))
        self.added[key.kid] = self.true.now
        self.seen["added"] += 1

    @precondition(lambda self: not self.secret.is_away and self.kept())
    @rule(data=st.data(), is_all=st.booleans(), steps=overtaking)
    def remove_key(self, data: st.DataObject, is_all: bool, steps: int) -> None:
        """`platforms keys remove`, of one key or of all that the platform has."""
        kid = data.draw(st.sampled_from(self.kept()))
        platform = self.promised[kid].platform
        assert platform is not None
        gone = [
            each.kid for each in self.promised.values() if each.kid == kid or (is_all and each.platform == platform)
        ]
        change: Change = (
            partial(without_platform, platform=platform)
            if is_all
            else partial(without_compromised, kid=kid, now=int(self.clock.time()))
        )
        self.edit(self.overtaken(change, steps))
        self.revoked |= dict.fromkeys(gone, self.true.now)
        self.seen["removed"] += 1

    def overtaken(self, change: Change, steps: int) -> Change:
        """A change before which a rotation goes on, after the ring that it is made from was read."""
        left = [steps]

        def changed(ring: KeyRing) -> KeyRing:
            while left[0]:
                left[0] -= 1
                self.rotate_one_step()
                self.seen["overtaken"] += 1
            return change(ring)

        return changed

    def edit(self, change: Change) -> Edited:
        """What the operator leaves of the keys of platforms is promised to them."""
        edited = super().edit(change)
        self.promised = {key.kid: key for key in edited.after.keys if key.platform is not None}
        return edited

    @rule(platform=platforms, ttl=st.sampled_from([60, 3600, MAX_TTL]), names_key=st.booleans(), seconds=later)
    def sign_by_platform(self, platform: str, ttl: int, names_key: bool, seconds: float) -> None:
        """A platform signs with the key it got last, and names the key or does not; the token is shown everywhere."""
        self.true.now += seconds
        own = [key for key in self.promised.values() if key.platform == platform and key.retire_after is None]
        for key in own:
            text, iat = self.signed(key, ttl, names_key=names_key)
            self.issued.append(Issued(text, key.kid, iat, iat + ttl, names_key))
            self.seen["signed by a platform"] += 1
            for number in range(INSTANCES):
                self.judge(number, self.issued[-1])

    @precondition(lambda self: self.revoked.keys() & self.added.keys())
    @rule(names_key=st.booleans(), seconds=later)
    def forge_by_platform(self, names_key: bool, seconds: float) -> None:
        """Whoever has got hold of the key that was removed last signs with it, and goes everywhere."""
        self.true.now += seconds
        kid = [each for each in self.revoked if each in self.added][-1]
        text, _ = self.signed(self.keys[kid], 600, names_key=names_key)
        self.seen["forged a platform's"] += 1
        for number in range(INSTANCES):
            accepted = self.is_accepted(number, text)
            assert not (accepted and self.true.now >= self.revoked[kid] + self.staleness())

    def signed(self, key: SigningKey, ttl: int, *, names_key: bool) -> tuple[str, int]:
        """A token by this key, and from when on it holds."""
        iat = int(self.true.now)
        claims = {"id": "u", "username": "U", "space": "s", "identity": "guest", "iat": iat, "exp": iat + ttl}
        return sign(claims, key.key_bytes(), key.kid if names_key else None), iat

    def may_be_unknown(self, token: Issued) -> bool:
        """Whether a key is so new that an instance could not yet ask for it: by its name, or when it looks anyhow."""
        since = self.added.get(token.kid)
        if since is None:
            return super().may_be_unknown(token)
        wait = FORCED_REFRESH_COOLDOWN if token.names_key else LONGEST_SOFT
        return self.is_outage_felt() or self.true.now < since + wait

    @invariant()
    def no_key_of_a_platform_is_lost(self) -> None:
        """No rotation drops or changes what the operator has left, until it is over by the clock that is most ahead."""
        held = {key.kid: key for key in KeyRing.parse(self.secret.text).keys}
        assert all(held.get(kid) == self.promised[kid] for kid in self.kept())

    def kept(self) -> list[str]:
        """The keys that the ring has to have, in its order: their names are drawn by lot, and decide nothing here."""
        latest = self.true.now + SKEW_SECONDS / 2
        return [kid for kid, key in self.promised.items() if key.is_live(latest)]
