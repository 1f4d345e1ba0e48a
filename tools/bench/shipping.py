"""What runs: the build as `sam build` left it, the same code shipped the stock way, and what Python peers need."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from local.intrinsics import Tree, load
from tools.verify_build import BuildError, find_interpreter

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".aws-sam" / "build"
LAYER_SOURCE = ROOT / "layers" / "vocespace"
BENCH = Path(__file__).resolve().parent
"""On the path of an instance, it holds the package `peers`."""

_PINNED = re.compile(r"^([\w.-]+)==(?:.*\\\n)*.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shipping:
    """Where everything is.

    Attributes:
        interpreter: The runtime's.
        template: What was built.
        stock: The code and its dependencies.
        livekit: livekit-api and its dependencies.
        waitress: The web server.
    """

    interpreter: str
    template: Tree
    stock: Path
    livekit: Path
    waitress: Path

    @property
    def layer(self) -> Path:
        """The built layer, as Lambda puts it on the path."""
        return BUILD / str(self._properties("VoceSpaceLayer")["ContentUri"]) / "python"

    @property
    def cryptography(self) -> Path:
        """The built layer beside it, as far as it is meant for this machine."""
        folder = BUILD / str(self._properties("CryptographyLayer")["ContentUri"])
        return folder / "cryptography" / platform.machine()

    def artifact(self, logical_id: str) -> Path:
        """The built folder of a function."""
        return BUILD / str(self._properties(logical_id)["CodeUri"])

    def _properties(self, logical_id: str) -> Tree:
        properties: Tree = self.template["Resources"][logical_id]["Properties"]
        return properties


def ship(folder: Path) -> Shipping:
    """Finds the build, making it where it is missing, and installs the peers into an empty folder.

    Raises:
        BuildError: there is no interpreter of the runtime.
    """
    if not (BUILD / "template.yaml").is_file():
        print("nothing is built yet: running make build", flush=True)
        subprocess.run(["make", "build"], cwd=ROOT, check=True)
    template = load((BUILD / "template.yaml").read_text(encoding="utf-8"))
    interpreter = find_interpreter(template["Globals"]["Function"]["Runtime"])
    if subprocess.run([interpreter, "--version"], check=False, capture_output=True).returncode:
        raise BuildError(f"{interpreter} does not run; `make bench` finds one that does")
    shipping = Shipping(interpreter, template, folder / "stock", folder / "livekit", folder / "waitress")
    _install(interpreter, LAYER_SOURCE / "requirements.txt", shipping.stock, "--no-compile")
    for package in (LAYER_SOURCE / "vocespace", ROOT / "functions"):
        shutil.copytree(package, shipping.stock / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    _install(interpreter, _pins(folder / "livekit.txt", "livekit-api"), shipping.livekit)
    _install(interpreter, _pins(folder / "waitress.txt", "waitress"), shipping.waitress)
    return shipping


def _install(interpreter: str, requirements: Path, target: Path, *options: str) -> None:
    options += ("--quiet", "--disable-pip-version-check", "--root-user-action", "ignore", "--target", str(target))
    pinned = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(requirements))
    subprocess.run([interpreter, "-m", "pip", "install", *options, *pinned], check=True)


def _pins(file: Path, distribution: str) -> Path:
    locked = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    needed = _closure(distribution)
    pins = (found[0] for found in _PINNED.finditer(locked) if _normal(found[1]) in needed)
    file.write_text("".join(pins), encoding="utf-8")
    return file


def _closure(distribution: str) -> set[str]:
    # By the environment this runs in: it was installed from the same file.
    needed: set[str] = set()
    ahead = [distribution]
    while ahead:
        name = _normal(ahead.pop())
        if name in needed:
            continue
        needed.add(name)
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        ahead += [re.split(r"[^\w.-]", each, maxsplit=1)[0] for each in requires if "extra ==" not in each]
    return needed


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
