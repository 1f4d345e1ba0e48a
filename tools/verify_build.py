"""`python -m tools.verify_build`: what `sam build` has made is what Lambda will be able to run.

Each handler of the built template is imported by the runtime's own interpreter with nothing on its path but the
artifact and the layer, in an empty environment and an empty folder. The layer must carry byte code that the runtime
uses, and nothing may ship that does not belong.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local.intrinsics import Tree, load
from local.template import FUNCTION

LAYER = "AWS::Serverless::LayerVersion"
PACKAGE = "vocespace"
PROBE = Path(__file__).with_name("import_probe.py")
SHIPPED_ARCHITECTURES = ("aarch64", "x86_64")

# How a .pyc begins: the version's magic number, then the flags, of which 0b01 is "by hash" without "check the source".
_MAGIC = "import importlib.util, sys; sys.stdout.write((importlib.util.MAGIC_NUMBER + b'\\1\\0\\0\\0').hex())"


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
    yield from _differences(shipped, {package / path for path in _files(source)})


def layer_problems(layer: Path, source: Path, interpreter: str) -> Iterator[str]:
    """What is wrong with the files of the layer's `python` folder."""
    modules = layer / PACKAGE
    shipped = {path for path in _files(modules) if path.suffix != ".pyc"}
    yield from _differences(shipped, {path for path in _files(source / PACKAGE) if path.name != "py.typed"})
    for stray in ("Makefile", "requirements.in", "requirements.txt", "bin", "tests"):
        if (layer / stray).exists() or (layer.parent / stray).exists():
            yield f"the layer ships {stray}"
    header = bytes.fromhex(
        subprocess.run([interpreter, "-c", _MAGIC], check=True, capture_output=True, text=True).stdout
    )
    tag = f"cpython-{Path(interpreter).name.removeprefix('python').replace('.', '')}"
    for path in layer.rglob("*.py"):
        compiled = path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc"
        if not compiled.is_file() or compiled.read_bytes()[: len(header)] != header:
            yield f"{path.relative_to(layer)} has no byte code that the runtime uses as it is"
    for path in layer.rglob("*.so"):
        twins = {path.name.split("-")[2] for path in path.parent.glob(f"{path.name.split('.')[0]}.{tag}-*.so")}
        if twins != set(SHIPPED_ARCHITECTURES):
            yield f"{path.relative_to(layer)} is not there for each of {', '.join(SHIPPED_ARCHITECTURES)}"


def handler_problems(interpreter: str, artifact: Path, layer: Path, handler: str) -> list[str]:
    """What keeps a handler from being imported in Lambda, by importing it."""
    with tempfile.TemporaryDirectory() as empty:
        probe = subprocess.run(
            [interpreter, "-I", "-S", "-B", str(PROBE), str(artifact), str(layer), handler, PACKAGE],
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
    [(layer_id, layer_properties)] = _resources(built, LAYER).items()
    layer = build / layer_properties["ContentUri"] / "python"
    yield from layer_problems(layer, root / _resources(source, LAYER)[layer_id]["ContentUri"], interpreter)
    for logical_id, properties in _resources(built, FUNCTION).items():
        artifact, handler = build / properties["CodeUri"], properties["Handler"]
        own_source = root / _resources(source, FUNCTION)[logical_id]["CodeUri"]
        problems = [
            *function_problems(artifact, own_source, handler),
            *handler_problems(interpreter, artifact, layer, handler),
        ]
        yield from (f"{logical_id}: {problem}" for problem in problems)


def _template(folder: Path) -> Tree:
    return load((folder / "template.yaml").read_text(encoding="utf-8"))


def _resources(template: Tree, kind: str) -> dict[str, Tree]:
    resources: Tree = template["Resources"]
    return {name: resource["Properties"] for name, resource in resources.items() if resource["Type"] == kind}


def _files(folder: Path) -> set[Path]:
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__"
    }


def _differences(shipped: set[Path], expected: set[Path]) -> Iterator[str]:
    yield from (f"{path} ships and should not" for path in sorted(shipped - expected))
    yield from (f"{path} does not ship and should" for path in sorted(expected - shipped))


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
