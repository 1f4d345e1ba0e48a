"""One instance of a function, as Lambda would start it: imports a handler, answers requests, and says what that cost.

Run by `tools.bench.instance` as a file, by the runtime's interpreter with -I -S -B and a job in JSON as its argument.
Imports as little as it can: whatever is here already is missing from the price of what is measured. A job may also be
to serve: then the handler is put behind a web server, and the first line printed is its port.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

Handler = Callable[[dict[str, Any], object], dict[str, Any]]

_CONTEXT = SimpleNamespace(
    function_name="bench",
    memory_limit_in_mb="512",
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:bench",
    aws_request_id="5f8a4f0e-0000-4000-8000-000000000000",
)
_SIGNATURE = b"AWS4-HMAC-SHA256 "
_traffic = {"calls": 0, "connections": 0}


def _count_traffic(event: str, arguments: tuple[Any, ...]) -> None:
    # Whichever client it is: a call of AWS is a request of http.client's that carries AWS's signature.
    if event == "socket.connect":
        _traffic["connections"] += 1
    elif event == "http.client.send" and isinstance(arguments[1], bytes) and _SIGNATURE in arguments[1]:
        _traffic["calls"] += 1


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak_bytes() -> int:
    # Linux hands ru_maxrss down from whoever started the process; what /proc says begins anew with it.
    try:
        with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - pathlib has a price, too
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _measure(job: dict[str, Any]) -> dict[str, Any]:
    if job["watch"]:
        sys.addaudithook(_count_traffic)
    handlers = [_handler(name) for name in job["handlers"]]
    event = job["event"]
    imported = _cpu_seconds()
    statuses = [_status(handlers[0](event, _CONTEXT))]
    measured: dict[str, Any] = {"answered": time.perf_counter(), "imported": imported}
    measured |= {"cpu": _cpu_seconds(), "memory": _peak_bytes()}
    measured["first"] = dict(_traffic)
    for handler in handlers:
        statuses += [_status(handler(event, _CONTEXT)) for _ in range(job["requests"])]
    # What the handlers have in memory is not to be looked through by the collector at the cost of one of them.
    gc.freeze()
    measured["warm"] = [_blocks(handlers, event, job["requests"]) for _ in range(job["blocks"])]
    measured["later"] = {name: count - measured["first"][name] for name, count in _traffic.items()}
    return measured | {"statuses": sorted(set(statuses))}


def _status(answer: dict[str, Any]) -> int:
    # Of a worker: how many messages it could not do.
    return answer["statusCode"] if "statusCode" in answer else len(answer["batchItemFailures"])


def _handler(name: str) -> Handler:
    module, _, function = name.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module), function)
    return handler


def _blocks(handlers: list[Handler], event: dict[str, Any], requests: int) -> list[float]:
    # One block of each in turn and within milliseconds, so that a busy machine slows down all of them alike.
    return [_seconds_per_request(handler, event, requests) for handler in handlers]


def _seconds_per_request(handler: Handler, event: dict[str, Any], requests: int) -> float:
    start = time.process_time()
    for _ in range(requests):
        handler(event, _CONTEXT)
    return (time.process_time() - start) / requests


def _serve(job: dict[str, Any], result: int) -> None:
    plain_server = importlib.import_module("peers.plain_server")
    plain_server.serve(_handler(job["handlers"][0]), job["event"], _CONTEXT, result)


def main(job: dict[str, Any]) -> None:
    """Does the job and prints what was measured; what the handler prints goes to /dev/null."""
    result = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.path[:0] = job["path"]
    if job.get("serve"):
        _serve(job, result)
    else:
        os.write(result, json.dumps(_measure(job)).encode())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
