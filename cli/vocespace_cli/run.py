"""One run of a command: the options that all of them share, and what they lead to."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from jwt.warnings import InsecureKeyLengthWarning

from vocespace.clock import Clock, SystemClock, moved
from vocespace.container import Container
from vocespace.settings import Settings
from vocespace_cli.deployment import Choice, Deployment
from vocespace_cli.output import Output
from vocespace_cli.platform_store import PlatformStore

_PANEL = "Deployment"
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]
_Stack = Annotated[
    str | None,
    typer.Option("--stack", metavar="NAME", rich_help_panel=_PANEL, help="A stack in AWS. Also: VOCESPACE_STACK."),
]
_EnvFile = Annotated[
    Path | None,
    typer.Option(
        "--env-file", metavar="FILE", rich_help_panel=_PANEL, help="What make run wrote; default: .local/demo.env."
    ),
]
_Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", rich_help_panel=_PANEL, help="A profile of the AWS CLI.")
]
_Region = Annotated[str | None, typer.Option("--region", metavar="NAME", rich_help_panel=_PANEL, help="An AWS region.")]


class Run:
    """What a command works with; the deployment is looked for when it is first needed."""

    def __init__(self, output: Output, choice: Choice) -> None:
        self.output = output
        self.choice = choice
        self.clock: Clock = SystemClock()

    @cached_property
    def deployment(self) -> Deployment:
        """The deployment."""
        return self.choice.find()

    @cached_property
    def settings(self) -> Settings:
        """What its operator decided."""
        return self.deployment.settings()

    @cached_property
    def parts(self) -> Container:
        """The parts that its functions work with."""
        return Container(self.settings, moved(self.clock, self.settings.local_clock_file))

    @cached_property
    def platforms(self) -> PlatformStore:
        """The platforms in its table."""
        return PlatformStore(self.parts.table)

    def now(self) -> int:
        """The present there, Unix seconds: the time of `make run` can be moved."""
        return int(self.parts.clock.time())


Command = Callable[..., None]


def command(app: typer.Typer, name: str) -> Callable[[Command], Command]:
    """Registers a command that takes a `Run`, and gives it the options that all commands share."""

    def register(function: Command) -> Command:
        def start(
            *,
            as_json: _Json = False,
            stack: _Stack = None,
            env_file: _EnvFile = None,
            profile: _Profile = None,
            region: _Region = None,
            **options: Any,  # noqa: ANN401 - the command's own, which its signature types
        ) -> None:
            function(Run(Output(as_json=as_json), Choice(stack, env_file, profile, region)), **options)

        own = inspect.signature(function, eval_str=True).parameters.values()
        shared = inspect.signature(start, eval_str=True).parameters.values()
        parameters = [*list(own)[1:], *(each for each in shared if each.kind is each.KEYWORD_ONLY)]
        update_wrapper(start, function)
        # Typer reads options off a function's signature.
        start.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        start.__annotations__ = {each.name: each.annotation for each in parameters}
        app.command(name)(start)
        return function

    return register


@contextmanager
def without_log() -> Iterator[None]:
    """Keeps the log lines and metrics of the functions' code from standard output, which belongs to the result."""
    # Metrics want a namespace even where nobody collects them.
    os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "VoceSpaceConnect")
    os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "vocespace")
    with _nowhere() as nowhere, redirect_stdout(nowhere), warnings.catch_warnings():
        # make run takes LiveKit's own short secret, and says so itself.
        warnings.simplefilter("ignore", InsecureKeyLengthWarning)
        yield


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
