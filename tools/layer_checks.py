"""What `tools.verify_build` holds the built layers against: their files, their byte code, and their processor."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PACKAGE = "vocespace"
MACHINES: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
"""What `platform.machine()` says on the processors that a stack may have, by their names in the template."""

_ELF_MACHINES: Final = {"arm64": 0xB7, "x86_64": 0x3E}
_ELF_MACHINE: Final = slice(18, 20)

# How a .pyc begins: the version's magic number, then the flags, of which 0b01 is "by hash" without "check the source".
_MAGIC = "import importlib.util, sys; sys.stdout.write((importlib.util.MAGIC_NUMBER + b'\\1\\0\\0\\0').hex())"
_CLIENT: Final = re.compile(r"create_client\(\"(\w+)\"")


def package_problems(layer: Path, source: Path) -> Iterator[str]:
    """What of our package a layer lacks, or has beyond it; `layer` is the `python` folder."""
    shipped = {path for path in files(layer / PACKAGE) if path.suffix != ".pyc"}
    yield from differences(shipped, {path for path in files(source / PACKAGE) if path.name != "py.typed"})


def layer_problems(layer: Path, interpreter: str) -> Iterator[str]:
    """What is wrong with a layer whatever it holds: what went into its build ships, or byte code does not."""
    for stray in ("Makefile", "requirements.in", "requirements.txt", "bin", "tests"):
        yield from (f"{path.relative_to(layer)} ships and should not" for path in sorted(layer.glob(f"**/{stray}")))
    header = bytes.fromhex(
        subprocess.run([interpreter, "-c", _MAGIC], check=True, capture_output=True, text=True).stdout
    )
    tag = f"cpython-{Path(interpreter).name.removeprefix('python').replace('.', '')}"
    for path in sorted(layer.rglob("*.py")):
        compiled = path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc"
        if not compiled.is_file() or compiled.read_bytes()[: len(header)] != header:
            yield f"{path.relative_to(layer)} has no byte code that the runtime uses as it is"


def processor_problems(layer: Path, architecture: str) -> Iterator[str]:
    """What of a layer was compiled for another processor than the one that it is deployed with."""
    for path in sorted(layer.rglob("*.so*")):
        if int.from_bytes(path.read_bytes()[_ELF_MACHINE], "little") != _ELF_MACHINES[architecture]:
            yield f"{path.relative_to(layer)} is not made for {architecture}"


def twin_problems(first: Path, second: Path) -> Iterator[str]:
    """What one of two layers has that the other one, of the other processor, has not."""
    named, others = ({_without_machine(path) for path in files(layer)} for layer in (first, second))
    yield from (f"{path} is there for one processor only" for path in sorted(named ^ others))


def model_problems(botocore: Path, package: Path) -> Iterator[str]:
    """Which services botocore has no model of though our package calls them, and the other way round.

    Without its model a service cannot be called, and the model of one that is never called is dead weight.
    """
    models = {path.relative_to(botocore) for path in botocore.glob("data/*") if path.is_dir()}
    called = {
        Path("data", service)
        for module in package.glob("*.py")
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


def _without_machine(path: Path) -> str:
    text = str(path)
    for machine in MACHINES.values():
        text = text.replace(machine, "")
    return text
