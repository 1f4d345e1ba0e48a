"""A fleet through a hundred rotations: of a million tokens, no valid one is refused and no invalid one accepted."""

from __future__ import annotations

import logging
import os
import random
from collections import Counter
from dataclasses import dataclass
from functools import cache
from heapq import heappop, heappush

import pytest
from jwt.algorithms import HMACAlgorithm

from tests.long.fleet import START, Instance, SkewedClock, TrueTime, first_ring, rotation_of
from tests.long.paper_secret import PaperSecret
from vocespace.document_cache import SECRET
from vocespace.errors import UnauthorizedError
from vocespace.jws import sign
from vocespace.key_ring import KeyRing, SigningKey
from vocespace.ring_rotation import Rules
from vocespace.secret_rotation import StepRequest
from vocespace.token_result import LEEWAY_SECONDS, TokenResult

INSTANCES = 200
ROTATIONS = 100
TOKENS = int(os.environ.get("TOKENS", "1000000"))
MAX_TTL = 7200
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")

AHEAD = 60
"""How wrong a clock may be, one way or the other."""

RULES = Rules(max_ttl=MAX_TTL)
OUTAGE_SECONDS = SECRET.hard_ttl / 2
ROTATIONS_AN_OUTAGE = 7
FORGED_ONE_IN = 50

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Redemption:
    """When a token is redeemed; `exp` is its end."""

    at: float
    text: str
    exp: int


class Fleet:
    """The instances, the secret, and the tokens that are on their way between them."""

    def __init__(self) -> None:
        self.random = random.Random(7)  # noqa: S311 - a simulation that is the same every time
        self.true = TrueTime()
        self.secret = PaperSecret(first_ring(START))
        self.instances = [
            Instance(self.secret, SkewedClock(self.true, self.random.uniform(-AHEAD, AHEAD)), MAX_TTL)
            for _ in range(INSTANCES)
        ]
        self.on_their_way: list[Redemption] = []
        self.tally: Counter[str] = Counter()
        self.keys: dict[str, SigningKey] = {}
        self.kids: set[str] = set()

    def rotate(self, number: int) -> None:
        """One rotation, each step by whatever host."""
        token = f"version-{number}"
        self.secret.begin_rotation(token)
        for step in STEPS:
            clock = SkewedClock(self.true, self.random.uniform(-AHEAD, AHEAD))
            rotation_of(self.secret, clock, RULES).step(StepRequest(step, "signing", token))
        self.keys |= {key.kid: key for key in self.ring().keys}

    def ring(self) -> KeyRing:
        """The current one."""
        return KeyRing.parse(self.secret.text)

    def live(self, seconds: float, tokens: int) -> None:
        """Lets time go by, in which so many tokens are issued, and as many as are due are redeemed."""
        end = self.true.now + seconds
        for at in sorted(self.random.uniform(self.true.now, end) for _ in range(tokens)):
            self.redeem_until(at)
            self.true.now = at
            self.issue()
            if self.tally["issued"] % FORGED_ONE_IN == 0:
                self.forge()
        self.redeem_until(end)
        self.true.now = end

    def issue(self) -> None:
        """A token, at any instance; it will be redeemed now, later, close to its end, or after it."""
        ttl = self.random.choice([300, 600, 3600, MAX_TTL - 2 * AHEAD])
        # By a clock that is behind all of ours: else the leeway would decide about what is new, and not the ring.
        iat, exp = int(self.true.now) - 2 * AHEAD, int(self.true.now) + ttl
        person = TokenResult.model_construct(id="u", username="U", space="s", iat=iat, exp=exp)
        text = self.random.choice(self.instances).tokens.issue(person, None)
        last = ttl - AHEAD - 1.0
        after = self.random.choice([0.0, self.random.uniform(0, last), last, ttl + AHEAD + LEEWAY_SECONDS + 1.0])
        heappush(self.on_their_way, Redemption(self.true.now + after, text, exp))
        self.tally["issued"] += 1

    def forge(self) -> None:
        """Whoever has got hold of a key that is over signs with it, for now."""
        now = int(self.true.now)
        over = [key for key in self.keys.values() if (key.retire_after or now) < now - 2 * AHEAD]
        if over:
            key = self.random.choice(over)
            claims = {"id": "u", "username": "U", "space": "s", "identity": "owner", "iat": now - 2 * AHEAD}
            self.redeem(Redemption(now, sign(claims | {"exp": now + 600}, key.key_bytes(), key.kid), exp=0))

    def redeem_until(self, end: float) -> None:
        """Redeems what is due, each token at any instance."""
        while self.on_their_way and self.on_their_way[0].at <= end:
            due = heappop(self.on_their_way)
            self.true.now = due.at
            self.redeem(due)

    def redeem(self, due: Redemption) -> None:
        """Notes what came of it, by whichever clock it is valid, or is not."""
        try:
            self.kids.add(self.random.choice(self.instances).tokens.verify(due.text).kid)
            accepted = True
        except UnauthorizedError:
            accepted = False
        now = self.true.now
        if now + AHEAD < due.exp:
            self.tally["valid accepted" if accepted else "valid refused"] += 1
        else:
            assert now - AHEAD >= due.exp + LEEWAY_SECONDS
            self.tally["invalid accepted" if accepted else "invalid refused"] += 1


@pytest.fixture(name="_keys_are_looked_at_once")
def _keys_are_looked_at_once_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyJWT asks of every key at every use whether it is a PEM or DER one: a fifth of the whole simulation."""
    looked_at = cache(HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key)
    monkeypatch.setattr(HMACAlgorithm, "prepare_key", staticmethod(looked_at))


@pytest.mark.usefixtures("_keys_are_looked_at_once")
def test_fleet_fails_nobody_and_trusts_nobody_too_long() -> None:
    """200 instances, clocks wrong by up to a minute, an outage of half an hour after every seventh rotation."""
    fleet = Fleet()
    share = TOKENS // ROTATIONS
    signers = set()
    for number in range(ROTATIONS):
        fleet.rotate(number)
        signers.add(fleet.ring().signing_kid)
        rest: float = RULES.publication + 2 * AHEAD
        if number % ROTATIONS_AN_OUTAGE == 1:
            fleet.secret.is_away = True
            fleet.live(OUTAGE_SECONDS, share // 3)
            fleet.secret.is_away = False
            rest -= OUTAGE_SECONDS
            fleet.live(rest, share - share // 3)
        else:
            fleet.live(rest, share)
    fleet.redeem_until(float("inf"))

    logger.info("%s", dict(fleet.tally))
    assert fleet.tally["issued"] == share * ROTATIONS
    assert fleet.tally["valid accepted"] + fleet.tally["invalid refused"] > TOKENS
    assert len(signers) >= ROTATIONS - 1
    assert fleet.kids >= signers - {fleet.ring().signing_kid}
    assert (fleet.tally["valid refused"], fleet.tally["invalid accepted"]) == (0, 0)
    assert min(fleet.tally["valid accepted"], fleet.tally["invalid refused"]) > TOKENS / 5
