"""`python -m tools.verify_build`: what `sam build` has made is what Lambda will be able to run.

Each handler of the built template is imported by the runtime's own interpreter with nothing on its path but the
artifact and the layer, in an empty environment and an empty folder. The layers must carry byte code that the runtime
uses, and nothing may ship that does not belong. cryptography and icalendar must be there for the functions that have
their layers, and must not be imported by them until they ask for them.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local.intrinsics import Tree, load
from local.template import FUNCTION
from tools.layer_checks import PACKAGE, differences, files, layer_problems, library_problems, trees_problems

LAYER = "AWS::Serverless::LayerVersion"
CODE_LAYER = "VoceSpaceLayer"
CRYPTOGRAPHY_LAYER = "CryptographyLayer"
CALENDAR_LAYER = "CalendarLayer"
PROBE = Path(__file__).with_name("import_probe.py")


class BuildError(Exception):
    """Something about the build as a whole makes checking it impossible."""


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


def handler_problems(
    interpreter: str,
    artifact: Path,
    layer: Path,
    handler: str,
    *,
    cryptography: Path | None = None,
    calendar: Path | None = None,
) -> list[str]:
    """What keeps a handler from being imported in Lambda, by importing it.

    Args:
        interpreter: The runtime's.
        artifact: The function's folder.
        layer: The `python` folder of the code's layer.
        handler: As the template names it.
        cryptography: Where this processor's cryptography is, for a function that has its layer.
        calendar: The `python` folder of the calendar's layer, for a function that has it.
    """
    late = ["" if each is None else str(each) for each in (cryptography, calendar)]
    with tempfile.TemporaryDirectory() as empty:
        probe = subprocess.run(
            [interpreter, "-I", "-S", "-B", str(PROBE), str(artifact), str(layer), handler, PACKAGE, *late],
            cwd=empty,
            env={},
            check=False,
            capture_output=True,
            text=True,
        )
    return probe.stdout.splitlines() or ([probe.stderr.strip().splitlines()[-1]] if probe.returncode else [])


def verify(build: Path, root: Path) -> Iterator[str]:
    """Yields what is wrong with a build: the folder `build` made from the sources in `root`."""
    built, source = _template(build), _template(root)
    runtime: str = built["Globals"]["Function"]["Runtime"]
    interpreter = find_interpreter(runtime)
    layers = {name: build / properties["ContentUri"] for name, properties in _resources(built, LAYER).items()}
    code, trees = layers[CODE_LAYER] / "python", layers[CRYPTOGRAPHY_LAYER] / "cryptography"
    yield from layer_problems(code, root / _resources(source, LAYER)[CODE_LAYER]["ContentUri"], interpreter)
    yield from trees_problems(trees, interpreter)
    yield from library_problems(layers[CALENDAR_LAYER] / "python", interpreter)
    for logical_id, properties in _resources(built, FUNCTION).items():
        artifact, handler = build / properties["CodeUri"], properties["Handler"]
        own_source = root / _resources(source, FUNCTION)[logical_id]["CodeUri"]
        has = {name: {"Ref": name} in properties.get("Layers", []) for name in layers}
        late = {
            "cryptography": trees / platform.machine() if has[CRYPTOGRAPHY_LAYER] else None,
            "calendar": layers[CALENDAR_LAYER] / "python" if has[CALENDAR_LAYER] else None,
        }
        problems = [
            *function_problems(artifact, own_source, handler),
            *handler_problems(interpreter, artifact, code, handler, **late),
        ]
        yield from (f"{logical_id}: {problem}" for problem in problems)


def _template(folder: Path) -> Tree:
    return load((folder / "template.yaml").read_text(encoding="utf-8"))


def _resources(template: Tree, kind: str) -> dict[str, Tree]:
    resources: Tree = template["Resources"]
    return {name: resource["Properties"] for name, resource in resources.items() if resource["Type"] == kind}


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
