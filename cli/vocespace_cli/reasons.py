"""Why something was refused: each reason word of the layer as a sentence, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

_ISSUE_ANEW = "Ask for a new one: POST /api/redirect-url, or vocespace token issue."
_COPY = "Copy it again, whole and unchanged; a mail program or a chat may have cut or wrapped it."
_SIGNER = "Look at the code that signs it; docs/api.md lists the claims and their rules."
_POLICY = "Ask for something else, or change the policy: vocespace platforms set PLATFORM --help."
_DOCTOR = "vocespace doctor says which, and why."
_LIVEKIT_SERVER = "Look whether it runs, and whether url in the LiveKit secret is right."
_ISSUER = "Compare it with the platform's issuers: vocespace platforms show PLATFORM --json."


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in words.

    Attributes:
        word: The stable word, as in logs and metrics.
        text: What it means.
        step: What to do next.
    """

    word: str
    text: str
    step: str


_WORDS: dict[str, tuple[str, str]] = {
    # The form of a token.
    "token_too_long": ("It is longer than 8 KiB and is refused unread.", _SIGNER),
    "token_form": ("It is not a JWT: three parts in base64url, with dots between.", _COPY),
    "token_header": ("Its header is not one that is taken: alg HS256, typ and kid, and nothing else.", _SIGNER),
    "token_type": ("Its header must say typ JWT.", _SIGNER),
    # Its signature.
    "token_signature": ("No key of the ring has made its signature.", "It was changed, or is of another deployment."),
    "kid_unknown": (
        "Its kid names no key of this deployment's ring.",
        "It is of another deployment, or its key was removed. " + _ISSUE_ANEW,
    ),
    "kid_retired": ("Its key has been retired.", _ISSUE_ANEW),
    "kid_mismatch": (
        "The key that its kid names has not made this signature.",
        "The signer uses another secret under this kid, or the token was changed on its way.",
    ),
    "signing_key_retired": ("The key that new tokens are to be signed with has been retired.", _DOCTOR),
    # Its claims.
    "token_claims": ("Its claims are incomplete or malformed.", _SIGNER),
    "token_audience": ("It is meant for another audience.", "A VoceSpace token has no aud; leave it out."),
    "token_platform": ("It names another platform than the one whose key has signed it.", _SIGNER),
    # Its time.
    "token_expired": ("It is over.", _ISSUE_ANEW),
    "token_lifetime": ("It lives longer than this deployment allows, or its iat and exp do not fit.", _SIGNER),
    "token_not_yet_valid": ("It is not valid yet.", "Wait, or look at the clock of whoever has signed it."),
    # Who vouches.
    "platform_unknown": ("No platform that exists and is enabled vouches for it.", "vocespace platforms list."),
    "platform_disabled": ("The platform that vouches for it is disabled.", "vocespace platforms enable PLATFORM."),
    "guest_access_off": (
        "Nobody vouches for it, and this deployment lets no guests in.",
        "Let a platform ask for it, or deploy with GuestAccess=true.",
    ),
    "auth_without_credential": (
        "It names an auth type, but nobody vouches for it.",
        "Leave auth out, or use a platform's key.",
    ),
    # What it asks for.
    "identity_under_auth": (
        "The auth type does not admit this identity.",
        "c_s admits assistant, customer and guest; every other one owner, manager, participant and guest.",
    ),
    "policy_auth": ("The platform's policy does not allow this auth type.", _POLICY),
    "policy_identity": ("The platform's policy does not allow this identity.", _POLICY),
    "policy_space": ("The platform's policy does not allow this space.", _POLICY),
    "policy_room": ("The platform's policy does not allow this room.", _POLICY),
    "policy_lifetime": ("It lives longer than the platform's policy allows.", _POLICY),
    "policy_room_config": (
        "The platform's policy does not allow something in its room_config.",
        "Leave it out, or change roomConfig in the policy: vocespace platforms set PLATFORM --file.",
    ),
    "policy_own_metadata": (
        "Its user brings metadata or attributes, and the platform's policy lets only the platform itself do that.",
        "Leave them out, or allow canUpdateOwnMetadata in the policy's grants for the identity.",
    ),
    "grants_elsewhere": (
        "The VoceSpace server behind this deployment decides on all grants, so a policy cannot narrow them here.",
        "Take grants out of the policy, or deploy with ConnectionProvider=livekit.",
    ),
    "person_blocked": (
        "This person is blocked in this space.",
        "vocespace blocks list SPACE, vocespace blocks remove SPACE ID.",
    ),
    "quota_requestsPerMinute": ("The platform has used up its requests of this minute.", "Wait, or raise the quota."),
    "quota_tokensPerDay": ("The platform has used up its tokens of this day (UTC).", "Wait, or raise the quota."),
    "no_agent_waiting": ("No support agent is waiting.", "Try again when one is there."),
    # Signed-in users.
    "user_access_off": ("This deployment lets no signed-in users call.", "Deploy with UserAccess=true."),
    "token_issuer": ("Its iss is not that of the issuer whose key has signed it.", _ISSUER),
    "token_algorithm": ("The platform has not agreed on this algorithm with the issuer.", _ISSUER),
    "token_key": (
        "The issuer publishes no key with this kid for this algorithm.",
        "Sign in again: its keys may have changed.",
    ),
    "user_id": ("Its user has no id that can be used.", _ISSUER),
    "user_group": ("Its user is in none of the groups that may come.", _ISSUER),
    "user_identity": ("Nothing says as what its user may come.", _ISSUER),
    "key_set_never_read": ("The issuer's keys cannot be read.", "Look whether the issuer is up and its URL right."),
    "key_set_too_old": ("The issuer's keys have not been readable for a day.", "Look whether the issuer is up."),
    # LiveKit's tokens.
    "livekit_key": (
        "It was issued by another LiveKit key than this deployment's.",
        "It is of another LiveKit project, or from before its key was replaced.",
    ),
    "livekit_signature": (
        "The LiveKit secret of this deployment has not made its signature.",
        "Look whether the secret is that of its key: vocespace doctor.",
    ),
    "livekit_claims": ("It says nothing that a LiveKit server would take: exp, nbf and video are needed.", _SIGNER),
    # What a deployment needs itself.
    "secret_never_read": ("A secret of the deployment cannot be read.", _DOCTOR),
    "secret_too_old": ("A secret of the deployment cannot be read.", _DOCTOR),
    "room_service_refused": (
        "The LiveKit server refuses the key.",
        "Compare apiKey and apiSecret with those of the server.",
    ),
    "room_service_malformed": ("What answers is no LiveKit server.", _LIVEKIT_SERVER),
    "room_service_unreachable": ("The LiveKit server cannot be reached.", _LIVEKIT_SERVER),
    "room_service_timeout": ("The LiveKit server does not answer in time.", _LIVEKIT_SERVER),
    "link_platform": (
        "The platform that has made the link is disabled or gone.",
        "vocespace platforms list; vocespace join-links show ID says whose the link is.",
    ),
    "link": ("There is no such join link.", "Its id is in the answer that made it, and in what is told of a booking."),
    "meeting": ("The link belongs to a meeting that is no more.", "It opens nothing, and is deleted in time."),
    "block": ("This person is not blocked there.", "vocespace blocks list SPACE."),
    "space": ("There is no such space.", "The first person who comes makes it, or vocespace rooms set SPACE."),
}


def explained(word: str) -> Reason:
    """A reason in words; one that nobody has put into words stands for itself."""
    text, step = _WORDS.get(word, (f"Refused: {word}.", "docs/operations.md says more about reasons."))
    return Reason(word, text, step)
