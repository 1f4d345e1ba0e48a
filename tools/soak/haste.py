"""How much faster than in a deployment everything lasts here; what is fixed is how the times relate to each other."""

from __future__ import annotations

from vocespace.document_cache import SECRET
from vocespace.ring_rotation import Rules

HARD_TTL = 5
"""Seconds for which an instance may go on with a secret that it cannot read anew; in a deployment it is an hour."""

FASTER_BY = SECRET.hard_ttl / HARD_TTL

TOKEN_SECONDS = 60
"""The longest life of a token."""

# One machine, so one clock; a rotation that was killed has two seconds to be repeated in, or is begun anew.
RULES = Rules(max_ttl=TOKEN_SECONDS, cache=HARD_TTL, skew=0, rotation=2)
