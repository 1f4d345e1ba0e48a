"""`python -m tools.verify_build`: what `sam build` has made is what Lambda will be able to run, and no more than that.

Each handler of the built template is imported by the runtime's own interpreter with nothing on its path but the
artifact and its layers, in an empty environment and an empty folder. The layers must carry byte code that the runtime
uses, for the processor that they are deployed with, and nothing may ship that does not belong. What a function asks for
late must be there when it does. `tools.budgets` says how much any of it may be.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.budgets import BUDGETS, LATE_LAYERS, import_problems, size_problems
from tools.built import BuiltFunction, Deployment, bytes_in
from tools.layer_checks import (
    MACHINES,
    PACKAGE,
    differences,
    files,
    layer_problems,
    model_problems,
    package_problems,
    processor_problems,
    twin_problems,
)

CODE_LAYER, CRYPTOGRAPHY_LAYER = "VoceSpaceLayerX86", "CryptographyLayer"
AWS_LAYER, CALENDAR_LAYER = "AwsLayer", "CalendarLayer"
PROBE = Path(__file__).with_name("import_probe.py")


class BuildError(Exception):
    """Something about the build as a whole makes checking it impossible."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What the import of a handler has shown.

    Attributes:
        problems: What keeps it from being imported in Lambda, or from what it asks for later.
        modules: What is loaded once it is imported.
    """

    problems: list[str]
    modules: list[str] = field(default_factory=list)


def find_interpreter(runtime: str) -> str:
    """The path of the interpreter that a Lambda runtime is named after.

    Raises:
        BuildError: there is none on PATH.
    """
    path = shutil.which(runtime)
    if path is None:
        raise BuildError(f"{runtime} is not on PATH")
    return path


def function_problems(artifact: Path, source: Path, handler: str) -> Iterator[str]:
    """What ships with a function besides its own package, and what of it does not."""
    package = Path(*handler.split(".")[:-2])
    shipped = {path.relative_to(artifact) for path in artifact.rglob("*") if path.is_file()}
    yield from differences(shipped, {package / path for path in files(source)})


def probed(interpreter: str, function: BuiltFunction, at_most: BuiltFunction) -> Probed:
    """Imports a handler as Lambda does.

    Args:
        interpreter: The runtime's.
        function: The function, with its layers for this machine.
        at_most: The same function with every layer that a parameter can give it: what it asks for late, be it only
            after a snapshot or of a signed-in user.
    """
    with_cryptography = [layer for name, layer in at_most.layers.items() if name.startswith(CRYPTOGRAPHY_LAYER)]
    with_botocore = at_most.layers.get(AWS_LAYER)
    question = {
        "path": [str(folder) for folder in function.path],
        "handler": function.handler,
        "package": PACKAGE,
        "cryptography": "".join(str(layer / "cryptography") for layer in with_cryptography),
        "aws": str(with_botocore / "python") if with_botocore else "",
        "calendar": CALENDAR_LAYER in function.layers,
    }
    with tempfile.TemporaryDirectory() as empty:
        command = [interpreter, "-I", "-S", "-B", str(PROBE), json.dumps(question)]
        probe = subprocess.run(command, cwd=empty, env={}, check=False, capture_output=True, text=True)
    if probe.returncode:
        return Probed([probe.stderr.strip().splitlines()[-1]])
    return Probed(**json.loads(probe.stdout))


def verify(build: Path, root: Path) -> Iterator[str]:
    """Yields what is wrong with a build: the folder `build` made from the sources in `root`."""
    source = Deployment(root)
    interpreter = find_interpreter(source.runtime)
    deployments = {name: Deployment(build, Architecture=name) for name in MACHINES}
    yield from _wrong_with_layers(deployments, source, interpreter)
    everything = Deployment(build, SnapStart="true", UserAccess="true")
    yield from _wrong_with_functions(deployments, everything, source, interpreter)


def _wrong_with_layers(deployments: dict[str, Deployment], source: Deployment, interpreter: str) -> Iterator[str]:
    for architecture, deployment in deployments.items():
        for name, layer in deployment.layers.items():
            yield from (f"{name}: {problem}" for problem in processor_problems(layer, architecture))
    first, second = (deployment.layers for deployment in deployments.values())
    for one, other in zip(first, second, strict=True):
        yield from (f"{one}, {other}: {problem}" for problem in twin_problems(first[one], second[other]))
    for name, layer in (first | second).items():
        yield from (f"{name}: {problem}" for problem in layer_problems(layer, interpreter))
        if name in LATE_LAYERS:
            yield from (f"{name}: {problem}" for problem in size_problems(bytes_in(layer), LATE_LAYERS[name]))
    code, its_source = (each.layers[CODE_LAYER] for each in (deployments["x86_64"], source))
    yield from (f"{CODE_LAYER}: {problem}" for problem in package_problems(code / "python", its_source))
    botocore = first[AWS_LAYER] / "python" / "botocore"
    yield from (f"{AWS_LAYER}: {problem}" for problem in model_problems(botocore, its_source / PACKAGE))


def _wrong_with_functions(
    deployments: dict[str, Deployment], everything: Deployment, source: Deployment, interpreter: str
) -> Iterator[str]:
    here = next(name for name, machine in MACHINES.items() if machine == platform.machine())
    sources = {each.logical_id: each.artifact for each in source.functions}
    at_most = {each.logical_id: each for each in everything.functions}
    for function in deployments[here].functions:
        name, budget = function.logical_id, BUDGETS[function.logical_id]
        found = probed(interpreter, function, at_most[name])
        problems = [
            *function_problems(function.artifact, sources[name], function.handler),
            *found.problems,
            *import_problems(found.modules, budget),
        ]
        yield from (f"{name}: {problem}" for problem in problems)
    for architecture, deployment in deployments.items():
        for function in deployment.functions:
            name = function.logical_id
            too_large = size_problems(function.size, BUDGETS[name].megabytes)
            yield from (f"{name}, on {architecture}: {problem}" for problem in too_large)


def main() -> int:
    """Verifies .aws-sam/build and prints what is wrong with it."""
    root = Path(__file__).resolve().parent.parent
    build = root / ".aws-sam" / "build"
    try:
        problems = list(verify(build, root))
    except BuildError as error:
        problems = [str(error)]
    for problem in problems:
        print(f"verify_build: {problem}", file=sys.stderr)
    if not problems:
        print(f"verify_build: every handler of {build.relative_to(root)} imports as it will in Lambda")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
