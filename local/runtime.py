"""What runs inside an instance of a function: a process that imports one handler and gives it one event at a time.

Started by `local.instances` as `python -m local.runtime <fd>`, with the environment of the function in place before
anything is imported. Needs the standard library only, so that a handler finds nothing imported that Lambda would lack.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

Handler = Callable[[dict[str, Any], "LambdaContext"], Any]


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The context object of the Python runtime, as far as one can be had outside of Lambda."""

    aws_request_id: str
    deadline: float
    function_name: str
    memory_limit_in_mb: str
    invoked_function_arn: str
    function_version: str = "$LATEST"
    log_group_name: str = ""
    log_stream_name: str = "local"
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, int((self.deadline - time.time()) * 1000))


def _load(handler: str) -> Handler:
    module, _, name = handler.rpartition(".")
    loaded: Handler = getattr(importlib.import_module(module), name)
    return loaded


def _context(request_id: str, deadline: float) -> LambdaContext:
    name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    region = os.environ["AWS_REGION"]
    return LambdaContext(
        aws_request_id=request_id,
        deadline=deadline,
        function_name=name,
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        invoked_function_arn=f"arn:aws:lambda:{region}:123456789012:function:{name}",
        log_group_name=f"/aws/lambda/{name}",
    )


def _report(error: BaseException) -> None:
    # The frames, not the message: what an unexpected exception says may quote what the caller sent.
    frames = [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(error.__traceback__)]
    print(json.dumps({"level": "ERROR", "error": type(error).__name__, "frames": frames}), file=sys.stderr)


def _invoke(handler: Handler, message: dict[str, Any]) -> bytes:
    try:
        result = handler(message["event"], _context(message["requestId"], message["deadline"]))
        return json.dumps({"result": result}).encode()
    except Exception as error:  # noqa: BLE001 - the runtime is where every exception of a handler ends
        _report(error)
        return json.dumps({"error": type(error).__name__}).encode()


def serve(channel: Connection, handler: Handler) -> None:
    """Answers events until the gateway hangs up."""
    with suppress(EOFError, ConnectionError):
        while True:
            message = json.loads(channel.recv_bytes())
            channel.send_bytes(_invoke(handler, message))


def main(descriptor: int) -> int:
    """Imports the handler, says so, and serves."""
    channel = Connection(descriptor)
    try:
        handler = _load(os.environ["_HANDLER"])
    except Exception:  # noqa: BLE001 - whatever an import raises, the developer must read it
        # Nobody has sent anything yet, so the message can be told.
        traceback.print_exc()
        return 1
    channel.send_bytes(b"ready")
    serve(channel, handler)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
