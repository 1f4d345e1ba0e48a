"""`make run`, from the first variable read to the last process ended."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from botocore.exceptions import EndpointConnectionError

from local import cloud, demo_env, moved_time, outbox, server, stack, workers
from local.cloud import Cloud
from local.cors import Cors
from local.demo import Demo, make_demo
from local.gateway import Gateway
from local.greeting import greeting
from local.instances import InstanceLostError, Pool
from local.intrinsics import TemplateError, Tree, load
from local.messages import Answer, Request
from local.options import PLATFORM, ROOT, CannotStartError, Options
from local.outbox import Outbox
from local.postman import Postman, trust_sender
from local.request_log import RequestLog
from local.routes import Routes
from local.stack import Stack
from local.triggers import functions_with_triggers
from vocespace.clock import ShiftedClock, SystemClock

INSTANCES = max(2, min(4, os.cpu_count() or 1))
"""Instances of each function that has routes."""


def run(environment: Mapping[str, str]) -> None:
    """Serves until SIGINT or SIGTERM.

    Raises:
        CannotStartError: something is in the way.
    """
    document = load((ROOT / "template.yaml").read_text(encoding="utf-8"))
    options = Options.from_environment(environment, document["Parameters"])
    try:
        _run(document, options)
    except TemplateError as error:
        raise CannotStartError(str(error)) from None


def _run(document: Tree, options: Options) -> None:
    demo = make_demo(options.livekit, now=int(time.time()))
    with ExitStack() as cleanup:
        listener = cleanup.enter_context(server.listen(options.port))
        base_url = f"http://{server.HOST}:{listener.getsockname()[1]}"
        log = RequestLog()
        kept = _prepare(options.folder, log)
        clock = ShiftedClock(SystemClock(), moved_time.path_in(options.folder))
        moved_time.lead_moto(clock)
        aws = cloud.start_cloud(dynamodb=options.dynamodb_url)
        made = _create(document, {"PublicBaseUrl": base_url} | options.parameters, aws, demo)
        variables = _variables(made, aws, options, base_url)
        log_file = options.folder / "functions.log"
        pools = cleanup.enter_context(_warm(made, variables, log_file))
        cleanup.callback(demo_env.remove, options.folder)
        stopping = workers.start([*workers.workers_of(made, aws, pools, clock), Postman(aws, made, kept)])

        def tell() -> None:
            demo_env.write(options.folder, _values(base_url, made, demo, options) | variables)
            _greet(base_url, made, demo, options, log_file)

        def lose_what_is_on_its_way() -> None:
            stopping.set()
            for pool in pools.values():
                pool.close()

        app = server.application(_answer(made, pools, log))
        server.serve(app, listener, when_ready=tell, on_stop=lose_what_is_on_its_way)


def _answer(made: Stack, pools: Mapping[str, Pool], log: RequestLog) -> Callable[[Request], Answer]:
    functions = made.template.functions()
    routes = Routes(
        ((each.logical_id, *route) for each in functions for route in each.routes),
        signed=[route for each in functions for route in each.signed_routes],
    )
    gateway = Gateway(routes, pools, log, Cors.from_configuration(made.template.cors()))
    if made.template.parameters["VoceSpaceUrl"]:
        return gateway.answer
    return server.with_client_page(gateway.answer, log)


def _create(document: Tree, parameters: Mapping[str, str], aws: Cloud, demo: Demo) -> Stack:
    try:
        made = stack.create(document, parameters, aws, demo)
    except EndpointConnectionError:
        raise CannotStartError("nobody answers at DYNAMODB_URL; make dynamodb starts one") from None
    if sender := made.template.parameters["MailSender"]:
        trust_sender(sender)
    return made


def _prepare(folder: Path, log: RequestLog) -> Outbox:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        demo_env.remove(folder)
        moved_time.start(folder)
        return Outbox(outbox.path_in(folder), log)
    except OSError as error:
        raise CannotStartError(f"{folder} cannot be used: {error.strerror}") from None


@contextmanager
def _warm(made: Stack, variables: Mapping[str, str], log_file: Path) -> Iterator[dict[str, Pool]]:
    functions = made.template.functions()
    with_routes = [each for each in functions if each.routes]
    # What has neither routes nor triggers, only Secrets Manager would invoke.
    triggered = functions_with_triggers(made.template)
    without_routes = [each for each in functions if each.logical_id in triggered and not each.routes]
    log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    try:
        with (
            stack.running(with_routes, variables, size=INSTANCES, log=log) as pools,
            stack.running(without_routes, variables, size=1, log=log) as others,
        ):
            yield pools | others
    except InstanceLostError:
        raise CannotStartError(f"a function cannot be imported; {log_file} says why") from None
    finally:
        os.close(log)


def _variables(made: Stack, aws: Cloud, options: Options, base_url: str) -> dict[str, str]:
    variables = dict(aws.environment) | {
        "LOCAL_CLOCK_FILE": str(moved_time.path_in(options.folder)),
        # A developer's endpoint is on this machine, too.
        "ALLOW_LOOPBACK_ENDPOINTS": "true",
    }
    if options.ca_file:
        variables["SSL_CERT_FILE"] = options.ca_file
    if not made.template.parameters["VoceSpaceUrl"]:
        # No parameter: the template's rules are to see what was really given.
        variables["VOCESPACE_URL"] = f"{base_url}/client"
    if options.livekit.is_short:
        variables |= {"ALLOW_SHORT_LIVEKIT_SECRET": "true"}
    if options.secrets_manager_url:
        variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = options.secrets_manager_url
    if options.secrets_age_faster_by:
        variables["SECRETS_AGE_FASTER_BY"] = options.secrets_age_faster_by
    return variables


def _values(base_url: str, made: Stack, demo: Demo, options: Options) -> dict[str, str]:
    # The command line assembles the same parts as the functions do, so it needs the settings of all of them.
    settings = {name: text for each in made.template.functions() for name, text in each.environment.items() if text}
    return settings | {
        "BASE_URL": base_url,
        "API_KEY": demo.api_key_text,
        "PLATFORM": PLATFORM,
        "SIGNING_KID": demo.signing_kid,
        "SIGNING_SECRET": demo.signing_secret,
        "DEMO_SOURCE_SECRET": demo.bookings.standard_secret,
        "CAL_SOURCE_SECRET": demo.bookings.cal_com_secret,
        "LIVEKIT_URL": options.livekit.url,
        "LIVEKIT_API_KEY": options.livekit.api_key,
        "LIVEKIT_API_SECRET": options.livekit.api_secret,
        "AWS_DEFAULT_REGION": cloud.REGION,
        "AWS_ACCESS_KEY_ID": cloud.ENVIRONMENT["AWS_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": cloud.ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
    }


def _greet(base_url: str, made: Stack, demo: Demo, options: Options, log_file: Path) -> None:
    if options.livekit.is_short:
        print("Warning: LIVEKIT_API_SECRET is shorter than 32 bytes; only make run takes it.", file=sys.stderr)
    text = greeting(
        base_url,
        demo,
        guests=made.template.parameters["GuestAccess"] == "true",
        docs=made.template.parameters["ApiDocs"] == "true",
        env_file=demo_env.path_in(options.folder),
        log_file=log_file,
    )
    print(text, flush=True)
