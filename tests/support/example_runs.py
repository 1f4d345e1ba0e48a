"""Run the files in examples/ as a reader of their README would."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.tools import find_tool

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
DOCUMENTED = Path(__file__).with_name("documented")
DOCUMENTED_BASE_URL = "https://vocespace.com"
PRINTED = "Connection details:"

# What Node prints is a JavaScript literal, so Node reads it best.
TO_JSON = "process.stdin.toArray().then(p => console.log(JSON.stringify(eval(`(${Buffer.concat(p)})`))))"


def environment(base_url: str, api_key: str | None, **extra: str) -> dict[str, str]:
    """The environment that the examples read, and nothing of theirs from outside."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("VOCESPACE_")}
    ours["VOCESPACE_BASE_URL"] = base_url
    if api_key:
        ours["VOCESPACE_API_KEY"] = api_key
    return ours | extra


def run_python(file: Path, base_url: str, api_key: str | None = None) -> str:
    """What a Python example prints."""
    return _output([sys.executable, str(file)], environment(base_url, api_key))


def run_node(file: Path, base_url: str, api_key: str | None = None) -> str:
    """What a Node.js example prints; it finds axios in the folder that `install_axios` filled."""
    node_modules = str(install_axios() / "node_modules")
    return _output([find_tool("node"), str(file)], environment(base_url, api_key, NODE_PATH=node_modules))


def install_axios() -> Path:
    """Install what examples/node/package.json pins, once, outside the example's own folder."""
    folder = ROOT / ".local" / "examples-node"
    install_from_npm(EXAMPLES / "node" / "package.json", "axios", folder)
    return folder


def install_from_npm(manifest: Path, package: str, folder: Path) -> None:
    """Install what a package.json pins into a folder, unless that version of the package is there."""
    text = manifest.read_text()
    installed = folder / "node_modules" / package / "package.json"
    if installed.exists() and json.loads(installed.read_text())["version"] == json.loads(text)["dependencies"][package]:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(text)
    command = [find_tool("npm"), "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]
    subprocess.run([*command, "--prefix", str(folder)], check=True, capture_output=True, timeout=300)


def as_documented(name: str, extension: str, base_url: str, folder: Path) -> Path:
    """A snippet of the documentation, to the letter, with only the base URL changed."""
    snippet = (DOCUMENTED / f"{name}.txt").read_text()
    assert snippet.count(DOCUMENTED_BASE_URL) == 1
    file = folder / f"{name}.{extension}"
    file.write_text(snippet.replace(DOCUMENTED_BASE_URL, base_url))
    return file


def details_from_python(output: str) -> dict[str, Any]:
    """The dict that the Python example printed."""
    details: dict[str, Any] = ast.literal_eval(_after_label(output))
    return details


def details_from_node(output: str) -> dict[str, Any]:
    """The object that the Node.js example printed."""
    command = [find_tool("node"), "-e", TO_JSON]
    read = subprocess.run(command, input=_after_label(output), check=True, capture_output=True, text=True, timeout=30)
    details: dict[str, Any] = json.loads(read.stdout)
    return details


def _after_label(output: str) -> str:
    assert output.startswith(PRINTED), output
    return output.removeprefix(PRINTED)


def _output(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(
        command, env=env, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60
    )
    return done.stdout
