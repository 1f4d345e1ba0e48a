"""A LiveKit participant token: whether this deployment's LiveKit key has made it, and what it opens."""

from __future__ import annotations

from dataclasses import replace

from vocespace.errors import UnauthorizedError
from vocespace.jws import parse_compact, verified_claims
from vocespace.livekit_key import ApiKeyPair, LiveKitKey
from vocespace_cli.deployed_secrets import livekit_key
from vocespace_cli.inspection.anatomy import Anatomy
from vocespace_cli.inspection.findings import Findings
from vocespace_cli.run import Run


def inspect(run: Run, token: Anatomy) -> Findings:
    """Finds out all about a LiveKit token.

    Raises:
        DocumentReadError, UnreachableError: the LiveKit secret cannot be had.
    """
    findings = Findings(token)
    if run.settings.connection_provider != "livekit":
        return findings.refused("livekit_key")
    claims = token.claims or {}
    pair = _pair(livekit_key(run.settings), claims.get("iss"))
    if pair is None:
        return findings.refused("livekit_key")
    try:
        compact = parse_compact(token.text)
        holds = verified_claims(compact, pair.api_secret.get_secret_value().encode()) is not None
    except UnauthorizedError as error:
        return findings.refused(error.reason)
    findings = replace(findings, signature=holds, signer=f"{pair.api_key} (LiveKit key)")
    if not holds:
        return findings.refused("livekit_signature")
    return _in_time(replace(findings, details={"liveKitGrants": claims.get("video", {})}), run.now())


def _pair(key: LiveKitKey, name: object) -> ApiKeyPair | None:
    return next((pair for pair in key.pairs() if pair.api_key == name), None)


def _in_time(findings: Findings, now: int) -> Findings:
    ends, begins = findings.token.moment("exp"), findings.token.moment("nbf")
    if ends is None or not findings.details["liveKitGrants"]:
        return findings.refused("livekit_claims")
    if ends <= now:
        return findings.refused("token_expired")
    return findings.refused("token_not_yet_valid") if begins is not None and begins > now else findings
