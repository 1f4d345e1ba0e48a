"""A VoceSpace token: held against the ring, the platform's policy and the blocks, as its redemption would."""

from __future__ import annotations

from dataclasses import replace

from vocespace.admission import admit_guest, vouching_platform
from vocespace.errors import FieldError, InvalidParametersError, PersonBlockedError, UnauthorizedError
from vocespace.jws import parse_compact, verified_claims
from vocespace.key_ring import KeyRing, SigningKey
from vocespace.platforms import Platform
from vocespace.request_body import read_request
from vocespace.token_result import TokenClaims, TokenResult
from vocespace.tokens import VerifiedToken
from vocespace_cli.deployed_secrets import key_ring
from vocespace_cli.inspection.anatomy import Anatomy
from vocespace_cli.inspection.findings import Findings
from vocespace_cli.inspection.ways import way_of_guest, way_under
from vocespace_cli.key_states import signing_key_members, spoken_state
from vocespace_cli.run import Run


def inspect(run: Run, token: Anatomy) -> Findings:
    """Finds out all about a VoceSpace token.

    Raises:
        DocumentReadError, UnreachableError, StoreUnavailableError: the deployment cannot be asked.
    """
    ring = key_ring(run.settings)
    findings = Findings(token)
    try:
        key = _signer(token, ring)
        findings = replace(findings, signature=key is not None)
        if key is not None:
            findings = _signed(findings, key, ring, run)
        verified = run.parts.tokens.verify(token.text)
    except UnauthorizedError as error:
        return _refused(findings, error.reason, ring, run)
    return _admitted(findings, verified, run)


def _signer(token: Anatomy, ring: KeyRing) -> SigningKey | None:
    """The key that has made the signature, retired or not.

    Raises:
        UnauthorizedError: the token has not even the form of one.
    """
    compact = parse_compact(token.text)
    fitting = (key for key in ring.keys if compact.kid in {None, key.kid})
    return next((key for key in fitting if verified_claims(compact, key.key_bytes()) is not None), None)


def _signed(findings: Findings, key: SigningKey, ring: KeyRing, run: Run) -> Findings:
    return replace(
        findings,
        signer=f"{key.kid} ({'of the deployment' if key.platform is None else f'of {key.platform}'})",
        key=signing_key_members(key, ring, run.now()),
        key_state=spoken_state(key, ring, run.now()),
    )


def _refused(findings: Findings, word: str, ring: KeyRing, run: Run) -> Findings:
    if word == "token_claims":
        return findings.refused(word, _claim_faults(findings.token))
    kid = (findings.token.header or {}).get("kid")
    if word != "token_signature" or kid is None:
        return findings.refused(word)
    named = next((key for key in ring.keys if key.kid == kid), None)
    if named is None:
        return findings.refused("kid_unknown")
    return findings.refused("kid_mismatch" if named.is_live(run.clock.time()) else "kid_retired")


def _claim_faults(token: Anatomy) -> tuple[FieldError, ...]:
    try:
        read_request(TokenClaims, token.claims or {})
    except InvalidParametersError as error:
        return error.fields
    return ()


def _admitted(findings: Findings, verified: VerifiedToken, run: Run) -> Findings:
    person = verified.claims.token_result()
    named = vouching_platform(verified, run.settings)
    if named is None:
        return _as_guest(findings, person, run)
    findings = replace(findings, platform=named)
    platform = run.platforms.platform(named)
    if platform is None or platform.disabled:
        return findings.refused("platform_unknown" if platform is None else "platform_disabled")
    return _blocked(_under(findings, person, platform, run), person, run)


def _under(findings: Findings, person: TokenResult, platform: Platform, run: Run) -> Findings:
    auths = (*platform.policy.auth_types, None)
    ways = tuple(way_under(auth, person, platform, run) for auth in auths)
    findings = replace(findings, ways=ways)
    reasons = [way.reason for way in ways]
    if None in reasons:
        return findings
    # Under the first auth type, because that is the one by which the platform makes its links.
    return findings.refused(reasons[0].word) if reasons[0] else findings


def _as_guest(findings: Findings, person: TokenResult, run: Run) -> Findings:
    if not run.settings.guest_access:
        return findings.refused("guest_access_off")
    guest = admit_guest(person)
    return _blocked(replace(findings, ways=(way_of_guest(guest, run),)), guest.person, run)


def _blocked(findings: Findings, person: TokenResult, run: Run) -> Findings:
    try:
        run.parts.blocks.check(person.space, person.id)
    except PersonBlockedError as error:
        return replace(findings, details={"blocked": True}).refused(error.reason)
    return replace(findings, details={"blocked": False})
