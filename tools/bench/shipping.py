"""What runs: the build as `sam build` left it, and what the peers in Python need, installed as they would ship it."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.intrinsics import load
from local.template import Template
from tools.bench.pins import pins_of
from tools.verify_build import BuildError, find_interpreter

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".aws-sam" / "build"
BENCH = Path(__file__).resolve().parent
"""On the path of an instance, it holds the package `peers`."""

ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"

_STOCK_NEEDS = ("aws-lambda-powertools", "pydantic", "pyjwt")
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Shipping:
    """Where everything is.

    Attributes:
        interpreter: The runtime's.
        template: What was built.
        stock: The stock application and what it ships with.
        boto3: What the runtime has for it.
        livekit: livekit-api, pydantic, and their dependencies.
        waitress: The web server.
    """

    interpreter: str
    template: Template
    stock: Path
    boto3: Path
    livekit: Path
    waitress: Path

    @property
    def runtime(self) -> str:
        """What the functions run in, as Lambda calls it."""
        return str(self.template.document["Globals"]["Function"]["Runtime"])

    def artifact(self, logical_id: str) -> Path:
        """The built folder of a function."""
        return self._built(logical_id, "CodeUri")

    def layers(self, logical_id: str) -> list[Path]:
        """The built layers of a function, each as Lambda puts it into /opt."""
        layers = self.template.properties(logical_id).get("Layers", [])
        return [self._built(each, "ContentUri") for each in layers]

    def path(self, logical_id: str) -> tuple[Path, ...]:
        """What a function imports from, as far as Lambda puts it on its path."""
        libraries = (each / "python" for each in self.layers(logical_id))
        return (self.artifact(logical_id), *(each for each in libraries if each.is_dir()))

    @property
    def cryptography(self) -> Path:
        """Where a function that takes users finds cryptography once it asks for it, out of its path until then."""
        [folder] = BUILD.glob(f"*/cryptography/{platform.machine()}")
        return folder

    def megabytes(self, logical_id: str) -> float:
        """What a function weighs with all its layers, unzipped."""
        return megabytes(self.artifact(logical_id), *self.layers(logical_id))

    def _built(self, logical_id: str, uri: str) -> Path:
        return BUILD / str(self.template.properties(logical_id)[uri])


def ship(folder: Path, parameters: Mapping[str, str]) -> Shipping:
    """Finds the build, making it where it is missing, and installs the peers into an empty folder.

    Args:
        folder: The folder.
        parameters: The template's, by which it is decided what a function has.

    Raises:
        BuildError: there is no interpreter of the runtime, or the peers need what is not pinned.
    """
    if not (BUILD / "template.yaml").is_file():
        print("nothing is built yet: running make build", flush=True)
        subprocess.run(["make", "build"], cwd=ROOT, check=True)
    document = load((BUILD / "template.yaml").read_text(encoding="utf-8"))
    interpreter = find_interpreter(document["Globals"]["Function"]["Runtime"])
    if subprocess.run([interpreter, "--version"], check=False, capture_output=True).returncode:
        raise BuildError(f"{interpreter} does not run; `make bench` finds one that does")
    template = Template(document, parameters, {})
    needs = {
        "stock": _STOCK_NEEDS,
        "boto3": ("boto3",),
        "livekit": ("livekit-api", "pydantic"),
        "waitress": ("waitress",),
    }
    folders = {name: _install(interpreter, folder / name, *distributions) for name, distributions in needs.items()}
    shutil.copy(BENCH / "peers" / "stock_app.py", folders["stock"] / "app.py")
    return Shipping(interpreter, template, **folders)


def megabytes(*folders: Path) -> float:
    """What the files of folders weigh."""
    return sum(each.stat().st_size for folder in folders for each in folder.rglob("*") if each.is_file()) / _MEGABYTE


def _install(interpreter: str, target: Path, *distributions: str) -> Path:
    requirements = target.with_suffix(".txt")
    requirements.write_text(pins_of(*distributions), encoding="utf-8")
    # Without byte code, as SAM's own build of requirements.txt leaves it.
    options = ("--quiet", "--disable-pip-version-check", "--root-user-action", "ignore", "--no-compile")
    pinned = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", str(target))
    subprocess.run([interpreter, "-m", "pip", "install", *options, *pinned, "-r", str(requirements)], check=True)
    return target
