"""Random histories of a key ring: what can happen to it, and what must never come of it (design section 6)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.long.fleet import START, Instance, SkewedClock, TrueTime, edit, first_ring, rotation_of
from tests.long.paper_secret import PaperSecret
from vocespace.document_cache import FORCED_REFRESH_COOLDOWN, JITTER, MAX_BACK_OFF, SECRET, SOFT_TTL
from vocespace.errors import SecretsUnavailableError, UnauthorizedError
from vocespace.jws import sign
from vocespace.key_ring import KeyRing, SigningKey
from vocespace.ring_rotation import SKEW_SECONDS, RotationError, Rules, without_compromised
from vocespace.secret_rotation import StepRequest
from vocespace.secret_versions import SecretVersionsError
from vocespace.token_result import LEEWAY_SECONDS, TokenResult
from vocespace_cli.ring_edits import Change, Edited

INSTANCES = 4
MAX_TTL = 7200
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
LONGEST_SOFT = SOFT_TTL * (1 + JITTER)
MOST_KEYS = 8

which = st.integers(0, INSTANCES - 1)
# No two clocks are further apart than the rotation allows for.
ahead = st.sampled_from([-SKEW_SECONDS / 2, -10, 0, 10, SKEW_SECONDS / 2])
pauses = st.sampled_from([1, 7, 31, 120, 301, 361, 700, 1800, 3599, 3601, 4300, 8000, 12_000])


@dataclass(frozen=True, slots=True)
class Issued:
    """A token, and what is known of it without reading it; whether it names its key is up to who signs it."""

    text: str
    kid: str
    iat: int
    exp: int
    names_key: bool = True


class RingMachine(RuleBasedStateMachine):
    """A few instances with clocks of their own, a rotation that is cut off anywhere, and outages of Secrets Manager."""

    durations = Rules(max_ttl=MAX_TTL)

    seen: ClassVar[Counter[str]] = Counter()
    """What happened in all histories together, so that a test can tell that everything did."""

    def __init__(self) -> None:
        super().__init__()
        self.true = TrueTime()
        self.secret = PaperSecret(first_ring(START))
        self.instances = [Instance(self.secret, SkewedClock(self.true, 0), MAX_TTL) for _ in range(INSTANCES)]
        self.clock = SkewedClock(self.true, 0)
        self.rotation = rotation_of(self.secret, self.clock, self.durations)
        self.names = map("version-{}".format, count())
        self.token, self.step = "", 0
        self.issued: list[Issued] = []
        self.keys: dict[str, SigningKey] = {}
        self.published: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.revoked: dict[str, float] = {}
        self.hurried: dict[str, float] = {}
        self.outage_ended = float("-inf")
        self.note_ring()
        # Each history begins with a next key that everybody knows: without one, most are over before a key changes.
        self.rotate(0, len(STEPS))
        self.true.now += Rules(max_ttl=MAX_TTL).publication

    @rule(seconds=pauses)
    def wait(self, seconds: float) -> None:
        """Time goes by for everybody."""
        self.true.now += seconds
        self.seen["wait"] += 1

    @rule(number=which, seconds=ahead)
    def set_clock(self, number: int, seconds: float) -> None:
        """A host corrects its clock, forwards or backwards."""
        self.instances[number].clock.ahead = seconds
        self.seen["clock"] += 1

    @rule(seconds=ahead)
    def set_clock_of_rotation(self, seconds: float) -> None:
        """The next step of a rotation runs on another host."""
        self.clock.ahead = seconds

    @rule(number=st.integers(0, 2))
    def begin_outage(self, number: int) -> None:
        """Secrets Manager goes away, every third time."""
        self.secret.is_away = number == 0
        self.outage_ended = self.true.now
        self.seen["outage"] += self.secret.is_away

    @precondition(lambda self: self.secret.is_away)
    @rule()
    def end_outage(self) -> None:
        """Secrets Manager comes back."""
        self.secret.is_away = False
        self.outage_ended = self.true.now

    @rule(number=which)
    def start_anew(self, number: int) -> None:
        """An instance ends, and another one takes its place without a memory."""
        self.instances[number] = Instance(self.secret, self.instances[number].clock, MAX_TTL)

    @rule(number=which)
    def refresh(self, number: int) -> None:
        """A request comes that needs the ring."""
        try:
            self.instances[number].ring.value()
        except SecretsUnavailableError:
            self.expect_outage()

    @rule(seconds=st.sampled_from([1, 700, 4300, 4300, 8000]), steps=st.sampled_from([4, 4, 4, 1, 2, 3]))
    def rotate(self, seconds: float, steps: int) -> None:
        """After a while a rotation begins or goes on for some steps, and may be left there."""
        self.true.now += seconds
        for _ in range(steps):
            self.rotate_one_step()

    def rotate_one_step(self) -> None:
        """One step; what fails for good is over, and anything else is repeated by the next call."""
        if not self.secret.has_rotation(self.token):
            self.token, self.step = next(self.names), 0
            self.secret.begin_rotation(self.token)
        try:
            self.rotation.step(StepRequest(STEPS[self.step], "signing", self.token))
        except (RotationError, SecretVersionsError) as error:
            self.seen[type(error).__name__] += 1
            return
        self.step = (self.step + 1) % len(STEPS)
        self.seen["rotated"] += self.step == 0
        self.note_ring()
        self.expect_known(KeyRing.parse(self.secret.text).signing_kid)

    @rule(step=st.integers(0, 3))
    def repeat_rotation(self, step: int) -> None:
        """The rotation was cut off, and begins again from one of the steps that it has done."""
        self.step = min(self.step, step)
        self.seen["crash"] += 1

    @rule(number=st.integers(0, 9))
    def revoke(self, number: int) -> None:
        """The operator revokes a key, also in the middle of a rotation."""
        if self.secret.is_away or number > 1:
            return
        ring = KeyRing.parse(self.secret.text)
        kid = ring.keys[min(number, len(ring.keys) - 1)].kid
        edited = self.edit(partial(without_compromised, kid=kid, now=int(self.clock.time())))
        self.revoked[kid] = self.true.now
        if kid == ring.signing_kid:
            self.hurried[edited.after.signing_kid] = self.true.now
        self.seen["revoked"] += 1

    def edit(self, change: Change) -> Edited:
        """The operator changes the ring."""
        edited = edit(self.secret, self.clock, change)
        self.note_ring()
        return edited

    @rule(number=which, ttl=st.sampled_from([60, 3600, MAX_TTL, MAX_TTL]))
    def issue(self, number: int, ttl: int) -> None:
        """A token is issued, and nothing signs it that not everybody knows."""
        instance = self.instances[number]
        iat = int(instance.clock.time())
        person = TokenResult.from_wire({"id": "u", "username": "U", "space": "s", "iat": iat, "exp": iat + ttl})
        try:
            text = instance.tokens.issue(person, None)
        except SecretsUnavailableError:
            self.expect_outage()
            return
        kid = instance.ring.value().signing_kid
        self.issued.append(Issued(text, kid, iat, iat + ttl))
        self.seen["issued"] += 1
        self.expect_known(kid)

    @precondition(lambda self: self.issued)
    @rule(number=which)
    def verify(self, number: int) -> None:
        """The latest tokens are redeemed: a valid one is never refused, an invalid one never accepted."""
        for token in self.issued[-12:]:
            self.judge(number, token)

    @precondition(lambda self: self.ended)
    @rule(number=which, data=st.data())
    def forge(self, number: int, data: st.DataObject) -> None:
        """Whoever has got hold of a key that is over signs with it."""
        kid = data.draw(st.sampled_from(sorted(self.ended)[-6:]))
        iat = int(self.true.now) - SKEW_SECONDS
        claims = {"id": "u", "username": "U", "space": "s", "identity": "owner", "iat": iat, "exp": iat + 600}
        text = sign(claims, self.keys[kid].key_bytes(), kid)
        accepted = self.is_accepted(number, text)
        self.seen["forged"] += 1
        assert not (accepted and self.true.now >= self.ended[kid] + self.lateness())

    def judge(self, number: int, token: Issued) -> None:
        """Redeems a token at an instance and compares with what has to come of it."""
        now = self.instances[number].clock.time()
        accepted = self.is_accepted(number, token.text)
        if accepted is None:
            return
        self.seen["accepted" if accepted else "refused"] += 1
        in_time = token.iat <= now + LEEWAY_SECONDS and now < token.exp
        if in_time and token.kid not in self.revoked and not self.may_be_unknown(token):
            assert accepted
        if accepted:
            assert now < token.exp + LEEWAY_SECONDS
            over = self.revoked.get(token.kid, float("inf"))
            assert self.true.now < over + self.staleness()

    def is_accepted(self, number: int, text: str) -> bool | None:
        """What an instance says to a token; None where it cannot tell, which only an outage excuses."""
        try:
            self.instances[number].tokens.verify(text)
        except UnauthorizedError:
            return False
        except SecretsUnavailableError:
            self.expect_outage()
            return None
        return True

    def staleness(self) -> float:
        """How long an instance may go on with a ring that is not the current one any more."""
        return SECRET.hard_ttl if self.is_outage_felt() else LONGEST_SOFT

    def lateness(self) -> float:
        """How long after its end, which each tells by its own clock, a key may still be taken."""
        return self.staleness() + SKEW_SECONDS

    def may_be_unknown(self, token: Issued) -> bool:
        """Whether a key signed at once in the place of a revoked one, and an instance could not yet ask for it."""
        asked_lately = max(MAX_BACK_OFF, FORCED_REFRESH_COOLDOWN) + LONGEST_SOFT
        since = self.hurried.get(token.kid)
        return since is not None and (self.is_outage_felt() or self.true.now < since + asked_lately)

    def is_outage_felt(self) -> bool:
        """Whether Secrets Manager is away, or was until so lately that an instance still waits before it asks again."""
        return self.secret.is_away or self.true.now < self.outage_ended + MAX_BACK_OFF

    def expect_known(self, kid: str) -> None:
        """Only a key that every instance can know by now signs, unless it follows a revoked one."""
        known_for = self.true.now - self.published[kid]
        assert known_for >= SECRET.hard_ttl or kid in self.hurried or self.published[kid] == START

    def expect_outage(self) -> None:
        """Only an outage excuses that there is no ring."""
        assert self.is_outage_felt()

    def note_ring(self) -> None:
        """Notes when each key was first and last among those of the current ring."""
        ring = KeyRing.parse(self.secret.text)
        now = self.true.now
        for key in ring.keys:
            self.keys[key.kid] = key
            self.published.setdefault(key.kid, now)
            if key.retire_after is not None:
                self.ended[key.kid] = key.retire_after + SKEW_SECONDS
        for kid in self.keys.keys() - {key.kid for key in ring.keys}:
            self.ended[kid] = min(self.ended.get(kid, now), now)

    @invariant()
    def the_ring_is_sound(self) -> None:
        """It parses, has the key that signs, and stays small."""
        self.seen["step"] += 1
        ring = KeyRing.parse(self.secret.text)
        assert ring.signing_key().retire_after is None
        assert sum(key.platform is None for key in ring.keys) <= MOST_KEYS

    @invariant()
    def nobody_is_revived(self) -> None:
        """What was revoked does not come back with a rotation that began before."""
        ring = KeyRing.parse(self.secret.text)
        assert not self.revoked.keys() & {key.kid for key in ring.keys}
