"""What `tools.verify_build` holds the built layers against: their files, their byte code, and both processors."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PACKAGE = "vocespace"
MACHINES: Final = {"aarch64": 0xB7, "x86_64": 0x3E}
"""The processors that a layer serves, by `platform.machine()`, and the number that the ELF format gives each."""

# How a .pyc begins: the version's magic number, then the flags, of which 0b01 is "by hash" without "check the source".
_MAGIC = "import importlib.util, sys; sys.stdout.write((importlib.util.MAGIC_NUMBER + b'\\1\\0\\0\\0').hex())"
_CLIENT: Final = re.compile(r"create_client\(\"(\w+)\"")
_ELF_MACHINE: Final = slice(18, 20)


def layer_problems(layer: Path, source: Path, interpreter: str) -> Iterator[str]:
    """What is wrong with the files of the code's layer, of which `layer` is the `python` folder."""
    modules = layer / PACKAGE
    shipped = {path for path in files(modules) if path.suffix != ".pyc"}
    yield from differences(shipped, {path for path in files(source / PACKAGE) if path.name != "py.typed"})
    yield from _stray_problems(layer)
    yield from _byte_code_problems(layer, interpreter)
    yield from _model_problems(layer)
    tag = _tag(interpreter)
    for path in layer.rglob("*.so"):
        twins = {path.name.split("-")[2] for path in path.parent.glob(f"{path.name.split('.')[0]}.{tag}-*.so")}
        if twins != set(MACHINES):
            yield f"{path.relative_to(layer)} is not there for each of {', '.join(MACHINES)}"


def library_problems(layer: Path, interpreter: str) -> Iterator[str]:
    """What is wrong with the `python` folder of a layer that holds libraries only."""
    yield from _stray_problems(layer)
    yield from _byte_code_problems(layer, interpreter)


def trees_problems(trees: Path, interpreter: str) -> Iterator[str]:
    """What is wrong with a folder that holds the same packages once for each processor."""
    if {path.name for path in trees.parent.iterdir()} != {trees.name}:
        yield f"the layer ships more than {trees.name}"
    if {path.name for path in trees.iterdir()} != set(MACHINES):
        yield f"{trees.name} is not there for each of {', '.join(MACHINES)}"
        return
    first, second = ({str(path).replace(machine, "") for path in files(trees / machine)} for machine in MACHINES)
    yield from (f"{path} is not there for both of {', '.join(MACHINES)}" for path in sorted(first ^ second))
    for machine, number in MACHINES.items():
        yield from _stray_problems(trees / machine)
        yield from _byte_code_problems(trees / machine, interpreter)
        for path in (trees / machine).rglob("*.so"):
            if int.from_bytes(path.read_bytes()[_ELF_MACHINE], "little") != number:
                yield f"{path.relative_to(trees)} is not made for {machine}"


def _model_problems(layer: Path) -> Iterator[str]:
    # Without its model a service cannot be called, and the model of one that is never called is dead weight.
    models = {path.relative_to(layer) for path in layer.glob("botocore/data/*") if path.is_dir()}
    called = {
        Path("botocore", "data", service)
        for module in (layer / PACKAGE).glob("*.py")
        for service in _CLIENT.findall(module.read_text(encoding="utf-8"))
    }
    yield from differences(models, called)


def files(folder: Path) -> set[Path]:
    """The files of a folder, byte code aside."""
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__"
    }


def differences(shipped: set[Path], expected: set[Path]) -> Iterator[str]:
    """What ships and should not, and the other way round."""
    yield from (f"{path} ships and should not" for path in sorted(shipped - expected))
    yield from (f"{path} does not ship and should" for path in sorted(expected - shipped))


def _stray_problems(layer: Path) -> Iterator[str]:
    for stray in ("Makefile", "requirements.in", "requirements.txt", "bin", "tests"):
        if (layer / stray).exists() or (layer.parent / stray).exists():
            yield f"the layer ships {stray}"


def _byte_code_problems(layer: Path, interpreter: str) -> Iterator[str]:
    header = bytes.fromhex(
        subprocess.run([interpreter, "-c", _MAGIC], check=True, capture_output=True, text=True).stdout
    )
    for path in layer.rglob("*.py"):
        compiled = path.parent / "__pycache__" / f"{path.stem}.{_tag(interpreter)}.pyc"
        if not compiled.is_file() or compiled.read_bytes()[: len(header)] != header:
            yield f"{path.relative_to(layer)} has no byte code that the runtime uses as it is"


def _tag(interpreter: str) -> str:
    return f"cpython-{Path(interpreter).name.removeprefix('python').replace('.', '')}"
