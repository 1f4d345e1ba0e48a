"""What was pasted: a token, a link that carries one, or something else that should not have been."""

from __future__ import annotations

import json
import sys
from urllib.parse import parse_qs, urlsplit

from vocespace.api_keys import KEY_PREFIX
from vocespace_cli.faults import BadInputError

_BEARER = "bearer "
_MAX_PASTED = 65_536


def read_pasted(argument: str | None) -> str:
    """The token's text, from the argument or from standard input.

    Raises:
        BadInputError: there is none, or it is an API key.
    """
    text = (_from_stdin() if argument is None or argument == "-" else argument).strip()
    if text.lower().startswith(_BEARER):
        text = text[len(_BEARER) :].strip()
    if text.startswith(f"{KEY_PREFIX}_"):
        raise BadInputError(
            "This is an API key, not a token.",
            hint="Whoever has it calls in the platform's name. If others could read it here, make a new one "
            "(vocespace keys add PLATFORM) and revoke this one (vocespace keys revoke KEYID).",
        )
    if "://" in text:
        text = _within_link(text)
    if not text:
        raise BadInputError(
            "No token was given.",
            hint="Pipe it in: pbpaste | vocespace token inspect, or paste it and end with Ctrl-D.",
        )
    return text


def _from_stdin() -> str:
    if sys.stdin.isatty():
        sys.stderr.write("Paste the token, then press Enter and Ctrl-D.\n")
    try:
        return sys.stdin.read(_MAX_PASTED)
    except UnicodeDecodeError:
        return ""


def _within_link(link: str) -> str:
    try:
        query = parse_qs(urlsplit(link).query, max_num_fields=32)
        if "token" in query:
            return query["token"][0]
        return str(json.loads(query["details"][0])["participantToken"])
    except (ValueError, KeyError, TypeError):
        return ""
