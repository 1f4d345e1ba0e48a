"""The platforms: whether there is one, and whether each can call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vocespace.api_keys import ApiKey
from vocespace.name_patterns import ANYTHING
from vocespace.platforms import Platform
from vocespace_cli.deployed_secrets import key_ring
from vocespace_cli.doctor.check import Check, fault, ok, warning
from vocespace_cli.durations import from_now
from vocespace_cli.run import Run

_SOON = 7 * 86_400


def check_platforms(run: Run) -> Iterator[Check]:
    """Whether somebody may call at all, and whether each who may can."""
    platforms = run.platforms.platforms()
    if not platforms:
        yield fault("platforms", "There is none: every call is refused.", "vocespace platforms add --help")
    signers = {key.platform for key in key_ring(run.settings).keys if key.is_live(run.clock.time())}
    for platform in platforms:
        yield from _check_platform(platform, run.platforms.keys(platform.platform), signers, run)
    named = run.settings.signing_key_platform
    if named and all(platform.platform != named for platform in platforms):
        yield fault(
            "SigningKeyPlatform",
            f"It names {named}, which does not exist.",
            "Add that platform, or deploy with another SigningKeyPlatform.",
        )


def _check_platform(platform: Platform, keys: Sequence[ApiKey], signers: set[str | None], run: Run) -> Iterator[Check]:
    name = f"platform {platform.platform}"
    if platform.disabled:
        yield warning(name, "It is disabled.", f"vocespace platforms enable {platform.platform}")
        return
    now = run.now()
    live = [key for key in keys if key.is_live(now)]
    if live or platform.issuers or platform.roles or platform.platform in signers:
        yield ok(name, f"{len(live)} live keys, {len(platform.issuers)} issuers, {len(platform.roles)} roles")
    else:
        yield fault(name, "It has nothing to call with.", f"vocespace keys add {platform.platform}")
    if platform.issuers and not run.settings.user_access:
        users = f"users of {platform.platform}"
        yield warning(users, "Its signed-in users may not call here.", "Deploy with UserAccess=true.")
    if platform.roles and not run.settings.iam_access:
        roles = f"roles of {platform.platform}"
        yield warning(roles, "Its IAM roles may not call here.", "Deploy with IamAccess=true.")
    for key in live:
        if key.expires_at is not None and key.expires_at - now < _SOON:
            ends = from_now(key.expires_at, now)
            yield warning(f"key {key.key_id}", f"It ends {ends}.", f"vocespace keys add {platform.platform}")
    if any(not pattern.strip(ANYTHING) for pattern in platform.policy.spaces) and not run.deployment.is_local:
        yield warning(
            f"spaces of {platform.platform}",
            "It may enter every space.",
            f"If that is not meant: vocespace platforms set {platform.platform} --space",
        )
