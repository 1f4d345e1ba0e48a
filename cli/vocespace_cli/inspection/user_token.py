"""The token of a signed-in user: whose user it is, and as what they may come."""

from __future__ import annotations

from dataclasses import replace

from vocespace.errors import IdentityRefusedError, IssuerUnavailableError, PolicyRefusedError, UnauthorizedError
from vocespace.key_sets import KeySets
from vocespace.signed_in_users import SignedInUsers
from vocespace_cli.inspection.anatomy import Anatomy
from vocespace_cli.inspection.findings import Findings
from vocespace_cli.run import Run


def inspect(run: Run, token: Anatomy) -> Findings:
    """Finds out all about a token that an OpenID issuer has signed.

    Raises:
        StoreUnavailableError: the table cannot be read.
    """
    if not run.settings.user_access:
        return Findings(token).refused("user_access_off")
    users = SignedInUsers(run.parts.registry, KeySets(run.clock), run.clock)
    findings = Findings(token)
    try:
        platform, user = users.user_of(token.text)
    except (UnauthorizedError, IdentityRefusedError, PolicyRefusedError, IssuerUnavailableError) as error:
        return findings.refused(error.reason)
    identities = [identity.value for identity in user.identities]
    return replace(
        findings,
        signature=True,
        signer=str((token.claims or {}).get("iss")),
        platform=platform.platform,
        details={"id": user.id, "identities": identities},
    )
