"""`python -m tools.soak.rotation VERSION`: one rotation of the signing secret, slow enough to be killed in the middle.

Says each step that is done; the last one with the key that signs from then on. The environment is that of demo.env.
"""

from __future__ import annotations

import os
import sys
import time

from tools.soak.haste import RULES
from vocespace import aws
from vocespace.clock import SystemClock
from vocespace.key_ring import KeyRing
from vocespace.ring_rotation import RotationError
from vocespace.secret_rotation import SecretRotation
from vocespace.secret_versions import SecretVersions, SecretVersionsError
from vocespace.signing_rotation import SigningChange

PAUSE = 0.2

DONE, AGAIN, GIVEN_UP = range(3)
"""Exit statuses: what Secrets Manager would do is to repeat the second kind, and to begin anew after the third."""


def main(version: str) -> int:
    """Does what is left of a rotation."""
    secret_id = os.environ["SIGNING_SECRET_ID"]
    versions = SecretVersions(aws.secrets_manager(), secret_id)
    rotation = SecretRotation(secret_id, versions, SigningChange(RULES, SystemClock()))
    try:
        for step in (rotation.create, rotation.test, rotation.finish):
            ring = KeyRing.parse(step(version))
            # On the standard output are the log lines of the code.
            print(step.__name__, ring.signing_kid, file=sys.stderr, flush=True)
            time.sleep(PAUSE)
    except SecretVersionsError:
        return AGAIN
    except RotationError:
        return GIVEN_UP
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
