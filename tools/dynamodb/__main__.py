"""`python -m tools.dynamodb`, which `make dynamodb` runs: DynamoDB Local on 127.0.0.1, at PORT or 8000."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from tools.dynamodb import CannotRunError, command

DEFAULT_PORT = "8000"


def main() -> NoReturn:
    """Becomes DynamoDB Local, or says what is in the way."""
    try:
        port = _port(os.environ.get("PORT") or DEFAULT_PORT)
        words = command(port)
    except CannotRunError as error:
        sys.exit(str(error))
    url = f"http://127.0.0.1:{port}"
    print(f"DynamoDB Local serves {url} (Ctrl-C ends it); in another terminal: make run DYNAMODB_URL={url}", flush=True)
    os.execv(words[0], words)  # noqa: S606 - a fixed argument list, no shell


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 65535):  # noqa: PLR2004 - what a port is
        raise CannotRunError("PORT must be a number from 1 to 65535")
    return int(text)


if __name__ == "__main__":
    main()
