"""The stack of template.yaml on this machine: all that its functions need made and filled, and they running."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from local import cloud as aws
from local.buses import create_buses, create_rules
from local.cloud import Cloud
from local.demo import Demo
from local.initial_secrets import initial_secrets
from local.instances import Instance, Pool
from local.intrinsics import PhysicalId, Tree
from local.one_time_schedules import create_groups
from local.options import ROOT
from local.queues import Queue, create_queues, join_dead_letters
from local.template import FunctionSpec, Template

NAME = "vocespace-connect-local"


@dataclass(frozen=True, slots=True)
class Stack:
    """What was made: the template with everything in its place, by physical ids.

    Attributes:
        template: It.
        table: The name of its table.
        queues: Every queue, by its logical id.
        buses: The names of its event buses.
        schedule_groups: The names of its groups of schedules.
    """

    template: Template
    table: str
    queues: Mapping[str, Queue]
    buses: tuple[str, ...]
    schedule_groups: tuple[str, ...]


def create(document: Tree, parameters: Mapping[str, str], cloud: Cloud, demo: Demo) -> Stack:
    """Makes the table, the secrets, the queues and the buses, and puts in what the demo needs."""
    parameters = {**parameters, "AWS::Region": aws.REGION, "AWS::StackName": NAME}
    name = f"{NAME}-{secrets.token_hex(4)}" if cloud.is_shared else NAME
    draft = Template(document, parameters, {"Table": name})
    table = cloud.create_table(draft.table())
    cloud.put_items(table, *demo.items())
    texts = initial_secrets(draft) | demo.secrets()
    queues = create_queues(cloud.sqs, draft, NAME)
    buses = create_buses(cloud.events, draft)
    groups = create_groups(cloud.scheduler, draft, NAME)
    ids: dict[str, PhysicalId] = {logical_id: queue.physical_id for logical_id, queue in queues.items()}
    ids |= {logical_id: cloud.create_secret(f"{NAME}/{logical_id}", text) for logical_id, text in texts.items()}
    template = Template(document, parameters, {"Table": table} | ids | buses | groups)
    join_dead_letters(template, queues)
    create_rules(cloud.events, template)
    return Stack(template, table, queues, _names(buses), _names(groups))


def _names(made: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(each["Ref"] for each in made.values())


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
