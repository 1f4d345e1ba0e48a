"""The stack of template.yaml on this machine: table, secrets and queues made and filled, its functions running."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from local import cloud as aws
from local.cloud import Cloud
from local.demo import Demo
from local.instances import Instance, Pool
from local.intrinsics import Tree
from local.options import ROOT
from local.queues import Queue, create_queues, join_dead_letters
from local.template import FunctionSpec, Template
from vocespace.registry import api_key_items, platform_items

NAME = "vocespace-connect-local"


@dataclass(frozen=True, slots=True)
class Stack:
    """What was made: the template with everything in its place, by physical ids.

    Attributes:
        queues: Every queue, by its logical id.
    """

    template: Template
    table: str
    signing_secret: str
    livekit_secret: str
    queues: Mapping[str, Queue]


def create(document: Tree, parameters: Mapping[str, str], cloud: Cloud, demo: Demo) -> Stack:
    """Makes the table, the secrets and the queues, and puts in what the demo needs."""
    parameters = {**parameters, "AWS::Region": aws.REGION, "AWS::StackName": NAME}
    name = f"{NAME}-{secrets.token_hex(4)}" if cloud.is_shared else NAME
    draft = Template(document, parameters, {"Table": name})
    table = cloud.create_table(draft.table())
    cloud.put_items(table, *platform_items(demo.platform), *api_key_items(demo.api_key))
    signing = cloud.create_secret(f"{NAME}/signing", demo.ring)
    livekit = cloud.create_secret(f"{NAME}/livekit", demo.livekit_secret)
    queues = create_queues(cloud.sqs, draft, NAME)
    ids = {logical_id: queue.physical_id for logical_id, queue in queues.items()}
    ids |= {"Table": table, "SigningSecret": signing, "LiveKitSecret": livekit}
    template = Template(document, parameters, ids)
    join_dead_letters(template, queues)
    return Stack(template, table, signing, livekit, queues)


@contextmanager
def running(
    functions: list[FunctionSpec], variables: Mapping[str, str], *, size: int, log: int
) -> Iterator[dict[str, Pool]]:
    """Runs `size` instances of every function, each warm before it is handed out.

    Args:
        functions: What to run.
        variables: What Lambda adds to each function's environment, or this machine has to change in it.
        size: Instances of each function.
        log: The file that takes whatever they print.

    Raises:
        InstanceLostError: a handler cannot be imported.
    """
    with ExitStack() as stack:
        pools: dict[str, Pool] = {}
        for function in functions:
            pools[function.logical_id] = _pool(function, variables, size, log)
            stack.callback(pools[function.logical_id].close)
        for pool in pools.values():
            pool.wait_until_ready()
        yield pools


def _pool(function: FunctionSpec, variables: Mapping[str, str], size: int, log: int) -> Pool:
    environment = {**_lambda_variables(function), **function.environment, **variables}
    return Pool(lambda: Instance(environment, log), size, function.timeout)


def _lambda_variables(function: FunctionSpec) -> dict[str, str]:
    # All that the process gets: nothing of the developer's own environment reaches a function.
    return aws.ENVIRONMENT | {
        "_HANDLER": function.handler,
        "AWS_LAMBDA_FUNCTION_NAME": f"{NAME}-{function.logical_id}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "LAMBDA_TASK_ROOT": str(ROOT),
        "PYTHONPATH": str(ROOT / "layers" / "vocespace"),
        "PYTHONUNBUFFERED": "1",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
