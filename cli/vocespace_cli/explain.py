"""From what the code below can raise to what the person at the terminal is told."""

from __future__ import annotations

import traceback

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound

from vocespace import errors
from vocespace.document_cache import DocumentReadError
from vocespace.secret_versions import SecretVersionsError
from vocespace.table import ConditionFailedError
from vocespace_cli.faults import BadInputError, CliError, NotOkError, UnexpectedError, UnreachableError
from vocespace_cli.reasons import explained

_NO_CREDENTIALS = "Log in (aws sso login, or another way of the AWS CLI), or name a profile by --profile."
_HINTS = {
    "AccessDenied": "Use credentials that may do this: --profile, or another role.",
    "AccessDeniedException": "Use credentials that may do this: --profile, or another role.",
    "ExpiredToken": _NO_CREDENTIALS,
    "ExpiredTokenException": _NO_CREDENTIALS,
    "UnrecognizedClientException": _NO_CREDENTIALS,
    "InvalidClientTokenId": _NO_CREDENTIALS,
    "ResourceNotFoundException": "Look whether the stack and the region are right: vocespace doctor.",
    "item_malformed": "An item of the table is not one of ours, or of a newer version: upgrade vocespace.",
    NoCredentialsError.__name__: _NO_CREDENTIALS,
    NoRegionError.__name__: "Name the region: --region, or AWS_REGION.",
    ProfileNotFound.__name__: "aws configure list-profiles shows the profiles that there are.",
}
_LOOK = "Look at the connection and run vocespace doctor."


def explain(error: Exception) -> CliError:
    """What to say about an exception, whatever it is; nothing of its own text where that could quote anything."""
    match error:
        case CliError():
            told: CliError = error
        case errors.VoceSpaceError():
            told = _refusal(error)
        case DocumentReadError():
            told = _unreachable("A secret", error.reason)
        case SecretVersionsError():
            told = _unreachable("A secret", error.reason)
        case ConditionFailedError():
            told = NotOkError("Somebody else was writing the same at the same moment.", hint="Run this again.")
        case ClientError():
            told = _unreachable(f"AWS ({error.operation_name})", error.response["Error"]["Code"])
        case BotoCoreError():
            told = _unreachable("AWS", type(error).__name__)
        case _:
            told = _unexpected(error)
    return told


def _refusal(error: errors.VoceSpaceError) -> CliError:
    reason = explained(error.reason)
    match error:
        case errors.InvalidParametersError():
            told: CliError = BadInputError("The input is wrong; nothing was written.", fields=error.fields)
        case errors.StoreUnavailableError():
            told = _unreachable("The table", error.reason)
        case errors.SecretsUnavailableError() | errors.IssuerUnavailableError():
            told = UnreachableError(reason.text, hint=reason.step)
        case errors.UpstreamFailedError() | errors.UpstreamTimeoutError():
            told = UnreachableError(reason.text, hint=reason.step)
        case _:
            told = NotOkError(reason.text, hint=reason.step)
    return told


def _unreachable(what: str, reason: str) -> UnreachableError:
    return UnreachableError(f"{what} cannot be used: {reason}.", hint=_HINTS.get(reason, _LOOK))


def _unexpected(error: Exception) -> UnexpectedError:
    # The last frame says where; the text of the exception could hold anything.
    (*_, last) = traceback.extract_tb(error.__traceback__) or [None]
    place = "" if last is None else f" at {last.name}, line {last.lineno}"
    return UnexpectedError(f"Unexpected {type(error).__name__}{place}.", hint="This is a mistake of ours: report it.")
